"""Where `airdock` starts: what was answered before is answered at once, the rest is for the command line."""

from __future__ import annotations

import os
import sys

from airdock.recall import question, recall


def run() -> None:
    """Entry point of the console script."""
    asked = question(sys.argv[1:])
    answer = recall(asked) if asked else None
    if answer is None:
        from airdock.cli import main

        sys.exit(main(sys.argv[1:], asked))
    said, reported = answer
    try:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        sys.stderr.write(reported)
        sys.stdout.write(said)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the reader has gone, as in the command line
