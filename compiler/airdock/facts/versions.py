"""Dotted numbers in order."""

from __future__ import annotations

from functools import cache


@cache
def version_key(version: str) -> tuple[int, ...]:
    """Return ``"3.10.2"`` as ``(3, 10, 2)``; raises ValueError for anything but dotted numbers."""
    return tuple(int(part) for part in version.split("."))
