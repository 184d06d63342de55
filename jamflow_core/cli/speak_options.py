"""Options of `speak`, of a text and of scripts."""

from argparse import ArgumentParser
from dataclasses import dataclass

from ..render import LAYOUTS
from .picture import PictureChoice, add_picture
from .sampling import Sampling, add_sampling
from .voice import VoiceChoice, add_voice


def add_options(parser: ArgumentParser) -> None:
    said = parser.add_mutually_exclusive_group(required=True)
    said.add_argument("text", nargs="?")
    said.add_argument("--script", help="a text file: [name] says who speaks from there on, of any length")
    said.add_argument("--srt", help="subtitles, spoken at their times; [name] as in scripts")
    add = parser.add_argument
    add("--cast", action="append", default=[], metavar="NAME=VOICE[,PICTURE]", help="a speaker of the script")
    add("--layout", choices=LAYOUTS, default=LAYOUTS[0], help="how several portraits are shown")
    add("--out", required=True, help="the video (.mp4), or only the speech of a script (.wav)")
    add("--wav", help="also write the speech")
    add("--motion", help="also write the motion (.safetensors); of several speakers one each")
    add("--srt-out", help="also write subtitles")
    add("--speed", type=float, default=1.0)
    add_voice(parser), add_picture(parser), add_sampling(parser)


@dataclass(frozen=True)
class Speak:
    """What was asked for."""

    text: str | None
    script: str | None
    srt: str | None
    cast: list[str]
    layout: str
    out: str
    wav: str | None
    motion: str | None
    srt_out: str | None
    speed: float
    voice: VoiceChoice
    picture: PictureChoice
    sampling: Sampling
