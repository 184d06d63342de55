"""The f5-tts package without its trainer and its web tools: what is missing of their imports is left empty.

`pip install --no-deps f5-tts x-transformers torch-einops-utils torchdiffeq ema_pytorch` and
`pip install einx loguru librosa pypinyin rjieba pydub vocos`.
"""

import importlib.util
import sys
import types
from pathlib import Path

import torch

UNUSED = ("matplotlib", "matplotlib.pylab", "transformers", "huggingface_hub")


def available() -> bool:
    names = ("f5_tts", "x_transformers", "torchdiffeq", "librosa", "pydub", "vocos", "rjieba", "pypinyin")
    return all(importlib.util.find_spec(name) for name in names)


def _bare(name: str, folder: Path) -> None:
    """A package whose __init__, which imports the trainer, does not run."""
    package = types.ModuleType(name)
    package.__path__ = [str(folder)]
    sys.modules[name] = package


def load():
    """(network class, sampler class, driver module, tokenizer) of the official code."""
    root = Path(importlib.util.find_spec("f5_tts").submodule_search_locations[0])
    _bare("f5_tts.model", root / "model")
    _bare("f5_tts.model.backbones", root / "model" / "backbones")
    for name in [name for name in UNUSED if importlib.util.find_spec(name.split(".")[0]) is None]:
        empty = types.ModuleType(name)
        empty.use = empty.hf_hub_download = empty.pipeline = lambda *_, **__: None
        empty.__path__ = []
        sys.modules[name] = empty
    from f5_tts.model.backbones.dit import DiT
    from f5_tts.model.cfm import CFM
    from f5_tts.model.utils import convert_char_to_pinyin

    sys.modules["f5_tts.model"].CFM = CFM
    from f5_tts.infer import utils_infer

    return DiT, CFM, utils_infer, convert_char_to_pinyin


def network(dit_class, config, state, old: bool = False):
    """The official network with the weights of `state`; old: v0's positions and fillers."""
    a, text = config.audio, config.text
    net = dit_class(
        dim=a.dim, depth=a.depth, heads=a.heads, dim_head=a.head_dim, ff_mult=a.ff_mult, mel_dim=a.channels,
        text_num_embeds=text.vocab, text_dim=text.dim, conv_layers=text.conv_layers,
        text_mask_padding=not old, pe_attn_head=1 if old else None,
    )  # fmt: skip
    net.load_state_dict(state)
    return net.eval()


def sampler(cfm_class, net, symbols):
    """The official sampler around a network."""
    ids = {symbol: index for index, symbol in enumerate(symbols)}
    return cfm_class(net, mel_spec_kwargs={}, vocab_char_map=ids).eval()


def same_noise(monkeypatch, seeds) -> None:
    """Let `torch.randn` of the official sampler give our noise, one seed a call."""
    from jamflow_core.flow.sampler import noise

    left, plain = iter(seeds), torch.randn

    def randn(frames, channels, generator=None, **_):
        if generator is not None:
            return plain(frames, channels, generator=generator)
        return noise("audio", int(frames), channels, next(left))

    monkeypatch.setattr(torch, "randn", randn)
