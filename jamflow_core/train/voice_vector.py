"""The network of the voice vector, taught to tell speakers apart: `python -m jamflow_core train voice-vector --cache
DIR... --out FILE`.

Two pieces of one speaker belong together, those of all others in the batch do not (InfoNCE, as in GE2E, arXiv
1710.10467). Each speaker is a voice of the corpus with a throat of its own, each piece has a noise and a band of its
own. At the end the vectors are whitened, so that strangers are drawn from a normal distribution. Minutes on one core.
"""

import argparse
import time

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import Tensor

from ..audio.mel import LOG_FLOOR, N_MELS
from ..config import Normaliser, VoiceConfig, tiny
from ..model.voice import VoiceEncoder
from .corpus import HOLD_OUT, Cache
from .data import Voices
from .throat import Throat, moved

FRAMES = 160
SPEAKERS = 32
LEARNING_RATE = 1.2e-3
_WARMUP = 20
_WHITENING = 14  # batches
_FLOOR = 0.02  # of the greatest variance: directions that hardly differ are not blown up


class Pairs:
    """Batches of two pieces each of SPEAKERS speakers, [2 SPEAKERS, FRAMES, 100], normalised, the pairs side by
    side.
    """

    def __init__(self, cache: Cache, statistics: Normaliser):
        self.cache, self.voices = cache, Voices(cache, range(len(cache) - HOLD_OUT))
        self.mean, self.std = torch.tensor(statistics.mean), torch.tensor(statistics.std)

    def batch(self, step: int, seed: int = 0) -> Tensor:
        """A function of seed and step alone."""
        rng = np.random.default_rng((seed, step))
        pieces = []
        for name in rng.choice(self.voices.names, min(SPEAKERS, len(self.voices.names)), replace=False):
            throat = Throat.draw(rng) if rng.random() < 0.7 else Throat()
            for _ in range(2):
                mel = throat.mel(self._piece(name, rng) @ moved(round(throat.ratio, 2)).T)
                pieces.append(_recorded(mel, rng))
        return (torch.stack(pieces) - self.mean) / self.std

    def _piece(self, name: str, rng) -> Tensor:
        mels = []
        while sum(map(len, mels)) < FRAMES:
            mels.append(self.cache[self.voices.clip(name, rng)].mel)
        mel = np.concatenate(mels).astype(np.float32)
        start = rng.integers(len(mel) - FRAMES + 1)
        return torch.from_numpy(mel[start : start + FRAMES])


def _recorded(mel: Tensor, rng) -> Tensor:
    """A log mel under a steady noise of random colour, or cut off above, as recordings are."""
    if rng.random() < 0.5:
        level = mel.exp().mean() * 10 ** (-rng.uniform(5, 32) / 20)
        colour = np.exp(np.interp(np.linspace(0, 4, N_MELS), np.arange(5), rng.normal(0, 0.7, 5)))
        grain = torch.from_numpy(rng.uniform(0.4, 1.6, mel.shape)).float()
        mel = torch.log(mel.exp() + level * torch.from_numpy(colour).float() * grain)
    if rng.random() < 0.25:
        mel = mel.clone()
        mel[:, int(rng.integers(60, 95)) :] = -np.inf
    return mel.clamp(min=float(np.log(LOG_FLOOR)))


def contrast(vectors: Tensor, scale: Tensor) -> tuple[Tensor, Tensor]:
    """(loss, share of pieces whose own speaker is the nearest) of vectors [2 n, size], the pairs side by side."""
    one, other = F.normalize(vectors.float(), dim=-1).unflatten(0, (-1, 2)).unbind(1)
    alike = scale.exp() * one @ other.T
    own = torch.arange(len(alike))
    loss = (F.cross_entropy(alike, own) + F.cross_entropy(alike.T, own)) / 2
    return loss, (alike.argmax(1) == own).float().mean()


@torch.no_grad()
def whiten(encoder: VoiceEncoder, pairs: Pairs) -> None:
    """Turn and scale the vectors so that speakers vary alike in all directions, around zero; keeps their
    distribution.
    """
    vectors = torch.cat([encoder(pairs.batch(step, seed=1)) for step in range(_WHITENING)]).double()
    speakers = vectors.unflatten(0, (-1, 2)).mean(1)
    mean = speakers.mean(0)
    variance, directions = torch.linalg.eigh(torch.cov(speakers.T))
    turn = (variance + _FLOOR * variance.max()).rsqrt()[:, None] * directions.T
    layer = encoder.to_vector
    layer.bias.copy_(turn @ (layer.bias.double() - mean))
    layer.weight.copy_(turn @ layer.weight.double())
    spread = torch.cov(((speakers - mean) @ turn.T).T) + 1e-4 * torch.eye(len(mean))
    encoder.mean.zero_()
    encoder.spread.copy_(torch.linalg.cholesky(spread))


def learn(pairs: Pairs, minutes: float, tell=lambda done, loss, right: None) -> VoiceEncoder:
    """A whitened VoiceEncoder whose projection into the model says nothing yet."""
    torch.manual_seed(0)
    encoder = VoiceEncoder(VoiceConfig(), N_MELS, tiny().audio.dim)
    encoder.initialise()
    scale = torch.nn.Parameter(torch.tensor(2.3))
    optimiser = torch.optim.AdamW([*encoder.parameters(), scale], weight_decay=0.01)
    begin, step, passed = time.perf_counter(), 0, 0.0
    while passed < 1:
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * min(1, (step + 1) / _WARMUP) * max(0.02, 1 - passed)
        vectors = encoder(pairs.batch(step))
        loss, right = contrast(vectors, scale)
        (loss + 0.01 * (vectors.square().mean() - 1).square()).backward()  # of about unit size
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        step, passed = step + 1, (time.perf_counter() - begin) / (60 * minutes)
        tell(min(1.0, passed), loss.item(), right.item())
    whiten(encoder, pairs)
    return encoder


def main(argv) -> None:
    """Entry of `python -m jamflow_core train voice-vector`."""
    from tqdm import tqdm

    from ..models import EMBEDDED, load_flow

    parser = argparse.ArgumentParser("jamflow_core train voice-vector")
    parser.add_argument("--cache", required=True, nargs="+", help="prepared corpora")
    parser.add_argument("--model", default=EMBEDDED, help="the model that it is for [the embedded one]")
    parser.add_argument("--out", required=True, help="what `train flow --voice` starts with")
    parser.add_argument("--minutes", type=float, default=8)
    options = parser.parse_args(argv)
    pairs = Pairs(Cache(*options.cache), load_flow(options.model)[0].config.mel)
    with tqdm(total=100, unit="%", leave=False) as bar:

        def tell(done, loss, right):
            bar.set_postfix(loss=f"{loss:.2f}", right=f"{right:.2f}")
            bar.update(round(100 * done) - bar.n)

        encoder = learn(pairs, options.minutes, tell)
    save_file({name: value.contiguous() for name, value in encoder.state_dict().items()}, options.out)
