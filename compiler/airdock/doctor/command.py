"""Running a program of the host with a time limit; it never waits longer, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LIMIT = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said. ``code`` is None where it could not be run, or was ``late``; ``err`` says which."""

    code: int | None
    out: str
    err: str
    late: bool = False

    @property
    def ok(self) -> bool:
        """Say whether it ran and ended with 0."""
        return self.code == 0


def run(command: Sequence[str], *, limit: float = LIMIT, cwd: Path | None = None) -> Answer:
    """Run a program and return what it said; never raises for what the program does."""
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            # A group of its own: the docker client starts plugins, which have to end with it.
            start_new_session=True,
        )
    except FileNotFoundError:
        return Answer(None, "", f"{command[0]} is not installed, or not on the PATH")
    except OSError as error:
        return Answer(None, "", f"{command[0]} cannot be run: {error.strerror}")
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        _end(process)
        return Answer(None, "", f"{command[0]} gave no answer within {limit:g} s", late=True)
    except BaseException:
        _end(process)
        raise
    return Answer(process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))


def _end(process: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (AttributeError, OSError):  # no groups on this system, or it has ended
        process.kill()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    process.wait()
