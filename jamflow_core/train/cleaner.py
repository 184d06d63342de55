"""Training of the cleaner: `python -m jamflow_core train cleaner --cache DIR... --out FILE`. Half an hour on one core.

Windows of the corpus, in the voices of other throats, as degrade.py spoils them, and what they were before.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor

from ..atomic import whole_file
from ..model.cleaner import STD, Cleaner
from .corpus import HOLD_OUT, Cache
from .data import Voices
from .stretch import heard, lay, mel_of
from .throat import Throat

FRAMES, BATCH = 256, 8
LEARNING_RATE = 1.5e-3
# Share of windows that are clean already, and of those that another throat says.
CLEAN, MOVED = 0.2, 0.5
LOUDER = (-9.0, 6.0)  # decibels
_WARMUP = 30
_SAVE_EVERY = 100


class Spoiled:
    """Batches of (poor, clean) log mels [BATCH, FRAMES, 100]; a function of seed and step alone."""

    def __init__(self, cache: Cache, held_out: bool = False):
        split = len(cache) - HOLD_OUT
        self.cache = cache
        self.voices = Voices(cache, range(split, len(cache)) if held_out else range(split))

    def batch(self, step: int, seed: int = 0) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((seed, step))
        rows = [self._window(rng) for _ in range(BATCH)]
        return tuple(torch.stack(column) for column in zip(*rows))

    def _window(self, rng) -> tuple[Tensor, Tensor]:
        throat = Throat.draw(rng) if rng.random() < MOVED else Throat()
        laid = self._speech(throat, FRAMES + 2, rng)
        start = int(rng.integers(laid.frames - FRAMES + 1))
        wave = laid.wave * 10 ** (rng.uniform(*LOUDER) / 20)
        clean = mel_of(wave, start, FRAMES, throat)
        if rng.random() < CLEAN:
            return clean, clean
        babble = self._speech(Throat(), FRAMES + 64, rng).wave
        return heard(wave, start, FRAMES, throat, rng, babble), clean

    def _speech(self, throat: Throat, frames: int, rng):
        """Clips of one voice that last so long at least."""
        voice, clips = self.voices.draw(rng), []
        while sum(int(len(clip.mel) / throat.ratio) for clip in clips) < 1.05 * frames:
            clips.append(self.cache[self.voices.clip(voice, rng)])
        return lay(clips, [throat.ratio] * len(clips))


def loss(cleaner: Cleaner, poor: Tensor, clean: Tensor) -> Tensor:
    """Mean absolute error, in units of speech's deviation."""
    return (cleaner(poor).float() - clean).abs().mean() / STD


def learn(spoiled: Spoiled, minutes: float, bf16: bool, tell: Callable[[float, Cleaner, float], None]) -> Cleaner:
    """A trained cleaner; tell(share of the time that is over, the cleaner, loss) after every step."""
    torch.manual_seed(0)
    cleaner = Cleaner()
    cleaner.initialise()
    optimiser = torch.optim.AdamW(cleaner.parameters(), weight_decay=0.01)
    begin, step, passed = time.perf_counter(), 0, 0.0
    while passed < 1:
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1, (step + 1) / _WARMUP) * max(0.01, 1 - passed)
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            error = loss(cleaner, *spoiled.batch(step))
        error.backward()
        torch.nn.utils.clip_grad_norm_(cleaner.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        step, passed = step + 1, (time.perf_counter() - begin) / (60 * minutes)
        tell(min(1.0, passed), cleaner, error.item())
    return cleaner


def save_cleaner(path, cleaner: Cleaner) -> None:
    """What `train export --cleaner` takes, whole or not at all."""
    with whole_file(path) as part:
        save_file({name: value.detach().contiguous() for name, value in cleaner.state_dict().items()}, str(part))


def main(argv) -> None:
    """Entry of `python -m jamflow_core train cleaner`."""
    parser = argparse.ArgumentParser("jamflow_core train cleaner")
    parser.add_argument("--cache", required=True, nargs="+", help="prepared corpora")
    parser.add_argument("--out", required=True)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--bf16", action="store_true", help="quicker where the hardware has bf16 products")
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    cache, errors = Cache(*options.cache), []

    def tell(done, cleaner, error):
        errors.append(error)
        if len(errors) % _SAVE_EVERY == 0:
            save_cleaner(options.out, cleaner)
            print(f"{100 * done:3.0f} %: {np.mean(errors[-_SAVE_EVERY:]):.4f}", flush=True)

    save_cleaner(options.out, learn(Spoiled(cache), options.minutes, options.bf16, tell))
