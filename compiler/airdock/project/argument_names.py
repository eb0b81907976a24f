"""The names of arguments: those of functions, operators, notifiers and timetables become keywords of Python calls."""

from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword

from airdock.diagnostics import SpecPath
from airdock.diagnostics.shape import BAD_NAME, KEYS_CONFLICT
from airdock.project.defaults import Layers
from airdock.project.model import Task
from airdock.project.scope import Scope

_OF_AIRFLOW = {"task_id": "the id of the table", "dag": "the DAG", "task_group": "the key group"}
"""What airdock tells an operator beside its options."""
_FACTORY_ARGUMENT = "self"
"""The call that makes a task of a function is a method, and has this one already."""


def check_name(scope: Scope, key: str, place: SpecPath) -> bool:
    """Say whether a keyword of a call may have this name; reports AD105 where not."""
    if not iskeyword(key):
        return True
    scope.report.add(BAD_NAME.at(place, "key", name=key, expected="it is no name of an argument"))
    return False


def check_names(scope: Scope, layers: Layers, task: Task) -> None:
    """Report names of a task's arguments that no argument can have, or that a key of the task sets: AD105, AD106."""
    if task.kind == "container":
        return
    taken: dict[str, str] = {}
    if task.kind == "operator":
        own = [*task.options, *task.callbacks, *(key for key in ("inlets", "outlets") if getattr(task, key))]
        taken = {**_OF_AIRFLOW, **dict.fromkeys(own, "a key")}
    for key, place in _arguments(layers, task):
        if not check_name(scope, key, place):
            continue
        if key in taken:
            problem = f'"{key}" is set already, by {taken[key]} of this task'
            scope.report.add(KEYS_CONFLICT.at(place, "key", problem=problem))
        elif task.kind == "python" and key == _FACTORY_ARGUMENT:
            expected = "Airflow has an argument of this name itself"
            scope.report.add(BAD_NAME.at(place, "key", name=key, expected=expected))


def _arguments(layers: Layers, task: Task) -> Iterator[tuple[str, SpecPath]]:
    field = {"python": "args", "operator": "arguments"}.get(task.kind)
    if field is not None:
        yield from ((key, (*layers.place(field), key)) for key in layers.get(field))
        yield from ((key, (*layers.own, "expand", field, key)) for key, _ in task.expand)
