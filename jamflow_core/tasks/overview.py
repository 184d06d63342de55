"""A clip at a glance: waveform, words, phonemes and mouth opening over time, small enough to send to a screen."""

import numpy as np
from torch import Tensor

from ..clock import MOTION_FPS, SAMPLE_RATE
from ..text.timed import TimedText

# Peaks a second, and at most so many values a curve: ten minutes are drawn from 20000 peaks.
PEAKS, MOST = 200, 20000


def overview(
    seconds: float,
    wave: Tensor | None = None,
    text: TimedText | None = None,
    opening: np.ndarray | None = None,
) -> dict:
    """Plain numbers, ready for JSON; parts that are not given are left out.

    wave [samples] at 24 kHz -> `peaks`; text with times -> `words` and `phonemes`, each [what, start, end] in seconds;
    opening [frames] at 25 fps, 0 closed and 1 wide open -> `opening`. Curves are {rate: values a second, values:
    0..255}.
    """
    shown: dict = {"seconds": round(seconds, 3)}
    if wave is not None:
        shown["peaks"] = peaks(wave.detach().cpu().float().numpy())
    if text is not None and text.timed:
        shown["words"] = [_timed(word, start, end) for word, start, end in text.word_spans()]
        starts = text.starts()
        said = zip(text.symbols, starts, starts[1:])
        shown["phonemes"] = [_timed(symbol, start, end) for symbol, start, end in said if len(symbol) == 1]
    if opening is not None:
        every = -(-len(opening) // MOST)
        shown["opening"] = {"rate": MOTION_FPS / every, "values": _bytes(opening[::every])}
    return shown


def peaks(wave: np.ndarray) -> dict:
    """wave [samples] -> the loudest sample of each short stretch, against the loudest of all."""
    size = max(SAMPLE_RATE // PEAKS, -(-len(wave) // MOST))
    padded = np.pad(np.abs(wave), (0, -len(wave) % size)).reshape(-1, size)
    tops = padded.max(axis=1)
    return {"rate": SAMPLE_RATE / size, "values": _bytes(tops / max(tops.max(initial=0.0), 1e-6))}


def _timed(what: str, start: float, end: float) -> list:
    return [what, round(float(start), 3), round(float(end), 3)]


def _bytes(curve: np.ndarray) -> list[int]:
    """Values 0..1 (beyond is clipped) as whole numbers 0..255."""
    return np.round(np.clip(curve, 0, 1) * 255).astype(int).tolist()
