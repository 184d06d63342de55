"""The ComfyUI side of JAM-Flow: thin nodes over jamflow_core, which knows nothing of ComfyUI."""

from comfy_api.latest import ComfyExtension, io

from .decode import JamFlowVocoderDecode
from .expression import JamFlowExpression
from .faces import serve_faces
from .help import serve_help
from .learn import JamFlowLearnVoice, JamFlowMixVoices
from .load import LoadJamFlow, register_folder
from .masks import JamFlowMaskPainted, JamFlowMaskSpans, JamFlowMaskTimeline, JamFlowMaskWords
from .motion_files import JamFlowLoadMotion, JamFlowSaveMotion
from .overdub import JamFlowOverdub
from .references import JamFlowReferenceAudio, JamFlowReferenceMotion
from .render import JamFlowPortraitRender
from .restore import JamFlowMouthCrops, JamFlowPasteMouths
from .sampler import JamFlowJointSampler
from .script import JamFlowScript
from .text import JamFlowEncodeText
from .timeline import JamFlowTimeline
from .transcript import JamFlowEditTranscript


class JamFlowExtension(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return [
            LoadJamFlow,
            JamFlowEncodeText,
            JamFlowReferenceAudio,
            JamFlowReferenceMotion,
            JamFlowJointSampler,
            JamFlowVocoderDecode,
            JamFlowPortraitRender,
            JamFlowMaskTimeline,
            JamFlowMaskSpans,
            JamFlowMaskWords,
            JamFlowMaskPainted,
            JamFlowTimeline,
            JamFlowLoadMotion,
            JamFlowSaveMotion,
            JamFlowEditTranscript,
            JamFlowExpression,
            JamFlowScript,
            JamFlowLearnVoice,
            JamFlowMixVoices,
            JamFlowOverdub,
            JamFlowMouthCrops,
            JamFlowPasteMouths,
        ]


async def comfy_entrypoint() -> JamFlowExtension:
    register_folder()
    serve_help()
    serve_faces()
    return JamFlowExtension()
