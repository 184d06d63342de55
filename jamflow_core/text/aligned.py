"""A string that can be rewritten while every character remembers where in the original it came from."""

import re


class Aligned:
    """`text`, and for each of its characters the `spans` entry [start, end) of the original that it stands for.

    notes: what is said of the reading, one line each: what was left out, and why.
    """

    def __init__(self, text: str):
        self.text = text
        self.spans = [(index, index + 1) for index in range(len(text))]
        self.notes: list[str] = []

    def replace(self, start: int, end: int, new: str) -> None:
        """Put `new` for the characters [start, end); each of its characters stands for all that was replaced."""
        self.spans[start:end] = [self.span(start, end)] * len(new)
        self.text = self.text[:start] + new + self.text[end:]

    def sub(self, pattern: re.Pattern, new, group: int = 0) -> None:
        """Like `pattern.sub(new, text)`, but only `group` of each match is replaced. Takes time in proportion to "
        "the text.

        `new` is a template, or a function of the match (None = leave it). What lies outside the group keeps its place.
        """
        pieces, spans, done = [], [], 0
        for match in pattern.finditer(self.text):
            text = new(match) if callable(new) else match.expand(new)
            if text is None or text == match[group]:
                continue
            start, end = match.span(group)
            pieces += [self.text[done:start], text]
            spans += self.spans[done:start]
            spans += [self.span(start, end)] * len(text)
            done = end
        if pieces:
            self.text = "".join((*pieces, self.text[done:]))
            self.spans = spans + self.spans[done:]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that the characters [start, end) stand for; none of it at a place between two."""
        covered = self.spans[start:end]
        if not covered:
            edge = self.spans[start - 1][1] if start else 0
            return edge, edge
        return min(first for first, _ in covered), max(last for _, last in covered)
