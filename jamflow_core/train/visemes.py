"""Teacher motion: the face that goes with phonemes of known durations.

Coarticulation by dominance functions (Cohen & Massaro 1993): every phoneme pulls the lips towards its own shape, with a
strength that is full during the phoneme and fades exponentially around it; the shape at a moment is the average of all
pulls. Short phonemes are therefore undershot, and consonants that do not care for the lips (k, h) take the shape of
their
neighbours. Where the lips must meet something the blend is overruled: p, b and m shut them, f and v bring the lower one
to the teeth. The split of diphthongs at 55 % of their length and the idea that closures must win over the blend come
from openfacefx (MIT), whose own curves smear (a decay of 90-170 ms) and switch closures on in one frame.

The numbers are chosen to give the ranges of LivePortrait's recording of a talking face.

Time: motion frame i is the face at start + i / 25 seconds, and durations are those heard (train/timing.py).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil

import numpy as np

from ..clock import MOTION_FPS
from ..motion.basis import JAW, PRESS, PUCKER, SHIFT, STATES, WIDE, state_to_exp
from ..motion.visemes import CLOSED, GAP, MARK, SILENT, viseme_of

# viseme: target jaw, wide, pucker; and how strongly it pulls on the jaw and on the width of the lips
_SHAPES = {
    SILENT: (0.00, 0.00, 0.00, 1.00, 1.00),
    GAP: (0.00, 0.00, 0.00, 0.04, 0.04),
    CLOSED: (0.10, 0.00, 0.00, 0.30, 0.15),
    "fv": (0.07, 0.20, 0.00, 1.00, 0.60),
    "th": (0.17, 0.08, 0.00, 0.80, 0.40),
    "td": (0.18, 0.10, 0.00, 0.60, 0.30),
    "kg": (0.26, 0.05, 0.00, 0.40, 0.15),
    "ky": (0.22, 0.25, 0.00, 0.50, 0.40),
    "sz": (0.09, 0.28, 0.00, 2.40, 0.60),
    "sh": (0.15, 0.00, 0.48, 1.20, 1.20),
    "r": (0.20, 0.00, 0.36, 0.70, 0.80),
    "w": (0.12, 0.00, 0.78, 1.40, 1.60),
    "y": (0.18, 0.32, 0.00, 0.70, 0.80),
    "h": (0.30, 0.00, 0.00, 0.06, 0.03),
    "ah": (0.82, 0.08, 0.00, 1.00, 0.80),
    "uh": (0.62, 0.06, 0.00, 0.90, 0.70),
    "schwa": (0.34, 0.06, 0.00, 0.60, 0.35),
    "er": (0.40, 0.00, 0.30, 0.90, 0.90),
    "eh": (0.64, 0.28, 0.00, 1.00, 0.90),
    "ih": (0.34, 0.28, 0.00, 0.90, 0.90),
    "ee": (0.24, 0.44, 0.00, 1.00, 1.20),
    "aw": (0.70, 0.00, 0.38, 1.00, 1.00),
    "oh": (0.50, 0.00, 0.58, 1.00, 1.20),
    "oo": (0.28, 0.00, 0.62, 0.90, 1.20),
    "ooh": (0.20, 0.00, 0.74, 1.00, 1.40),
}
_VOWELS = ("ah", "uh", "schwa", "er", "eh", "ih", "ee", "aw", "oh", "oo", "ooh")
_STRESS = {"ˈ": 1.15, "ˌ": 1.0}
_UNSTRESSED = 0.85
_GLIDE_AT = 0.55

# Seconds. The pull fades by e in FADE; rounding begins LEAD earlier than the other movements, as lips do.
_FADE = np.array([0.032, 0.028, 0.028])
_LEAD = np.array([0.015, 0.020, 0.050])
# A contact lasts for at least one frame, so that the frame nearest to its centre always shows it.
_SHORTEST_CONTACT = 1.1 / MOTION_FPS
_CLOSING = 0.095
# How far the lips may be open during a contact.
_CONTACT = {CLOSED: 0.0, "fv": 0.07}
# Contacts are made a little before they are heard.
_CONTACT_LEAD = 0.020
# A gap between words lasting this long is a real silence.
_SILENCE_FROM = (0.10, 0.25)


@dataclass(frozen=True)
class _Pull:
    """One target of the lips, from `start` to `end` seconds."""

    viseme: str
    start: float
    end: float
    gain: float


def _pulls(symbols: Sequence[str], durations: np.ndarray) -> list[_Pull]:
    """Targets in time: stress marks belong to the symbol after them, length marks to the one before, glides are two."""
    pulls: list[_Pull] = []
    ends = np.cumsum(durations).tolist()
    gain, start = _UNSTRESSED, 0.0
    for symbol, end in zip(symbols, ends):
        viseme = viseme_of(symbol)
        if symbol in _STRESS:
            gain = _STRESS[symbol]  # its own time goes to the symbol that follows
            continue
        if viseme == MARK and pulls:
            pulls[-1] = replace(pulls[-1], end=end)
        elif viseme != MARK:
            parts = viseme.split(">")
            middle = start + _GLIDE_AT * (end - start)
            edges = (start, middle, end) if len(parts) == 2 else (start, end)
            pulls += [_Pull(part, *span, gain) for part, span in zip(parts, pairwise(edges))]
            gain = _UNSTRESSED
        start = end
    return pulls


def _smoothstep(x: np.ndarray) -> np.ndarray:
    x = np.clip(x, 0.0, 1.0)
    return x * x * (3 - 2 * x)


def _fading_box(time: np.ndarray, start: np.ndarray, end: np.ndarray, fade: float) -> np.ndarray:
    """A pulse that is 1 from start to end and fades exponentially on both sides: [times, pulls]."""
    rise, fall = ((time[:, None] - edge) / fade for edge in (start, end))
    return 0.5 * (np.tanh(rise / 2) - np.tanh(fall / 2)) + 1e-12


def _contact(time: np.ndarray, pull: _Pull) -> np.ndarray:
    """How far the lips are in contact: 1 during the phoneme, gone `_CLOSING` seconds away from it."""
    centre = (pull.start + pull.end) / 2
    start = min(pull.start - _CONTACT_LEAD, centre - _SHORTEST_CONTACT / 2)
    end = max(pull.end, centre + _SHORTEST_CONTACT / 2)
    return 1 - _smoothstep(np.maximum(start - time, time - end) / _CLOSING)


def state_at(time: np.ndarray, symbols: Sequence[str], durations: np.ndarray) -> np.ndarray:
    """The mouth's states at any moments `time` [n] (seconds) -> float64 [n, 5], without individual variation."""
    pulls = _pulls(symbols, durations)
    start, end, gain = np.array([[pull.start, pull.end, pull.gain] for pull in pulls]).T
    shapes = np.array([_SHAPES[pull.viseme] for pull in pulls])
    targets, strength = shapes[:, :3], shapes[:, [3, 4, 4]]
    vowel = np.array([pull.viseme in _VOWELS for pull in pulls])
    targets = targets * np.where(vowel, gain, 1.0)[:, None]
    gap = np.array([pull.viseme == GAP for pull in pulls])
    low, high = _SILENCE_FROM
    silent = np.where(gap, _smoothstep((end - start - low) / (high - low)), 0.0)[:, None]
    strength = strength + silent * (1 - strength)

    state = np.zeros((len(time), len(STATES)))
    for channel in (JAW, WIDE, PUCKER):
        box = _fading_box(time, start - _LEAD[channel], end, _FADE[channel]) * strength[:, channel]
        state[:, channel] = box @ targets[:, channel] / box.sum(axis=1)
    for pull in pulls:
        if pull.viseme in _CONTACT:
            contact = _contact(time, pull)
            held = np.minimum(state[:, JAW], _CONTACT[pull.viseme])
            state[:, JAW] += contact * (held - state[:, JAW])
            if pull.viseme == CLOSED:
                state[:, PRESS] = np.maximum(state[:, PRESS], 0.6 * contact**4)
    return state


def teacher_state(
    symbols: Sequence[str],
    durations: np.ndarray,
    rng: np.random.Generator | None = None,
    start: float = 0.0,
    frames: int | None = None,
) -> np.ndarray:
    """States float32 [frames, 5] at 25 fps from `start` seconds on, for symbols and their durations in seconds.

    `frames` None: to the end, ceil((seconds - start) * 25). With `rng` the speaker varies: how far the mouth moves
    (0.85-1.15 for the utterance, each movement a little apart) and a slow sideways drift.
    """
    durations = np.asarray(durations, np.float64)
    if len(symbols) != len(durations):
        raise ValueError(f"{len(symbols)} symbols need as many durations, not {len(durations)}")
    if frames is None:
        frames = ceil((durations.sum() - start) * MOTION_FPS - 1e-6)
    time = start + np.arange(frames) / MOTION_FPS
    state = state_at(time, symbols, durations)
    if rng is not None:
        state[:, [JAW, WIDE, PUCKER]] *= rng.uniform(0.85, 1.15) * rng.uniform(0.95, 1.05, 3)
        period, phase = rng.uniform(2.0, 6.0), rng.uniform(0, 2 * np.pi)
        state[:, SHIFT] = rng.normal(0, 0.06) + 0.08 * np.sin(2 * np.pi * time / period + phase)
    return state.astype(np.float32)


def teacher_motion(
    symbols: Sequence[str],
    durations: np.ndarray,
    rng: np.random.Generator | None = None,
    start: float = 0.0,
    frames: int | None = None,
) -> np.ndarray:
    """Expression deltas float32 [frames, 21, 3] at 25 fps; arguments as for `teacher_state`."""
    return state_to_exp(teacher_state(symbols, durations, rng, start, frames))
