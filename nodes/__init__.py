"""The ComfyUI side of JAM-Flow: thin nodes over jamflow_core, which knows nothing of ComfyUI."""

from comfy_api.latest import ComfyExtension, io

from .masks import JamFlowMaskPainted, JamFlowMaskSpans, JamFlowMaskWords
from .motion_files import JamFlowLoadMotion, JamFlowSaveMotion
from .timeline import JamFlowTimeline


class JamFlowExtension(ComfyExtension):
    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        return [
            JamFlowMaskSpans,
            JamFlowMaskWords,
            JamFlowMaskPainted,
            JamFlowTimeline,
            JamFlowLoadMotion,
            JamFlowSaveMotion,
        ]


async def comfy_entrypoint() -> JamFlowExtension:
    return JamFlowExtension()
