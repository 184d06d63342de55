"""F5-TTS checkpoints and a Vocos with random weights in the official key layouts, the same on every machine.

`data/f5.json` was written by parity/f5_vectors.py, from what the official code makes of the same weights.
"""

import random
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from jamflow_core.config import JamFlowConfig, StreamConfig, TextConfig
from jamflow_core.model.jamflow import JamFlow

# A vocabulary with all that the tests say: letters, signs and the pinyin of a few syllables.
SYMBOLS = (
    *" !\"#$%&'()*+,-./0123456789:=?@ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
    "ni3",
    "ni2",
    "hao3",
    "shi4",
    "jie4",
    "。",
)
TINY = JamFlowConfig(
    StreamConfig(channels=100, rate=93.75, dim=128, depth=3, heads=2),
    None,
    TextConfig(vocab=len(SYMBOLS), dim=64, conv_layers=2, stretch="pad", symbols=SYMBOLS),
)
SMALL = replace(
    TINY, audio=replace(TINY.audio, dim=768, depth=18, heads=12), text=replace(TINY.text, dim=512, conv_layers=4)
)
BASE = replace(SMALL, audio=replace(SMALL.audio, dim=1024, depth=22, heads=16))


def random_state(model: torch.nn.Module, seed: int = 0) -> dict[str, Tensor]:
    """Weights under which every part of a network matters: gates are open, norms and responses are uneven."""
    rng = torch.Generator().manual_seed(seed)
    state = {}
    for key, value in sorted(model.state_dict().items()):
        noise = torch.randn(value.shape, generator=rng)
        if key.endswith(("gamma", "norm.weight")):
            state[key] = 1 + 0.3 * noise
        elif value.ndim == 1 or key.endswith("beta"):
            state[key] = 0.1 * noise
        elif "text_embed.weight" in key:
            state[key] = noise
        else:
            state[key] = noise / value[0].numel() ** 0.5
    return state


def f5_state(config: JamFlowConfig = TINY, seed: int = 0) -> dict[str, Tensor]:
    """Weights of an Audio-DiT as the official network names them."""
    with torch.device("meta"):
        model = JamFlow(config)
    frequencies = 10000.0 ** -(torch.arange(0, 64, 2).float() / 64)
    return random_state(model.audio, seed) | {"rotary_embed.inv_freq": frequencies}


def f5_file(folder: Path, config: JamFlowConfig = TINY, seed: int = 0, name: str = "model_v1.safetensors") -> Path:
    """A checkpoint with its vocab.txt, as the official trainer exports it."""
    state = {f"ema_model.transformer.{key}": value for key, value in f5_state(config, seed).items()}
    save_file(state | {"initted": torch.tensor(True), "step": torch.tensor(1250000)}, str(folder / name))
    write_vocabulary(folder / "vocab.txt", config.text.symbols)
    return folder / name


def write_vocabulary(path: Path, symbols: tuple[str, ...]) -> None:
    path.write_bytes("".join(f"{symbol}\n" for symbol in symbols).encode("utf-8"))


def inputs(config: JamFlowConfig = TINY, prompt: int = 40, frames: int = 112, seed: int = 1) -> dict[str, Tensor]:
    """Noised mel x, given mel (zeros behind the prompt), token ids, a moment t, and the prompt's length."""
    rng = torch.Generator().manual_seed(seed)
    given = torch.zeros(1, frames, 100)
    given[:, :prompt] = torch.randn(1, prompt, 100, generator=rng)
    return {
        "x": torch.randn(1, frames, 100, generator=rng),
        "given": given,
        "ids": torch.randint(0, config.text.vocab, (1, 30), generator=rng),
        "t": torch.tensor([0.37]),
        "prompt": torch.tensor(prompt),
    }


def recording(seed: int, rate: int, seconds: float, channels: int = 1) -> torch.Tensor:
    """Noise in bursts of many levels with pauses of many lengths, float [channels, samples] on the 16-bit grid."""
    rng = random.Random(seed)
    count = int(seconds * rate)
    level, at = torch.zeros(count), 0
    while at < count:
        length = int(rng.uniform(0.1, 4) * rate)
        level[at : at + length] = 10 ** (rng.uniform(-45, -6) / 20)
        at += length + int(rng.choice((0.05, 0.3, 0.8, 1.5, 3.0)) * rate)
    noise = torch.randn(2, channels, count, generator=torch.Generator().manual_seed(seed))
    wave = 0.3 * noise[0] * level + 10 ** (rng.uniform(-75, -48) / 20) * noise[1]
    return (wave.clamp(-1, 0.9999) * 32768).round() / 32768


def figures(values: Tensor, count: int = 48) -> list[float]:
    """Some values of a tensor, spread over all of it."""
    flat = values.detach().flatten()
    return [round(float(flat[i]), 7) for i in torch.linspace(0, len(flat) - 1, count).long()]
