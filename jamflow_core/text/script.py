"""Scripts for several voices: `[name]` says who speaks from there on.

[anna] Did you hear that? [pause 1s]
[bob] No. [anna] Listen!
"""

import re
from dataclasses import dataclass

from ..errors import JamFlowError

_PAUSE = r"\[\s*pause\b[^\[\]]*\]"
_TAG = re.compile(rf"(?!{_PAUSE})\[\s*([^\W\d](?:[^\[\]\n]*[^\[\]\s])?)\s*\](?!\()", re.IGNORECASE)
_ONLY_PAUSES = re.compile(rf"(?:\s*{_PAUSE})*\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Turn:
    """What one speaker says at a stretch; pauses stay in `text` as they were written, for `phonemes.parse`."""

    speaker: str
    text: str


def read_script(text: str, speakers=None, narrator: str | None = None) -> list[Turn]:
    """A script -> its turns, in order; pauses that stand between two turns go to the end of the earlier one.

    speakers: the names that may occur (any if None; upper and lower case are the same, the spelling given here is
    returned). narrator: who says what comes before the first tag. JamFlowError: unknown speaker, nobody to say
    something, a turn with nothing to say, an empty script.
    """
    known = None if speakers is None else {name.lower(): name for name in speakers}
    first, *rest = _TAG.split(text)
    pieces = [(narrator, first), *zip(rest[::2], rest[1::2])]
    turns: list[tuple[str, list[str]]] = []
    waiting: list[str] = []
    for index, (speaker, said) in enumerate(pieces):
        if known is not None and speaker is not None and speaker.lower() not in known:
            raise JamFlowError(
                f"Unknown speaker [{speaker[:40]}]: the voices here are {', '.join(known.values()) or 'none'}."
            )
        said = said.strip()
        if not _ONLY_PAUSES.fullmatch(said):
            if speaker is None:
                begins = " ".join(said[:30].split())
                raise JamFlowError(f'Who says "{begins}"? Begin the script with a [name].')
            name = speaker if known is None else known[speaker.lower()]
            turns.append((name, [*waiting, said]))
            waiting = []
        elif said:
            (turns[-1][1] if turns else waiting).append(said)
        elif index:
            raise JamFlowError(f"[{speaker[:40]}] has nothing to say: write some words after the name.")
    if not turns:
        raise JamFlowError("The script is empty: write what is to be said.")
    return [Turn(name, " ".join(parts)) for name, parts in turns]
