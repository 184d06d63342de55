"""Pictures of sound and lips over time: strips of one width, stacked. Left edge = 0 s, right edge = the clip's end."""

from functools import cache
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image, ImageDraw, ImageFont

BACKGROUND = (18, 18, 26)
INK = (232, 230, 240)
FAINT = (120, 118, 140)
MASKED = (255, 122, 89)
# One colour a mouth state: jaw, wide, pucker, press, shift.
CURVES = ((255, 196, 87), (99, 214, 176), (196, 141, 255), (255, 122, 89), (120, 118, 140))
# Dark violet over red to pale yellow: five stops of a perceptually even scale.
_STOPS = np.array([(10, 8, 30), (87, 20, 110), (187, 55, 84), (249, 142, 9), (252, 255, 190)], np.float32)
_LOUD, _SILENT = 2.0, -9.0


@cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """The pack's own face: it has the phonetic letters that Pillow's default has not."""
    return ImageFont.truetype(str(Path(__file__).parent / "fonts" / "label.ttf"), size)


def mel_level(mel, width: int, height: int) -> np.ndarray:
    """Log-mel [frames, 100] -> how loud each pixel is, 0..1 [height, width], low tones below."""
    mel = torch.as_tensor(mel).detach().float().cpu()
    scaled = F.interpolate(mel.T.flip(0)[None, None], (height, width), mode="bilinear")[0, 0].numpy()
    return np.clip((scaled - _SILENT) / (_LOUD - _SILENT), 0, 1)


def mel_strip(mel, width: int, height: int) -> Image.Image:
    """Log-mel [frames, 100] -> RGB picture, low tones below."""
    level = mel_level(mel, width, height) * (len(_STOPS) - 1)
    low = np.minimum(level.astype(int), len(_STOPS) - 2)
    part = (level - low)[..., None]
    return Image.fromarray((_STOPS[low] * (1 - part) + _STOPS[low + 1] * part).astype(np.uint8))


def mouth_strip(state, width: int, height: int, names: bool = False) -> Image.Image:
    """Mouth states [frames, 5] -> RGB picture of their curves, 0 at the bottom line, 1.2 at the top."""
    from ..jamflow_core.motion.basis import STATES

    picture = Image.new("RGB", (width, height), BACKGROUND)
    pen = ImageDraw.Draw(picture)
    base, unit = height - 8, (height - 16) / 1.2
    pen.line([(0, base), (width, base)], fill=FAINT)
    state = np.asarray(state)
    x = (np.arange(len(state)) + 0.5) * width / max(len(state), 1)
    for channel in reversed(range(len(STATES))):
        points = list(zip(x.tolist(), (base - unit * state[:, channel]).tolist()))
        if len(points) > 1:
            pen.line(points, fill=CURVES[channel], width=3 if channel == 0 else 1)
    if names:
        at = 6
        for name, colour in zip(STATES, CURVES):
            pen.text((at, 4), name, fill=colour, font=font(12))
            at += pen.textlength(name, font=font(12)) + 10
    return picture


def text_strip(text, seconds: float, width: int, height: int) -> Image.Image:
    """Words over their phonemes, each where it is said. `text` is a TimedText with durations."""
    picture = Image.new("RGB", (width, height), BACKGROUND)
    pen = ImageDraw.Draw(picture)
    scale = width / seconds
    for word, start, end in text.word_spans():
        pen.line([(start * scale, 0), (start * scale, height)], fill=FAINT)
        pen.text(((start + end) / 2 * scale, height * 0.28), word, fill=INK, font=font(15), anchor="mm")
    starts = text.starts()
    for symbol, start, end in zip(text.symbols, starts, starts[1:]):
        if len(symbol) == 1:
            pen.text(((start + end) / 2 * scale, height * 0.75), symbol, fill=FAINT, font=font(13), anchor="mm")
    return picture


def ruler(seconds: float, width: int, height: int) -> Image.Image:
    """Tenths and whole seconds."""
    picture = Image.new("RGB", (width, height), BACKGROUND)
    pen = ImageDraw.Draw(picture)
    scale = width / seconds
    step = next((step for step in (0.1, 0.5, 1, 5, 10, 60) if step * scale >= 40), 600)
    for tick in range(int(seconds / step) + 1):
        x = tick * step * scale
        pen.line([(x, 0), (x, 5)], fill=FAINT)
        pen.text((x + 3, height / 2), f"{tick * step:g} s", fill=FAINT, font=font(11), anchor="lm")
    return picture


def shade(picture: Image.Image, spans, seconds: float) -> Image.Image:
    """The picture with spans tinted in the colour of masks."""
    tint = Image.new("RGB", picture.size, MASKED)
    cover = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(cover)
    for span in spans:
        left, right = (moment / seconds * picture.width for moment in (span.start, span.end))
        pen.rectangle([left, 0, right, picture.height], fill=110)
    return Image.composite(tint, picture, cover)


def stack(strips: list[Image.Image]) -> Image.Image:
    """Strips of one width, one under the other."""
    picture = Image.new("RGB", (strips[0].width, sum(strip.height for strip in strips)), BACKGROUND)
    top = 0
    for strip in strips:
        picture.paste(strip, (0, top))
        top += strip.height
    return picture


def thumbnail(frame: np.ndarray) -> Image.Image:
    """A frame (uint8 RGB) as a small picture."""
    picture = Image.fromarray(frame)
    picture.thumbnail((512, 512))
    return picture


def preview(mel, exp, width: int = 512) -> Image.Image:
    """What the sampler has so far: the mel over the mouth curves. Either may be None."""
    from ..jamflow_core.motion.basis import exp_to_state

    strips = []
    if mel is not None:
        strips.append(mel_strip(mel, width, 160))
    if exp is not None:
        strips.append(mouth_strip(exp_to_state(torch.as_tensor(exp).detach().float().cpu().numpy()), width, 96))
    return stack(strips)
