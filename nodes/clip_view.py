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
from .media import wave_of

FOLDER = "JAM-Flow"
MEL_HEIGHT, WIDEST = 100, 8192


def clip_view(audio, text, latent) -> dict:
    """AUDIO, JAMFLOW_TEXT and LATENT of one clip (each may be None) -> the overview, with `sound` and `mel` to fetch by
    /view.
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
    return shown


def _sound(wave) -> dict:
    from ..jamflow_core.media.sound import save_wav

    return _temporary(wave.numpy(force=True), "wav", lambda path: save_wav(path, wave))


def _mel(mel) -> dict:
    """A picture that is opaque where the clip is loud; the browser gives it the colours of the theme."""
    level = np.round(draw.mel_level(mel, min(len(mel), WIDEST), MEL_HEIGHT) ** 1.6 * 255).astype(np.uint8)
    picture = Image.merge("LA", (Image.new("L", level.shape[::-1], 255), Image.fromarray(level)))
    return _temporary(level, "png", picture.save)


def _temporary(content: np.ndarray, ending: str, save) -> dict:
    """A file in ComfyUI's temporary folder, named after its content so that the same clip is written once."""
    folder = os.path.join(folder_paths.get_temp_directory(), FOLDER)
    name = f"{hashlib.sha256(np.ascontiguousarray(content)).hexdigest()[:24]}.{ending}"
    if not os.path.exists(os.path.join(folder, name)):
        os.makedirs(folder, exist_ok=True)
        save(os.path.join(folder, name))
    return {"filename": name, "subfolder": FOLDER, "type": "temp"}
