"""Defaults: the nearest wins, key by key; `env` and `labels` are merged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, TypeVar

from airdock.diagnostics import SpecPath
from airdock.spec.base import For, Table
from airdock.spec.language import keys_by_field, marked
from airdock.spec.task import TaskKeys

AnyTable = TypeVar("AnyTable", bound=Table)


class Layers:
    """A table and the defaults below it, read as one.

    ``layers`` are the tables from the nearest to the farthest, each with its place in airdock.toml.
    """

    def __init__(self, *layers: tuple[Table, SpecPath]) -> None:
        self._layers = layers
        self._first = layers[0][0]
        self._keys = keys_by_field(type(self._first))
        self._written: dict[str, tuple[Table, SpecPath]] = {}
        for table, path in layers:
            for field in table.written:
                self._written.setdefault(field, (table, path))
        self._nearest = dict(self._written)
        for group in type(self._first).at_most_one:
            first = next((table for table, _ in layers if not table.written.isdisjoint(group)), None)
            for field in group:
                if first is not None and field not in first.written:
                    # A nearer table has the other key of the group, which rules this one out farther away.
                    self._nearest.pop(field, None)

    @property
    def written(self) -> Mapping[str, object]:
        """The fields that are written in any of the tables."""
        return self._written

    @property
    def own(self) -> SpecPath:
        """Place of the nearest table."""
        return self._layers[0][1]

    def nearest(self, type_: type[AnyTable]) -> AnyTable:
        """Return the nearest table itself, for the keys that no defaults have."""
        table = self._layers[0][0]
        assert isinstance(table, type_)  # noqa: S101 - the caller made it so
        return table

    @cached_property
    def kind(self) -> str:
        """The kind of a task: by the nearest table that says it."""
        own = self._first.written
        for table, _ in self._layers:
            written = table.written
            for key in ("operator", "python"):
                # An image goes with a function, but not with an operator from the defaults.
                if key in written and (key == "python" or key in own or "image" not in own):
                    return key
            if written & {"command", "script"}:
                return "container"
        return "container"

    def get(self, field: str) -> Any:
        """Return the value of a field: the nearest that is written, else the built-in default."""
        nearest = self._nearest.get(field)
        return getattr(nearest[0] if nearest else self._first, field)

    def place(self, field: str) -> SpecPath:
        """Return where the value of a field is written."""
        # All of the tables have the same keys, the nearest perhaps some more.
        return (*self._nearest.get(field, self._layers[0])[1], self._keys[field])

    def places(self, fields: Iterable[str]) -> dict[str, SpecPath]:
        """Return where those of some fields stand that are written, by their keys."""
        written = self._written
        return {self._keys[field]: self.place(field) for field in fields if field in written}

    def is_set(self, field: str) -> bool:
        """Say whether a field is written in any of the tables."""
        return field in self._written

    def merged(self, field: str) -> Iterator[tuple[str, Any, SpecPath]]:
        """Return the entries of a merged table: key, value, place."""
        found: dict[str, tuple[Any, SpecPath]] = {}
        for table, path in reversed(self._layers):
            entries = getattr(table, field) if field in table.written else {}
            for key, value in entries.items():
                found[key] = (value, (*path, field, key))
        return ((key, value, place) for key, (value, place) in found.items())


@cache
def fields_for(kind: str) -> tuple[str, ...]:
    """Return the fields that a kind of task has."""
    marks = marked(TaskKeys, For)
    return tuple(field for field in keys_by_field(TaskKeys) if field not in marks or kind in marks[field].kinds)
