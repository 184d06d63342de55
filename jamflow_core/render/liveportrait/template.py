"""Motion templates: what a face does through a video, as LivePortrait's keypoints; files of them.

The official ones are pickles (read through catalog/pickles.py, which runs no code); ours are safetensors with the tensors
`expression` [n,21,3], `rotation` [n,3,3], `t` [n,3], `scale` [n,1] and, where they are known, `kp` [n,21,3], `eyes`
[n,2]
and `lips` [n,1]; the metadata holds `fps`. They are motion files as well (motion/files.py): `exp` holds the deltas.
"""

import os
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ...atomic import whole_file
from ...catalog.pickles import load_pickle
from ...catalog.safe import load_state
from ...errors import JamFlowError
from ...motion.files import Motion, load_motion, save_motion
from .keypoints import LIPS, Faces

CLOSED = 0.03  # opening of lips that count as closed (the official threshold of lip normalisation)
NEVER_CLOSED = 0.15  # a clip whose smallest openings stay above this does not show the closed mouth
CLOSEST = 0.15  # share of the frames that the closed mouth is taken from

# The mean expression of people with a closed mouth, in millionths. Source: KwaiVGI/LivePortrait, lip_array.
_USUAL = (
    (-95, 242, -40),
    (209, 468, 13),
    (-125, 325, 4),
    (120, -457, 54),
    (-265, -75, -16),
    (-33, -183, -3),
    (0, 0, 2),
    (-541, 2633, 7),
    (-12, 5, 10),
    (1, 5, -409),
    (167, -20, -89),
    (-15, 83, 6),
    (0, 3, 2),
    (-66, -68, -3),
    (-833, -1796, -3),
    (7, 37, -2),
    (-5, 7, -10),
    (-637, -1166, 56),
    (283, -15, 11),
    (-4, -15091, -2549),
    (222, 5628, 2726),
)
# Opening of the lips per unit of expression: regression on the openings that official templates carry (R2 0.92).
_OPENING = {(19, 1): 5.20, (20, 1): -6.78, (14, 1): 1.83, (20, 2): 1.38}


@dataclass(frozen=True)
class Template:
    """n faces at `fps`; `eyes` [n,2] and `lips` [n,1] are how far they are open (crop.py), if known. `missing`: numbers
    of
    the frames without a face, in which the last one was held."""

    faces: Faces
    fps: float
    eyes: Tensor | None = None
    lips: Tensor | None = None
    missing: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.faces)

    def __getitem__(self, index: slice) -> "Template":
        parts = {
            name: None if value is None else value[index] for name, value in (("eyes", self.eyes), ("lips", self.lips))
        }
        return replace(self, faces=self.faces[index], **parts)

    def to(self, device) -> "Template":
        parts = {
            name: None if value is None else value.to(device)
            for name, value in (("eyes", self.eyes), ("lips", self.lips))
        }
        return replace(self, faces=self.faces.to(device), **parts)

    def closed_mouth(self) -> Tensor:
        """The person's closed neutral expression [21,3]: that of the frames with the lips closest together. If they
        never
        close, the lips are those of people on average."""
        exp = self.faces.exp
        opening = _opening(exp) if self.lips is None else self.lips[:, 0]
        closest = opening.argsort()[: max(1, round(CLOSEST * len(opening)))]
        mouth = exp[closest].mean(0)
        if self.lips is not None and opening[closest].mean() > NEVER_CLOSED:
            mouth[list(LIPS)] = usual_mouth(exp)[list(LIPS)]
        return mouth

    def motion(self) -> "TemplateMotion":
        """The expression as deltas from the closed mouth, as the model takes it, with the template itself."""
        return TemplateMotion((self.faces.exp - self.closed_mouth()).float().cpu().numpy(), self.fps, self)

    def at(self, fps: float) -> "Template":
        """The same faces at another rate, by linear interpolation; behind the last one it is held."""
        if fps == self.fps:
            return self
        last = len(self) - 1
        place = (torch.arange(max(round(len(self) / self.fps * fps), 1)) * (self.fps / fps)).clamp(max=last)
        before = place.floor().long()
        after, part = (before + 1).clamp(max=last), place - before

        def between(values: Tensor | None) -> Tensor | None:
            if values is None:
                return None
            weight = part.view(-1, *[1] * (values.ndim - 1)).to(values)
            return torch.lerp(values[before], values[after], weight)

        faces = Faces(*(between(getattr(self.faces, field.name)) for field in fields(Faces)))
        u, _, v = torch.linalg.svd(faces.rotation)  # the rotation next to a mean of two
        faces = replace(faces, rotation=u @ v)
        return Template(faces, fps, between(self.eyes), between(self.lips), self.missing)

    def lasting(self, frames: int) -> "Template":
        """As many frames: cut, or back and forth, so that a short one moves on without a jump."""
        turn = torch.arange(frames) % max(1, 2 * (len(self) - 1))
        return self[torch.minimum(turn, 2 * (len(self) - 1) - turn).clamp(min=0)]


@dataclass(frozen=True)
class TemplateMotion(Motion):
    """A motion of which the whole face is known, not the lips alone."""

    template: Template | None = None


def usual_mouth(like: Tensor) -> Tensor:
    """Mean expression [21,3] of people with a closed mouth."""
    return like.new_tensor(_USUAL) * 1e-6


def _opening(exp: Tensor) -> Tensor:
    """Opening of the lips [n], up to a constant of the person, from the expression [n,21,3]."""
    return sum(weight * exp[:, point, axis] for (point, axis), weight in _OPENING.items())


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
        # fmt: skip
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
    from safetensors import safe_open

    tensors = load_state(path, "a motion template")
    if not {"expression", "rotation", "t", "scale"} <= tensors.keys():
        raise JamFlowError(f"Choose another file: {path} is not a motion template, it has no expression and rotation.")
    with safe_open(str(path), "pt") as file:
        fps = (file.metadata() or {}).get("fps")
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
