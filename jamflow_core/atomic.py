"""Files that appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import JamFlowError


@contextmanager
def whole_file(path: str | os.PathLike) -> Iterator[Path]:
    """A name beside `path` to write to; it takes the name `path` when the block ends well and is deleted otherwise.

    JamFlowError where the place cannot be written.
    """
    path = Path(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        os.replace(part, path)
    except OSError as error:
        raise JamFlowError(f"Cannot write {path}: {error.strerror or error}.") from error
    finally:
        if part.exists():
            part.unlink()
