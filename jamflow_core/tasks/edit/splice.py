"""New sound into an old recording: joins that cannot be heard, and not a sample changed outside of them."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ...audio.resample import resample, to_mono
from ...clock import HOP, SAMPLE_RATE
from .plan import Patch, Plan

# Samples (at 24 kHz) inside a painted span over which old and new sound are blended at either end; where new sound
# meets a pause of the recording it dies away over LONG ones.
FADE, LONG = 480, 1920
PAUSE = 0.1  # of the new sound's level: what is below it is a pause


@dataclass(frozen=True)
class Original:
    """A recording as it is stored: `samples` float [channels, n] at `rate` Hz."""

    samples: Tensor
    rate: int

    def balance(self) -> Tensor:
        """How loud speech in the middle is in each of the channels [channels, 1], 1 where it is as loud as in their
        mix."""
        if len(self.samples) == 1:
            return torch.ones(1, 1)
        mix = to_mono(self.samples.double())
        return ((self.samples.double() @ mix) / mix.square().sum().clamp(min=1e-12))[:, None].float()


class Sounds:
    """New sound of several windows of the new clock, each (its patches, first mel frame, wave [..., samples]);
    `sound[a:b]` are samples a..b of the new clip, inside one patch's window."""

    def __init__(self, windows: list[tuple[list[Patch], int, Tensor]], rate: int = SAMPLE_RATE):
        self.windows, self.rate = windows, rate

    def like(self, original: Original) -> "Sounds":
        """The same at the rate of a recording, in its channels, and no louder than full scale or than it is itself."""
        balance, most, made = original.balance(), max(1.0, float(original.samples.abs().max())), []
        for patches, low, wave in self.windows:
            wave = balance * resample(wave, SAMPLE_RATE, original.rate)
            made.append((patches, low, wave * min(1.0, most / max(1e-9, float(wave.abs().max())))))
        return Sounds(made, original.rate)

    def __getitem__(self, place: slice) -> Tensor:
        low, wave = next(
            (low, wave) for patches, low, wave in self.windows if place.start < _at(patches[-1].new_end, self.rate)
        )
        first = _at(low, self.rate)
        return wave[..., place.start - first : place.stop - first]


def splice(wave: Tensor, sound, plan: Plan, rate: int = SAMPLE_RATE) -> Tensor:
    """Old wave [..., samples] outside the patches, new sound inside; `sound[a:b]` are samples a..b of the new clip (a
    wave [samples] will do), both at `rate` Hz."""
    parts, done = [], 0
    for patch in plan.patches:
        fresh = sound[_at(patch.place, rate) : _at(patch.new_end, rate)].to(wave.dtype, copy=True)
        start, end = _at(patch.start, rate), _at(patch.end, rate)
        most = min(fresh.shape[-1], end - start) // 2
        if start > 0:
            fade = _fade(wave[..., start : start + most], fresh, most, rate)
            fresh[..., :fade] = blend(wave[..., start : start + fade], fresh[..., :fade], _rise(fade, rate))
        if end + _at(1, rate) < wave.shape[-1]:
            fade = _fade(wave[..., end - most : end].flip(-1), fresh.flip(-1), most, rate)
            fresh[..., -fade:] = blend(wave[..., end - fade : end], fresh[..., -fade:], _rise(fade, rate).flip(0))
        parts += [wave[..., done:start], fresh]
        done = end
    return torch.cat([*parts, wave[..., done:]], -1)


def _at(frame: int, rate: int) -> int:
    """The sample at which a mel frame begins."""
    return round(frame * HOP * rate / SAMPLE_RATE)


def _samples(count: int, rate: int) -> int:
    """So many samples at 24 kHz, at another rate."""
    return round(count * rate / SAMPLE_RATE)


def _fade(old: Tensor, new: Tensor, most: int, rate: int) -> int:
    """Samples over which to go from old to new sound, both from the join inwards."""
    fade, long = _samples(FADE, rate), _samples(LONG, rate)
    quiet = old[..., :long].square().mean().sqrt() < PAUSE * new[..., :fade].square().mean().sqrt()
    return min(long if quiet else fade, most)


def _rise(fade: int, rate: int) -> Tensor:
    """Shares [fade] of what comes in: evenly, or by 60 dB where it comes out of a pause."""
    rise = torch.linspace(0, 1, fade)
    return rise if fade <= _samples(FADE, rate) else 10 ** (3 * rise - 3)


def blend(old: Tensor, new: Tensor, share: Tensor) -> Tensor:
    """From old to new sound [..., n] with `share` [n] of the new: as loud in the middle as at the ends, however alike
    they are."""
    power = (old.square().mean(-1, True) * new.square().mean(-1, True)).sqrt()
    likeness = ((old * new).mean(-1, True) / power.clamp(min=1e-12)).clamp(0, 1)
    size = (share.square() + (1 - share).square() + 2 * share * (1 - share) * likeness).sqrt()
    return (share * new + (1 - share) * old) / size
