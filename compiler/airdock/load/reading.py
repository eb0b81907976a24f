"""The bytes of a file that somebody else wrote: only of what ends, and of what fits into memory."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

MOST = 16_000_000
"""Bytes of a file that is read as text."""


def read_file(path: Path, most: int | None = MOST) -> bytes:
    """Return the bytes of a file; of any length with None.

    Raises OSError, also for what is no file: a pipe waits for somebody who writes, a device may never end.
    """
    size = _size(path)
    if most is not None and size > most:
        raise OSError(errno.EFBIG, f"it is larger than {most // 1000} kB", str(path))
    return path.read_bytes()


def read_start(path: Path, count: int) -> bytes:
    """Return the first bytes of a file of any length. Raises OSError, also for what is no file."""
    _size(path)
    with path.open("rb") as stream:
        return stream.read(count)


def _size(path: Path) -> int:
    found = path.stat()
    # A folder is left to the system, which has its own word for it.
    if not stat.S_ISREG(found.st_mode) and not stat.S_ISDIR(found.st_mode):
        raise OSError(errno.EINVAL, "it is a pipe or a device, not a file", str(path))
    return found.st_size
