"""JAM-Flow: an Audio-DiT and a Motion-DiT that look at each other in some of their layers (arXiv 2506.23552)."""

from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor, nn

from ..config import JamFlowConfig
from ..placed import Placed
from .attention import Partner, Windows, attend, windows_of
from .cache import BlockCache
from .dit import AudioDiT, DiT, MotionDiT
from .rotary import times


@dataclass(frozen=True)
class StreamInput:
    """A stream at one moment of the flow.

    x: noised sample [B or 1, N, channels]. static: InputEmbedding.static of given part and text [B, N, dim].
    modulation: DiT.modulations at this timestep. rotary: DiT.rotary(N). mask: bool [B, N], False = padding, or None.
    sees: may it look at the other stream in this call? wanted: is its velocity asked for?
    """

    x: Tensor
    static: Tensor
    modulation: list[Tensor]
    rotary: Tensor
    mask: Tensor | None = None
    sees: bool = True
    wanted: bool = True


@dataclass(frozen=True)
class Memory:
    """Keys and values that a given stream shows in each joint layer; computed once, it does not change while
    sampling.
    """

    keys_values: list[tuple[Tensor, Tensor]]
    mask: Tensor | None = None

    def first(self, batch: int) -> "Memory":
        """What the first `batch` of it show."""
        mask = None if self.mask is None else self.mask[:batch]
        return Memory([(k[:batch], v[:batch]) for k, v in self.keys_values], mask)


class JamFlow(Placed):
    """Velocity of both streams.

    `forward` takes a StreamInput for each stream that is generated, a Memory for one that is given whole, None for one
    that
    is absent; it returns (audio velocity or None, motion velocity or None).
    """

    def __init__(self, config: JamFlowConfig, ops=nn):
        super().__init__()
        self.config = config
        self.audio = AudioDiT(config.audio, config.text, ops)
        self.motion = None if config.motion is None else MotionDiT(config.motion, ops=ops)
        if self.motion is not None and config.joint.layers:
            shapes = {(stream.heads, stream.head_dim) for stream in (config.audio, config.motion)}
            if len(shapes) != 1:
                raise ValueError(f"joined streams need the same heads x head_dim, not {sorted(shapes)}")

    def initialise(self) -> None:
        self.audio.initialise()
        if self.motion is not None:
            self.motion.initialise()

    def rotary(self, stream: str, frames: int, device=None) -> Tensor:
        """Rotary table of "audio" or "motion" on the common clock."""
        return getattr(self, stream).rotary(frames, self.config.joint.aligned, device)

    def remember(self, stream: str, given: StreamInput) -> Memory:
        """Run a stream that is given whole (it sees nobody) and keep what the other stream may see of it."""
        dit = getattr(self, stream)
        column = ("audio", "motion").index(stream)
        h = dit.input_embed(given.x, given.static, given.mask)
        at, kept = 0, []
        for pair in self.config.joint.layers:
            while at < pair[column]:
                h, at = dit.block(at, h, given.modulation, given.rotary, given.mask), at + 1
            layer = dit.transformer_blocks[at]
            q, k, v = layer.pre_attention(h, given.modulation[at], given.rotary)
            kept.append((k, v))
            h = layer.post_attention(h, attend(q, k, v, given.mask), given.modulation[at], given.mask)
            at += 1
        return Memory(kept, given.mask)

    def forward(
        self, audio: StreamInput | Memory | None, motion: StreamInput | Memory | None, cache: BlockCache | None = None
    ) -> tuple[Tensor | None, Tensor | None]:
        walks = (_Walk(self.audio, audio), _Walk(self.motion, motion))
        joint = self.config.joint
        for meeting, layers in enumerate(joint.layers):
            if (
                cache is not None
                and cache.reuse
                and any(walk.live and layer >= walk.fresh for walk, layer in zip(walks, layers))
            ):
                break
            shown = [walk.show(layer, meeting) for walk, layer in zip(walks, layers)]
            for this, other, allowed in ((0, 1, joint.audio_sees), (1, 0, joint.motion_sees)):
                walks[this].meet(shown[this], shown[other] if allowed[meeting] else None, walks[other], joint)
        return tuple(walk.finish(cache, column) for column, walk in enumerate(walks))


@lru_cache(maxsize=8)
def _windows(own: tuple[int, float], other: tuple[int, float], band: float, device) -> Windows:
    """The band between clocks of (frames, rate); every step and layer of a run asks for the same."""
    return windows_of(times(*own, device), times(*other, device), band)


class _Walk:
    """The way of one stream through its layers; absent (None) and remembered streams only show or do nothing."""

    def __init__(self, dit: DiT | None, source: StreamInput | Memory | None):
        self.dit, self.source, self.at = dit, source, 0
        self.live = isinstance(source, StreamInput)
        self.h = dit.input_embed(source.x, source.static, source.mask) if self.live else None
        self.fresh = -(-dit.config.depth // BlockCache.FRESH) if self.live else 0

    def went(self, h: Tensor) -> None:
        """One block further."""
        self.h, self.at = h, self.at + 1
        if self.at == self.fresh:
            self.early = h

    def advance(self, layer: int) -> None:
        while self.at < layer:
            s = self.source
            self.went(self.dit.block(self.at, self.h, s.modulation, s.rotary, s.mask))

    def show(self, layer: int, meeting: int):
        """Own (q, k, v) at a joint layer; q is None for a remembered stream."""
        if isinstance(self.source, Memory):
            return (None, *self.source.keys_values[meeting])
        if not self.live:
            return None
        self.advance(layer)
        s = self.source
        return self.dit.transformer_blocks[layer].pre_attention(self.h, s.modulation[layer], s.rotary)

    def meet(self, own, other, partner: "_Walk", joint) -> None:
        if not self.live:
            return
        s, seen = self.source, None
        if s.sees and other is not None:
            clocks = [(part.shape[2], dit.config.rate) for part, dit in ((own[0], self.dit), (other[1], partner.dit))]
            device = own[0].device
            seen = Partner(
                k=other[1],
                v=other[2],
                own_times=times(*clocks[0], device),
                times=times(*clocks[1], device),
                band=joint.band,
                mask=partner.source.mask,
                windows=_windows(*clocks, joint.band, device)
                if device.type == "cpu" and joint.band is not None
                else None,
            )
        layer = self.dit.transformer_blocks[self.at]
        attended = attend(*own, s.mask, seen)
        self.went(layer.post_attention(self.h, attended, s.modulation[self.at], s.mask))

    def finish(self, cache: BlockCache | None, column: int) -> Tensor | None:
        if not self.live or not self.source.wanted:
            return None
        if cache is not None and cache.reuse:
            self.advance(self.fresh)
            self.h = self.h + cache.added[column][: len(self.h)]
        else:
            self.advance(self.dit.config.depth)
            if cache is not None:
                cache.added[column] = self.h - self.early
        return self.dit.head(self.h, self.source.modulation)
