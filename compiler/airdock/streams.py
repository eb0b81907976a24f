"""Standard output and standard error: what goes wrong there is told from what goes wrong with files."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast

FAILED = 1


class OutputLost(Exception):  # noqa: N818 - of whoever gave us the stream
    """What was said could not be written: a full disk behind ``>``, a terminal that has gone."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Told:
    """A stream that raises OutputLost; BrokenPipeError stays what it is, for a reader may go when it has enough."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with _told():
            return self._stream.write(text)

    def flush(self) -> None:
        with _told():
            self._stream.flush()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputLost(error.strerror or str(error)) from error


@contextlib.contextmanager
def told() -> Iterator[None]:
    """Have what is said written as well as its place can show it, and all of it, or OutputLost raised."""
    streams = sys.stdout, sys.stderr
    for stream in streams:
        # A terminal or pipe that cannot show a character gets an escape, not a crash.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    sys.stdout, sys.stderr = (cast("TextIO", _Told(stream)) for stream in streams)
    try:
        yield
        sys.stdout.flush()
    except SystemExit:
        sys.stdout.flush()  # help is said on the way out
        raise
    finally:
        sys.stdout, sys.stderr = streams


def give_up(reason: str) -> int:
    """Say that standard output cannot be written, where even that can be said; return the exit code."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"airdock: standard output cannot be written: {reason}\n")
    silence()
    return FAILED


def silence() -> None:
    """Let what cannot be written go nowhere, else the interpreter complains of it when it ends."""
    _silence(sys.stdout, 1)
    _silence(sys.stderr, 2)


def _silence(stream: TextIO, number: int) -> None:
    try:
        stream.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), number)
