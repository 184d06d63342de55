"""What is to be said, by whom, and when: from a script with [name] tags, or from subtitles."""

import re
from dataclasses import dataclass, replace

from ...errors import JamFlowError
from ...text.markup import at_long_pauses
from ...text.script import read_script
from ...text.srt import parse_srt

LONG = 10.0  # seconds; shorter pauses are spoken with the words around them


@dataclass(frozen=True)
class Line:
    """What one speaker says at a stretch. start: when, in seconds (None = after the line before); end: when it should
    be over; wait: seconds of silence before a line without a start, after: behind it.
    """

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None
    wait: float = 0.0
    after: float = 0.0


def lines_of_script(script: str, speakers=None, narrator: str | None = None) -> list[Line]:
    """A script (see text/script.py) -> its lines; pauses of LONG seconds or more stand between lines."""
    lines = []
    for turn in read_script(script, speakers, narrator):
        stretches, after = at_long_pauses(turn.text, LONG)
        lines += [Line(turn.speaker, text, wait=wait) for wait, text in stretches]
        lines[-1] = replace(lines[-1], after=after)
    return lines


def lines_of_srt(subtitles: str, speakers=None, narrator: str | None = None, keep_captions: bool = False) -> list[Line]:
    """Subtitles -> lines at their times. A [name] in one holds until the next; before the first `narrator` speaks.

    A subtitle with several speakers is shared among them in proportion to their letters. What films note beside speech
    is left out, unless keep_captions. JamFlowError says at which subtitle.
    """
    lines: list[Line] = []
    for subtitle in parse_srt(subtitles, keep_captions, speakers):
        if not re.search(r"\w", subtitle.text):
            continue
        try:
            turns = read_script(subtitle.text, speakers, narrator)
        except JamFlowError as error:
            raise JamFlowError(f"{str(error).rstrip('.')} (subtitle at {subtitle.start:.2f} s).") from error
        counts = [len(turn.text) for turn in turns]
        at = subtitle.start
        for turn, count in zip(turns, counts):
            end = at + (subtitle.end - subtitle.start) * count / sum(counts)
            lines.append(Line(turn.speaker, turn.text, at, end if end > at else None))
            at = end
        narrator = turns[-1].speaker
    if not lines:
        raise JamFlowError("The subtitles hold nothing to say.")
    return lines


def speakers_of(lines: list[Line]) -> list[str]:
    """The speakers, in the order in which they first speak."""
    return list(dict.fromkeys(line.speaker for line in lines))
