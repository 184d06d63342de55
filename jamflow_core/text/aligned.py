"""A string that can be rewritten while every character remembers where in the original it came from."""

import re


class Aligned:
    """`text`, and for each of its characters the `spans` entry [start, end) of the original that it stands for."""

    def __init__(self, text: str):
        self.text = text
        self.spans = [(index, index + 1) for index in range(len(text))]

    def replace(self, start: int, end: int, new: str) -> None:
        """Put `new` for the characters [start, end); each of its characters stands for all that was replaced."""
        self.spans[start:end] = [self.span(start, end)] * len(new)
        self.text = self.text[:start] + new + self.text[end:]

    def sub(self, pattern: re.Pattern, new, group: int = 0) -> None:
        """Like `pattern.sub(new, text)`, but only `group` of each match is replaced.

        `new` is a template, or a function of the match (None = leave it). What lies outside the group keeps its place.
        """
        for match in reversed(list(pattern.finditer(self.text))):
            text = new(match) if callable(new) else match.expand(new)
            if text is not None and text != match[group]:
                self.replace(*match.span(group), text)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The part of the original that the characters [start, end) stand for."""
        covered = self.spans[start:end]
        return min(first for first, _ in covered), max(last for _, last in covered)
