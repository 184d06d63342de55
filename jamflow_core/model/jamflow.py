"""JAM-Flow: an Audio-DiT and a Motion-DiT that look at each other in some of their layers (arXiv 2506.23552)."""

from torch import Tensor, nn

from ..config import JamFlowConfig
from ..placed import Placed
from .attention import attend
from .cleaner import Cleaner
from .dit import AudioDiT, MotionDiT
from .joint import Hidden, Memory, Stream, StreamInput, Streams, layers_of
from .voice import VoiceEncoder


class JamFlow(Placed):
    """Velocity of both streams.

    `forward` takes a StreamInput for each stream that is generated, a Memory for one that is given whole, None for one
    that is absent; it returns (audio velocity or None, motion velocity or None).
    """

    def __init__(self, config: JamFlowConfig, ops=nn):
        super().__init__()
        self.config = config
        self.audio = AudioDiT(config.audio, config.text, ops)
        self.motion = None if config.motion is None else MotionDiT(config.motion, ops=ops)
        self.cleaner = None if config.cleaner is None else Cleaner(config.cleaner, ops)
        self.voice = (
            None if config.voice is None else VoiceEncoder(config.voice, config.audio.channels, config.audio.dim, ops)
        )
        if self.motion is not None and config.joint.layers:
            shapes = {(stream.heads, stream.head_dim) for stream in (config.audio, config.motion)}
            if len(shapes) != 1:
                raise ValueError(f"joined streams need the same heads x head_dim, not {sorted(shapes)}")
        self.layers = layers_of(self.audio, self.motion, config.joint)

    def initialise(self) -> None:
        """AdaLN-Zero of both streams, to start training from."""
        self.audio.initialise()
        if self.motion is not None:
            self.motion.initialise()
        for part in (self.voice, self.cleaner):
            if part is not None:
                part.initialise()

    def forward(self, audio: Stream, motion: Stream) -> tuple[Tensor | None, Tensor | None]:
        streams = (audio, motion)
        hidden = self.embed(streams)
        for layer in self.layers:
            hidden = layer(hidden, streams)
        return self.velocities(hidden, streams)

    def embed(self, streams: Streams) -> Hidden:
        """What enters the layers."""
        return tuple(
            dit.input_embed(stream.x, stream.static, stream.mask) if isinstance(stream, StreamInput) else None
            for dit, stream in zip((self.audio, self.motion), streams)
        )

    def velocities(self, hidden: Hidden, streams: Streams) -> tuple[Tensor | None, Tensor | None]:
        """What leaves them, of the streams whose velocity is asked for."""
        return tuple(
            None if h is None or not stream.wanted else dit.head(h, stream.modulation)
            for dit, h, stream in zip((self.audio, self.motion), hidden, streams)
        )

    def rotary(self, stream: str, frames: int, device=None) -> Tensor:
        """Rotary table of "audio" or "motion" on the common clock."""
        return getattr(self, stream).rotary(frames, self.config.joint.aligned, device)

    def remember(self, stream: str, given: StreamInput) -> Memory:
        """Run a stream that is given whole (it sees nobody) and keep what the other stream may see of it."""
        column = ("audio", "motion").index(stream)
        meetings = [pair[column] for pair in self.config.joint.layers]
        dit = getattr(self, stream)
        h, shown = dit.input_embed(given.x, given.static, given.mask), []
        for layer, block in enumerate(dit.transformer_blocks[: max(meetings, default=-1) + 1]):
            q, k, v = block.pre_attention(h, given.modulation[layer], given.rotary)
            if layer in meetings:
                shown.append((k, v))
            h = block.post_attention(
                h, attend(q, k, v, given.mask, reach=block.reach), given.modulation[layer], given.mask
            )
        return Memory(shown, given.mask)
