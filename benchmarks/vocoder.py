"""What the vocoder loses: `python benchmarks/vocoder.py --cache DIR [--vocoder FILE]`.

Copy synthesis of clips that it never trained on (mel of the real wave -> wave), against the real wave and against
Griffin-Lim, the floor; beside them the network without its phase refinement, and the refinement without the network.
Printed: L1 of the log mel after re-analysis (nepers), the same with a window of 11 ms, which hears smeared pulses, and
DNSMOS (`pip install speechmos`; OVRL, SIG and BAK, 1 to 5). Also the speed of decoding 5 seconds on one core.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parent.parent))

from jamflow_core.audio.mel import LOG_FLOOR, N_FFT, log_mel, mel_filterbank
from jamflow_core.audio.phase import refine
from jamflow_core.catalog.vocos import load_vocoder
from jamflow_core.clock import HOP, mel_frames
from jamflow_core.train.corpus import Cache
from jamflow_core.train.vocoder import disturb, held_out


def griffin_lim(mel: torch.Tensor, rounds: int = 60) -> torch.Tensor:
    """Log mel [frames, 100] -> wave [(frames - 1) * 256]: pseudo-inverse filters, then iterated phases from seed 0."""
    size = (mel.exp() @ torch.linalg.pinv(mel_filterbank())).clamp(min=LOG_FLOOR).T
    window = torch.hann_window(N_FFT)
    phase = torch.rand(size.shape, generator=torch.Generator().manual_seed(0)) * 2 * torch.pi
    for _ in range(rounds):
        wave = torch.istft(torch.polar(size, phase), N_FFT, HOP, window=window)
        phase = torch.stft(wave, N_FFT, HOP, window=window, return_complex=True).angle()
    return torch.istft(torch.polar(size, phase), N_FFT, HOP, window=window)


def noise_like(mel: torch.Tensor) -> torch.Tensor:
    """Quiet noise [1, (frames - 1) * 256]: refinement without a vocoder starts here."""
    return 1e-3 * torch.randn(1, (len(mel) - 1) * HOP, generator=torch.Generator().manual_seed(0))


def pulses(wave: torch.Tensor) -> torch.Tensor:
    """Log of 40 mel bands through a window of 256 samples (11 ms), [bands, frames], floor 1e-3."""
    size = torch.stft(wave, 256, 64, window=torch.hann_window(256), return_complex=True).abs()
    return (mel_filterbank(40, 256).T @ size).clamp(min=1e-3).log()


def dnsmos(wave: torch.Tensor) -> tuple[float, float, float]:
    """OVRL, SIG and BAK of a 24 kHz wave [samples] (the model listens at 16 kHz)."""
    from scipy.signal import resample_poly
    from speechmos import dnsmos as model

    heard = resample_poly(wave.numpy().astype(np.float64), 2, 3)
    result = model.run(np.clip(heard, -1, 1).astype(np.float32), sr=16000)
    return result["ovrl_mos"], result["sig_mos"], result["bak_mos"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cache", required=True, help="prepared corpus")
    parser.add_argument("--vocoder", help="safetensors file (default: the embedded one)")
    parser.add_argument("--clips", type=int, default=50)
    parser.add_argument("--disturbed", type=float, default=0.1, help="strength of the disturbed inputs")
    args = parser.parse_args()
    torch.set_num_threads(1)

    cache, vocoder = Cache(args.cache), load_vocoder(args.vocoder)
    noise = torch.Generator().manual_seed(0)
    makers = {
        "real": None,
        "vocoder": vocoder.decode,
        "vocoder, unrefined": lambda mel: vocoder.decode(mel, 0),
        "vocoder, disturbed mel": lambda mel: vocoder.decode(disturb(mel[None], args.disturbed, noise)[0]),
        "refinement of noise": lambda mel: refine(noise_like(mel), mel[None], vocoder.config.refine)[0],
        "Griffin-Lim": griffin_lim,
    }
    rows = {name: [] for name in makers}
    for index in held_out(cache)[: args.clips]:
        wave = torch.from_numpy(cache[index].wave.astype(np.float32) / 32768)
        mel = log_mel(wave)
        for name, make in makers.items():
            made = make(mel) if make else wave
            again = log_mel(made)
            mel_l1 = (again - mel[: len(again)]).abs().mean().item()
            pulse_l1 = (pulses(made) - pulses(wave[: len(made)])).abs().mean().item()
            rows[name].append([mel_l1, pulse_l1, *dnsmos(made)])

    print(f"{len(rows['real'])} clips".ljust(24) + " mel L1  pulse   OVRL    SIG    BAK")
    for name, values in rows.items():
        print(f"{name:24s}" + "".join(f"{value:7.3f}" for value in np.mean(values, axis=0)))

    mel = torch.zeros(mel_frames(5.0) + 1, 100)
    vocoder.decode(mel)
    start = time.perf_counter()
    for _ in range(5):
        vocoder.decode(mel)
    seconds = (time.perf_counter() - start) / 5
    print(f"5 s decoded in {seconds * 1000:.0f} ms on one core: {5 / seconds:.0f} x real time")


if __name__ == "__main__":
    main()
