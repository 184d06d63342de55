"""Mel -> sound."""

from comfy_api.latest import io

from . import latent as streams
from .media import audio_of
from .node import CATEGORY, Node, stop_if_interrupted
from .sockets import Vocoder


class JamFlowVocoderDecode(Node):
    """The speech of a latent -> AUDIO."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowVocoderDecode",
            display_name="JAM-Flow Vocoder Decode",
            category=CATEGORY,
            description="Turns the mel of a clip into sound: mono, 24 kHz.",
            search_aliases=["vocos", "mel to audio", "latent to audio"],
            inputs=[
                io.Latent.Input("latent", tooltip="A clip of JAM-Flow Joint Sampler, or its audio part. A batch is one clip each."),
                Vocoder.Input("vocoder", tooltip="The vocoder of Load JAM-Flow."),
            ],
            outputs=[io.Audio.Output(display_name="audio", tooltip="The speech, for Preview Audio, Save Audio and the render.")],
        )

    @classmethod
    def run(cls, latent, vocoder) -> io.NodeOutput:
        net = vocoder.load()
        waves = []
        for mel in streams.mels(latent):
            stop_if_interrupted()
            waves.append(net.decode(mel))
        return io.NodeOutput(audio_of(waves))
