"""A recording made ready for F5-TTS, by the rules of its official driver (which uses pydub).

The clip is cut at silences to 12 s at most, its edges are trimmed, and 50 ms of silence follow. Levels are those of
16-bit samples over all channels, places are whole milliseconds; all numbers are the official ones.
"""

import torch
from torch import Tensor

from ..errors import JamFlowError
from .resample import to_mono, to_mono_24k

TARGET_RMS = 0.1
LONGEST = 12000  # ms
ENOUGH = 6000
_STEP = 10


def f5_reference(wave: Tensor, rate: int) -> tuple[Tensor, float]:
    """float [samples] or [channels, samples] at any rate -> ([samples] mono 24 kHz, gain that undoes the loudness
    change).

    Quiet clips are raised to an RMS of 0.1, loud ones stay. JamFlowError when nothing is left of the clip.
    """
    clip = torch.atleast_2d(wave)
    clip = (clip.float() * 32768).round().clamp(-32768, 32767)
    cut = _join(clip, _pieces(clip, rate, shortest=1000, threshold=-50.0), rate)
    if _length(cut, rate) > LONGEST:
        cut = _join(clip, _pieces(clip, rate, shortest=100, threshold=-40.0), rate)
    cut = _trim(_cut(cut, 0, min(LONGEST, _length(cut, rate)), rate), rate)
    if cut.shape[1] == 0:
        raise JamFlowError("Give a clip with speech: the reference is silent.")
    cut = torch.nn.functional.pad(cut, (0, _sample(50, rate))) / 32768
    mono = to_mono(cut)
    rms = float(mono.square().mean().sqrt())
    gain = min(1.0, rms / TARGET_RMS)
    return to_mono_24k(mono / gain, rate), gain


def _length(clip: Tensor, rate: int) -> int:
    """Whole milliseconds of a clip [channels, samples]."""
    return round(1000 * clip.shape[1] / rate)


def _sample(milliseconds: int, rate: int) -> int:
    return int(milliseconds * (rate / 1000))


def _cut(clip: Tensor, start: int, end: int, rate: int) -> Tensor:
    """The whole milliseconds [start, end) of a clip; where its end is rounded up, zeros fill it."""
    part = clip[:, _sample(start, rate) : _sample(end, rate)]
    return torch.nn.functional.pad(part, (0, _sample(end, rate) - _sample(start, rate) - part.shape[1]))


class _Levels:
    """RMS of any span of a clip, whole numbers as in 16-bit audio tools, from one running sum of squares."""

    def __init__(self, clip: Tensor, rate: int):
        self.rate = rate
        self.sums = torch.nn.functional.pad(clip.double().square().mean(0).cumsum(0), (1, 0))

    def __call__(self, starts: Tensor, length: int) -> Tensor:
        """Milliseconds [n], length in milliseconds -> RMS [n]."""
        first, last = (
            ((starts + extra) * (self.rate / 1000)).long().clamp(max=len(self.sums) - 1) for extra in (0, length)
        )
        return ((self.sums[last] - self.sums[first]) / (last - first).clamp(min=1)).clamp(min=0).sqrt().floor()


def _amplitude(decibels: float) -> float:
    return 32768 * 10 ** (decibels / 20)


def _silences(clip: Tensor, rate: int, shortest: int, threshold: float) -> list[tuple[int, int]]:
    """(start, end) in ms of the stretches in which every window of `shortest` ms stays at or below the threshold
    (dBFS).
    """
    last = _length(clip, rate) - shortest
    if last < 0:
        return []
    starts = torch.arange(0, last + 1, _STEP, dtype=torch.float64)
    if last % _STEP:
        starts = torch.cat((starts, starts.new_tensor([last])))
    quiet = starts[_Levels(clip, rate)(starts, shortest) <= _amplitude(threshold)].long().tolist()
    found: list[tuple[int, int]] = []
    for start in quiet:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], start + shortest)
        else:
            found.append((start, start + shortest))
    return found


def _pieces(clip: Tensor, rate: int, shortest: int, threshold: float, keep: int = 1000) -> list[tuple[int, int]]:
    """(start, end) in ms of the parts between silences, each with up to `keep` ms of the silence around it."""
    length, at, pieces = _length(clip, rate), 0, []
    for start, end in [*_silences(clip, rate, shortest, threshold), (length, length)]:
        if start > at:
            pieces.append([at - keep, start + keep])
        at = end
    for piece, after in zip(pieces, pieces[1:]):
        if after[0] < piece[1]:
            piece[1] = after[0] = (piece[1] + after[0]) // 2
    return [(max(start, 0), min(end, length)) for start, end in pieces]


def _join(clip: Tensor, pieces: list[tuple[int, int]], rate: int) -> Tensor:
    """The pieces one after the other, until there is enough and the next would be too much."""
    kept, total = [clip[:, :0]], 0
    for start, end in pieces:
        part = _cut(clip, start, end, rate)
        if total > ENOUGH and total + _length(part, rate) > LONGEST:
            break
        kept.append(part)
        total = _length(torch.cat(kept, dim=1), rate)
    return torch.cat(kept, dim=1)


def _trim(clip: Tensor, rate: int, threshold: float = -42.0) -> Tensor:
    """Without the silence at both ends, in steps of 10 ms."""
    first = _leading_silence(clip, rate, threshold)
    clip = _cut(clip, first, _length(clip, rate), rate)
    last = _leading_silence(clip.flip(1), rate, threshold)
    return _cut(clip, 0, _length(clip, rate) - last, rate)


def _leading_silence(clip: Tensor, rate: int, threshold: float) -> int:
    length = _length(clip, rate)
    starts = torch.arange(0, max(length, 1), _STEP, dtype=torch.float64)
    loud = (_Levels(clip, rate)(starts, _STEP) >= _amplitude(threshold)).nonzero()
    return min(length, int(starts[int(loud[0])])) if len(loud) else length
