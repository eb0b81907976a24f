"""Results as lines for people, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence

from airdock.diagnostics.formats.text import ascii_json, printable
from airdock.doctor.registry import CHECKS
from airdock.doctor.result import Result

_WIDTH = max(len(check.name) for check in CHECKS)


def lines(result: Result) -> str:
    """Return a result as a line, and what mends it as another."""
    text = f"{result.status:<8} {result.check:<{_WIDTH}}  {printable(result.message)}\n"
    if result.mend is not None:
        text += f"{'':<8} {'':<{_WIDTH}}  mend: {printable(result.mend)}\n"
    return text


def summary(results: Sequence[Result]) -> str:
    """Return the last line."""
    counts = []
    for status, word in (("problem", "problem"), ("warning", "warning"), ("unknown", "unknown")):
        count = sum(result.status == status for result in results)
        if count:
            plural = "" if count == 1 or word == "unknown" else "s"
            counts.append(f"{count} {word}{plural}")
    return f"\n{', '.join(counts) or 'all is well'}\n"


def as_json(results: Sequence[Result]) -> str:
    """Return all results as one list."""
    return ascii_json(
        [
            {"check": result.check, "status": result.status, "message": result.message, "mend": result.mend}
            for result in results
        ]
    )
