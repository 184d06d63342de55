"""A checkpoint's moving average and the duration head -> one shippable file.

`python -m jamflow_core train export --checkpoint FILE --durations FILE --out FILE`
"""

import argparse

import torch
from safetensors.torch import load_file

from ..config import JamFlowConfig
from ..model.duration import DurationHead
from ..model.jamflow import JamFlow
from ..models import save_flow


def main(argv) -> None:
    """Entry of `python -m jamflow_core train export`."""
    parser = argparse.ArgumentParser("jamflow_core train export")
    parser.add_argument("--checkpoint", required=True, help="checkpoint.pt of train flow")
    parser.add_argument("--durations", required=True, help="file of train durations")
    parser.add_argument("--out", required=True)
    options = parser.parse_args(argv)
    state = torch.load(options.checkpoint, map_location="cpu", weights_only=True)
    flow, durations = JamFlow(JamFlowConfig.from_json(state["config"])), DurationHead()
    flow.load_state_dict(state["model"] | state["average"])
    durations.load_state_dict(load_file(options.durations))
    save_flow(options.out, flow, durations)
