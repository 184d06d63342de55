"""The two streams as a core LATENT: nested, motion first, mel last, channels before time as ComfyUI's audio latents
have it.

    motion [1, 63, motion frames]   21 keypoints x 3 expression deltas, 25 frames a second
    mel    [1, 100, mel frames]     natural log, 93.75 frames a second

Core nodes that take nested latents apart ("Separate AV Latent") work on it; what they hand out is told by its channels.
"""

import comfy.model_management as mm
from comfy.nested_tensor import NestedTensor
from torch import Tensor

from ..jamflow_core.errors import JamFlowError

MOTION_CHANNELS = 63
MEL_CHANNELS = 100


def pack(mel: Tensor, exp: Tensor, **extra) -> dict:
    """mel [mel frames, 100] and exp [motion frames, 21, 3] -> LATENT. `extra` travels beside the samples."""
    device = mm.intermediate_device()
    motion = exp.reshape(len(exp), MOTION_CHANNELS)
    streams = [stream.T.unsqueeze(0).contiguous().to(device) for stream in (motion, mel)]
    return {"samples": NestedTensor(streams), "type": "jamflow", **extra}


def mels(latent: dict) -> list[Tensor]:
    """The mel of each clip of a LATENT, [mel frames, 100] float32."""
    return [mel.T.float() for mel in _stream(latent, MEL_CHANNELS, "speech")]


def motion(latent: dict) -> Tensor:
    """The motion of a LATENT of one clip, exp [motion frames, 21, 3] float32."""
    clips = _stream(latent, MOTION_CHANNELS, "motion")
    if len(clips) != 1:
        raise JamFlowError(f"this latent holds {len(clips)} clips: pick one with Latent From Batch")
    return clips[0].T.float().reshape(-1, 21, 3)


def _stream(latent: dict, channels: int, name: str) -> Tensor:
    samples = latent["samples"]
    streams = samples.unbind() if getattr(samples, "is_nested", False) else [samples]
    for stream in streams:
        if stream.ndim == 3 and stream.shape[1] == channels:
            return stream
    shapes = ", ".join(str(tuple(stream.shape)) for stream in streams)
    raise JamFlowError(
        f"this latent holds no {name} (its shape is {shapes}): connect the latent of JAM-Flow Joint Sampler"
    )
