"""Lists of words, written as a line of text."""


def word_set(*listed: str) -> frozenset[str]:
    """The words of one or more lines."""
    return frozenset(" ".join(listed).split())
