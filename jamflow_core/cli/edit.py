"""`edit`: say words of a recording anew."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from ..errors import JamFlowError
from .bar import Bar
from .files import check_output, read_sound, write_motion, write_sound
from .options import TEXT_LIMIT, typed
from .sampling import Sampling, add_sampling


def add_options(parser: ArgumentParser) -> None:
    add = parser.add_argument
    add("--audio", required=True)
    add("--text", help="the whole new text")
    add("--old-text", help="what the recording says: the words that differ are said anew")
    add("--span", action="append", default=[], help="start:end in seconds, said anew (again for more)")
    add(
        "--face-span",
        action="append",
        default=[],
        help="start:end in seconds, where the lips move anew (again for more) [where words do]",
    )
    add("--motion", help="the recording's motion, to be edited along")
    add("--out", required=True, help="the new recording (.wav)")
    add("--motion-out", help="write the new motion (.safetensors)")
    add_sampling(parser)


@dataclass(frozen=True)
class Edit:
    """What was asked for."""

    audio: str
    text: str | None
    old_text: str | None
    span: list[str]
    face_span: list[str]
    motion: str | None
    out: str
    motion_out: str | None
    sampling: Sampling


def run(given: Namespace) -> None:
    import torch

    from ..audio.loudness import normalise
    from ..catalog.templates import open_motion
    from ..clock import MOTION_FPS
    from ..tasks.animate import animate
    from ..tasks.edit import Request, edit, move_lips
    from ..text.parse import check_text

    options = typed(Edit, given)
    check_output(options.out, ".wav")
    check_output(options.motion_out, ".safetensors")
    spans = tuple(_span(written, "--span") for written in options.span)
    face = tuple(_span(written, "--face-span") for written in options.face_span)
    if options.text:
        check_text(options.text, TEXT_LIMIT)
        if not spans and not options.old_text:
            raise JamFlowError("Give --old-text (what the recording says), or --span start:end (what is said anew).")
    elif spans or not face:
        raise JamFlowError(
            "Give --text (the whole new text), or only --face-span start:end (where the lips move anew)."
        )
    models, wave = options.sampling.load(), read_sound(options.audio)
    motion = torch.from_numpy(open_motion(options.motion).at(MOTION_FPS).exp) if options.motion else None
    if motion is None and (options.motion_out or face):
        motion = animate(models, normalise(wave)[0]).motion
    with Bar("editing") as tell:
        run = options.sampling.run(models, "edit" if options.text else "animate", tell)
        if options.text:
            asked = Request(options.text, spans, options.old_text, face or None)
            clip = edit(models, wave, asked, motion, run=run)
        else:
            clip = move_lips(models, wave, motion, face, run=run)
    write_sound(options.out, clip.wave)
    write_motion(options.motion_out, clip.motion)


def _span(written: str, option: str):
    from ..clock import Span

    try:
        return Span(*(float(part) for part in written.split(":")))
    except (ValueError, TypeError):
        raise JamFlowError(f"Write {option} as start:end in seconds, the end after the start, not {written}.") from None
