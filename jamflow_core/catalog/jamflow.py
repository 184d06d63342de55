"""JAM-Flow's own files: `flow.*` and `durations.*` in one safetensors file, the configuration as JSON in its header."""

from itertools import pairwise

import torch
from torch import nn

from ..atomic import whole_file
from ..config import JamFlowConfig, JointConfig, Normaliser, StreamConfig
from ..model.duration import DurationHead
from ..model.jamflow import JamFlow
from ..model.quick import quicken
from .door import Stored

RATES = (0.1, 10_000.0)  # frames per second of a stream
STRETCHES = ("pad", "durations")


def recognise(keys: set[str], header: dict[str, str]) -> bool:
    """Whether a file with these tensors and this header is one of `save_flow`."""
    return header.get("format") == "jamflow"


def save_flow(path, flow: JamFlow, durations: DurationHead, dtype: torch.dtype = torch.bfloat16) -> None:
    """Write a model, whole or not at all."""
    from safetensors.torch import save_file

    nets = {"flow": flow, "durations": durations}
    tensors = {
        f"{kind}.{key}": value.to(dtype).contiguous()
        for kind, net in nets.items()
        for key, value in net.state_dict().items()
    }
    with whole_file(path) as part:
        save_file(tensors, str(part), {"format": "jamflow", "config": flow.config.to_json()})


def load(path, ops=nn, dtype: torch.dtype = torch.float32) -> tuple[JamFlow, DurationHead]:
    """Read a file of `save_flow`, on the CPU, in eval mode.

    The flow is built of the layers of `ops` and keeps its weights in `dtype`; the duration head, which is small, in
    float32. JamFlowError: a file that is missing, damaged, or whose configuration and tensors contradict each other.
    """
    stored = Stored.read(path, "a JAM-Flow model")
    config = stored.config(JamFlowConfig)
    _check(stored, config)
    flow = stored.fill(stored.build(lambda: JamFlow(config, ops)), stored.below("flow."), dtype)
    return quicken(flow), stored.fill(stored.build(DurationHead), stored.below("durations."), torch.float32)


def _check(stored: Stored, config: JamFlowConfig) -> None:
    """What the shapes of the tensors do not say, and how many layers there are."""
    _check_stream(stored, config.audio, config.mel, "audio")
    if config.motion is not None:
        _check_stream(stored, config.motion, config.mouth, "motion")
    text = config.text
    blocks = stored.layers("flow.audio.text_embed.text_blocks.")
    stored.check(text.conv_layers == blocks, f"its configuration has {text.conv_layers} text layers")
    stored.check(text.stretch in STRETCHES, f"text.stretch is {text.stretch[:20]!r}")
    stored.check(text.symbols is None or len(text.symbols) == text.vocab, "text.symbols are not as many as text.vocab")
    _check_joint(stored, config.joint, config)
    for grid in config.schedules:
        rising = all(before < after for before, after in pairwise(grid))
        stored.check(len(grid) > 1 and (grid[0], grid[-1]) == (0, 1) and rising, "a schedule does not rise from 0 to 1")


def _check_stream(stored: Stored, stream: StreamConfig, normaliser: Normaliser | None, name: str) -> None:
    blocks = stored.layers(f"flow.{name}.transformer_blocks.")
    stored.check(stream.depth == blocks, f"its configuration has {stream.depth} {name} layers, the file {blocks}")
    low, high = RATES
    stored.check(low <= stream.rate <= high, f"{name}.rate is {stream.rate:g}")
    heads = stream.heads if stream.rotary_heads is None else stream.rotary_heads
    stored.check(1 <= heads <= stream.heads, f"{name} has {stream.heads} heads, {heads} of them with positions")
    stored.check(stream.head_dim > 0 and stream.head_dim % 2 == 0, f"{name}.head_dim is {stream.head_dim}")
    stored.check(stream.window is None or stream.window > 0, f"{name}.window is {stream.window}")
    if normaliser is not None:
        sizes = len(normaliser.mean), len(normaliser.std)
        stored.check(sizes == (stream.channels,) * 2, f"the normaliser of {name} has {sizes} numbers")
        stored.check(all(std > 0 for std in normaliser.std), f"the normaliser of {name} has a deviation of 0")


def _check_joint(stored: Stored, joint: JointConfig, config: JamFlowConfig) -> None:
    pairs, depths = joint.layers, (config.audio.depth, config.motion.depth if config.motion else 0)
    within = all(layer < depth for pair in pairs for layer, depth in zip(pair, depths))
    rising = all(before[side] < after[side] for before, after in pairwise(pairs) for side in (0, 1))
    stored.check(within and rising, "the layers where its streams meet do not rise, or are not there")
    switches = {len(pairs), len(joint.audio_sees), len(joint.motion_sees)}
    stored.check(len(switches) == 1, "its streams meet in another number of layers than they see each other")
    for band in (joint.band, joint.audio_band):
        stored.check(band is None or band > 0, f"a band of joint attention is {band}")
