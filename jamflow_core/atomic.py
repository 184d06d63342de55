"""Files that appear whole or not at all."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from .errors import JamFlowError


@contextmanager
def whole_file(path: str | os.PathLike) -> Iterator[Path]:
    """A new empty file beside `path` to write to; it takes the name `path` when the block ends well and is deleted
    otherwise.

    Its name is short, and nobody can guess it and put a link there. JamFlowError where the place cannot be written,
    before the block begins if that can be known.
    """
    path = Path(path)
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        check_name(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
        mode = part.stat().st_mode
        yield part
        os.chmod(part, mode)  # some writers put a file of their own there, for nobody else to read
        os.replace(part, path)
    except OSError as error:
        raise JamFlowError(f"Cannot write {path}: {error.strerror or error}.") from error
    finally:
        with suppress(OSError):
            part.unlink()


def check_name(path: str | os.PathLike) -> None:
    """JamFlowError if no file can have this name: too long, or signs that the system does not know."""
    why = ""
    try:
        os.lstat(path)
    except ValueError as error:  # NUL and lone surrogates
        why = str(error)
    except OSError as error:
        if error.errno in (errno.ENAMETOOLONG, errno.EINVAL):
            why = error.strerror
    if why:
        raise JamFlowError(f"Choose another name: {str(path)[:200]!a} cannot be that of a file ({why}).")
