"""What a slow stage is doing, on a terminal alone, and only for as long as it takes."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping

AFTER = 1.0
"""Seconds that a stage may take in silence."""
_ERASE = "\r\x1b[K"


@contextlib.contextmanager
def slow(doing: str) -> Iterator[None]:
    """Say on the terminal's last line what is being done, if it takes long; the line is empty again afterwards."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        yield
        return
    import threading

    ended, said = threading.Event(), threading.Event()

    def say() -> None:
        if not ended.wait(AFTER):
            said.set()
            sys.stderr.write(f"{doing}…")
            sys.stderr.flush()

    thread = threading.Thread(target=say, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        # It may just be writing.
        thread.join()
        if said.is_set():
            sys.stderr.write(_ERASE)
            sys.stderr.flush()


def checking(values: Mapping[str, object], file: str) -> str:
    """Return what a terminal is told while a project is looked at, from the values of its file: how large it is."""
    dags = values.get("dags")
    tables = [dag.get("tasks") for dag in dags.values() if isinstance(dag, dict)] if isinstance(dags, dict) else []
    count = sum(len(table) for table in tables if isinstance(table, dict))
    return f"checking {count:,} tasks" if count > 1 else f"checking {file}"
