"""What a new transcript changes in a recording: a comparison of two word sequences by how they sound.

Words are the same if their phones are the same: "5" is "five", "colour" is "color", and a reading that an artist gives
in slashes makes the word another one. Punctuation alone changes nothing.
"""

from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

import numpy as np

from ..clock import Span
from ..text.timed import TimedText, Word
from .aligner import phones_of

# Two changes with less between them (seconds) are one: a word alone between two joins sounds cut out.
SHORTEST_KEPT = 0.25
# A pause that is within this of what was asked for stays as it is, seconds.
NEAR_PAUSE = 0.1


@dataclass(frozen=True)
class Change:
    """Symbols [first, last) of the new text, said in place of what sounds from `start` to `end` (seconds of the
    recording).
    """

    first: int
    last: int
    start: float
    end: float

    def __or__(self, other: "Change") -> "Change":
        return Change(
            min(self.first, other.first),
            max(self.last, other.last),
            min(self.start, other.start),
            max(self.end, other.end),
        )


@dataclass(frozen=True)
class Comparison:
    """Where the new text's symbols sound in the recording: `begins` and `ends`, seconds [n], NaN in the changes."""

    begins: np.ndarray
    ends: np.ndarray
    changes: tuple[Change, ...]


def compare(old: TimedText, new: TimedText) -> Comparison:
    """`old` is what the recording says, with durations; `new` what it is to say."""
    starts = old.starts()
    # The silences at both ends count as words that are always kept.
    before, after = _with_ends(old), _with_ends(new)
    begins, ends = np.full((2, len(new)), np.nan)

    def keep(first: int, last: int, new_first: int, new_last: int) -> None:
        """Lay new symbols on old ones: one on one where they are the same, else evenly."""
        share = np.linspace(0, 1, new_last - new_first + 1)
        if new_last - new_first == last - first:
            edges = starts[first : last + 1]
        else:
            edges = starts[first] + share * (starts[last] - starts[first])
        begins[new_first:new_last], ends[new_first:new_last] = edges[:-1], edges[1:]

    same = SequenceMatcher(None, _sounds(old, before), _sounds(new, after), autojunk=False).get_matching_blocks()
    pairs = [(block.a + i, block.b + i) for block in same for i in range(block.size)]
    changes = []
    for (a, b), (next_a, next_b) in pairwise(pairs):
        keep(before[a].first, before[a].last, after[b].first, after[b].last)
        was, now = (before[a].last, before[next_a].first), (after[b].last, after[next_b].first)
        if next_a == a + 1 and next_b == b + 1 and not _other_pause(new, now, starts[was[1]] - starts[was[0]]):
            keep(*was, *now)
            continue
        if next_a > a + 1 and next_b > b + 1:  # words for words: the gaps around them stay
            said, says = (before[a + 1].first, before[next_a - 1].last), (after[b + 1].first, after[next_b - 1].last)
            keep(was[0], said[0], now[0], says[0])
            keep(said[1], was[1], says[1], now[1])
            was, now = said, says
        elif now[0] == now[1]:  # nothing is left between two neighbours: the one before closes the gap
            now, was = (now[0] - 1, now[1]), (was[0] - 1, was[1])
            begins[now[0]] = ends[now[0]] = np.nan
        changes.append(Change(*now, float(starts[was[0]]), float(starts[was[1]])))
    keep(before[-1].first, before[-1].last, after[-1].first, after[-1].last)
    return Comparison(begins, ends, merge(changes, SHORTEST_KEPT))


def repaint(comparison: Comparison, spans: tuple[Span, ...], reach: float = 0.0) -> tuple[Change, ...]:
    """The changes, and besides what the spans cover of words that stay the same: that is said anew as well.

    What lies within `reach` seconds of a change is painted along with it and is no reason to say more.
    """
    middles = (comparison.begins + comparison.ends) / 2
    more = list(comparison.changes)
    free = np.ones(len(middles), bool)
    for change in comparison.changes:
        free &= (middles < change.start - reach) | (middles > change.end + reach)
    for span in spans:
        inside = np.flatnonzero(free & (middles > span.start) & (middles < span.end))
        if len(inside):
            first, last = int(inside[0]), int(inside[-1])
            start, end = min(span.start, comparison.begins[first]), max(span.end, comparison.ends[last])
            more.append(Change(first, last + 1, float(start), float(end)))
    return merge(more, 0.0)


def merge(changes, gap: float) -> tuple[Change, ...]:
    """Changes in order; those less than `gap` seconds apart, or of overlapping symbols, made one."""
    merged: list[Change] = []
    for change in sorted(changes, key=lambda change: (change.start, change.first)):
        if merged and (
            change.start - merged[-1].end < gap or change.first < merged[-1].last or change.start < merged[-1].end
        ):
            merged[-1] |= change
        else:
            merged.append(change)
    return tuple(merged)


def describe(old: TimedText, new: TimedText, changes) -> str:
    """A line a change, for people: '1.20-1.52 s: "may" -> "can"'."""
    starts = old.starts()
    lines = []
    for change in changes:
        was = [
            w.text for w in old.words if change.start - 1e-6 <= starts[w.first] and starts[w.last] <= change.end + 1e-6
        ]
        says = [w.text for w in new.words if change.first <= w.first and w.last <= change.last]
        lines.append(f'{change.start:.2f}-{change.end:.2f} s: "{" ".join(was)}" -> "{" ".join(says)}"')
    return "\n".join(lines)


def _other_pause(new: TimedText, gap: tuple[int, int], seconds: float) -> bool:
    """Whether the new text asks for a pause between two words that is not as long as theirs."""
    fixed = np.flatnonzero(new.fixed[slice(*gap)]) + gap[0]
    return len(fixed) > 0 and abs(new.durations[fixed].sum() - seconds) > NEAR_PAUSE


def _with_ends(text: TimedText) -> list[Word]:
    last = len(text) - 1
    return [Word("", 0, 1), *text.words, Word("", last, last + 1)]


def _sounds(text: TimedText, words: list[Word]) -> list:
    inner = [tuple(phones_of(text.symbols[word.first : word.last])) for word in words[1:-1]]
    return ["<start>", *inner, "<end>"]
