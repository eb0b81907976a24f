"""Dynamic task mapping: `expand`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from airdock.diagnostics import Kind, SpecPath
from airdock.diagnostics.shape import BAD_VALUE, KEYS_CONFLICT
from airdock.project.connections import leaves
from airdock.project.model import Mapped, Task
from airdock.project.task_values import TaskScope
from airdock.project.text import split_command
from airdock.project.values import HostVariable, OutputValue
from airdock.spec.free_source import source_of
from airdock.spec.language import keys_by_field
from airdock.spec.source import SOURCES, OutputSource
from airdock.spec.task import ExpandSpec

NOT_MAPPABLE = Kind(
    "AD313",
    "not-mappable",
    "error",
    "{problem}",
    what="`expand` names something that the task cannot be mapped over, or there is nothing in it.",
    why="Airflow would refuse the DAG, or skip the task.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\nexpand = { command = [] }\n',
    fix="Map a container over command or env, a function over args, an operator over arguments: a list with at least "
    'one value, or { output = "TASK" }. Values that are sources go into env, args or arguments.',
)
_OF_KIND = {"container": ("command", "env"), "python": ("args",), "operator": ("arguments",)}
_KEYWORDS = {"command": "command", "env": "environment"}


def resolve_expand(values: TaskScope, spec: ExpandSpec | None, task: Task) -> tuple[tuple[str, Mapped], ...]:
    """Return what a task is mapped over; reports AD106, AD203 and AD313."""
    if spec is None:
        return ()
    where = (*values.own, "expand")
    report = values.scope.report
    found = []
    for key in sorted(spec.written, key=list(keys_by_field(ExpandSpec)).index):
        if key not in _OF_KIND[task.kind]:
            problem = f'tasks of the kind {task.kind} cannot be mapped over "{key}"'
            advice = f"it can be mapped over {' and '.join(_OF_KIND[task.kind])}"
            report.add(NOT_MAPPABLE.at((*where, key), "key", help=advice, problem=problem))
            continue
        for name, written, place in _entries(spec, key, where):
            mapped = _mapped(values, key, written, place)
            if mapped is not None:
                found.append((name, mapped))
                _check_beside(values, task, key, name, place)
                if key == "env" and isinstance(mapped, list):
                    _check_secrets(values, task, mapped, place)
    if not spec.written:
        report.add(NOT_MAPPABLE.at(where, problem='"expand" is empty'))
    return tuple(found)


def _entries(spec: ExpandSpec, key: str, where: SpecPath) -> Iterator[tuple[str, Any, SpecPath]]:
    """Return (keyword or argument, value, place) of one key of `expand`."""
    written = getattr(spec, key)
    if key in _KEYWORDS:
        yield _KEYWORDS[key], written, (*where, key)
    else:
        for name, value in written.items():
            yield name, value, (*where, key, name)


def _mapped(values: TaskScope, key: str, written: Any, where: SpecPath) -> Mapped | None:
    report = values.scope.report
    if isinstance(written, OutputSource):
        resolved = values.value(written, where)
        return resolved if isinstance(resolved, OutputValue) else None
    if not written:
        report.add(NOT_MAPPABLE.at(where, problem="there is nothing to map over", help="an empty list makes no task"))
        return None
    errors = report.errors
    for index, item in enumerate(written):
        _check_item(values, item, (*where, index))
    if report.errors > errors:
        return None
    if key == "command":
        return [_split(values, item, (*where, index)) for index, item in enumerate(written)]
    return list(written)


def _split(values: TaskScope, item: str | list[str], where: SpecPath) -> list[str]:
    """Return the arguments of one command; reports AD104 for a quote that is not closed."""
    try:
        return split_command(item) if isinstance(item, str) else list(item)
    except ValueError:
        values.scope.report.add(BAD_VALUE.at(where, found="this text", expected="a quote in it is not closed"))
        return []


def _check_item(values: TaskScope, item: Any, where: SpecPath) -> None:
    """Report what is no plain value. Templates are: Airflow renders what is written down, unlike outputs of tasks."""
    report = values.scope.report
    for place, table in _sources(item, where):
        advice = "put it into env, args or arguments, or map over the output of a task that reads it"
        report.add(NOT_MAPPABLE.at(place, problem=f"{{ {table} }} is not read in a mapped argument", help=advice))
    for place, leaf in leaves(item, where):
        if not isinstance(leaf, str | int | float):
            report.add(NOT_MAPPABLE.at(place, problem="only text, numbers, lists and tables can be mapped over"))


def _sources(item: Any, where: SpecPath) -> Iterator[tuple[SpecPath, str]]:
    if source_of(item) is not None:
        yield where, next(key for key in SOURCES if key in item)
    elif isinstance(item, dict | list):
        for key, inner in item.items() if isinstance(item, dict) else enumerate(item):
            yield from _sources(inner, (*where, key))


def _check_beside(values: TaskScope, task: Task, key: str, name: str, where: SpecPath) -> None:
    """Report an argument that the task has already."""
    beside: Sequence[str] = [argument for argument, _ in task.arguments]
    if key == "command":
        beside = ["command"] if task.command is not None else []
    elif key == "env":
        # What is secret goes another way, private_environment, which may stand beside a mapped environment.
        beside = ["environment"] if any(not isinstance(value, HostVariable) for _, value in task.env) else []
    if name in beside:
        problem = f'"{where[-1]}" is mapped over, and the task has it already'
        advice = "put all variables into the tables of expand.env" if key == "env" else "leave one of them out"
        values.scope.report.add(KEYS_CONFLICT.at(where, "key", problem=problem, help=advice))


def _check_secrets(values: TaskScope, task: Task, mapped: list[Any], where: SpecPath) -> None:
    """Report mapped variables that would never arrive: private_environment wins over what is mapped."""
    secret = {name for name, value in task.env if isinstance(value, HostVariable)}
    for index, table in enumerate(mapped):
        for name in table:
            if name in secret:
                problem = f'"{name}" is mapped over, and the task has a secret of this name, which would win'
                place = (*where, index, name)
                values.scope.report.add(KEYS_CONFLICT.at(place, "key", problem=problem, help="leave one of them out"))
