"""Where a recording is silent: refuse, trim, find pauses, cut. Waves are float [samples], mono, 24 kHz."""

import torch
from torch import Tensor

from ..clock import SAMPLE_RATE
from ..errors import JamFlowError

FRAME = SAMPLE_RATE // 100  # 10 ms
_FAINTEST = 1e-3  # a peak below this (-60 dBFS) is no recording of speech
_LOWEST, _HIGHEST = 10 ** (-40 / 20), 10 ** (-25 / 20)  # of the loudest frame: below is silence, above is not
_OVER_NOISE = 2.0  # sound is 6 dB above the room


def check_sound(wave: Tensor, name: str = "the recording") -> Tensor:
    """The wave itself; JamFlowError when it is empty, silent, or holds NaN or infinity."""
    if wave.numel() == 0:
        raise JamFlowError(f"Give a clip with speech: {name} is empty.")
    if not torch.isfinite(wave).all():
        raise JamFlowError(f"Copy or convert it again: {name} is broken, it holds samples that are not numbers.")
    if wave.abs().max() < _FAINTEST:
        raise JamFlowError(f"Give a clip with speech: {name} is silent.")
    return wave


def frame_levels(wave: Tensor) -> Tensor:
    """RMS of each 10 ms frame [ceil(samples / 240)]; the last is filled up with zeros."""
    padded = torch.nn.functional.pad(wave, (0, -wave.shape[-1] % FRAME))
    return padded.view(-1, FRAME).square().mean(-1).sqrt()


def is_sound(levels: Tensor) -> Tensor:
    """bool [frames]: louder than the room, which is what the quietest tenth of the frames holds."""
    loudest = levels.max()
    room = torch.quantile(levels[: 1 << 20], 0.1) * _OVER_NOISE
    return levels > room.clamp(loudest * _LOWEST, loudest * _HIGHEST)


def trim(wave: Tensor, keep: float = 0.15) -> Tensor:
    """Without its silence at both ends, of which `keep` seconds stay."""
    sound = is_sound(frame_levels(wave)).nonzero()
    margin = round(keep * SAMPLE_RATE)
    return wave[max(0, int(sound[0]) * FRAME - margin) : (int(sound[-1]) + 1) * FRAME + margin]


def pauses(wave: Tensor, shortest: float = 0.15) -> list[tuple[float, float]]:
    """(start, end) in seconds of the silences between sounds that last at least `shortest` seconds."""
    sound = is_sound(frame_levels(wave)).nonzero().flatten()
    gaps = zip((sound[:-1] + 1).tolist(), sound[1:].tolist())
    return [(start / 100, end / 100) for start, end in gaps if end - start >= shortest * 100]


def cut(wave: Tensor, seconds: float) -> Tensor:
    """At most `seconds` long: to the middle of the last pause that leaves half of it, else to its quietest moment."""
    if wave.shape[-1] <= seconds * SAMPLE_RATE:
        return wave
    middles = [(start + end) / 2 for start, end in pauses(wave)]
    fitting = [middle for middle in middles if seconds / 2 <= middle <= seconds]
    if fitting:
        end = round(fitting[-1] * SAMPLE_RATE)
    else:
        first = round(seconds * 50)
        levels = frame_levels(wave)[first : round(seconds * 100)]
        end = (first + int(levels.argmin())) * FRAME + FRAME // 2
    fade = torch.ones(end, dtype=wave.dtype, device=wave.device)
    fade[-FRAME:] = torch.linspace(1, 0, FRAME)
    return wave[:end] * fade
