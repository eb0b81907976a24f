"""Values that TOML can write and nothing after it can hold: checked before anything walks through them."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, SpecPath
from airdock.diagnostics.shape import BAD_VALUE

DEEPEST = 64
"""Levels of tables and lists, from the top of the file. The language itself needs ten."""
_SHOWN = 10
"""Parts of the path that is shown of something that is nested too deeply: as far as the language itself goes."""
_LEAST, _GREATEST = -(2**63), 2**63 - 1


def beyond_limits(values: dict[str, object]) -> Iterator[Diagnostic]:
    """Return AD104 for every integer that needs more than 64 bits, and for what is nested too deeply."""
    if not _any_beyond(values):
        return
    waiting: list[tuple[SpecPath, object]] = [((), values)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, dict | list):
            if len(path) > DEEPEST:
                expected = f"it is nested more than {DEEPEST} deep"
                yield BAD_VALUE.at(path[:_SHOWN], found="this value", expected=expected)
                continue
            entries = value.items() if isinstance(value, dict) else enumerate(value)
            waiting.extend(((*path, key), inner) for key, inner in entries)
        elif isinstance(value, int) and not _LEAST <= value <= _GREATEST:
            yield BAD_VALUE.at(path, found="this number", expected="an integer of TOML has 64 bits")


def _any_beyond(values: dict[str, object]) -> bool:
    """Say whether there is anything to report: without paths, because nearly always there is not."""
    level: list[object] = [values]
    for _ in range(DEEPEST + 1):
        inner: list[object] = []
        for value in level:
            if isinstance(value, str):  # nearly all of them
                continue
            if isinstance(value, dict):
                inner.extend(value.values())
            elif isinstance(value, list):
                inner.extend(value)
            elif isinstance(value, int) and not _LEAST <= value <= _GREATEST:
                return True
        level = inner
    return any(isinstance(value, dict | list) for value in level)
