"""The layers of JAM-Flow: a block of one stream alone, or a block of each that look at each other.

Every call gets both streams, the audio stream first; None stands for one that is absent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from torch import Tensor

from ..config import JointConfig
from .attention import Partner, Windows, attend, windows_of
from .dit import DiT
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
    """Keys and values that a given stream shows in each joint layer, computed once: they do not change in a run."""

    keys_values: list[tuple[Tensor, Tensor]]
    mask: Tensor | None = None

    def first(self, batch: int) -> "Memory":
        """What the first `batch` of it show."""
        mask = None if self.mask is None else self.mask[:batch]
        return Memory([(k[:batch], v[:batch]) for k, v in self.keys_values], mask)


Stream = StreamInput | Memory | None
Streams = tuple[Stream, Stream]
# State of both streams [B, N, dim]; None for one that is absent or remembered.
Hidden = tuple[Tensor | None, Tensor | None]


class SoloBlock:
    """A block of one stream that looks at itself only. shown: whether the other stream sees it in a later layer."""

    def __init__(self, dits: Sequence[DiT | None], column: int, layer: int, shown: bool):
        self.block = dits[column].transformer_blocks[layer]
        self.column, self.layer, self.shown = column, layer, shown
        self.columns = (column,)

    def __call__(self, hidden: Hidden, streams: Streams) -> Hidden:
        h, stream = hidden[self.column], streams[self.column]
        if h is None or not (stream.wanted or self.shown):
            return hidden
        h = self.block(h, stream.modulation[self.layer], stream.rotary, stream.mask)
        return (h, hidden[1]) if self.column == 0 else (hidden[0], h)


class JointBlock:
    """A block of each stream: project both, attend each with what it sees of the other, finish both."""

    columns = (0, 1)

    def __init__(self, dits: Sequence[DiT | None], meeting: int, joint: JointConfig):
        self.layers = joint.layers[meeting]
        self.blocks = [dit.transformer_blocks[layer] for dit, layer in zip(dits, self.layers)]
        self.rates = [dit.config.rate for dit in dits]
        self.sees = (joint.audio_sees[meeting], joint.motion_sees[meeting])
        self.meeting = meeting
        self.bands = (joint.band if joint.audio_band is None else joint.audio_band, joint.band)

    def __call__(self, hidden: Hidden, streams: Streams) -> Hidden:
        audio, motion = (self.project(column, hidden[column], streams[column]) for column in (0, 1))
        seen = self.partner(0, audio, motion, streams), self.partner(1, motion, audio, streams)
        return (
            self.finish(0, hidden[0], audio, seen[0], streams[0]),
            self.finish(1, hidden[1], motion, seen[1], streams[1]),
        )

    def project(self, column: int, h: Tensor | None, stream: Stream) -> tuple[Tensor | None, Tensor, Tensor] | None:
        """q, k and v of a stream; a remembered one asks nothing, an absent one has none."""
        if isinstance(stream, Memory):
            return None, *stream.keys_values[self.meeting]
        if stream is None:
            return None
        return self.blocks[column].pre_attention(h, stream.modulation[self.layers[column]], stream.rotary)

    def partner(self, column: int, own, other, streams: Streams) -> Partner | None:
        """What the stream of this column sees of the other one."""
        stream = streams[column]
        if not isinstance(stream, StreamInput) or other is None or not (stream.sees and self.sees[column]):
            return None
        (_, own_keys, _), (_, k, v) = own, other
        clock, other_clock = (own_keys.shape[2], self.rates[column]), (k.shape[2], self.rates[1 - column])
        device = k.device
        band = self.bands[column]
        banded = band is not None and device.type == "cpu"
        return Partner(
            k=k,
            v=v,
            own_times=times(*clock, device),
            times=times(*other_clock, device),
            band=band,
            mask=streams[1 - column].mask,
            windows=_windows(clock, other_clock, band, device) if banded else None,
        )

    def finish(
        self, column: int, h: Tensor | None, own: tuple[Tensor, Tensor, Tensor], seen: Partner | None, stream: Stream
    ) -> Tensor | None:
        """Attention and the rest of the block of a stream that is painted."""
        if h is None:
            return None
        attended = attend(*own, stream.mask, seen, self.blocks[column].reach)
        return self.blocks[column].post_attention(h, attended, stream.modulation[self.layers[column]], stream.mask)


@lru_cache(maxsize=8)
def _windows(own: tuple[int, float], other: tuple[int, float], band: float, device) -> Windows:
    """The band between clocks of (frames, rate); every step and layer of a run asks for the same."""
    return windows_of(times(*own, device), times(*other, device), band)


def layers_of(audio: DiT, motion: DiT | None, joint: JointConfig) -> tuple[SoloBlock | JointBlock, ...]:
    """The blocks of both streams in the order in which they run: alone up to the next joint layer, then together."""
    dits, done, layers = (audio, motion), [0, 0], []
    meetings = joint.layers if motion is not None else ()

    def alone(column: int, end: int, shown: bool) -> None:
        layers.extend(SoloBlock(dits, column, layer, shown) for layer in range(done[column], end))
        done[column] = end + 1 if shown else end

    for meeting, pair in enumerate(meetings):
        for column in (0, 1):
            alone(column, pair[column], shown=True)
        layers.append(JointBlock(dits, meeting, joint))
    for column, dit in enumerate(dits):
        alone(column, 0 if dit is None else dit.config.depth, shown=False)
    return tuple(layers)
