"""The timeline picture: what is said, heard and seen, moment by moment."""

import numpy as np
import torch
from comfy_api.latest import io
from PIL import Image

from ..jamflow_core.clock import MEL_RATE, MOTION_FPS
from ..jamflow_core.errors import JamFlowError
from . import draw
from . import latent as streams
from .media import image_of, wave_of
from .node import CATEGORY, Node
from .sockets import Spans, Text, TimeMask

MEL, WORDS, MOUTH, RULER = 256, 56, 176, 24
# The speech lane is the mel and the words; the face lane is all below. As a part of the picture's height:
FACE_BELOW = (MEL + WORDS) / (MEL + WORDS + MOUTH + RULER)


class JamFlowTimeline(Node):
    """Latent, audio, text and masks -> one picture."""

    @classmethod
    def define_schema(cls) -> io.Schema:
        return io.Schema(
            node_id="JamFlowTimeline",
            display_name="JAM-Flow Timeline",
            category=CATEGORY,
            description="Draws the mel, words and phonemes, mouth curves and masks of a clip over time. Paint on the "
            "picture in the mask editor and give the mask to JAM-Flow Time Mask (painted).",
            search_aliases=["spectrogram", "waveform picture", "mel picture", "phonemes"],
            inputs=[
                io.Latent.Input(
                    "latent",
                    optional=True,
                    tooltip="A clip of JAM-Flow Joint Sampler: its mel and its mouth are drawn.",
                ),
                io.Audio.Input("audio", optional=True, tooltip="A recording to draw, when there is no latent yet."),
                Text.Input("text", optional=True, tooltip="Words and phonemes with times, drawn where they are said."),
                TimeMask.Input(
                    "time_mask", optional=True, tooltip="Spans to tint, on the speech lane and the face lane."
                ),
                io.Int.Input(
                    "width",
                    default=1024,
                    min=256,
                    max=8192,
                    step=64,
                    tooltip="Width of the picture in pixels; the height is always 512.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="picture", tooltip="The timeline; its whole width is the whole clip."),
                io.Float.Output(
                    display_name="seconds",
                    tooltip="Length of the clip, for JAM-Flow Time Mask (painted).",
                ),
            ],
        )

    @classmethod
    def run(cls, width, latent=None, audio=None, text=None, time_mask=None) -> io.NodeOutput:
        from ..jamflow_core.audio.mel import log_mel
        from ..jamflow_core.motion.basis import exp_to_state

        if latent is None and audio is None and text is None:
            raise JamFlowError("there is nothing to draw: connect a latent, audio or a text")
        mel = state = None
        if latent is not None:
            mel, state = streams.mels(latent)[0], exp_to_state(streams.motion(latent).numpy(force=True))
        elif audio is not None:
            mel = log_mel(wave_of(audio))
        line = text or (latent or {}).get("jamflow_text")
        said = line.text if line is not None and line.timed else None
        lengths = (  # the sound's, where there is one: the face's last frame may reach a little further
            0.0 if mel is None else len(mel) / float(MEL_RATE),
            0.0 if said is None else said.seconds,
            0.0 if state is None else len(state) / MOTION_FPS,
        )
        seconds = next(filter(None, lengths), 0.0)
        if seconds == 0:
            raise JamFlowError("this text has no times yet: connect one with times")
        picture = timeline(mel, state, said, time_mask or Spans(), seconds, width)
        return io.NodeOutput(image_of([np.array(picture)]), seconds)


def timeline(mel, state, text, spans: Spans, seconds: float, width: int) -> Image.Image:
    """The picture, `width` x 512. mel [frames, 100], state [frames, 5], text a TimedText with times; each may be
    None.
    """
    speech = [
        draw.mel_strip(_filled(mel, seconds * float(MEL_RATE), np.log(1e-5)), width, MEL),
        draw.text_strip(text, seconds, width, WORDS) if text is not None else _empty(width, WORDS),
    ]
    face = [
        draw.mouth_strip(_filled(state, seconds * MOTION_FPS, 0.0, 5), width, MOUTH, names=True),
        draw.ruler(seconds, width, RULER),
    ]
    return draw.stack(
        [
            draw.shade(draw.stack(speech), spans.speech, seconds),
            draw.shade(draw.stack(face), spans.face, seconds),
        ]
    )


def _filled(stream, frames: float, rest: float, channels: int = 100):
    """A stream [n, channels] brought to the clip's whole length with its value at rest."""
    stream = torch.empty(0, channels) if stream is None else torch.as_tensor(stream).float().cpu()
    missing = max(round(frames) - len(stream), 0)
    return torch.cat([stream, torch.full((missing, channels), rest)])


def _empty(width: int, height: int) -> Image.Image:
    return Image.new("RGB", (width, height), draw.BACKGROUND)
