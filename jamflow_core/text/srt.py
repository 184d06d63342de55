"""Subtitles (SubRip, .srt; WebVTT is read too): read, write, and made from timed text."""

import html
import os
import re
from collections.abc import Collection
from dataclasses import dataclass

from ..atomic import whole_file
from ..errors import JamFlowError
from .captions import spoken
from .split import split
from .timed import TimedText

# 00:00:01,000 as it is to be, and what else is found: no hours, no milliseconds, spaces, full-width signs.
_TIME = r"(?:(\d{1,3})\s*[:：]\s*)?(\d{1,3})\s*[:：]\s*(\d{1,2})(?:\s*[,.，．、;]\s*(\d{1,9}))?"
_ARROW = r"(?:[-–—=‐−]{1,3}\s?[>＞]|[→⟶➔])"
_TIMES = re.compile(rf"\s*{_TIME}\s*{_ARROW}\s*{_TIME}(?!\d)(?:\s.*)?")
# Without an arrow both times have to be whole.
_WHOLE = r"(\d{1,3}):(\d{1,2}):(\d{1,2})(?:[,.](\d{1,9}))?"
_NO_ARROW = re.compile(rf"\s*{_WHOLE}(?:\s*[-–—]{{1,3}}\s*|,\s*|\s+){_WHOLE}\s*")
_FORMATTING = re.compile(r"</?[a-zA-Z][^<>]{0,500}>|<\d[\d:.]{0,20}>|\{\\[^{}]{0,500}\}|\\[Nnh]")
_LONGEST_HOURS = 99
_EXAMPLE = "00:00:01,000 --> 00:00:02,500"


@dataclass(frozen=True)
class Subtitle:
    """`text` from `start` to `end`, in seconds; both are the same where a file does not say how long."""

    start: float
    end: float
    text: str


def parse_srt(text: str, keep_captions: bool = False, speakers: Collection[str] | None = None) -> list[Subtitle]:
    """The subtitles with words of an .srt or .vtt file, in order of time; line breaks become spaces, formatting is
    dropped.

    text: with any line ends, with or without a byte order mark. keep_captions: speak what films note beside speech, too
    (see captions.py); speakers: whose [names] are no such notes. JamFlowError: no subtitle in it, one that ends before
    it begins, or a line of times that cannot be read (and which).
    """
    lines = text.lstrip("\ufeff").splitlines()
    web = bool(lines) and lines[0].startswith("WEBVTT")
    heads = [(index, times) for index, line in enumerate(lines) if (times := _times(line, index + 1))]
    found = []
    for (index, (start, end)), (after, _) in zip(heads, [*heads[1:], (len(lines), None)]):
        body = _body(lines[index + 1 : after], web, last=after == len(lines))
        body = html.unescape(_FORMATTING.sub(" ", body) if "\\" in body else _FORMATTING.sub("", body))
        said = " ".join((body if keep_captions else spoken(body, speakers)).split())
        if not any(sign.isalnum() for sign in said):
            continue
        if end < start:
            raise JamFlowError(
                f"Correct the times in line {index + 1}, the subtitle ends before it begins: "
                f"{lines[index].strip()[:80]}."
            )
        found.append(Subtitle(start, end, said))
    if not found:
        raise JamFlowError(
            f"No subtitles found: an .srt file has lines such as {_EXAMPLE} and text below them"
            f"{'; notes such as [door opens] are not spoken' if heads else ''}."
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


def _times(line: str, number: int) -> tuple[float, float] | None:
    """(start, end) of a line of times, None for any other. JamFlowError: it means times that cannot be read."""
    match = _TIMES.fullmatch(line) or _NO_ARROW.fullmatch(line)
    if match is None:
        if _like_times(line):
            raise JamFlowError(f"Write the times in line {number} as {_EXAMPLE}, not {line.strip()[:80]}.")
        return None
    groups = match.groups()
    place = f"in line {number}: {line.strip()[:80]}"
    return _seconds(groups[:4], place), _seconds(groups[4:], place)


def _like_times(line: str) -> bool:
    """Whether a line must mean times, though it does not say them: an arrow with figures or a clock beside it."""
    arrow = re.search(_ARROW, line[:1000])
    if arrow is None:
        return False
    left, right = line[: arrow.start()].strip(), line[arrow.end() :].strip()
    figures = left[:1].isdigit() and (re.search(r"\d\s*[:：]", left) or not any(sign.isalpha() for sign in left))
    return bool(figures or not left and re.match(r"\d+\s*[:：]\s*\d", right))


def _seconds(time: tuple, place: str) -> float:
    """(hours, minutes, seconds, fraction), of which the first and the last may be missing -> seconds."""
    hours, minutes, seconds, fraction = time
    if int(hours or 0) > _LONGEST_HOURS or hours and int(minutes) > 99:
        raise JamFlowError(f"Correct the times {place} is later than {_LONGEST_HOURS} hours.")
    digits = fraction or "0"
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + int(digits) / 10 ** len(digits)


def _body(lines: list[str], web: bool, last: bool) -> str:
    """The text below a line of times; the number (in WebVTT a name or a note) of the next subtitle is none of it."""
    named = web and len(lines) > 1 and lines[-1].strip() and not lines[-2].strip()
    if not last and lines and (named or lines[-1].strip().isdigit()):
        lines = lines[:-1]
    if web:
        for index, line in enumerate(lines):
            if re.match(r"(?:NOTE|STYLE|REGION)\b", line) and (not index or not lines[index - 1].strip()):
                lines = lines[:index]
                break
    return "\n".join(lines)


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"
