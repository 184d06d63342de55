"""New sound into an old recording: joins that cannot be heard, and not a sample changed outside of them."""

import torch
from torch import Tensor

from ...clock import HOP
from .plan import Patch, Plan

# Samples inside a painted span over which old and new sound are blended at either end; where new sound meets a pause of
# the recording it dies away over LONG ones.
FADE, LONG = 480, 1920
PAUSE = 0.1  # of the new sound's level: what is below it is a pause


class Sounds:
    """New sound of several windows of the new clock: `sound[a:b]` for samples inside one patch's window."""

    def __init__(self, windows: list[tuple[list[Patch], int, Tensor]]):
        self.windows = windows

    def __getitem__(self, place: slice) -> Tensor:
        low, wave = next((low, wave) for patches, low, wave in self.windows if place.start < patches[-1].new_end * HOP)
        return wave[place.start - low * HOP : place.stop - low * HOP]


def splice(wave: Tensor, sound, plan: Plan) -> Tensor:
    """Old wave outside the patches, new sound inside; `sound[a:b]` are samples a..b of the new clip (a wave will
    do)."""
    parts, at = [], 0
    for patch in plan.patches:
        fresh = sound[patch.place * HOP : patch.new_end * HOP].clone()
        start, end = patch.start * HOP, patch.end * HOP
        most = min(len(fresh), end - start) // 2
        if start > 0:
            fade = _fade(wave[start : start + most], fresh, most)
            fresh[:fade] = blend(wave[start : start + fade], fresh[:fade], _rise(fade))
        if end + HOP < len(wave):
            fade = _fade(wave[end - most : end].flip(0), fresh.flip(0), most)
            fresh[-fade:] = blend(wave[end - fade : end], fresh[-fade:], _rise(fade).flip(0))
        parts += [wave[at:start], fresh]
        at = end
    return torch.cat([*parts, wave[at:]])


def _fade(old: Tensor, new: Tensor, most: int) -> int:
    """Samples over which to go from old to new sound, both from the join inwards."""
    quiet = old[:LONG].square().mean().sqrt() < PAUSE * new[:FADE].square().mean().sqrt()
    return min(LONG if quiet else FADE, most)


def _rise(fade: int) -> Tensor:
    """Shares [fade] of what comes in: evenly, or by 60 dB where it comes out of a pause."""
    rise = torch.linspace(0, 1, fade)
    return rise if fade <= FADE else 10 ** (3 * rise - 3)


def blend(old: Tensor, new: Tensor, share: Tensor) -> Tensor:
    """From old to new sound [n] with `share` [n] of the new: as loud in the middle as at the ends, however alike they
    are."""
    power = (old.square().mean() * new.square().mean()).sqrt()
    likeness = ((old * new).mean() / power).clamp(0, 1) if power > 1e-12 else power.new_zeros(())
    size = (share.square() + (1 - share).square() + 2 * share * (1 - share) * likeness).sqrt()
    return (share * new + (1 - share) * old) / size
