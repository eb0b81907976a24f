"""Which keys go together: one kind a table, and only the keys of that kind.

Works on the raw values, beside the models and not inside them, so that these faults are reported in the same run as
a wrong type elsewhere in the table.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from airdock.diagnostics import Diagnostic, Related, SpecPath, SpecPlace
from airdock.diagnostics.shape import KEYS_CONFLICT, MISSING_KEY
from airdock.spec.base import For, Table
from airdock.spec.callback import CALLBACK_KEYS, CallbackSpec
from airdock.spec.connection import ConnectionSpec
from airdock.spec.dag import ScheduleSpec
from airdock.spec.image import ImageSpec
from airdock.spec.language import keys_by_field, marked
from airdock.spec.mount import MountSpec
from airdock.spec.task import TaskKeys, TaskSpec

_Pattern: TypeAlias = tuple[str | tuple[str, ...], ...]
_TABLES: tuple[tuple[_Pattern, type[Table]], ...] = (
    (("images", "*"), ImageSpec),
    (("mounts", "*"), MountSpec),
    (("connections", "*"), ConnectionSpec),
    (("defaults", "dag", "schedule"), ScheduleSpec),
    (("defaults", "task"), TaskKeys),
    (("dags", "*", "schedule"), ScheduleSpec),
    (("dags", "*", "defaults"), TaskKeys),
    (("dags", "*", "tasks", "*"), TaskSpec),
    *(((*where, CALLBACK_KEYS), CallbackSpec) for where in (("defaults", "dag"), ("defaults", "task"), ("dags", "*"), ("dags", "*", "defaults"), ("dags", "*", "tasks", "*"))),
)
"""Tables that come in kinds or have keys that exclude each other, by where they stand, one or a list of them; * is any name."""


def shape_findings(values: dict[str, object]) -> Iterator[Diagnostic]:
    """Return AD102 and AD106 for every table whose keys do not go together."""
    for pattern, table in _TABLES:
        kinds = _kinds_by_key(table)
        for path, written in _matching(values, pattern):
            # Defaults serve tasks of every kind, so there only the keys that exclude each other matter.
            if table is not TaskKeys:
                yield from _kind_findings(table, kinds, path, written, values)
            if table.at_most_one:
                yield from _pair_findings(table, path, written)


def _matching(values: dict[str, object], pattern: _Pattern) -> Iterator[tuple[SpecPath, dict[str, object]]]:
    found: list[tuple[SpecPath, object]] = [((), values)]
    for part in pattern:
        keys = (part,) if isinstance(part, str) else part
        found = [((*path, key), node[key]) for path, node in found if isinstance(node, dict) for key in (node if part == "*" else keys) if key in node]
    for path, node in found:
        if isinstance(node, dict):
            yield path, node
        elif isinstance(node, list):
            yield from (((*path, index), item) for index, item in enumerate(node) if isinstance(item, dict))


def _kinds_by_key(table: type[Table]) -> dict[str, frozenset[str]]:
    return {keys_by_field(table)[field]: mark.kinds for field, mark in marked(table, For).items()}


def _kind_findings(table: type[Table], kinds: dict[str, frozenset[str]], path: SpecPath, written: dict[str, object], values: dict[str, object]) -> Iterator[Diagnostic]:
    choice = table.kinds
    if choice is None:
        return
    present = [key for key in written if key in choice.keys]
    if not present and choice.fallback is None:
        *others, last = choice.keys
        one_of = '", "'.join(others) + f'" or "{last}'
        yield MISSING_KEY.at(path, "header", key=one_of, where="", help="exactly one of them is needed")
        return
    together = frozenset(present) in choice.together
    for key in () if together else present[1:]:
        problem = f'"{key}" and "{present[0]}" exclude each other'
        yield KEYS_CONFLICT.at((*path, key), "key", problem=problem, related=_beside(path, present[0]))
    if len(present) > 1 and not together:
        return
    present.sort(key=choice.keys.index)
    kind = present[0] if present else choice.fallback
    if not present and table is TaskSpec and not any(key in written for group in table.at_most_one for key in group):
        kind = _inherited_kind(values, path, written) or choice.fallback
    for key in written:
        if key in kinds and kind not in kinds[key]:
            what = f'with "{present[0]}"' if present else f"in a {kind} task"
            problem = f'"{key}" has no meaning {what}'
            wants = " and ".join(name for name in (choice.fallback, *choice.keys) if name in kinds[key])
            advice = f"it belongs to {wants}{' tasks' if choice.fallback else ''}"
            yield KEYS_CONFLICT.at((*path, key), "key", problem=problem, help=advice, related=_beside(path, *present))


def _inherited_kind(values: dict[str, object], path: SpecPath, own: dict[str, object]) -> str | None:
    """Return the kind that defaults give to a task whose own keys do not say one; the nearest defaults count."""
    for place in ((*path[:2], "defaults"), ("defaults", "task")):
        written: object = values
        for part in place:
            written = written.get(part) if isinstance(written, dict) else None
        if not isinstance(written, dict):
            continue
        for key in ("operator", "python"):
            # An image goes with a function, but not with an operator from the defaults.
            if key in written and (key == "python" or "image" not in own):
                return key
        if "command" in written or "script" in written:
            return None
    return None


def _pair_findings(table: type[Table], path: SpecPath, written: dict[str, object]) -> Iterator[Diagnostic]:
    for group in table.at_most_one:
        if len([key for key in group if key in written]) < 2:
            continue
        present = [key for key in written if key in group]
        for key in present[1:]:
            problem = f'"{key}" and "{present[0]}" exclude each other'
            yield KEYS_CONFLICT.at((*path, key), "key", problem=problem, related=_beside(path, present[0]))


def _beside(path: SpecPath, *keys: str) -> tuple[Related, ...]:
    return tuple(Related(f'"{key}" is here', SpecPlace((*path, key), "key")) for key in keys)
