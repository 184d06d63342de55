"""One error type for everything the user can mend."""

import re
from collections.abc import Callable

# Parameters of the core that messages name, as one writes them in Python (mouth_box=...).
_NAMED = re.compile(r"\b(mouth_box|face|renderer)=")


class JamFlowError(Exception):
    """Bad input, missing file or missing package. The message is one line; its first words say what to do."""


def named(message: str, write: Callable[[str], str]) -> str:
    """A message with its parameters as they are called where the user sees it: `write` makes "mouth_box" what stands
    before the value there."""
    return _NAMED.sub(lambda found: write(found[1]), message)
