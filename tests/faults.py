"""Builds in a process of their own that dies, or that the disk refuses something, at one chosen step."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from airdock.cli import main

KILLED, NOTHING_REFUSED = 137, 50
STEPS = ("open", "write", "fsync", "chmod", "chown", "replace", "unlink", "mkdir", "rmdir")
"""All calls by which a build changes the disk; `tests/test_architecture.py` knows that there is one writer."""
NEEDS_ROOM = frozenset(("open", "write", "fsync", "mkdir"))


def forked(run: Callable[[], int], uid: int | None = None) -> int:
    """Run a function in a child process, as another user if one is named, and return its exit code."""
    child = os.fork()
    if child == 0:
        code = 99
        try:
            sys.stdout = sys.stderr = io.StringIO()
            if uid is not None:
                os.setgid(uid)
                os.setuid(uid)
            code = run()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def at_each_step(fault: Callable[[str], None]) -> None:
    """Call a function before each step by which this process changes the disk; a file is written by halves."""

    def wrapped(name: str) -> None:
        original = getattr(os, name)

        def step(*arguments: Any, **keywords: Any) -> Any:
            reading = name == "open" and not arguments[1] & (os.O_WRONLY | os.O_RDWR)
            if not reading:
                fault(name)
            return original(*arguments, **keywords)

        setattr(os, name, step)

    for name in STEPS:
        if name != "write":
            wrapped(name)
    plain = os.fdopen

    def fdopen(*arguments: Any, **keywords: Any) -> Any:
        return _Halves(plain(*arguments, **keywords), fault)

    os.fdopen = fdopen


class _Halves:
    """A stream that writes one half, has it reach the file, and then the other."""

    def __init__(self, stream: Any, fault: Callable[[str], None]) -> None:
        self._stream, self._fault = stream, fault

    def __enter__(self) -> _Halves:
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, data: bytes) -> None:
        for part in (data[: len(data) // 2], data[len(data) // 2 :]):
            self._fault("write")
            self._stream.write(part)
            self._stream.flush()


def build_killed_at(folder: Path, step: int, umask: int = 0o022) -> int:
    """Build, and die without a word before the n-th step; return the exit code."""

    def run() -> int:
        os.umask(umask)
        left = iter(range(1, 10_000))
        at_each_step(lambda _: os._exit(KILLED) if next(left) == step else None)
        return main(["build", "-C", str(folder)])

    return forked(run)


def build_refused_at(folder: Path, step: int, error: int, *, for_good: bool) -> int:
    """Build on a disk that refuses the n-th step, or from then on all that needs room; return the exit code."""
    return refused_at(["build", "-C", str(folder)], step, error, for_good=for_good)


def refused_at(command: list[str], step: int, error: int, *, for_good: bool) -> int:
    """Run a command on such a disk; return the exit code, NOTHING_REFUSED where it has no such step."""

    def run() -> int:
        done = refused = 0

        def fault(name: str) -> None:
            nonlocal done, refused
            done += 1
            if done == step if not for_good else done >= step and name in NEEDS_ROOM:
                refused += 1
                raise OSError(error, os.strerror(error))

        at_each_step(fault)
        code = main(command)
        return code if refused else NOTHING_REFUSED

    return forked(run)


def at_once(runs: Sequence[Callable[[], int]]) -> list[int]:
    """Run functions in child processes at the same time, and return their exit codes."""
    children = []
    for run in runs:
        child = os.fork()
        if child == 0:
            code = 99
            try:
                sys.stdout = sys.stderr = io.StringIO()
                code = run()
            finally:
                os._exit(code)
        children.append(child)
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
