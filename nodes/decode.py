"""Mel -> sound."""

from dataclasses import dataclass

from comfy_api.latest import io
from torch import Tensor

from ..jamflow_core.clock import SAMPLE_RATE
from . import latent as streams
from .media import audio_of
from .node import CATEGORY, Node, report, stop_if_interrupted
from .sockets import Vocoder


@dataclass(frozen=True)
class Kept:
    """What an edit leaves as it was: the recording [samples], the gain it was heard with, and the core's plan of the
    edit.
    """

    wave: Tensor
    gain: float
    plan: object


class JamFlowVocoderDecode(Node):
    """The speech of a latent -> AUDIO."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowVocoderDecode",
            display_name="JAM-Flow Vocoder Decode",
            category=CATEGORY,
            description="Turns the mel of a clip into sound: mono, 24 kHz. Of an edited recording only the changed "
            "span is decoded; the rest is the recording itself.",
            search_aliases=["vocos", "mel to audio", "latent to audio"],
            inputs=[
                io.Latent.Input(
                    "latent", tooltip="A clip of JAM-Flow Joint Sampler, or its audio part. A batch is one clip each."
                ),
                Vocoder.Input("vocoder", tooltip="The vocoder of Load JAM-Flow."),
            ],
            outputs=[
                io.Audio.Output(
                    display_name="audio", tooltip="The speech, for Preview Audio, Save Audio and the render."
                )
            ],
        )

    @classmethod
    def run(cls, latent, vocoder) -> io.NodeOutput:
        net = vocoder.load()
        waves = []
        for mel in streams.mels(latent):
            stop_if_interrupted()
            waves.append(net.decode_whole(mel).float().cpu())
        kept = latent.get("jamflow_kept")
        if kept is not None and len(waves) == 1:
            from ..jamflow_core.tasks.edit import splice

            waves = [splice(kept.wave, waves[0] / kept.gain, kept.plan)]
        lengths = [f"{len(wave) / SAMPLE_RATE:.2f} s" for wave in waves]
        return io.NodeOutput(audio_of(waves), ui=report(*lengths))
