"""Random LivePortrait weights in the official key layout, the same on every machine, and small networks to put them in.

`data/liveportrait.json` was written by parity/liveportrait_vectors.py from the official code: "full" and "tiny" hold
the key layouts (part -> key -> shape), "networks" and "motion" what the official code makes of the random weights and
inputs below (norm, sum, and some values of the result).
"""

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from jamflow_core.render.liveportrait.appearance import FeatureExtractor
from jamflow_core.render.liveportrait.generator import Generator
from jamflow_core.render.liveportrait.keypoints import Faces, rotation
from jamflow_core.render.liveportrait.motion import MotionExtractor
from jamflow_core.render.liveportrait.networks import LivePortrait
from jamflow_core.render.liveportrait.retargeting import Retargeting
from jamflow_core.render.liveportrait.template import Template
from jamflow_core.render.liveportrait.warping import WarpingNetwork

DATA = Path(__file__).parent / "data" / "liveportrait.json"

OPTIONS = {
    "picture": dict(),
    "picture, absolute": dict(relative=False),
    "picture, expressive": dict(expressive=True),
    "picture, lips only, halved": dict(region="lip", multiplier=0.5),
    "picture, eyes only, absolute": dict(region="eyes", relative=False),
    "picture, pose, no stitching": dict(region="pose", stitching=False),
    "picture, openings": dict(open_eyes=True, open_lips=True),
    "picture, openings, absolute": dict(open_eyes=True, open_lips=True, relative=False),
    "video": dict(),
    "video, absolute expression": dict(relative=False, region="exp"),
    "video, steady eyes": dict(steady_eyes=True, close_lips=False),
    "picture, one frame": dict(),
    "video, one frame": dict(region="exp"),
}


def layout(size: str) -> dict[str, dict[str, list[int]]]:
    return json.loads(DATA.read_text())[size]


def random_state(shapes: dict[str, list[int]], seed: int = 0) -> dict[str, Tensor]:
    """Weights that keep activations at about their size; spectral norms near, but not at, their fixed point."""
    rng = np.random.default_rng(seed)
    state = {}
    for key in sorted(shapes):
        shape, name = tuple(shapes[key]), key.rsplit(".", 1)[-1]
        noise = torch.from_numpy(rng.standard_normal(shape, np.float32)) if shape else torch.tensor(0)
        if name == "running_var":
            noise = 1 + 0.5 * noise.abs()
        elif name in ("running_mean", "bias"):
            noise = 0.1 * noise
        elif name in ("gamma", "beta"):
            noise = 0.3 * noise
        elif name in ("weight", "weight_orig"):
            noise = 1 + 0.2 * noise if len(shape) == 1 else noise * (1.2 / noise[0].numel() ** 0.5)
        state[key] = noise
    for key in [key for key in state if key.endswith("weight_u")]:
        kernel, u = state[key[:-1] + "orig"].flatten(1), state[key]
        for _ in range(2):
            v = torch.nn.functional.normalize(kernel.T @ u, dim=0)
            u = torch.nn.functional.normalize(kernel @ v, dim=0)
        state[key], state[key[:-1] + "v"] = u, v
    return state


def tiny_networks() -> LivePortrait:
    """LivePortrait with few channels, without weights."""
    with torch.device("meta"):
        networks = LivePortrait()
    networks.appearance = FeatureExtractor(8, 32, 8, 4, 2)
    networks.motion = MotionExtractor((1, 1, 2, 1), (8, 16, 24, 32))
    networks.warping = WarpingNetwork(8, 32, 8, 4, 4, (8, 32, 2))
    networks.generator = Generator(32, 8)
    networks.retargeting = Retargeting()
    return networks.eval().requires_grad_(False)


def small_crops(monkeypatch, networks) -> None:
    """The tiny networks look at 64 pixels and paint 128; here they take and give what renderers do. networks: the
    module.
    """
    see, source, paint = (getattr(networks.Networks, name) for name in ("faces", "source", "paint"))

    def sized(pictures: Tensor, side: int) -> Tensor:
        return torch.nn.functional.interpolate(pictures, (side, side), mode="bilinear", antialias=True)

    monkeypatch.setattr(networks.Networks, "faces", lambda self, crops: see(self, sized(crops, 64)))
    monkeypatch.setattr(networks.Networks, "source", lambda self, crops, points: source(self, sized(crops, 64), points))
    monkeypatch.setattr(networks.Networks, "paint", lambda self, *given: sized(paint(self, *given), 512))


def _rng(seed: int):
    rng = np.random.default_rng(seed)
    return lambda *shape: torch.from_numpy(rng.standard_normal(shape, np.float32))


def tiny_inputs() -> dict[str, Tensor]:
    """picture [2,3,64,64], volume [1,8,4,16,16], features [2,32,8,8], source [1,21,3] and driving [3,21,3]
    keypoints.
    """
    normal = _rng(1)
    source = 0.3 * normal(1, 21, 3)
    return {
        "picture": normal(2, 3, 64, 64).sigmoid(),
        "volume": normal(1, 8, 4, 16, 16),
        "features": normal(2, 32, 8, 8),
        "source": source,
        "driving": source + 0.1 * normal(3, 21, 3),
    }


def random_template(frames: int, seed: int) -> Template:
    """Faces about as they are: small expressions, some degrees of turn, mouths and eyes more or less open."""
    normal = _rng(seed)
    kp = (0.3 * normal(1, 21, 3)).repeat(frames, 1, 1)
    turn = rotation(*(5 * normal(3, frames)))
    scale, t = 1.3 + 0.05 * normal(frames, 1), 0.05 * normal(frames, 3)
    faces = Faces(kp, 0.02 * normal(frames, 21, 3), turn, t, scale)
    return Template(faces, 25.0, 0.25 + 0.05 * normal(frames, 2).abs(), 0.06 * normal(frames, 1).abs())


def motion_inputs(name: str) -> tuple[Template, Template]:
    """Source and driving template of one of OPTIONS."""
    source = random_template(5 if name.startswith("video") else 1, 2)
    return source, random_template(1 if name.endswith("one frame") else 6, 3)


def figures(result: Tensor) -> list[float]:
    """Norm, sum and ten values spread over a result."""
    flat = result.double().flatten()
    places = torch.linspace(0, len(flat) - 1, 10).long()
    return [float(flat.norm()), float(flat.sum()), *flat[places].tolist()]
