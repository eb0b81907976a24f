"""The texts of airdock.toml that stand under names of the user's, and what they are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from airdock.diagnostics import SpecPath

_TABLES: tuple[tuple[str, ...], ...] = (
    ("connections", "*", "extra"),
    ("variables",),
    ("airflow", "env"),
    ("airflow", "config", "*"),
    ("images", "*", "env"),
    ("images", "*", "args"),
    ("defaults", "task", "env"),
    ("dags", "*", "defaults", "env"),
    ("dags", "*", "tasks", "*", "env"),
)
"""The tables whose keys name what the values are."""
_SOURCES = ({"env"}, {"env", "default"}, {"file"})


def named_texts(written: Mapping[str, object]) -> Iterator[tuple[SpecPath, str]]:
    """Return the texts whose keys name what they are, with their places."""
    for pattern in _TABLES:
        for place, table in _matching(written, pattern, ()):
            yield from _texts(table, place)


def _matching(value: object, pattern: tuple[str, ...], path: SpecPath) -> Iterator[tuple[SpecPath, object]]:
    """Return the tables at the places that a pattern describes; * is any key."""
    if not pattern:
        yield path, value
    elif isinstance(value, dict):
        for key in value if pattern[0] == "*" else {pattern[0]} & value.keys():
            yield from _matching(value[key], pattern[1:], (*path, key))


def _texts(value: object, path: SpecPath) -> Iterator[tuple[SpecPath, str]]:
    """Return the texts in a value with their places, without those that only say where a value comes from.

    Texts of a list have the list's place, which begins on the line of its key: only there is it known what to hide.
    """
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict) and set(value) not in _SOURCES:
        for key, inner in value.items():
            if isinstance(inner, str):  # nearly all of them
                yield (*path, key), inner
            else:
                yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, path if isinstance(inner, str) else (*path, index))


def key_of(place: SpecPath) -> str:
    """Return the key that a value stands at, be it in a list."""
    last = place[-1]
    return last if isinstance(last, str) else key_of(place[:-1])
