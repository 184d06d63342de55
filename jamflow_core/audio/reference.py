"""A recording made ready to be imitated."""

from torch import Tensor

from .loudness import normalise
from .resample import to_mono_24k
from .silence import check_sound, cut, trim

REFERENCE_SECONDS = 6.0


def prepare_reference(wave: Tensor, rate: int, max_seconds: float | None = REFERENCE_SECONDS) -> Tensor:
    """[samples] or [channels, samples] at any rate -> [samples], mono, 24 kHz, trimmed, at the loudness of the corpus.

    Longer clips are cut, at a pause if there is one (never with max_seconds=None: a clip whose transcript is known must
    stay whole). JamFlowError: empty, silent or broken sound.
    """
    mono = trim(check_sound(to_mono_24k(check_sound(wave), rate)))
    if max_seconds is not None:
        mono = trim(cut(mono, max_seconds))
    return normalise(mono)[0]
