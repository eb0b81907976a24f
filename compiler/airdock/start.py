"""Where `airdock` starts: what was answered before is answered at once, the rest is for the command line."""

from __future__ import annotations

import os
import sys

from airdock.recall import question, recall


def run() -> None:
    """Entry point of the console script."""
    try:
        code = _run()
    except KeyboardInterrupt:
        code = 130  # before or after the command line has a say in it
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # noqa: PERF203
            continue  # who reads it has gone, or there is no room: the exit code says what there is to say
    # All is said and written. The interpreter would take itself apart piece by piece, which the system does at once.
    os._exit(code)


def _run() -> int:
    if sys.stdout is None or sys.stderr is None:
        # Closed by who started it (`>&-`): what is said is lost, and no file gets the number of a stream.
        nowhere = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - as long as the process
        sys.stdout, sys.stderr = sys.stdout or nowhere, sys.stderr or nowhere
    asked = question(sys.argv[1:])
    answer = recall(asked) if asked else None
    if answer is None:
        from airdock.cli import main

        return main(sys.argv[1:], asked)
    said, reported = answer
    try:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        sys.stderr.write(reported)
        sys.stdout.write(said)
        sys.stdout.flush()
    except OSError as error:
        from airdock.streams import give_up, silence

        if not isinstance(error, BrokenPipeError):
            return give_up(error.strerror or str(error))
        silence()  # the reader has gone, as in the command line
    return 0
