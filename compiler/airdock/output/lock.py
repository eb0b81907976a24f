"""One build at a time in a project directory, without a file that would be left behind."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

WAITING = "waiting for another airdock build in this folder\n"


@contextlib.contextmanager
def only_build(root: Path, say: Callable[[str], object]) -> Iterator[bool]:
    """Wait until no other build works in the project directory; yield whether that could be made sure of.

    The lock is on the directory itself, and the kernel takes it away from a process that was killed. Windows has no
    such lock, nor have some network file systems: there the last of two builds wins, file by file.
    """
    descriptor = _locked(root, say)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(root: Path, say: Callable[[str], object]) -> int | None:
    try:
        import fcntl

        descriptor = os.open(root, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(WAITING)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor
