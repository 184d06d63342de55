"""What the timeline of a time mask shows: a clip as numbers for the browser, its sound and its mel as temporary
files.
"""

import hashlib
import os

import folder_paths
import numpy as np
from PIL import Image

from ..jamflow_core.clock import HOP, MEL_RATE, SAMPLE_RATE
from . import draw
from . import latent as streams
from .media import FrameSource, read_video, wave_of

FOLDER = "JAM-Flow"
TAKES = os.path.join(FOLDER, "takes")  # in the output folder: a saved workflow comes back to them
MEL_HEIGHT, WIDEST = 100, 8192
STRIP_HEIGHT, PICTURES = 72, 24


def clip_view(audio, text, latent, video=None) -> dict:
    """AUDIO, JAMFLOW_TEXT, LATENT and VIDEO of one clip (each may be None) -> the overview, with `sound`, `mel` and
    `strip` to fetch by /view.
    """
    from ..jamflow_core.audio.mel import log_mel
    from ..jamflow_core.motion.basis import JAW, exp_to_state
    from ..jamflow_core.tasks.overview import overview

    wave = wave_of(audio) if audio is not None else None
    mel = opening = None
    if latent is not None:
        mel, opening = streams.mels(latent)[0], exp_to_state(streams.motion(latent).numpy(force=True))[:, JAW]
    elif wave is not None:
        mel = log_mel(wave)[: len(wave) // HOP]
    line = text or (latent or {}).get("jamflow_text")
    said = line.text if line is not None and line.timed else None
    lengths = (
        None if wave is None else len(wave) / SAMPLE_RATE,
        None if mel is None else len(mel) / float(MEL_RATE),
        None if said is None else said.seconds,
    )
    seconds = next((length for length in lengths if length is not None), 0.0)
    shown = overview(seconds, wave, said, opening)
    if wave is not None:
        shown["sound"] = _sound(wave)
    if mel is not None:
        shown["mel"] = _mel(mel) | {"seconds": round(len(mel) / float(MEL_RATE), 3)}
    if video is not None:
        shown["strip"] = _strip(read_video(video))
        shown["seconds"] = shown["seconds"] or round(shown["strip"]["seconds"], 3)
    return shown


def clip_of(wave, text, exp) -> dict:
    """The overview of a take: wave [samples] at 24 kHz, its TimedText, its lips exp [frames, 21, 3]. Its sound is
    kept."""
    from ..jamflow_core.motion.basis import JAW, exp_to_state
    from ..jamflow_core.tasks.overview import overview

    opening = exp_to_state(exp.numpy(force=True))[:, JAW]
    return overview(len(wave) / SAMPLE_RATE, wave, text, opening) | {"sound": _sound(wave, "output", TAKES)}


def _sound(wave, kind: str = "temp", folder: str = FOLDER) -> dict:
    from ..jamflow_core.media.sound import save_wav

    return _file(wave.numpy(force=True), "wav", lambda path: save_wav(path, wave), kind, folder)


def _strip(source: FrameSource) -> dict:
    """Small pictures of a video, evenly over its length, side by side."""
    every = max(1, -(-source.count // PICTURES))
    pictures, count = [], 0
    for count, frame in enumerate(source.frames, 1):
        if (count - 1) % every == 0:
            picture = Image.fromarray(frame)
            pictures.append(picture.resize((max(1, picture.width * STRIP_HEIGHT // picture.height), STRIP_HEIGHT)))
    strip = Image.new("RGB", (sum(picture.width for picture in pictures), STRIP_HEIGHT))
    for place, picture in enumerate(pictures):
        strip.paste(picture, (place * picture.width, 0))
    file = _file(np.asarray(strip), "png", strip.save)
    return file | {"pictures": len(pictures), "every": every / source.fps, "seconds": count / source.fps}


def _mel(mel) -> dict:
    """A picture that is opaque where the clip is loud; the browser gives it the colours of the theme."""
    level = np.round(draw.mel_level(mel, min(len(mel), WIDEST), MEL_HEIGHT) ** 1.6 * 255).astype(np.uint8)
    picture = Image.merge("LA", (Image.new("L", level.shape[::-1], 255), Image.fromarray(level)))
    return _file(level, "png", picture.save)


def _file(content: np.ndarray, ending: str, save, kind: str = "temp", folder: str = FOLDER) -> dict:
    """A file in ComfyUI's folder of this kind, named after its content so that the same clip is written once."""
    root = folder_paths.get_temp_directory() if kind == "temp" else folder_paths.get_output_directory()
    place = os.path.join(root, folder)
    name = f"{hashlib.sha256(np.ascontiguousarray(content)).hexdigest()[:24]}.{ending}"
    if not os.path.exists(os.path.join(place, name)):
        os.makedirs(place, exist_ok=True)
        save(os.path.join(place, name))
    return {"filename": name, "subfolder": folder.replace(os.sep, "/"), "type": kind}
