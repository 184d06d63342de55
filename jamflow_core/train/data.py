"""Training windows: clips of one voice laid end to end and cut to a fixed length, so that no batch needs a mask.

Every batch is a function of (seed, step) alone: a resumed run sees exactly what an uninterrupted one would have seen.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ..clock import HOP, MEL_RATE, motion_frames_of_mel
from ..config import Normaliser
from ..flow.conditions import text_clock
from ..motion.rest import REST_CHANNELS, smiling
from ..motion.space import mouth_of
from ..text.f5_tokens import Vocabulary, f5_tokens
from ..tokens import decode
from .corpus import Cache, Clip
from .stretch import Variety, heard, lay, mel_of
from .throat import Throat
from .visemes import teacher_motion

_RATE = float(MEL_RATE)
# Frames of the recording that the voice vector is taken from, one of these a batch.
REFERENCES = (128, 224, 320)
# A full smile spreads the lips and shortens the throat, and speech becomes this much higher.
SMILING = 0.09


@dataclass(frozen=True)
class Batch:
    """Normalised mel [B, N, 100] and mouth [B, M, 18]; symbols [B, n] (0 = padding), their seconds as the model is told
    [B, n], and the text clock [B, N] (symbol index + fraction). For a model that spells: ids + 1 of the letters, the
    rest is 0.

    heard: the mel as a poor recording gives it (None = as it is). reference: mel [B, R, 100] of the same speaker saying
    something else. rest: the face's other keypoints [B, M, 45]. prompt: frames [B] that are given, all behind them is
    to be said; -1 = free.
    """

    mel: Tensor
    mouth: Tensor | None
    tokens: Tensor
    durations: Tensor
    clock: Tensor
    heard: Tensor | None = None
    reference: Tensor | None = None
    rest: Tensor | None = None
    prompt: Tensor | None = None


def jitter(durations: np.ndarray, amount: float, rng: np.random.Generator) -> np.ndarray:
    """Wrong durations with the right sum: every symbol is stretched by exp(amount * normal)."""
    wrong = durations * np.exp(amount * rng.standard_normal(len(durations)))
    return wrong * (durations.sum() / wrong.sum())


class Voices:
    """The clips `rows` of a corpus by their voices."""

    def __init__(self, cache: Cache, rows: Iterable[int]):
        self.rows: dict[str, list[int]] = {}
        for index in rows:
            self.rows.setdefault(cache.clips[index]["voice"], []).append(index)
        self.names = sorted(self.rows)
        counts = np.array([len(self.rows[name]) for name in self.names], float)
        self.chances = counts / counts.sum()

    def draw(self, rng: np.random.Generator) -> str:
        """A voice, as often as it speaks."""
        return self.names[rng.choice(len(self.names), p=self.chances)]

    def clip(self, name: str, rng: np.random.Generator) -> int:
        """One of its clips."""
        return self.rows[name][rng.integers(len(self.rows[name]))]


class Windows:
    """Batches of `frames` mel frames from a prepared corpus.

    mel: its statistics, None = mels as they are. mouth: its statistics, None = no motion. The last `held_back` clips of
    the cache are never trained on; `held_out` takes only these. symbols: the vocabulary of a model that spells
    (F5-TTS).
    variety: other speakers and poorer recordings made of the corpus while it is read, None = as it is.
    """

    def __init__(
        self,
        cache: Cache,
        mel: Normaliser | None,
        mouth: Normaliser | None,
        frames: int,
        held_out: bool = False,
        symbols: tuple[str, ...] | None = None,
        variety: Variety | None = None,
    ):
        self.cache, self.frames, self.variety = cache, frames, variety
        self.mel_mean, self.mel_std = (
            np.asarray(value, np.float32) for value in ((mel.mean, mel.std) if mel else (0, 1))
        )
        self.mouth = mouth
        self.vocabulary = None if symbols is None else Vocabulary(symbols)
        training = len(cache) - cache.held_back
        rows = range(training, len(cache)) if held_out else range(training)
        self.voices = Voices(cache, rows)

    def batch(
        self, size: int, seed: int, step: int, wrong_durations: float | None = None, motion: bool = True
    ) -> Batch:
        """wrong_durations: log-normal spread of the durations told to the model; None = a mixture of none and
        little.
        """
        rng = np.random.default_rng((seed, step))
        motion = motion and self.mouth is not None
        length = int(rng.choice(REFERENCES)) if self.variety else 0
        rows = [self._window(rng, wrong_durations, motion, length) for _ in range(size)]
        longest = max(len(row["tokens"]) for row in rows)

        def padded(name, kind):
            out = np.zeros((size, longest), kind)
            for line, row in zip(out, rows):
                line[: len(row[name])] = row[name]
            return torch.from_numpy(out)

        def stacked(name):
            values = [row.get(name) for row in rows]
            return None if values[0] is None else torch.from_numpy(np.stack(values).astype(np.float32))

        return Batch(
            tokens=padded("tokens", np.int64),
            durations=padded("told", np.float32),
            prompt=torch.tensor([row["prompt"] for row in rows]) if self.variety else None,
            **{name: stacked(name) for name in ("mel", "mouth", "clock", "heard", "reference", "rest")},
        )

    def _clip(self, voice: str, rng) -> Clip:
        return self.cache[self.voices.clip(voice, rng)]

    def _window(self, rng, wrong_durations, motion, reference) -> dict:
        """The parts of one example, by their names in `Batch`."""
        voice = self.voices.draw(rng)
        throat = Throat.draw(rng) if self.variety and rng.random() < self.variety.throat else Throat()
        smile = float(rng.random()) if self.variety and motion and rng.random() < self.variety.smile else 0.0
        clips, ratios = [self._clip(voice, rng)], [throat.ratio]
        skipped = 0 if rng.random() < 0.5 else int(rng.integers(len(clips[0].mel) / throat.ratio))
        total = int(len(clips[0].mel) / throat.ratio) - skipped
        while total < 1.1 * self.frames:
            clips.append(self._clip(voice, rng))
            ratios.append(throat.ratio * (1 + SMILING * smile))
            total += int(len(clips[-1].mel) / ratios[-1])
        laid = lay(clips, ratios)
        prompt = laid.lengths[0] - skipped
        if smile and prompt > 0.6 * self.frames:  # no room behind the prompt: nothing is given, and all of it smiles
            laid, prompt = lay(clips, [throat.ratio * (1 + SMILING * smile)] * len(clips)), 0
        row = {"prompt": prompt if smile else -1}
        if throat == Throat() and not smile:
            mel = np.concatenate([clip.mel for clip in clips])[skipped : skipped + self.frames].astype(np.float32)
        else:
            mel = mel_of(laid.wave, skipped, self.frames, throat).numpy()
        row["mel"] = self._normalised(mel)
        if self.variety:
            row["heard"] = row["mel"]
            if rng.random() < self.variety.degraded:
                row["heard"] = self._normalised(
                    heard(laid.wave, skipped, self.frames, throat, rng, self._babble(self.frames, rng)).numpy()
                )
            row["reference"] = self._reference(voice, throat, reference, rng)
        if wrong_durations is None:
            wrong_durations = rng.choice([0.0, 0.1, 0.3], p=[0.4, 0.4, 0.2])
        lengths = [len(clip.tokens) for clip in clips]
        told = laid.seconds
        if wrong_durations:
            told = np.concatenate(
                [jitter(part, wrong_durations, rng) for part in np.split(told, np.cumsum(lengths)[:-1])]
            )
        if motion:
            row["mouth"] = self._mouth(laid.tokens, laid.seconds, skipped, rng)
            if self.variety:
                row["rest"] = self._rest(smile, rng)
        if self.vocabulary is None:
            row["tokens"], row["told"], row["clock"] = self._cut(laid.tokens, told, skipped)
        else:
            row["tokens"], row["told"], row["clock"] = self._letters(clips, skipped)
        return row

    def _normalised(self, mel: np.ndarray) -> np.ndarray:
        return (mel - self.mel_mean) / self.mel_std

    def _babble(self, frames: int, rng) -> Tensor:
        """Some people at once, as long as so many frames and their surroundings."""
        length = (frames + 64) * HOP
        sound = torch.zeros(length)
        for _ in range(int(rng.integers(1, 5))):
            wave = self._clip(self.voices.draw(rng), rng).wave
            wave = np.resize(np.roll(wave, int(rng.integers(len(wave)))), length)
            sound += torch.from_numpy(wave.astype(np.float32) / 32767)
        return sound

    def _reference(self, voice: str, throat: Throat, frames: int, rng) -> np.ndarray:
        """Some other seconds of the same speaker, as good or as poor as recordings are."""
        clips, total = [], 0
        while total < frames + 2:
            clips.append(self._clip(voice, rng))
            total += int(len(clips[-1].mel) / throat.ratio)
        laid = lay(clips, [throat.ratio] * len(clips))
        start = int(rng.integers(laid.frames - frames + 1))
        if rng.random() < self.variety.degraded:
            mel = heard(laid.wave, start, frames, throat, rng, self._babble(frames, rng))
        else:
            mel = mel_of(laid.wave, start, frames, throat)
        return self._normalised(mel.numpy())

    def _rest(self, smile: float, rng) -> np.ndarray:
        """The rest of a face [M, 45] that smiles so much, among all else that faces do while they talk."""
        frames = motion_frames_of_mel(self.frames)
        rest = smiling(np.full(frames, smile))
        if smile or rng.random() < 0.5:
            held, swing = rng.normal(0, 0.4, (2, REST_CHANNELS))
            held *= smiling(np.ones(1))[0] == 0  # what a smile moves says how much of a smile it is
            rest = rest + held + swing * np.sin(np.arange(frames) / rng.uniform(5, 30))[:, None]
        return rest

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
