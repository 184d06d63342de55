"""Words joined to no end ("well-well-well-..."): hibari's reading of one such word takes cubic time in its parts."""

import re

from .rules import rule

# Pieces as hibari cuts them: a change of case, digits, joints, single signs.
_PIECE = re.compile(r"[^\W\d_][a-zß-öø-ÿ'’]*|\d[\d.,]*|\W|_")
_MOST = 16  # pieces read as one word
_LONGEST = 60  # letters of one word; the net for unknown words reads no more


def _apart(match: re.Match) -> str | None:
    """A space behind every so many pieces; nothing else changes."""
    word, spaced, count, length = match[0], [], 0, 0
    for piece in _PIECE.findall(word):
        for part in (piece[at : at + _LONGEST] for at in range(0, len(piece), _LONGEST)):
            if count >= _MOST or length + len(part) > 2 * _LONGEST:
                spaced.append(" ")
                count = length = 0
            spaced.append(part)
            count, length = count + 1, length + len(part)
    return "".join(spaced)


RULES = (rule(r"\S{17,}", _apart),)
