"""ComfyUI's own layers on a graphics card that is not there: weights wait in main memory, cast when a layer runs."""

from dataclasses import replace

import pytest
import torch
from fake_gpu import DEVICE, fake_gpu

from jamflow_core.config import JointConfig, tiny
from jamflow_core.flow.path import Canvas
from jamflow_core.flow.sampler import sample
from jamflow_core.flow.schedule import host_grid
from jamflow_core.flow.settings import Settings
from jamflow_core.meta_init import meta_init
from jamflow_core.model.jamflow import JamFlow

CONFIG = replace(
    tiny(),
    audio=replace(tiny().audio, dim=64, depth=2, heads=2, head_dim=32),
    motion=replace(tiny().motion, dim=64, depth=2, heads=2, head_dim=32),
    joint=JointConfig(((0, 0), (1, 1)), (True, True), (True, True)),
)
SETTINGS = Settings(steps=2, text_guidance=2.0, reference_guidance=1.0, polish=0)


def canvas(frames, channels, given, text=None):
    made = Canvas(torch.zeros(frames, channels), torch.arange(frames) >= given, text, text)
    made.whole, made.shows  # noqa: B018 - read on the host, once a run
    return made


@pytest.mark.parametrize("weights, computed", [
    (torch.bfloat16, torch.float32), (torch.float16, torch.float16), (torch.bfloat16, torch.bfloat16),
], ids=str)  # fmt: skip
def test_a_run_with_weights_in_main_memory(comfy, weights, computed):
    import comfy.ops as ops

    with meta_init():
        model = JamFlow(CONFIG, ops.manual_cast).eval()
    streams = canvas(60, 100, 20, torch.zeros(60, CONFIG.text.dim)), canvas(16, 18, 5)
    host_grid(SETTINGS.steps, SETTINGS.sway, SETTINGS.schedule, CONFIG.schedules, SETTINGS.strength)
    with fake_gpu():
        for part in model.modules():
            casts = hasattr(part, "comfy_cast_weights")
            place, dtype = ("cpu", weights) if casts else (DEVICE, computed)
            for name, weight in part.named_parameters(recurse=False):
                made = torch.empty(weight.shape, dtype=dtype, device=place)
                part.register_parameter(name, torch.nn.Parameter(made, requires_grad=False))
        model.computes(torch.device(DEVICE), computed)
        for made, asked in zip(sample(model, *streams, SETTINGS), streams):
            assert made.shape == asked.given.shape and made.device.type == DEVICE
