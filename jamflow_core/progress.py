"""How work is watched."""

from collections.abc import Callable
from typing import Any

# Told how much of the work is done, 0..1, and what there is so far ({"audio": ..., "motion": ...}, or a picture).
Progress = Callable[[float, Any], None]


def share(progress: Progress | None, index: float, parts: float) -> Progress | None:
    """The progress of one of several equal parts, told as that of the whole."""
    return progress and (lambda done, made: progress((index + done) / parts, made))
