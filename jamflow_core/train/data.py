"""Training windows: clips of one voice laid end to end and cut to a fixed length, so that no batch needs a mask.

Every batch is a function of (seed, step) alone: a resumed run sees exactly what an uninterrupted one would have seen.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..clock import MEL_RATE, motion_frames_of_mel
from ..config import Normaliser
from ..flow.conditions import text_clock
from ..motion.space import mouth_of
from ..text.f5_tokens import Vocabulary, f5_tokens
from ..tokens import decode
from .corpus import Cache
from .visemes import teacher_motion

_RATE = float(MEL_RATE)


@dataclass(frozen=True)
class Batch:
    """Normalised mel [B, N, 100] and mouth [B, M, 18]; symbols [B, n] (0 = padding), their seconds as the model is told
    [B, n], and the text clock [B, N] (symbol index + fraction). For a model that spells: ids + 1 of the letters, the
    rest is 0.
    """

    mel: Tensor
    mouth: Tensor | None
    tokens: Tensor
    durations: Tensor
    clock: Tensor


def jitter(durations: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Wrong durations with the right sum: every symbol is stretched by exp(amount * normal)."""
    wrong = durations * np.exp(amount * rng.standard_normal(len(durations)))
    return wrong * (durations.sum() / wrong.sum())


class Windows:
    """Batches of `frames` mel frames from a prepared corpus.

    mel: its statistics, None = mels as they are. mouth: its statistics, None = no motion. The last `held_back` clips of
    the cache are
    never
    trained on; `held_out` takes only these. symbols: the vocabulary of a model that spells (F5-TTS).
    """

    def __init__(
        self,
        cache: Cache,
        mel: Normaliser | None,
        mouth: Normaliser | None,
        frames: int,
        held_out: bool = False,
        symbols: tuple[str, ...] | None = None,
    ):
        self.cache, self.frames = cache, frames
        self.mel_mean, self.mel_std = (
            np.asarray(value, np.float32) for value in ((mel.mean, mel.std) if mel else (0, 1))
        )
        self.mouth = mouth
        self.vocabulary = None if symbols is None else Vocabulary(symbols)
        training = len(cache) - cache.held_back
        rows = range(training, len(cache)) if held_out else range(training)
        self.by_voice: dict[str, list[int]] = {}
        for index in rows:
            self.by_voice.setdefault(cache.clips[index]["voice"], []).append(index)
        self.voices = sorted(self.by_voice)
        counts = np.array([len(self.by_voice[voice]) for voice in self.voices], float)
        self.chances = counts / counts.sum()

    def batch(
        self, size: int, seed: int, step: int, wrong_durations: float | None = None, motion: bool = True
    ) -> Batch:
        """wrong_durations: log-normal spread of the durations told to the model; None = a mixture of none and
        little.
        """
        rng = np.random.default_rng((seed, step))
        rows = [self._window(rng, wrong_durations, motion and self.mouth is not None) for _ in range(size)]
        longest = max(len(row[2]) for row in rows)

        def padded(column, kind):
            out = np.zeros((size, longest), kind)
            for row, values in zip(out, column):
                row[: len(values)] = values
            return torch.from_numpy(out)

        mels, mouths, tokens, durations, clocks = zip(*rows)
        return Batch(
            mel=torch.from_numpy(np.stack(mels)),
            mouth=None if mouths[0] is None else torch.from_numpy(np.stack(mouths)),
            tokens=padded(tokens, np.int64),
            durations=padded(durations, np.float32),
            clock=torch.from_numpy(np.stack(clocks).astype(np.float32)),
        )

    def _window(self, rng, wrong_durations, motion):
        pool = self.by_voice[self.voices[rng.choice(len(self.voices), p=self.chances)]]
        first = self.cache[pool[rng.integers(len(pool))]]
        skipped = 0 if rng.random() < 0.5 else int(rng.integers(len(first.mel)))
        clips, total = [first], len(first.mel) - skipped
        while total < self.frames:
            clips.append(self.cache[pool[rng.integers(len(pool))]])
            total += len(clips[-1].mel)
        if wrong_durations is None:
            wrong_durations = rng.choice([0.0, 0.1, 0.3], p=[0.4, 0.4, 0.2])
        true, told = [], []
        for clip in clips:
            seconds = clip.durations * (len(clip.mel) / _RATE / clip.durations.sum())
            true.append(seconds)
            told.append(jitter(seconds, wrong_durations, rng) if wrong_durations else seconds)
        tokens, true, told = np.concatenate([clip.tokens for clip in clips]), np.concatenate(true), np.concatenate(told)
        mel = np.concatenate([clip.mel for clip in clips])[skipped : skipped + self.frames].astype(np.float32)
        mouth = self._mouth(tokens, true, skipped, rng) if motion else None
        tokens, told, clock = (
            self._cut(tokens, told, skipped) if self.vocabulary is None else self._letters(clips, skipped)
        )
        return (mel - self.mel_mean) / self.mel_std, mouth, tokens, told, clock

    def _mouth(self, tokens, durations, skipped, rng):
        """The teacher's mouth over the window, on the window's own 25 fps grid, normalised."""
        count = motion_frames_of_mel(self.frames)
        exp = teacher_motion(decode(tokens), durations, rng, start=skipped / _RATE, frames=count)
        return ((mouth_of(exp) - np.asarray(self.mouth.mean)) / np.asarray(self.mouth.std)).astype(np.float32)

    def _cut(self, tokens, durations, skipped):
        """Keep the symbols that sound inside the window; the clock counts from the first of them."""
        clock = text_clock(durations, skipped + self.frames)[skipped:]
        first, last = int(clock[0]), int(clock[-1])
        return tokens[first : last + 1], durations[first : last + 1], clock - first

    def _letters(self, clips, skipped):
        """The letters that are said inside the window, told by their place in the text: F5-TTS knows no times."""
        ids, moments, at = [], [], -skipped
        for clip in clips:
            letters = self.vocabulary.encode(f5_tokens(clip.text.strip() + " ")).numpy() + 1
            ids.append(letters)
            moments.append(at + np.arange(len(letters)) / len(letters) * len(clip.mel))
            at += len(clip.mel)
        moments = np.concatenate(moments)
        inside = np.concatenate(ids)[(moments >= 0) & (moments < self.frames)]
        return inside, np.zeros(len(inside)), np.zeros(self.frames)
