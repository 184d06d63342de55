"""Options of `speak`, of a text and of scripts."""

import re
from argparse import ArgumentParser
from dataclasses import dataclass

from ..render import LAYOUTS
from .picture import PictureChoice, add_picture
from .sampling import Sampling, add_sampling
from .voice_choice import VoiceChoice, add_voice


def add_options(parser: ArgumentParser) -> None:
    said = parser.add_mutually_exclusive_group(required=True)
    said.add_argument("text", nargs="?")
    said.add_argument("--script", help="a text file: [name] says who speaks from there on, of any length")
    said.add_argument("--srt", help="subtitles, spoken at their times; [name] as in scripts")
    add = parser.add_argument
    add("--keep-captions", action="store_true", help="speak [door opens], (SIRENS WAIL) and DOCTOR: of subtitles, too")
    add(
        "--cast",
        action="append",
        default=[],
        metavar="NAME=VOICE[,PICTURE[#FACE]]",
        help="a speaker of the script; of one picture the faces are counted from 1, the largest first",
    )
    add("--layout", choices=LAYOUTS, default=LAYOUTS[0], help="how several portraits are shown")
    add("--out", help="the video (.mp4), or only the speech (.wav)")
    add("--wav", help="write the speech")
    add("--motion", help="write the motion (.safetensors); of several speakers one each")
    add("--srt-out", help="write subtitles (.srt)")
    add("--speed", type=float, default=1.0)
    add("--takes", type=int, default=1, metavar="N", help="say it N times with seeds from --seed on, keep the clearest")
    add("--seconds", type=float, help="how long the speech is to last: it is said faster or slower")
    add_voice(parser)
    add_picture(parser)
    add_sampling(parser)


@dataclass(frozen=True)
class Speak:
    """What was asked for."""

    text: str | None
    script: str | None
    srt: str | None
    keep_captions: bool
    cast: list[str]
    layout: str
    out: str | None
    wav: str | None
    motion: str | None
    srt_out: str | None
    speed: float
    seconds: float | None
    takes: int
    voice: VoiceChoice
    picture: PictureChoice
    sampling: Sampling

    def reads(self) -> dict[str, str | None]:
        """The files that are read, by the names of their options."""
        own = {"--script": self.script, "--srt": self.srt}
        for number, written in enumerate(self.cast):
            voice, _, picture = written.partition("=")[2].partition(",")
            own |= {f"--cast {written}": voice.strip(), f"--cast {written} ": re.sub(r"#\d+$", "", picture.strip())}
        return own | self.voice.reads() | self.picture.reads() | self.sampling.reads()

    def writes(self) -> dict[str, str | None]:
        """The files that are written, likewise."""
        return {"--out": self.out, "--wav": self.wav, "--motion": self.motion, "--srt-out": self.srt_out}

    @property
    def film(self) -> bool:
        """Whether a video is wanted."""
        return self.out is not None and self.out.lower().endswith(".mp4")

    @property
    def waves(self) -> list[str]:
        """Where the speech alone is to be written."""
        return [path for path in (self.wav, None if self.film else self.out) if path]
