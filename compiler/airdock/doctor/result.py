"""What a check says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "warning", "problem", "unknown"]


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report. ``check`` is filled in by the registry."""

    status: Status
    message: str
    mend: str | None = None
    """The command that mends it, or what to do where no command does."""
    check: str = ""


def ok(message: str) -> Result:
    """Return that all is well."""
    return Result("ok", message)


def warning(message: str, mend: str) -> Result:
    """Return what may go wrong."""
    return Result("warning", message, mend)


def problem(message: str, mend: str) -> Result:
    """Return what will go wrong."""
    return Result("problem", message, mend)


def unknown(why: str) -> Result:
    """Return that it cannot be told, and why."""
    return Result("unknown", why)


def listed(names: list[str], most: int = 4) -> str:
    """Return the first few names and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
