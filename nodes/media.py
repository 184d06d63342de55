"""ComfyUI's AUDIO, IMAGE and VIDEO <-> what the core takes: mono 24 kHz waves and uint8 RGB frames."""

import os
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import comfy.model_management as mm
import folder_paths
import numpy as np
import torch
from PIL import ImageColor
from torch import Tensor

from ..jamflow_core.clock import SAMPLE_RATE
from ..jamflow_core.errors import JamFlowError

WHITE = "#ffffff"
# tracks_of(frames, frames a second): what a face does besides its lips (jamflow_core/render/renderer.py)
TracksOf = Callable[[int, float], dict[str, np.ndarray]]


def wave_of(audio: dict | None) -> Tensor:
    """AUDIO of one clip, any rate and channel count -> mono wave [samples], 24 kHz, on the CPU."""
    from ..jamflow_core.audio.resample import to_mono_24k
    from ..jamflow_core.audio.silence import check_sound

    if audio is None:
        raise JamFlowError("this video has no sound track: connect audio that has sound")
    waveform = audio["waveform"]
    if waveform.ndim != 3 or waveform.numel() == 0:
        raise JamFlowError(f"this audio is empty (shape {tuple(waveform.shape)}): connect audio that has sound")
    if len(waveform) != 1:
        raise JamFlowError(f"this audio is a batch of {len(waveform)}: connect one clip at a time")
    return to_mono_24k(check_sound(waveform[0].float().cpu()), audio["sample_rate"])


def audio_of(waves: list[Tensor]) -> dict:
    """Mono 24 kHz waves -> AUDIO; a batch is one clip each, the shorter ones ending in silence."""
    longest = max(len(wave) for wave in waves)
    batch = torch.zeros(len(waves), 1, longest)
    for row, wave in zip(batch, waves):
        row[0, : len(wave)] = wave.float().cpu()
    return {"waveform": batch, "sample_rate": SAMPLE_RATE}


def colour_of(written: str) -> tuple[float, float, float]:
    """ "#ffffff", or a colour's name -> red, green, blue in 0..1."""
    try:
        red, green, blue = ImageColor.getrgb(written.strip())[:3]
    except ValueError as error:
        raise JamFlowError(f"{written[:40]!r} is no colour: write background like {WHITE}") from error
    return red / 255, green / 255, blue / 255


def frames_of(
    image: Tensor, mask: Tensor | None = None, paper: tuple[float, float, float] = (1.0, 1.0, 1.0)
) -> Iterator[np.ndarray]:
    """IMAGE batch -> uint8 RGB frames [H, W, 3], one at a time. Transparent parts, by the image's own alpha and by MASK
    (1 = transparent, as Load Image gives it; one for all or one each), are laid on the colour `paper`."""
    veils = _veils(mask, len(image))
    for frame, veil in zip(image, veils):
        frame = frame.float().cpu()
        if frame.shape[-1] == 1:
            frame = frame.expand(-1, -1, 3)
        alpha = frame[..., 3:4] if frame.shape[-1] == 4 else 1.0
        if veil is not None:
            alpha = alpha * (1 - _sized(veil.float().cpu(), frame.shape[:2])[..., None])
        if torch.is_tensor(alpha):
            frame = frame[..., :3].nan_to_num() * alpha + torch.tensor(paper) * (1 - alpha)
        yield (frame[..., :3].clamp(0, 1) * 255).round().to(torch.uint8).numpy()


def _veils(mask: Tensor | None, count: int):
    """The mask of each of `count` pictures; None where there is none (Load Image gives an empty one for a picture
    without alpha).
    """
    if mask is None or not mask.any():
        return [None] * count
    masks = mask.reshape(-1, *mask.shape[-2:])
    if len(masks) not in (1, count):
        raise JamFlowError(f"{len(masks)} masks for {count} pictures: connect one for all, or one for each")
    return masks.expand(count, -1, -1)


def _sized(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """A mask [h, w] at the size of its picture, in 0..1."""
    if mask.shape != size:
        mask = torch.nn.functional.interpolate(mask[None, None], tuple(size), mode="bilinear", antialias=True)[0, 0]
    return mask.clamp(0, 1)


def image_of(frames: list[np.ndarray]) -> Tensor:
    """uint8 RGB frames [H, W, 3] -> IMAGE [B, H, W, 3] in 0..1, filled frame by frame."""
    height, width = frames[0].shape[:2]
    batch = torch.empty(len(frames), height, width, 3, device=mm.intermediate_device(), dtype=mm.intermediate_dtype())
    for slot, frame in zip(batch, frames):
        slot.copy_(torch.from_numpy(frame))
    return batch.div_(255)


def mask_of(masks: list[np.ndarray]) -> Tensor:
    """bool [H, W] each -> MASK [B, H, W]."""
    return torch.from_numpy(np.stack(masks)).to(mm.intermediate_device(), mm.intermediate_dtype())


@dataclass(frozen=True)
class FrameSource:
    """Frames of a clip (uint8 RGB, one at a time), their rate, and about how many there are."""

    frames: Iterator[np.ndarray]
    fps: float
    count: int


@dataclass(frozen=True)
class Shots:
    """A clip being painted: (picture before, picture after) one at a time, their rate and number, and what to tell."""

    pairs: Iterator[tuple[np.ndarray, np.ndarray]]
    fps: float
    count: int
    warning: str | None = None


def read_video(video) -> FrameSource:
    """VIDEO, whatever made it, as frames that are decoded when they are asked for.

    A video in a file goes through a copy in the temporary folder (a remux, unless it was trimmed): the only way to
    stream it that every kind of VIDEO knows.
    """
    from comfy_api.latest import InputImpl

    if isinstance(video, InputImpl.VideoFromComponents):
        parts = video.get_components()
        return FrameSource(frames_of(parts.images), float(parts.frame_rate), len(parts.images))
    count = max(1, round(video.get_duration() * float(video.get_frame_rate())))
    path = os.path.join(folder_paths.get_temp_directory(), f"JAM-Flow-{uuid.uuid4().hex}.mkv")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return FrameSource(_frames_of_copy(video, path), float(video.get_frame_rate()), count)


def _frames_of_copy(video, path: str) -> Iterator[np.ndarray]:
    from ..jamflow_core.media.video_reader import read_video as read_file

    try:
        video.save_to(path)
        yield from read_file(path, with_audio=False).frames
    finally:
        if os.path.exists(path):
            os.remove(path)
