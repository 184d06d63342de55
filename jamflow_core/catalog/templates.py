"""Files of motion templates.

The official ones are pickles (read through pickles.py, which runs no code); ours are safetensors with the tensors
`expression` [n,21,3], `rotation` [n,3,3], `t` [n,3], `scale` [n,1] and, where they are known, `kp` [n,21,3], `eyes`
[n,2] and `lips` [n,1]; the metadata holds `fps`. They are motion files as well (motion/files.py): `exp` holds the
deltas.
"""

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..atomic import whole_file
from ..errors import JamFlowError
from ..motion.files import Motion, load_motion, save_motion
from ..render.liveportrait.keypoints import Faces
from ..render.liveportrait.template import Template, TemplateMotion
from .pickles import load_pickle
from .safe import load_header, load_state


def save_template(path: str | os.PathLike, template: Template) -> None:
    """Write a template, whole or not at all. JamFlowError where the place is no good."""
    from safetensors.torch import save

    faces = template.faces
    tensors = {
        "expression": faces.exp,
        "rotation": faces.rotation,
        "t": faces.t,
        "scale": faces.scale,
        "kp": faces.kp,
        "eyes": template.eyes,
        "lips": template.lips,
        "exp": torch.from_numpy(template.motion().exp),
    }
    kept = {name: value.float().cpu().contiguous() for name, value in tensors.items() if value is not None}
    with whole_file(path) as part:
        part.write_bytes(save(kept, metadata={"fps": str(float(template.fps))}))


def load_template(path: str | os.PathLike) -> Template:
    """Read a template: official .pkl or our safetensors. JamFlowError says what is wrong with it."""
    path = Path(path)
    return _from_pickle(path) if path.suffix == ".pkl" else _from_safetensors(path)


def open_motion(path: str | os.PathLike) -> Motion:
    """Any file of motion: a template (official .pkl or ours) as a TemplateMotion, lips alone as a Motion."""
    path = Path(path)
    if path.suffix == ".pkl" or "expression" in _keys(path):
        return load_template(path).motion()
    return load_motion(path)


def keep_motion(path: str | os.PathLike, motion: Motion) -> None:
    """Write a motion with all that is known of it: a TemplateMotion as a template."""
    if isinstance(motion, TemplateMotion):
        save_template(path, motion.template)
    else:
        save_motion(path, motion.exp, motion.fps)


def _keys(path: Path) -> set[str]:
    """Names of the tensors in a safetensors file; none of one that cannot be read, which its loader will tell."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(path), "pt") as file:
            return set(file.keys())
    except (SafetensorError, OSError):
        return set()


def _from_safetensors(path: Path) -> Template:
    tensors = load_state(path, "a motion template")
    if not {"expression", "rotation", "t", "scale"} <= tensors.keys():
        raise JamFlowError(f"Choose another file: {path} is not a motion template, it has no expression and rotation.")
    fps = load_header(path).get("fps")
    return _checked(tensors, fps, path)


def _from_pickle(path: Path) -> Template:
    """Older ones call the rotation R_d and the ratios c_d_...; some have neither ratios nor canonical keypoints."""
    stored = load_pickle(path, "a motion template")
    try:
        items = stored["motion"]
        names = {"expression": ("exp",), "rotation": ("R", "R_d"), "t": ("t",), "scale": ("scale",), "kp": ("kp",)}
        columns = {name: _column(items, keys) for name, keys in names.items()}
        for name, keys in {"eyes": ("c_eyes_lst", "c_d_eyes_lst"), "lips": ("c_lip_lst", "c_d_lip_lst")}.items():
            columns[name] = next((list(stored[key]) for key in keys if key in stored), None)
        with np.errstate(over="ignore"):  # too large for float32 is infinite, and that is refused
            tensors = {
                name: torch.from_numpy(np.array(column, np.float32)) for name, column in columns.items() if column
            }
        fps = stored.get("output_fps", 25)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise JamFlowError(f"Choose another file: {path} is not a motion template of LivePortrait.") from error
    return _checked(tensors, fps, path)


def _column(items: list[dict], keys: tuple[str, ...]) -> list[np.ndarray] | None:
    key = next((key for key in keys if key in items[0]), None)
    return None if key is None else [item[key] for item in items]


_SHAPES = {
    "expression": (21, 3),
    "rotation": (3, 3),
    "t": (3,),
    "scale": (1,),
    "kp": (21, 3),
    "eyes": (2,),
    "lips": (1,),
}


def _checked(tensors: dict[str, Tensor], fps, path: Path) -> Template:
    try:
        frames = len(tensors["expression"])
        known = {
            name: tensors[name].float().reshape(frames, *shape) for name, shape in _SHAPES.items() if name in tensors
        }
        rate = float(fps)
    except (KeyError, RuntimeError, TypeError, ValueError, ArithmeticError) as error:
        raise JamFlowError(f"Choose another file: {path} is not a complete motion template.") from error
    if not frames or not 1 <= rate <= 240 or not all(value.isfinite().all() for value in known.values()):
        raise JamFlowError(f"Choose another file: {path} is no sound motion template (frames, rate or numbers).")
    faces = Faces(known.get("kp"), known["expression"], known["rotation"], known["t"], known["scale"])
    return Template(faces, rate, known.get("eyes"), known.get("lips"))
