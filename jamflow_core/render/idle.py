"""Small natural movements, missed when they are absent: blinks, glances, a head that is never quite still."""

import numpy as np

from ..clock import SAMPLE_RATE

# Seconds. Spontaneous blinks: a fast fall, a short rest, a slow rise, 120-400 ms in all, every 2-6 s in conversation
# (Bentivoglio et al. 1997; VanderWerf et al. 2003).
BLINK_EVERY = (2.0, 6.0)
BLINK_FALL, BLINK_REST, BLINK_RISE = (0.06, 0.10), (0.02, 0.08), (0.10, 0.20)
FIRST_BLINK = (0.8, 3.0)

GLANCE_EVERY = (0.7, 2.8)  # seconds
GLANCE_SIZE = np.array([0.28, 0.15])

SWAY_BAND = (0.08, 0.55)  # Hz
SWAY_WAVES = 5
SWAY_SIZE = np.array([1.3, 0.8, 0.6, 0.006, 0.005])  # standard deviation of yaw, pitch, roll (degrees), x, y (IOD)
FADE_IN = 0.5  # the clip starts from the picture itself
NOD = 1.6  # degrees of pitch for the strongest accent
NOD_SECONDS = 0.12  # the head follows the voice this softly


def idle_motion(frames: int, seed: int, fps: float = 25, blink: float = 1.0, sway: float = 1.0,
                energy: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Blinks [frames] (0..1) and head motion [frames, 5] (yaw, pitch, roll in degrees, x, y in eye distances).

    The same seed gives the same motion, and a longer clip begins like a shorter one. `blink`: how often, 1 is usual, 0
    never. `sway` scales the head's motion; `energy` [frames], loudness of the speech 0..1, adds small nods on its
    accents.
    """
    blink_rng, sway_rng = (np.random.default_rng([seed, stream]) for stream in (0, 1))
    lids = _blinks(frames, fps, blink_rng, float(blink)) if blink else np.zeros(frames, np.float32)
    time = np.arange(frames) / fps
    head = _drift(time, sway_rng)
    if energy is not None:
        head[:, 1] += NOD * _accents(np.asarray(energy, float), fps)
    fade = np.clip(time / FADE_IN, 0, 1)
    return lids, (head * (sway * fade * fade * (3 - 2 * fade))[:, None]).astype(np.float32)


def idle_gaze(frames: int, seed: int, fps: float = 25) -> np.ndarray:
    """Small glances [frames, 2] (to the picture's right and down, -1..1): quick jumps between longer rests."""
    rng = np.random.default_rng([seed, 2])
    gaze, time, place = np.zeros((frames, 2), np.float32), rng.uniform(*GLANCE_EVERY), np.zeros(2)
    while time < frames / fps:
        place = GLANCE_SIZE * rng.standard_normal(2) if np.allclose(place, 0) or rng.random() < 0.5 else np.zeros(2)
        gaze[int(time * fps) :] = np.clip(place, -1, 1)
        time += rng.uniform(*GLANCE_EVERY)
    return gaze


def loudness(wave, frames: int, fps: float = 25) -> np.ndarray:
    """Speech [samples] at 24 kHz -> how loud each frame is, 0..1 (1 is reached by the loudest twentieth), float64
    [frames].
    """
    wave, step = np.asarray(wave, np.float64), SAMPLE_RATE / fps
    power = np.concatenate([[0.0], np.cumsum(wave**2)])
    edges = np.minimum(np.round(np.arange(frames + 1) * step).astype(int), len(wave))
    level = np.sqrt(np.diff(power[edges]).clip(0) / step)
    top = np.percentile(level, 95) if frames else 0.0
    return np.clip(level / top, 0, 1) if top > 0 else level


def _blinks(frames: int, fps: float, rng: np.random.Generator, often: float) -> np.ndarray:
    lids = np.zeros(frames)
    time = np.arange(frames) / fps
    start = rng.uniform(*FIRST_BLINK) / often
    while start < frames / fps:
        closed = start + rng.uniform(*BLINK_FALL)
        opening = closed + rng.uniform(*BLINK_REST)
        end = opening + rng.uniform(*BLINK_RISE)
        level = np.interp(time, [start, closed, opening, end], [0, 1, 1, 0], left=0, right=0)
        lids = np.maximum(lids, level * level * (3 - 2 * level))
        start = end + rng.uniform(*BLINK_EVERY) / often
    return lids.astype(np.float32)


def _drift(time: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Slow, never repeating head motion: a few waves of random frequency and phase for each channel."""
    frequency = np.exp(rng.uniform(*np.log(SWAY_BAND), (SWAY_WAVES, 5)))
    phase = rng.uniform(0, 2 * np.pi, (SWAY_WAVES, 5))
    weight = 1 / np.sqrt(frequency)
    weight /= np.sqrt((weight**2 / 2).sum(0))
    return (weight * np.sin(2 * np.pi * frequency * time[:, None, None] + phase)).sum(1) * SWAY_SIZE


def _accents(energy: np.ndarray, fps: float) -> np.ndarray:
    """Where speech is louder than around it, 0..1, smoothed to the speed of a head."""

    def smooth(x, seconds):
        reach = max(1, int(round(3 * seconds * fps)))
        kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / (seconds * fps)) ** 2)
        return np.convolve(np.pad(x, reach, mode="edge"), kernel / kernel.sum(), "valid")

    return np.clip(2 * (smooth(energy, NOD_SECONDS) - smooth(energy, 6 * NOD_SECONDS)), 0, 1)
