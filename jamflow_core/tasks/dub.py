"""Text and lips -> speech on the lips' own timing."""

from dataclasses import replace

import torch
from torch import Tensor

from ..clock import CELL, GRID
from ..errors import JamFlowError
from ..flow.conditions import normalised
from ..flow.sampler import Canvas
from ..models import Models
from ..motion.rest import rest_of
from ..motion.space import exp_of, mouth_of
from ..text.parse import parse
from ..text.timed import TimedText
from .canvases import empty_face, heard_canvas, mel_of, mouth_of_canvas, rest_over, speech_canvas
from .clip import Clip, decoded
from .durations import fill_grid, predict_durations
from .fit import fit_of
from .front_ends import front_end
from .pauses import hushed
from .run import AS_USUAL, Run
from .settings import DEFAULTS
from .voice import Voice, voiced


def dub(models: Models, text: str | TimedText | None, motion: Tensor, voice: Voice, *, run: Run = AS_USUAL) -> Clip:
    """Text and lips [m, 21, 3] (25 fps) -> speech on the lips' own timing, in the voice of the prompt.

    The text is first laid on the lips by viseme alignment; the model, which sees the motion, does the fine timing. No
    text: babble that opens and closes with the lips.
    JamFlowError: the text cannot be said in the time for which the lips move; the model knows no times.
    """
    front_end(models).require_times("dub")
    run, models = run.by(DEFAULTS["dub"]), voiced(models, voice)
    timed, frames = None, -(-len(motion) // CELL) * GRID
    if text is not None:
        timed = text if isinstance(text, TimedText) and text.timed else laid_on_lips(models, text, motion, voice)
        timed, frames = fill_grid(timed, frames)
    lips = motion.new_zeros(frames // GRID * CELL, *motion.shape[1:])
    lips[: len(motion)] = motion
    # The model was taught with a face for the whole clip, so the prompt gets one as well.
    before = mouth_of(_prompt_face(models, voice, run)) if len(voice.mel) else mouth_of(lips[:0])
    mouth = normalised(torch.cat((before, mouth_of(lips).float())), models.flow.config.mouth)
    rest = rest_over(models, rest_of(lips).float(), len(mouth))
    seen = Canvas(mouth, torch.zeros(len(mouth), dtype=torch.bool), rest=rest)
    mel, _ = run.sample(models.flow, speech_canvas(models, timed, frames, voice), seen)
    mel = mel_of(models, mel, voice)
    return decoded(models, mel if timed is None else hushed(mel, timed), motion, timed)


def laid_on_lips(models: Models, text: str | TimedText, motion: Tensor, voice: Voice) -> TimedText:
    """The text with the times at which lips [m, 21, 3] could say it; JamFlowError where nobody could."""
    timed = parse(text, voice.language) if isinstance(text, str) else text
    timed = predict_durations(models, timed, voice)
    fit = fit_of(models, timed, motion, voice)
    if fit.lost:
        advice = fit.advice()
        raise JamFlowError(f"{advice[0].upper()}{advice[1:]}.")
    return replace(timed, durations=models.aligners.lips.align(motion, timed.symbols, timed.durations))


def _prompt_face(models: Models, voice: Voice, run: Run) -> Tensor:
    """Motion [m, 21, 3] of a voice prompt, painted from its mel."""
    quiet = replace(run, progress=None)
    _, mouth = quiet.sample(
        models.flow, heard_canvas(models, voice.mel, voice.text), empty_face(models, len(voice.mel))
    )
    return exp_of(mouth_of_canvas(models, mouth))
