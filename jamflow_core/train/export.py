"""A checkpoint's moving average and the duration head -> one shippable file.

`python -m jamflow_core train export --checkpoint FILE --durations FILE --out FILE`
"""

import argparse
from dataclasses import replace

import torch
from safetensors.torch import load_file

from ..config import CleanerConfig, JamFlowConfig
from ..model.duration import DurationHead
from ..model.jamflow import JamFlow
from ..models import load_flow, save_flow


def mixed(weights: dict, older: dict, share: float) -> dict:
    """Weights with `share` of the way to those of an older model, where it has them (model soups, arXiv 2203.05482)."""
    return {
        name: torch.lerp(value.float(), older[name].float(), share) if name in older else value
        for name, value in weights.items()
    }


def main(argv) -> None:
    """Entry of `python -m jamflow_core train export`."""
    parser = argparse.ArgumentParser("jamflow_core train export")
    parser.add_argument("--checkpoint", required=True, help="checkpoint.pt of train flow")
    parser.add_argument("--durations", required=True, help="file of train durations")
    parser.add_argument("--cleaner", help="file of train cleaner, for a model without one or in place of its own")
    parser.add_argument("--mix", help="an older model whose weights are mixed in, so that what it could is kept")
    parser.add_argument("--share", type=float, default=0.4, help="of the older weights [0.4]")
    parser.add_argument("--out", required=True)
    options = parser.parse_args(argv)
    state = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    config, weights = JamFlowConfig.from_json(state["config"]), state["model"] | state["average"]
    if options.cleaner:
        config = replace(config, cleaner=CleanerConfig())
        weights |= {f"cleaner.{name}": value for name, value in load_file(options.cleaner).items()}
    if options.mix:
        weights = mixed(weights, load_flow(options.mix)[0].state_dict(), options.share)
    flow, durations = JamFlow(config), DurationHead()
    flow.load_state_dict(weights)
    durations.load_state_dict(load_file(options.durations))
    save_flow(options.out, flow, durations)
