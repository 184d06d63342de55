"""What is to be said, by whom, and when: from a script with [name] tags, or from subtitles."""

import re
from dataclasses import dataclass

from ...errors import JamFlowError
from ...text.script import read_script
from ...text.srt import parse_srt


@dataclass(frozen=True)
class Line:
    """What one speaker says at a stretch. start: when, in seconds (None = after the line before); end: when it should
    be over.
    """

    speaker: str
    text: str
    start: float | None = None
    end: float | None = None


def lines_of_script(script: str, speakers=None, narrator: str | None = None) -> list[Line]:
    """A script (see text/script.py) -> its lines."""
    return [Line(turn.speaker, turn.text) for turn in read_script(script, speakers, narrator)]


def lines_of_srt(subtitles: str, speakers=None, narrator: str | None = None) -> list[Line]:
    """Subtitles -> lines at their times. A [name] in one holds until the next; before the first `narrator` speaks.

    A subtitle with several speakers is shared among them in proportion to their letters. Subtitles without a word (♪)
    are
    left out. JamFlowError says at which subtitle.
    """
    lines: list[Line] = []
    for subtitle in parse_srt(subtitles):
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
