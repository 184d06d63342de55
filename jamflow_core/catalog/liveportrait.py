"""LivePortrait's five networks from the files that artists have.

Known are the official set (KwaiVGI/LivePortrait: base_models/*.pth and retargeting_models/*.pth) and the flat
safetensors set of Kijai/LivePortrait_safetensors; files are found by name, or by their keys where they were renamed.
Norms are folded into the convolutions here, in float32, so that the networks hold nothing else.
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
from .door import Stored, finite
from .precision import fast_dtype
from .safe import SUFFIXES, load_state, weights_in

if TYPE_CHECKING:  # the renderer is only imported to load it: the nodes look for files at start
    from ..render.liveportrait.networks import LivePortrait

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
    the device is fast in. JamFlowError names files that are missing, and says what is wrong with others.
    """
    from ..render.liveportrait.networks import LivePortrait

    with meta_init():
        networks = LivePortrait()
    for part, path in find_liveportrait(folder).items():
        fill(networks, part, load_state(path, expected(part)), path)
    networks.eval().requires_grad_(False)
    return networks.to(device).paint_in(dtype or fast_dtype(device))


def compile_painting(networks: "LivePortrait", device: str | torch.device | None = None) -> "LivePortrait":
    """Compile LivePortrait's two networks that paint, for where they are or will be (a minute; worth it in bfloat16
    and on GPUs); returns the networks. For the number of frames that comes first, and when another comes for any
    other."""
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
    return [file for name in FOLDERS for file in weights_in(Path(folder) / name)]


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
    actual = recognise(state)
    if actual != part:
        what = expected(actual) if actual else "something else"
        raise JamFlowError(f"Choose another file: {name} is {what}, expected {expected(part)}.")
    stored = Stored(name, f"the human {expected(part)}", state, {})
    net = getattr(networks, part)
    for key, value in state.items():  # before anything is folded: an infinite variance would leave no trace
        stored.check(value.ndim == 0 or value.is_floating_point(), f"{key} holds whole numbers")
        stored.check(finite(value), f"{key} holds numbers that are not finite")
    folded = _FOLDS[part](stored, dict(state))
    stored.fill(net, {key: folded[key] for key in net.state_dict() if key in folded})


def _batch_norms(stored: Stored, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every batch norm behind a convolution goes into it; the counters that only training needs go away."""
    for key in list(state):
        conv, _, weight = key.rpartition(".")
        norm = _norm_behind(conv)
        if weight != "weight" or norm is None:
            continue
        kernel, bias = state[key].float(), state.get(f"{conv}.bias", torch.zeros(0)).float()
        parts = [state.get(f"{norm}.{name}", torch.zeros(0)) for name in _NORM]
        sizes = {tuple(part.shape) for part in (bias, *parts)}
        stored.check(sizes == {tuple(kernel.shape[:1])}, f"{norm} lacks a part, or is of another size than {conv}")
        scale, shift, mean, variance = (part.float() for part in parts)
        scale = scale / (variance + BATCH_NORM_EPS).sqrt()
        state[key] = kernel * scale.view(-1, *[1] * (kernel.ndim - 1))
        state[f"{conv}.bias"] = (bias - mean) * scale + shift
    counters = (key.replace("running_mean", "num_batches_tracked") for key in state if key.endswith("running_mean"))
    return _float(stored, state | {key: torch.tensor(0) for key in counters})


_NORM = ("weight", "bias", "running_mean", "running_var")
_BEHIND = {"conv": "norm", "compress": "norm", "conv1": "norm2"}


def _norm_behind(conv: str) -> str | None:
    """The batch norm behind a convolution, by their names."""
    parent, _, name = conv.rpartition(".")
    return f"{parent}.{_BEHIND[name]}" if name in _BEHIND else None


def _generator(stored: Stored, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Spectral norm W / (u^T W v) with the stored vectors; gamma and beta as one convolution."""
    for key in [key for key in state if key.endswith(".weight_orig")]:
        name = key.removesuffix("_orig")
        parts = [state.pop(f"{name}_{part}", torch.zeros(0)).float() for part in ("orig", "u", "v")]
        kernel, u, v = parts[0].flatten(1) if parts[0].ndim > 1 else parts[0], parts[1], parts[2]
        stored.check(
            kernel.shape == (len(u), len(v)) if u.ndim == v.ndim == 1 else False, f"{name}_u or _v does not fit"
        )
        state[name] = parts[0] / torch.dot(u, torch.mv(kernel, v))
    for key in [key for key in state if ".mlp_gamma." in key]:
        gamma, beta = state.pop(key), state.pop(key.replace("gamma", "beta"), torch.zeros(0))
        stored.check(gamma.shape == beta.shape, f"{key.replace('gamma', 'beta')} is missing or of another shape")
        one = 1 if key.endswith("bias") else 0
        state[key.replace("mlp_gamma", "mlp")] = torch.cat((gamma.float() + one, beta.float()))
    return _float(stored, state)


def _retargeting(stored: Stored, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Both layouts name the three perceptrons after what they were trained on."""
    found = ((_RETARGETING.match(key), value) for key, value in state.items())
    return {f"{_PERCEPTRON[match[1]]}.{match[2]}": value.float() for match, value in found if match}


def _float(stored: Stored, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {key: value.float() if value.is_floating_point() else value for key, value in state.items()}


_FOLDS: dict[str, Callable[[Stored, dict[str, Tensor]], dict[str, Tensor]]] = {
    "appearance": _batch_norms,
    "motion": _float,
    "warping": _batch_norms,
    "generator": _generator,
    "retargeting": _retargeting,
}
