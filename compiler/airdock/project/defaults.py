"""Defaults: the nearest wins, key by key; `env` and `labels` are merged."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from itertools import takewhile
from typing import Any, Literal, TypeVar

from airdock.diagnostics import SpecPath
from airdock.project.dag_parts import TaskKind
from airdock.spec.base import For, Table
from airdock.spec.language import keys_by_field, marked
from airdock.spec.task import TaskKeys

_KEYS_OF_A_KIND: tuple[Literal["operator", "python"], ...] = ("operator", "python")
AnyTable = TypeVar("AnyTable", bound=Table)


class Layers:
    """A table and the defaults below it, read as one.

    ``layers`` are the tables from the nearest to the farthest, each with its place in airdock.toml.
    """

    def __init__(self, *layers: tuple[Table, SpecPath]) -> None:
        self._layers = layers
        self._first, self.own = layers[0]
        """The nearest table, and its place."""
        self._keys = keys_by_field(type(self._first))
        self._written = self._nearest = dict.fromkeys(self._first.written, layers[0])
        self._kind: TaskKind | None = None
        self._alone = not any(table.written for table, _ in layers[1:])
        """Whether there are no defaults, as for most tables."""
        if not self._alone:
            self._look_farther()

    def _look_farther(self) -> None:
        self._written = {}
        for layer in reversed(self._layers):
            self._written.update(dict.fromkeys(layer[0].written, layer))
        self._nearest = dict(self._written)
        for group in type(self._first).at_most_one:
            for field in group:
                # A nearer table has the other key of the group, which rules this one out farther away.
                if field in self._written and self._has_nearer(group, self._written[field][0]):
                    del self._nearest[field]

    def _has_nearer(self, group: tuple[str, ...], table: Table) -> bool:
        """Say whether a table nearer than this one has a key of the group."""
        nearer = takewhile(lambda layer: layer[0] is not table, self._layers)
        return any(not layer[0].written.isdisjoint(group) for layer in nearer)

    @property
    def written(self) -> frozenset[str]:
        """The fields that are written in any of the tables. They have no order: it is another in each run."""
        return frozenset(self._written)

    def nearest(self, type_: type[AnyTable]) -> AnyTable:
        """Return the nearest table itself, for the keys that no defaults have."""
        assert isinstance(self._first, type_)  # noqa: S101 - the caller made it so
        return self._first

    @property
    def kind(self) -> TaskKind:
        """The kind of a task: by the nearest table that says it."""
        self._kind = self._kind or self._find_kind()
        return self._kind

    def _find_kind(self) -> TaskKind:
        own = self._first.written
        for table, _ in self._layers:
            written = table.written
            for key in _KEYS_OF_A_KIND:
                # An image goes with a function, but not with an operator from the defaults.
                if key in written and (key == "python" or key in own or "image" not in own):
                    return key
            if written & {"command", "script"}:
                return "container"
        return "container"

    def get(self, field: str) -> Any:
        """Return the value of a field: the nearest that is written, else the built-in default."""
        return getattr(self._nearest.get(field, self._layers[0])[0], field)

    def place(self, field: str) -> SpecPath:
        """Return where the value of a field is written."""
        # All of the tables have the same keys, the nearest perhaps some more.
        return (*self._nearest.get(field, self._layers[0])[1], self._keys[field])

    def places(self, fields: Iterable[str]) -> dict[str, SpecPath]:
        """Return where those of some fields stand that are written, by their keys, in the order of the fields."""
        own, keys, written = self.own, self._keys, self._written
        if self._alone:
            return {keys[field]: (*own, keys[field]) for field in fields if field in written}
        return {keys[field]: self.place(field) for field in fields if field in written}

    def is_set(self, field: str) -> bool:
        """Say whether a field is written in any of the tables."""
        return field in self._written

    def merged(self, field: str) -> list[tuple[str, Any, SpecPath]]:
        """Return the entries of a merged table: key, value, place."""
        if field not in self._written:
            return []
        if self._alone:
            entries = getattr(self._first, field)
            return [(key, value, (*self.own, field, key)) for key, value in entries.items()]
        found: dict[str, tuple[Any, SpecPath]] = {}
        for table, path in reversed(self._layers):
            entries = getattr(table, field) if field in table.written else {}
            for key, value in entries.items():
                found[key] = (value, (*path, field, key))
        return [(key, value, place) for key, (value, place) in found.items()]


@cache
def fields_for(kind: str) -> tuple[str, ...]:
    """Return the fields that a kind of task has."""
    marks = marked(TaskKeys, For)
    return tuple(field for field in keys_by_field(TaskKeys) if field not in marks or kind in marks[field].kinds)
