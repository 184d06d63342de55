"""Training of the aligners: framewise cross entropy against the durations of the teacher, and what they are worth.

`python -m jamflow_core train aligner --cache DIR --out FILE`: about ten minutes of one core a network.
"""

import argparse
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ..align.aligner import (
    LIP_RATE,
    AlignerConfig,
    Aligners,
    FrameClassifier,
    audio_features,
    class_of,
    lip_features,
    phones_of,
)
from ..audio.mel import N_MELS
from ..catalog.aligners import load_aligner, save_aligner
from ..clock import MEL_RATE, MOTION_FPS
from ..errors import JamFlowError
from ..motion.frames import runs
from ..motion.space import MOUTH_CHANNELS, exp_of, mouth_of
from ..tokens import SILENCE, decode
from .corpus import Cache
from .metrics import edit_distance
from .visemes import teacher_motion

HELD_OUT_EVERY = 40
RAREST = 20
CROP = 320
BATCH = 8
PEAK_RATE = 1.5e-3


@dataclass
class Frames:
    """Clips laid end to end: features [frames, inputs], classes int64 [frames]."""

    features: torch.Tensor
    labels: torch.Tensor


def split(cache: Cache) -> tuple[list[int], list[int]]:
    """Indices of the clips to learn from, and of those held out: every 40th."""
    held = list(range(0, len(cache), HELD_OUT_EVERY))
    return sorted(set(range(len(cache))) - set(held)), held


def count_classes(texts: list[list[str]]) -> tuple[str, ...]:
    """Classes that are frequent enough to learn, in alphabetical order."""
    counts = Counter(class_of(symbol) for symbols in texts for symbol in symbols)
    return tuple(sorted(name for name, count in counts.items() if count >= RAREST))


def frame_labels(classes: np.ndarray, durations: np.ndarray, frames: int, rate: float) -> torch.Tensor:
    """Class of each symbol [n] and seconds [n] -> the class at every frame's moment i / rate, int64 [frames]."""
    moments = np.arange(frames) / rate
    symbol = np.searchsorted(np.cumsum(durations), moments, side="right")
    return torch.from_numpy(classes[np.minimum(symbol, len(classes) - 1)])


def learn_statistics(net: FrameClassifier, texts: list[list[int]], durations: list[np.ndarray]) -> None:
    """Fill the network's bigram (add-0.1 smoothed) and log-durations from class indices and seconds."""
    count = len(net.config.classes)
    pairs = np.full((count, count), 0.1)
    for text in texts:
        np.add.at(pairs, (text[:-1], text[1:]), 1)
        pairs[text[-1], text[0]] += 1  # one sentence follows another
    net.transitions.copy_(torch.from_numpy(np.log(pairs / pairs.sum(1, keepdims=True))))
    said, logs = np.concatenate(texts), np.log(np.concatenate(durations))
    for index in range(count):
        net.log_seconds[index] = torch.tensor([logs[said == index].mean(), logs[said == index].std()])


def learn_scale(net: FrameClassifier, data: Frames) -> None:
    """Fill the network's mean and deviation of every feature; a channel that never moves is divided by infinity."""
    features = data.features.float()
    spread = features.std(0)
    net.centre.copy_(features.mean(0))
    net.spread.copy_(torch.where(spread > 1e-6, spread, float("inf")))


def _curve(rng: torch.Generator, batch: int, points: int, bumps: int) -> torch.Tensor:
    """Smooth random curves [batch, 1, points], of unit deviation at `bumps` knots."""
    return F.interpolate(torch.randn(batch, 1, bumps, generator=rng), points, mode="linear", align_corners=True)


def _uniform(rng: torch.Generator, low: float, high: float, *shape: int) -> torch.Tensor:
    return low + (high - low) * torch.rand(*shape, generator=rng)


def distort_voice(mel: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Other throats, rooms and microphones for mel crops [B, frames, 100]: formants, equalisation, noise, level."""
    batch, frames, bins = mel.shape
    stretch, move = _uniform(rng, 0.9, 1.12, batch, 1), _uniform(rng, -0.03, 0.03, batch, 1)
    rows = torch.linspace(-1, 1, bins) * stretch + move
    columns = torch.linspace(-1, 1, frames)
    grid = torch.stack([rows[:, None].expand(-1, frames, -1), columns[None, :, None].expand(batch, -1, bins)], -1)
    mel = F.grid_sample(mel[:, None], grid, padding_mode="border", align_corners=True)[:, 0]
    mel = mel + 0.6 * _curve(rng, batch, bins, 6) + 0.2 * torch.randn(batch, 1, 1, generator=rng)
    noise = _uniform(rng, -14.0, -2.5, batch, 1, 1) + _curve(rng, batch, bins, 4)
    return torch.logaddexp(mel, noise + 0.3 * torch.randn(mel.shape, generator=rng))


def distort_lips(motion: torch.Tensor, rng: torch.Generator) -> torch.Tensor:
    """Other faces for lip crops [B, frames, channels]: reach, resting shape, jitter."""
    batch, frames, channels = motion.shape
    unit = motion.std((0, 1))
    reach = _uniform(rng, 0.7, 1.4, batch, 1, 1) * _uniform(rng, 0.85, 1.15, batch, 1, channels)
    rest = 0.15 * unit * torch.randn(batch, 1, channels, generator=rng)
    jitter = F.interpolate(torch.randn(batch, channels, frames // 4, generator=rng), frames, mode="linear")
    return motion * reach + rest + _uniform(rng, 0.0, 0.15, batch, 1, 1) * unit * jitter.transpose(1, 2)


def crops(data: Frames, rng: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """A batch of crops, each at its own speed (0.85-1.2): features [B, CROP, inputs] and classes [B, CROP]."""
    speed = _uniform(rng, 0.85, 1.2, BATCH, 1)
    start = torch.randint(len(data.labels) - 2 * CROP, (BATCH, 1), generator=rng)
    moment = start + torch.arange(CROP) * speed
    left = moment.long()
    weight = (moment - left)[..., None]
    features = data.features[left] * (1 - weight) + data.features[left + 1] * weight
    return features, data.labels[moment.round().long()]


def fit(net: FrameClassifier, data: Frames, distort, steps: int, seed: int, report=print) -> None:
    """Train `net` in place; prints loss and frames a second."""
    rng = torch.Generator().manual_seed(seed)
    if not steps:
        return
    net.train()
    optimiser = torch.optim.AdamW(net.parameters(), PEAK_RATE, betas=(0.9, 0.98), weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, PEAK_RATE, steps, pct_start=0.1)
    began, losses = time.perf_counter(), []
    for step in range(1, steps + 1):
        features, labels = crops(data, rng)
        scores = net(distort(features.float(), rng))
        loss = F.nll_loss(scores.flatten(0, 1), labels.flatten())
        optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        losses.append(loss.item())
        if step % 100 == 0 or step == steps:
            rate = step * BATCH * CROP / (time.perf_counter() - began)
            report(f"step {step}/{steps}  loss {np.mean(losses[-100:]):.3f}  {rate:,.0f} frames/s")


def lip_take(symbols: list[str], durations: np.ndarray, rng: np.random.Generator) -> torch.Tensor:
    """The teacher's mouth for a clip, [frames, 18] at 25 fps."""
    return torch.from_numpy(mouth_of(teacher_motion(symbols, durations, rng)))


def gather(cache: Cache, indices: list[int], classes: tuple[str, ...], seed: int) -> tuple[Frames, Frames, list, list]:
    """All frames to learn from: voice, lips, and the texts' class indices and durations."""
    index = {name: number for number, name in enumerate(classes)}
    rng = np.random.default_rng(seed)
    voice, lips, texts, durations = ([], []), ([], []), [], []
    for number in indices:
        clip = cache[number]
        symbols = decode(clip.tokens)
        if any(class_of(symbol) not in index for symbol in symbols):
            continue
        said = np.array([index[class_of(symbol)] for symbol in symbols])
        texts.append(said)
        durations.append(clip.durations)
        voice[0].append(audio_features(torch.tensor(clip.mel)).half())
        voice[1].append(frame_labels(said, clip.durations, len(clip.mel), float(MEL_RATE)))
        take = lip_features(lip_take(symbols, clip.durations, rng))
        lips[0].append(take)
        lips[1].append(frame_labels(said, clip.durations, len(take), LIP_RATE))
    return *(Frames(torch.cat(features), torch.cat(labels)) for features, labels in (voice, lips)), texts, durations


def train(
    cache: Cache, out: Path, audio_steps: int, lip_steps: int, seed: int, start: Path | None = None, report=print
) -> None:
    """Train both networks on the cache's training clips, from scratch or from the file `start`; write them to `out`."""
    learning, _ = split(cache)
    classes = count_classes([decode(cache[index].tokens) for index in learning])
    earlier = load_aligner(start) if start else None
    if earlier and earlier.audio.net.config.classes != classes:
        raise JamFlowError(f"Start from scratch: {start} tells other classes apart than this corpus has.")
    voice, lips, texts, durations = gather(cache, learning, classes, seed)
    torch.manual_seed(seed)
    nets = []
    for name, data, config, distort, steps in (
        ("audio", voice, AlignerConfig(N_MELS, classes, float(MEL_RATE)), distort_voice, audio_steps),
        ("lips", lips, AlignerConfig(MOUTH_CHANNELS, classes, LIP_RATE, dim=96), distort_lips, lip_steps),
    ):
        net = getattr(earlier, name).net if earlier else FrameClassifier(config)
        learn_statistics(net, texts, durations)
        learn_scale(net, data)
        fit(net, data, distort, steps, seed, report)
        nets.append(net.eval())
    save_aligner(out, *nets)


def word_boundaries(symbols: list[str], durations: np.ndarray) -> np.ndarray:
    """Start and end of every stretch of symbols between spaces, punctuation and silence: seconds [words, 2]."""
    starts = np.concatenate([[0.0], np.cumsum(durations)])
    inside = np.array([class_of(symbol) not in (" ", ".", SILENCE) for symbol in symbols])
    return starts[np.array(runs(inside), int).reshape(-1, 2)]


def prior_of(durations: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """True durations as a duration head might guess them: jitter log-normal 0.3, overall rate off by up to 15 %."""
    return durations * rng.lognormal(0, 0.3, len(durations)) * rng.uniform(0.85, 1.15)


def measure(aligners: Aligners, cache: Cache, indices: list[int], seed: int = 0) -> dict[str, float]:
    """Frame accuracy, phoneme errors and boundary errors (milliseconds) over clips, for voice and lips."""
    rng = np.random.default_rng(seed)
    frames, errors = {"audio": [], "lips": []}, {}
    wrong = total = 0
    for index in indices:
        clip = cache[index]
        symbols = decode(clip.tokens)
        mel = torch.tensor(clip.mel)
        exp = exp_of(lip_take(symbols, clip.durations, rng))
        prior = prior_of(clip.durations, rng)
        found = {
            "audio": aligners.audio.align(mel, symbols),
            "lips": aligners.lips.align(exp, symbols, prior),
            "prior": prior * len(exp) / MOTION_FPS / prior.sum(),
        }
        for name, durations in found.items():
            symbol_error = np.cumsum(durations)[:-1] - np.cumsum(clip.durations)[:-1]
            word_error = word_boundaries(symbols, durations) - word_boundaries(symbols, clip.durations)
            errors.setdefault(f"{name} symbol", []).append(symbol_error)
            errors.setdefault(f"{name} word", []).append(word_error.ravel())
            errors.setdefault(f"{name} word start", []).append(word_error[:, 0])
        for name, features in (("audio", audio_features(mel)), ("lips", lip_features(mouth_of(exp)))):
            aligner = getattr(aligners, name)
            names = np.array([class_of(symbol) for symbol in symbols])
            lookup = {label: number for number, label in enumerate(aligner.net.config.classes)}
            said = np.array([lookup.get(label, -1) for label in names])
            labels = frame_labels(said, clip.durations, len(features), aligner.net.config.rate).numpy()
            frames[name].append(aligner.frame_scores(features).argmax(1) == labels)
        wanted = phones_of(symbols)
        wrong += edit_distance(wanted, aligners.audio.recognise(mel))
        total += len(wanted)
    figures = {f"{name} frame accuracy %": 100 * np.concatenate(right).mean() for name, right in frames.items()}
    figures["phoneme error rate %"] = 100 * wrong / total
    for name, parts in errors.items():
        apart = np.concatenate(parts) * 1000
        figures[f"{name} median ms"] = np.median(np.abs(apart))
        figures[f"{name} 90th percentile ms"] = np.percentile(np.abs(apart), 90)
        figures[f"{name} bias ms"] = np.median(apart)
    return figures


def main(argv=None) -> None:
    """`train aligner`: train, save, and print what the result is worth on the held-out clips."""
    parser = argparse.ArgumentParser(prog="train aligner", description=__doc__)
    parser.add_argument("--cache", required=True, help="prepared corpus (see `train prepare`)")
    parser.add_argument("--out", type=Path, required=True, help="safetensors file to write")
    parser.add_argument("--audio-steps", type=int, default=2500)
    parser.add_argument("--lip-steps", type=int, default=2500)
    parser.add_argument("--start", type=Path, help="continue from this file")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args(argv)
    cache = Cache(options.cache)
    steps = options.audio_steps, options.lip_steps
    train(cache, options.out, *steps, options.seed, options.start, lambda line: print(line, flush=True))
    for name, value in measure(load_aligner(options.out), cache, split(cache)[1]).items():
        print(f"{name:32s} {value:8.2f}")


if __name__ == "__main__":
    main()
