"""Tables whose name was forgotten: `[dags.etl.tasks]` with the keys of a task in it."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, SpecPath
from airdock.diagnostics.shape import UNKNOWN_KEY
from airdock.spec import tables
from airdock.spec.language import keys_by_field
from airdock.spec.tables import NAMED, Place


def missing_names(values: dict[str, object]) -> Iterator[tuple[Diagnostic, list[SpecPath]]]:
    """Return a finding for each table that a name is missing from, and the paths that need no other finding."""
    for place in NAMED:
        keys = set(keys_by_field(place.table).values())
        for path, entries in _tables(values, place.pattern[:-1]):
            first = next((key for key, value in entries.items() if key in keys and not isinstance(value, dict)), None)
            if first is not None:
                advice = f"write {place.header(path)} above it"
                yield _finding((*path, first), place, advice), [(*path, key) for key in entries if key in keys]
            elif place is tables.DAG and _holds_tasks(entries.get("tasks")):
                advice = f"write {tables.TASK.header(path)}"
                yield _finding((*path, "tasks"), place, advice), [(*path, "tasks")]


def _finding(path: SpecPath, place: Place, advice: str) -> Diagnostic:
    here = ".".join(map(str, path[:-1]))
    where = f" in [{here}], where each {place.what.partition(' ')[2]} has its own name"
    return UNKNOWN_KEY.at(path, "key", key=path[-1], where=where, help=advice)


def _holds_tasks(entry: object) -> bool:
    """Say whether a DAG of the name "tasks" is none, but holds tasks of a DAG whose id was forgotten."""
    if not isinstance(entry, dict) or not entry or set(entry) & set(keys_by_field(tables.DAG.table).values()):
        return False
    keys = set(keys_by_field(tables.TASK.table).values())
    return all(isinstance(task, dict) and set(task) & keys for task in entry.values())


def _tables(values: dict[str, object], pattern: tuple[str, ...]) -> Iterator[tuple[SpecPath, dict[str, object]]]:
    found: list[tuple[SpecPath, object]] = [((), values)]
    for part in pattern:
        found = [((*path, key), table[key]) for path, table in found if isinstance(table, dict) for key in (table if part == "*" else (part,)) if key in table]
    for path, table in found:
        if isinstance(table, dict):
            yield path, table
