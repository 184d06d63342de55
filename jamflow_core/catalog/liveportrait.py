"""LivePortrait's five networks from the files that artists have.

Known are the official set (KwaiVGI/LivePortrait: base_models/*.pth and retargeting_models/*.pth) and the flat
safetensors
set of Kijai/LivePortrait_safetensors; files are found by name, or by their keys where they were renamed. Norms are
folded
into the convolutions here, in float32, so that the networks hold nothing else.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ..errors import JamFlowError
from ..meta_init import meta_init
from .compiled import check_compiler, compiled
from .precision import fast_dtype
from .safe import load_state

if TYPE_CHECKING:  # the renderer is only imported to load it: the nodes look for files at start
    from ..render.liveportrait.networks import LivePortrait

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")
FOLDERS = ("", "base_models", "retargeting_models", "liveportrait/base_models", "liveportrait/retargeting_models")
BATCH_NORM_EPS = 1e-5

# Part of LivePortrait -> usual file name and a key that only this network has.
FILES = {
    "appearance": ("appearance_feature_extractor", re.compile(r"resblocks_3d\.3dr0\.conv1\.weight")),
    "motion": ("motion_extractor", re.compile(r"detector\.fc_exp\.weight")),
    "warping": ("warping_module", re.compile(r"dense_motion_network\.mask\.weight")),
    "generator": ("spade_generator", re.compile(r"G_middle_0\.conv_0\.weight_orig")),
    "retargeting": ("stitching_retargeting_module", re.compile(r"retarget_shoulder.*mlp\.0\.weight")),
}
_RETARGETING = re.compile(r"retarget_(shoulder|mouth|eye).*?\bmlp\.(\d+\.(?:weight|bias))$")
_PERCEPTRON = {"shoulder": "stitching", "mouth": "lip", "eye": "eye"}


def load_liveportrait(folder, device: str | torch.device = "cpu", dtype: torch.dtype | None = None) -> "LivePortrait":
    """The networks of the files in `folder` (or in the official subfolders of it), in eval mode.

    dtype: of the two networks that paint, which take nearly all of the time; the others stay float32. None takes what
    the
    device is fast in. JamFlowError names files that are missing, and says what is wrong with others.
    """
    from ..render.liveportrait.networks import LivePortrait

    with meta_init():
        networks = LivePortrait()
    for part, path in find_liveportrait(folder).items():
        fill(networks, part, load_state(path, expected(part)), path)
    networks.eval().requires_grad_(False)
    return networks.to(device).paint_in(dtype or fast_dtype(device))


def compile_painting(networks: "LivePortrait", device: str | torch.device | None = None) -> "LivePortrait":
    """Compile LivePortrait's two networks that paint, for where they are or will be (a minute; worth it in bfloat16 and on
    GPUs); returns the networks. For the number of frames that comes first, and when another comes for any other."""
    check_compiler(device or networks.device)
    for net in (networks.warping, networks.generator):
        net.forward = compiled(net.forward, dynamic=None)
    return networks


def names_in(folder) -> dict[str, Path]:
    """Part -> file, of the files in `folder` (or in the official subfolders of it) that have their usual names."""
    found = {}
    for part, (stem, _) in FILES.items():
        named = [file for file in files_in(folder) if file.stem == stem]
        if named:
            found[part] = min(named, key=lambda file: SUFFIXES.index(file.suffix))
    return found


def files_in(folder) -> list[Path]:
    """Files of `folder` and of the official subfolders of it that may hold weights."""
    places = [Path(folder) / name for name in FOLDERS]
    return [file for place in places if place.is_dir() for file in sorted(place.iterdir()) if file.suffix in SUFFIXES]


def find_liveportrait(folder) -> dict[str, Path]:
    """Part -> file, renamed ones by their keys. JamFlowError if one of the five is not there."""
    files, found = files_in(folder), names_in(folder)
    for file in files if len(found) < len(FILES) else ():
        if file not in found.values() and (part := _part_in(file)):
            found.setdefault(part, file)
    missing = [f"{stem}.safetensors" for part, (stem, _) in FILES.items() if part not in found]
    if missing:
        raise JamFlowError(
            f"Put {', '.join(missing)} of LivePortrait (or the official .pth) into {folder}: not found there."
        )
    return found


def _part_in(file: Path) -> str | None:
    """The part that a file holds; None for one of something else, be it readable or not."""
    try:
        return recognise(load_state(file))
    except JamFlowError:
        return None


def recognise(state: dict[str, Tensor]) -> str | None:
    """The part of LivePortrait whose keys these are, if any."""
    return next((part for part, (_, key) in FILES.items() if any(map(key.match, state))), None)


def expected(part: str) -> str:
    """What a file of this part is called in messages."""
    return f"LivePortrait's {FILES[part][0]}"


def fill(networks: "LivePortrait", part: str, state: dict[str, Tensor], name="the file") -> None:
    """Give one part of LivePortrait its weights, from a state dict in the official layout."""
    net = getattr(networks, part)
    actual = recognise(state)
    if actual != part:
        what = expected(actual) if actual else "something else"
        raise JamFlowError(f"Choose another file: {name} is {what}, expected {expected(part)}.")
    folded = _FOLDS[part](dict(state))
    wanted = net.state_dict()
    wrong = [key for key, value in wanted.items() if key not in folded or folded[key].shape != value.shape]
    if wrong:
        state_of = "missing" if wrong[0] not in folded else f"of shape {list(folded[wrong[0]].shape)}"
        raise JamFlowError(f"Choose another file: {name} is not the human {expected(part)}: {wrong[0]} is {state_of}.")
    net.load_state_dict({key: folded[key] for key in wanted}, assign=True)


def _batch_norms(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every batch norm behind a convolution goes into it; the counters that only training needs go away."""
    for key in [key for key in state if key.endswith(".running_mean")]:
        norm = key.removesuffix(".running_mean")
        conv = _convolution_before(norm, state)
        state.pop(f"{norm}.num_batches_tracked", None)
        if conv is None:
            state[f"{norm}.num_batches_tracked"] = torch.tensor(0)
            continue
        weight, bias, mean, variance = (state.pop(f"{norm}.{name}").float() for name in _NORM)
        scale = weight / (variance + BATCH_NORM_EPS).sqrt()
        kernel = state[f"{conv}.weight"].float()
        state[f"{conv}.weight"] = kernel * scale.view(-1, *[1] * (kernel.ndim - 1))
        state[f"{conv}.bias"] = (state[f"{conv}.bias"].float() - mean) * scale + bias
    return _float(state)


_NORM = ("weight", "bias", "running_mean", "running_var")
_BEFORE = {"norm": ("conv", "compress"), "norm2": ("conv1",)}


def _convolution_before(norm: str, state: dict[str, Tensor]) -> str | None:
    parent, _, name = norm.rpartition(".")
    names = (f"{parent}.{conv}" for conv in _BEFORE.get(name, ()))
    return next((conv for conv in names if f"{conv}.weight" in state), None)


def _motion(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return _float(state)


def _generator(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Spectral norm W / (u^T W v) with the stored vectors; gamma and beta as one convolution."""
    for key in [key for key in state if key.endswith(".weight_orig")]:
        name = key.removesuffix("_orig")
        kernel, u, v = (state.pop(f"{name}_{part}").float() for part in ("orig", "u", "v"))
        state[name] = kernel / torch.dot(u, torch.mv(kernel.flatten(1), v))
    for key in [key for key in state if ".mlp_gamma." in key]:
        gamma, beta = state.pop(key), state.pop(key.replace("gamma", "beta"))
        one = 1 if key.endswith("bias") else 0
        state[key.replace("mlp_gamma", "mlp")] = torch.cat((gamma.float() + one, beta.float()))
    return _float(state)


def _retargeting(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Both layouts name the three perceptrons after what they were trained on."""
    found = ((_RETARGETING.match(key), value) for key, value in state.items())
    return {f"{_PERCEPTRON[match[1]]}.{match[2]}": value.float() for match, value in found if match}


def _float(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value.float() if value.is_floating_point() else value for key, value in state.items()}


_FOLDS: dict[str, Callable[[dict[str, Tensor]], dict[str, Tensor]]] = {
    "appearance": _batch_norms,
    "motion": _motion,
    "warping": _batch_norms,
    "generator": _generator,
    "retargeting": _retargeting,
}
