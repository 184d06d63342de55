"""A recording -> the face that says it."""

import math
from collections.abc import Iterator
from dataclasses import replace

import torch
from torch import Tensor

from ..audio.mel import LOG_FLOOR, log_mel
from ..clock import CELL, GRID, HOP, MOTION_FPS, SAMPLE_RATE, motion_frames_of_mel
from ..flow.sampler import Canvas
from ..models import Models
from ..motion.space import exp_of
from ..text.timed import TimedText
from .canvases import OVERLAP, WINDOW, cleaned, heard_canvas, mouth_of_canvas
from .clip import Clip
from .run import AS_USUAL, Run
from .settings import DEFAULTS


def animate(models: Models, wave: Tensor, text: TimedText | None = None, *, run: Run = AS_USUAL) -> Clip:
    """Speech [samples] -> the face that says it. A timed text (see align.py) helps where the recording is unclear."""
    frames = max(1, -(-len(wave) // (HOP * GRID))) * GRID
    padded = torch.nn.functional.pad(wave, (0, frames * HOP - len(wave)))
    mel = log_mel(padded)[:frames]
    mouth = lips_of(models.lips, cleaned(models.lips, mel), text, run)
    return Clip(wave, mel, exp_of(mouth[: -(-len(wave) * MOTION_FPS // SAMPLE_RATE)]), text)


def lips_of(models: Models, mel: Tensor, text: TimedText | None = None, run: Run = AS_USUAL) -> Tensor:
    """Log mel [frames, 100] of speech -> mouth [m, 18] at 25 fps that covers it."""
    config, run, wanted = models.flow.config, run.by(DEFAULTS["animate"]), len(mel)
    frames = -(-wanted // GRID) * GRID
    mel = torch.nn.functional.pad(mel, (0, 0, 0, frames - wanted), value=math.log(LOG_FLOOR))
    audio = heard_canvas(models, mel, text)
    stretches = list(_stretches(frames))
    mouth = torch.zeros(frames // GRID * CELL, config.motion.channels)
    for index, (start, end, known) in enumerate(stretches):
        first, last, behind = (edge // GRID * CELL for edge in (start, end, known))
        part = slice(start, end)
        heard = replace(audio, given=audio.given[part], generate=audio.generate[part], text=audio.text[part])
        seen = Canvas(mouth[first:last], torch.arange(last - first) >= behind)
        _, painted = run.part(index, len(stretches)).sample(models.flow, heard, seen)
        mouth[first:last] = painted.float().cpu()
    return mouth_of_canvas(models, mouth)[: motion_frames_of_mel(wanted)]


def _stretches(frames: int) -> Iterator[tuple[int, int, int]]:
    """(start, end, frames already known) of stretches that cover `frames` and overlap by OVERLAP."""
    start, known = 0, 0
    while True:
        end = min(frames, start + WINDOW)
        yield start, end, known
        if end == frames:
            return
        start, known = end - OVERLAP, OVERLAP
