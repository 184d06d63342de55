"""Subtitles (SubRip, .srt): read, write, and made from timed text."""

import html
import os
import re
from dataclasses import dataclass

from ..atomic import whole_file
from ..errors import JamFlowError
from .split import split
from .timed import TimedText

_TIME = r"(\d+):(\d{1,2}):(\d{1,2})[,.](\d{1,3})"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}.*")
_FORMATTING = re.compile(r"</?[a-zA-Z][^>]*>|\{\\[^}]*\}")


@dataclass(frozen=True)
class Subtitle:
    """`text` from `start` to `end`, in seconds; both are the same where a file does not say how long."""

    start: float
    end: float
    text: str


def parse_srt(text: str) -> list[Subtitle]:
    """The subtitles with words of an .srt file, in order of time; line breaks become spaces, formatting is dropped.

    text: with any line ends, with or without a byte order mark. JamFlowError: no subtitle in it, or one that ends
    before it
    begins.
    """
    lines = text.lstrip("\ufeff").splitlines()
    heads = [(index, match) for index, line in enumerate(lines) if (match := _TIMES.fullmatch(line))]
    found = []
    for (index, match), (after, _) in zip(heads, [*heads[1:], (len(lines), None)]):
        times = match.groups()
        start, end = _seconds(*times[:4]), _seconds(*times[4:])
        number = after < len(lines) and lines[after - 1].strip().isdigit()  # of the next one
        body = html.unescape(_FORMATTING.sub("", " ".join(lines[index + 1 : after - number])))
        if not body.strip():
            continue
        if end < start:
            raise JamFlowError(f"Correct the times of a subtitle, it ends before it begins: {match[0].strip()}.")
        found.append(Subtitle(start, end, " ".join(body.split())))
    if not found:
        raise JamFlowError(
            "No subtitles found: an .srt file has lines such as 00:00:01,000 --> 00:00:02,500 and text below them."
        )
    return sorted(found, key=lambda subtitle: subtitle.start)


def format_srt(subtitles) -> str:
    """Subtitles -> the text of an .srt file."""
    return "\n".join(
        f"{number}\n{_stamp(subtitle.start)} --> {_stamp(subtitle.end)}\n{subtitle.text}\n"
        for number, subtitle in enumerate(subtitles, 1)
    )


def save_srt(path: str | os.PathLike, subtitles) -> None:
    """Write an .srt file (UTF-8), whole or not at all. JamFlowError where the place cannot be written."""
    with whole_file(path) as part:
        part.write_text(format_srt(subtitles), encoding="utf-8")


def subtitles_of(text: TimedText, seconds: float = 4.0) -> list[Subtitle]:
    """Subtitles of at most about `seconds` for a text with durations, from the first to the last word of each."""
    spans, found, done = text.word_spans(), [], 0
    for piece in split(text, seconds):
        words = spans[done : done + len(piece.words)]
        if words:
            found.append(Subtitle(words[0][1], words[-1][2], piece.text))
        done += len(words)
    return found


def _seconds(hours: str, minutes: str, seconds: str, fraction: str) -> float:
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + int(fraction.ljust(3, "0")) / 1000


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"
