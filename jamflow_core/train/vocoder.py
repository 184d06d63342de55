"""Train a small Vocos on a prepared corpus: `python -m jamflow_core train vocoder --cache DIR --out DIR`.

First reconstruction alone (multi-resolution spectra: quick, gives the right loudness of every band), then the
discriminators join in and teach it phase, so that it no longer buzzes. The generator runs once a step; the
discriminators see real and fake in one pass that serves both their own loss and the generator's.

`accelerate` carries it to several GPUs: each process draws segments of its own, the gradients are shared.
"""

import argparse
import math
import time
from collections import defaultdict
from pathlib import Path

import torch
from torch.nn import functional as F

from ..audio.mel import log_mel, mel_filterbank
from ..audio.vocoder import Vocoder, VocoderConfig
from ..catalog.vocos import load_vocoder, save_vocoder
from ..clock import HOP, SAMPLE_RATE
from ..errors import JamFlowError
from .corpus import Cache
from .discriminators import Discriminators
from .optimise import follow, share_gradients

MEL_SCALES = ((512, 64), (1024, 100), (2048, 160))  # n_fft, mel bins
MEL_WEIGHT, FEATURE_WEIGHT = 10.0, 4.0  # beside an adversarial loss of weight 1
HELD_OUT_EVERY = 81


def held_out(cache: Cache) -> list[int]:
    """Indices of the clips (one in 81, about 50) that the vocoder never trains on."""
    return list(range(HELD_OUT_EVERY // 2, len(cache), HELD_OUT_EVERY))


class Segments:
    """Random stretches of the corpus with exact mels: no reflected edges inside them.

    copies: the corpus as the flow model paints it (train/copies.py); every second stretch is then one of these.
    """

    def __init__(self, cache: Cache, frames: int, copies: Cache | None = None):
        aside = set(held_out(cache))
        self.cache, self.frames, self.copies = cache, frames, copies
        self.rows = [i for i, clip in enumerate(cache.clips) if i not in aside and clip["frames"] >= frames + 8]
        self.painted = [i for i, clip in enumerate(copies.clips) if clip["frames"] > frames] if copies else []

    def batch(self, size: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """Mel [size, frames + 1, 100] and its wave [size, frames * 256], at -9 to +3 dB of the clip's own level."""
        margin = 2 * HOP  # half an STFT window: what a frame sees on either side
        waves = []
        for _ in range(size):
            row = self.rows[int(torch.randint(len(self.rows), (), generator=generator))]
            length = self.frames * HOP + 2 * margin
            clip = self.cache[row].wave
            start = int(torch.randint(len(clip) - length + 1, (), generator=generator))
            wave = torch.from_numpy(clip[start : start + length].astype("float32")) / 32768
            gain = 10 ** (float(torch.empty(()).uniform_(-9, 3, generator=generator)) / 20)
            waves.append(wave * min(gain, 0.99 / max(float(wave.abs().max()), 1e-3)))
        wide = torch.stack(waves)
        mels, waves = log_mel(wide)[:, 2:-2].contiguous(), wide[:, margin:-margin].contiguous()
        for place in range(0, size if self.painted else 0, 2):
            mels[place], waves[place] = self._copy(generator)
        return mels, waves

    def _copy(self, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """A stretch of a painted mel [frames + 1, 100] and the recording that belongs to it [frames * 256]."""
        clip = self.copies[self.painted[int(torch.randint(len(self.painted), (), generator=generator))]]
        start = int(torch.randint(len(clip.mel) - self.frames, (), generator=generator))
        mel = torch.from_numpy(clip.mel[start : start + self.frames + 1].astype("float32"))
        wave = torch.from_numpy(clip.wave[start * HOP : (start + self.frames) * HOP].astype("float32")) / 32768
        return mel, wave


def disturb(mel: torch.Tensor, strength: torch.Tensor | float, generator: torch.Generator) -> torch.Tensor:
    """Make a mel [batch, frames, 100] a little like a generated one: noise of `strength` nepers and, with `strength` as
    its weight, a (1, 2, 1) / 4 smoothing in time. `strength` is a number or one a clip [batch, 1, 1]."""
    edged = F.pad(mel.transpose(1, 2), (1, 1), mode="replicate").transpose(1, 2)
    smooth = (edged[:, :-2] + 2 * mel + edged[:, 2:]) / 4
    return mel + strength * (smooth - mel + torch.randn(mel.shape, generator=generator))


def spectral_losses(fake: torch.Tensor, real: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """(L1 of log mels, L1 of log magnitudes + spectral convergence), each the mean over three resolutions."""
    mel_loss = fine_loss = fake.new_zeros(())
    for n_fft, bins in MEL_SCALES:
        window = torch.hann_window(n_fft, device=fake.device)
        spectra = torch.stft(torch.cat([fake, real]), n_fft, n_fft // 4, n_fft, window, return_complex=True)
        size = (spectra.real.square() + spectra.imag.square() + 1e-9).sqrt()
        mels = (size.transpose(1, 2) @ mel_filterbank(bins, n_fft).to(fake.device)).clamp(min=1e-5).log()
        mel_loss = mel_loss + F.l1_loss(*mels.chunk(2))
        ours, theirs = size.chunk(2)
        fine_loss = fine_loss + F.l1_loss(ours.clamp(min=1e-3).log(), theirs.clamp(min=1e-3).log())
        fine_loss = fine_loss + torch.linalg.norm(ours - theirs) / torch.linalg.norm(theirs)
    return mel_loss / len(MEL_SCALES), fine_loss / len(MEL_SCALES)


class Trainer:
    """Generator, discriminators, optimisers, EMA and random state: everything a checkpoint resumes exactly."""

    PARTS = ("vocoder", "average", "judges", "optimiser", "judges_optimiser")

    def __init__(self, segments: Segments, args: argparse.Namespace):
        try:
            from accelerate import Accelerator
        except ImportError as error:
            raise JamFlowError("Install accelerate to train the vocoder: pip install accelerate") from error

        self.accelerator = Accelerator(cpu=args.cpu)
        device = self.accelerator.device
        torch.manual_seed(args.seed)
        self.segments, self.args, self.step = segments, args, 0
        self.vocoder = Vocoder(VocoderConfig(args.dim, args.intermediate_dim, args.layers, args.refine)).to(device)
        if args.init:
            self.vocoder.load_state_dict(load_vocoder(args.init).state_dict())
        self.average = Vocoder(self.vocoder.config).to(device).requires_grad_(False)
        self.average.load_state_dict(self.vocoder.state_dict())
        self.judges = Discriminators().to(device, memory_format=torch.channels_last)
        optimiser = {"lr": args.lr, "betas": (0.8, 0.99), "weight_decay": 0.01}
        self.optimiser = torch.optim.AdamW(self.vocoder.parameters(), **optimiser)
        self.judges_optimiser = torch.optim.AdamW(self.judges.parameters(), **optimiser)
        self.random = torch.Generator().manual_seed(
            args.seed
        )  # the same in every process: which discriminators, which crop

    def state_dict(self) -> dict:
        state = {part: getattr(self, part).state_dict() for part in self.PARTS}
        return state | {"random": self.random.get_state(), "step": self.step}

    def load_state_dict(self, state: dict) -> None:
        for part in self.PARTS:
            getattr(self, part).load_state_dict(state[part])
        self.random.set_state(state["random"])
        self.step = state["step"]

    def rate(self) -> float:
        """Learning rate now: warm-up, then 3 x `lr` falling to `lr` while reconstructing, at the end a fall to 5 %."""
        args = self.args
        early = max(0.0, 1 - self.step / max(args.adversarial_from, 1))
        tail = min(1.0, (args.steps - self.step) / max(args.decay, 1))
        return args.lr * (1 + 2 * early) * min(1.0, (self.step + 1) / 300) * max(0.05, tail)

    def train_step(self) -> dict[str, float]:
        """One update of the generator and, when their time has come, of a few discriminators. Returns the losses."""
        args = self.args
        for optimiser in (self.optimiser, self.judges_optimiser):
            for group in optimiser.param_groups:
                group["lr"] = self.rate()
        own = torch.Generator().manual_seed(
            (args.seed * 1_000 + self.accelerator.process_index) * 1_000_000_007 + self.step
        )
        mel, real = self.segments.batch(args.batch, own)
        if self.step >= args.disturb_from:
            kept_clean = torch.randint(2, (args.batch, 1, 1), generator=own)
            strength = args.disturb * torch.rand(args.batch, 1, 1, generator=own)
            mel = disturb(mel, strength * kept_clean.logical_not(), own)
        mel, real = mel.to(self.accelerator.device), real.to(self.accelerator.device)
        fake = self.vocoder(mel)
        mel_loss, fine_loss = spectral_losses(fake, real)
        losses = {"mel": mel_loss.item(), "fine": fine_loss.item()}
        self.optimiser.zero_grad(set_to_none=True)
        if self.step < args.adversarial_from:
            (MEL_WEIGHT * mel_loss + fine_loss).backward()
        else:
            grad, judged = self.judge(fake.detach(), real)
            losses |= judged
            torch.autograd.backward([MEL_WEIGHT * mel_loss, fake], [None, grad])
        share_gradients(self.accelerator, self.vocoder.parameters())
        norm = torch.nn.utils.clip_grad_norm_(self.vocoder.parameters(), 100.0, error_if_nonfinite=True)
        self.optimiser.step()
        self.step += 1
        decay = min(args.ema, self.step / (self.step + 10))
        follow(self.average.parameters(), self.vocoder.parameters(), decay)
        return losses | {"norm": norm.item()}

    def judge(self, fake: torch.Tensor, real: torch.Tensor) -> tuple[torch.Tensor, dict[str, float]]:
        """Update a draw of discriminators. Returns d(adversarial + feature loss)/d(fake wave) and the losses.

        Hinge losses as in Vocos. They look at a random `crop` of the segment.
        """
        start = int(torch.randint(fake.shape[-1] - self.args.crop + 1, (), generator=self.random))
        window = slice(start, start + self.args.crop)
        theirs, ours = real[:, window], fake[:, window].clone().requires_grad_()
        adversarial = features = verdict = ours.new_zeros(())
        drawn = self.judges.draw(self.random)
        for judge in drawn:
            scores, fmap = judge(torch.cat([theirs, ours]))
            true, false = scores.chunk(2)
            verdict = verdict + F.relu(1 - true).mean() + F.relu(1 + false).mean()
            adversarial = adversarial + F.relu(1 - false).mean()
            for layer in fmap:
                true, false = layer.chunk(2)
                features = features + F.l1_loss(false, true.detach())
        loss = (adversarial + FEATURE_WEIGHT * features) / len(drawn)
        (grad,) = torch.autograd.grad(loss, ours, retain_graph=True)
        self.judges_optimiser.zero_grad(set_to_none=True)
        weights = [weight for judge in drawn for weight in judge.parameters()]
        verdict.backward(inputs=weights)
        share_gradients(self.accelerator, weights)
        self.judges_optimiser.step()
        whole = torch.zeros_like(fake)
        whole[:, window] = grad * min(1.0, (self.step - self.args.adversarial_from + 1) / 500)
        sums = {"adv": adversarial, "feat": features, "disc": verdict}
        return whole, {name: value.item() / len(drawn) for name, value in sums.items()}


def save(trainer: Trainer, out: Path) -> None:
    """Write the checkpoint (whole or not at all) and the averaged weights beside it; of several processes the first
    writes.
    """
    if not trainer.accelerator.is_main_process:
        return
    partial = out / "checkpoint.pt.partial"
    torch.save(trainer.state_dict(), partial)
    partial.replace(out / "checkpoint.pt")
    save_vocoder(trainer.average, out / "vocoder.safetensors")


def parser() -> argparse.ArgumentParser:
    """The options of `train vocoder`."""
    options = argparse.ArgumentParser(
        prog="train vocoder", description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
    )
    options.add_argument("--cache", required=True, help="prepared corpus")
    options.add_argument(
        "--copies", help="the corpus as the flow model paints it (train copies), heard half of the time"
    )
    options.add_argument("--init", help="a vocoder (.safetensors) to start from [a new one]")
    options.add_argument("--out", required=True, type=Path, help="checkpoint.pt and vocoder.safetensors go here")
    options.add_argument("--steps", type=int, default=20000)
    options.add_argument("--adversarial-from", type=int, default=4000, help="step at which the discriminators join in")
    options.add_argument("--decay", type=int, default=2000, help="steps of falling learning rate at the end")
    options.add_argument("--disturb-from", type=int, default=12000, help="step from which input mels are disturbed")
    options.add_argument("--disturb", type=float, default=0.1, help="largest strength; half of the clips stay clean")
    options.add_argument("--batch", type=int, default=8)
    options.add_argument("--frames", type=int, default=48, help="mel frames of a segment")
    options.add_argument("--crop", type=int, default=8192, help="samples of it that the discriminators see")
    options.add_argument("--lr", type=float, default=4e-4)
    options.add_argument("--ema", type=float, default=0.999)
    options.add_argument("--dim", type=int, default=VocoderConfig.dim)
    options.add_argument("--intermediate-dim", type=int, default=VocoderConfig.intermediate_dim)
    options.add_argument("--layers", type=int, default=VocoderConfig.num_layers)
    options.add_argument("--refine", type=int, default=16, help="rounds of phase refinement when decoding")
    options.add_argument("--save-every", type=int, default=500)
    options.add_argument("--log-every", type=int, default=50)
    options.add_argument("--threads", type=int, default=0, help="CPU threads (0 = all)")
    options.add_argument("--cpu", action="store_true", help="leave GPUs alone")
    options.add_argument("--seed", type=int, default=0)
    return options


def main(argv: list[str] | None = None) -> None:
    """Command line of the vocoder trainer; continues from OUT/checkpoint.pt when there is one."""
    args = parser().parse_args(argv)
    if args.threads:
        torch.set_num_threads(args.threads)
    args.out.mkdir(parents=True, exist_ok=True)

    copies = Cache(args.copies) if args.copies else None
    trainer = Trainer(Segments(Cache(args.cache), args.frames, copies), args)
    if (args.out / "checkpoint.pt").exists():
        trainer.load_state_dict(torch.load(args.out / "checkpoint.pt", map_location="cpu", weights_only=True))
    count = sum(weight.numel() for weight in trainer.vocoder.parameters())
    judges = sum(weight.numel() for weight in trainer.judges.parameters())
    tell = trainer.accelerator.print
    tell(f"generator {count / 1e6:.2f}M, discriminators {judges / 1e6:.2f}M, from step {trainer.step}", flush=True)

    sums, since = defaultdict(list), time.perf_counter()
    while trainer.step < args.steps:
        for name, value in trainer.train_step().items():
            sums[name].append(value)
        if trainer.step % args.log_every == 0:
            elapsed, since = time.perf_counter() - since, time.perf_counter()
            audio = args.log_every * args.batch * args.frames * HOP / SAMPLE_RATE * trainer.accelerator.num_processes
            means = "  ".join(f"{name} {math.fsum(values) / len(values):.4f}" for name, values in sums.items())
            speed = f"{elapsed / args.log_every:.3f} s/step  {audio / elapsed:.1f} x real time"
            tell(f"step {trainer.step}  {means}  {speed}", flush=True)
            sums.clear()
        if trainer.step % args.save_every == 0:
            save(trainer, args.out)
    save(trainer, args.out)
