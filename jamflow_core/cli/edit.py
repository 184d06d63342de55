"""`edit`: say words of a recording anew."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass

from ..errors import JamFlowError
from .bar import Bar
from .files import check_ending, check_files, read_speech, write_like, write_motion
from .options import TEXT_LIMIT, typed
from .reading import Reading, add_reading
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
    add("--out", required=True, help="the new recording (.wav), at the old one's rate, with its channels and format")
    add("--motion-out", help="write the new motion (.safetensors)")
    add_reading(parser)
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
    reading: Reading
    sampling: Sampling

    def check(self):
        """The spans said anew, and those in which the lips move anew. JamFlowError for what cannot be done."""
        from ..text.parse import check_text

        check_ending("the output", self.out, ".wav")
        check_ending("--motion-out", self.motion_out, ".safetensors")
        reads = {"--audio": self.audio, "--motion": self.motion} | self.reading.reads() | self.sampling.reads()
        check_files(reads, {"--out": self.out, "--motion-out": self.motion_out})
        spans = tuple(_span(written, "--span") for written in self.span)
        face = tuple(_span(written, "--face-span") for written in self.face_span)
        if self.text:
            check_text(self.text, TEXT_LIMIT)
            if not spans and not self.old_text:
                raise JamFlowError(
                    "Give --old-text (what the recording says), or --span start:end (what is said anew)."
                )
        elif spans or not face:
            raise JamFlowError(
                "Give --text (the whole new text), or only --face-span start:end (where the lips move anew)."
            )
        return spans, face


def run(given: Namespace) -> None:
    import torch

    from ..audio.loudness import normalise
    from ..catalog.templates import open_motion
    from ..clock import MOTION_FPS
    from ..tasks.animate import animate
    from ..tasks.edit import Original, Request, edit, move_lips
    from ..text.parse import parse

    options = typed(Edit, given)
    spans, face = options.check()
    models = options.sampling.load()
    recording, wave = read_speech(options.audio)
    motion = torch.from_numpy(open_motion(options.motion).at(MOTION_FPS).exp) if options.motion else None
    if motion is None and (options.motion_out or face):
        motion = animate(models, normalise(wave)[0]).motion
    own = Original(torch.from_numpy(recording.samples), recording.rate)
    with Bar("editing") as tell:
        run = options.sampling.run(models, "edit" if options.text else "animate", tell)
        if options.text:
            language = options.reading.language()
            was = parse(options.old_text, language) if options.old_text else None
            asked = Request(parse(options.text, language), spans, was, face or None)
            clip = edit(models, wave, asked, motion, run=run, original=own)
        else:
            clip = move_lips(models, wave, motion, face, run=run)
    write_like(options.out, clip.wave if options.text else own.samples, recording)
    write_motion(options.motion_out, clip.motion)


def _span(written: str, option: str):
    from ..clock import Span

    try:
        return Span(*(float(part) for part in written.split(":")))
    except (ValueError, TypeError):
        raise JamFlowError(f"Write {option} as start:end in seconds, the end after the start, not {written}.") from None
