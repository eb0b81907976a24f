"""Resolving a task."""

from __future__ import annotations

import re
from dataclasses import replace
from keyword import iskeyword
from typing import Any

from airdock.diagnostics.shape import BAD_NAME, BAD_VALUE, KEYS_CONFLICT, MISSING_KEY
from airdock.project.connections import leaves
from airdock.project.defaults import Layers, fields_for
from airdock.project.findings import UNKNOWN_IMAGE
from airdock.project.functions import resolve_function
from airdock.project.model import HostUser, Image, Task
from airdock.project.mounts import resolve_uses
from airdock.project.scope import Scope
from airdock.project.task_values import TaskScope
from airdock.project.text import literal_template, split_command
from airdock.project.values import OutputValue
from airdock.spec.base import OperatorArg, key_of, mark_of
from airdock.spec.task import FileText, PickleOutput, TaskKeys

SHELL = ("/bin/sh", "-ec")
_ENVIRONMENT_OF_AIRFLOW = frozenset({"__PYTHON_SCRIPT", "__PYTHON_INPUT"})
"""Variables by which the provider hands a function to its container."""


def resolve_task(values: TaskScope, layers: Layers, id_: str, upstream: tuple[Task, ...], dag: str) -> Task:
    """Return a task; reports what its values refer to and is not there. ``upstream`` are the tasks of `after`."""
    kind = layers.kind()
    options = _options(values.scope, layers, kind)
    if kind == "operator":
        task = _operator(values, layers, id_, options)
    else:
        task = _container(values, layers, id_, kind, options, dag)
    outputs = [
        value.task
        for _, value in leaves([value for _, value in (*task.env, *task.arguments)], ())
        if isinstance(value, OutputValue)
    ]
    unique = {needed.id: needed for needed in (*upstream, *outputs)}
    fields = list(fields_for(kind))
    places = {key_of(TaskKeys, field): layers.place(field) for field in fields if layers.is_set(field)}
    keys = {
        mark.keyword: key_of(TaskKeys, field)
        for field in fields
        if (mark := mark_of(TaskKeys, field, OperatorArg)) is not None
    }
    return replace(task, upstream=tuple(unique.values()), places=places, keys=keys)


def _options(scope: Scope, layers: Layers, kind: str) -> dict[str, object]:
    """Return the values that pass through to the operator, by its keyword."""
    options: dict[str, object] = {}
    for field in fields_for(kind):
        mark = mark_of(TaskKeys, field, OperatorArg)
        if mark is not None and layers.is_set(field):
            options[mark.keyword] = layers.get(field)
    if isinstance(options.get("entrypoint"), str) and options["entrypoint"]:
        # The provider takes a text that starts with [ for a Python list; split here, it is none.
        options["entrypoint"] = _split(scope, layers, "entrypoint")
    return options


def _operator(values: TaskScope, layers: Layers, id_: str, options: dict[str, object]) -> Task:
    report = values.scope.report
    where = layers.place("arguments")
    arguments = []
    for key, value in layers.get("arguments").items():
        place = (*where, key)
        taken = {"task_id": "the id of the table", "dag": "the DAG", **dict.fromkeys(options, "a key")}
        if key in taken:
            report.add(KEYS_CONFLICT.at(place, "key", problem=f'"{key}" is set already, by {taken[key]} of this task'))
        elif not key.isidentifier() or iskeyword(key):
            report.add(BAD_NAME.at(place, "key", name=key, expected="it is no name of an argument"))
        resolved = values.argument(key, value, place)
        if resolved is not None:
            arguments.append((key, resolved))
    operator: str = layers.get("operator")
    return Task(id_, "operator", layers.own, options, operator=operator, arguments=tuple(arguments))


def _container(values: TaskScope, layers: Layers, id_: str, kind: str, options: dict[str, object], dag: str) -> Task:
    scope = values.scope
    image = _image(values, layers)
    function, arguments = None, []
    command = None
    if kind == "python":
        function = resolve_function(scope, layers.get("python"), layers.place("python"))
        where = layers.place("args")
        for key, value in layers.get("args").items():
            resolved = values.argument(key, value, (*where, key))
            if resolved is not None:
                arguments.append((key, resolved))
        options.setdefault("multiple_outputs", False)
        # An entrypoint of the image can swallow the function: the task would be green, and nothing would have run.
        options.setdefault("entrypoint", "")
    else:
        command = _command(scope, layers)
    connection = image.connection if image else None
    if layers.is_set("connection"):
        where = layers.place("connection")
        connection = scope.connection(layers.get("connection"), where, values.user(where), registry=True)
    network = layers.get("network")
    return Task(
        id_,
        "python" if kind == "python" else "container",
        layers.own,
        options,
        image=image,
        command=command,
        mounts=resolve_uses(scope, layers.get("mounts"), layers.place("mounts"), values.user(layers.place("mounts"))),
        env=_environment(values, layers),
        network=scope.spec.compose.network or f"{scope.spec.project.name}_default"
        if network in (None, "project")
        else network,
        user=_user(layers.get("user")),
        gpus=tuple(layers.get("gpus")) if isinstance(layers.get("gpus"), list) else layers.get("gpus"),
        remove=layers.get("remove"),
        labels=_labels(scope, layers, dag, id_),
        xcom=_xcom(scope, layers, kind),
        connection=connection,
        function=function,
        arguments=tuple(arguments),
    )


def _image(values: TaskScope, layers: Layers) -> Image | None:
    scope, name = values.scope, layers.get("image")
    if name is None:
        scope.report.add(MISSING_KEY.at(layers.own, "header", key="image", where=f" of {values.user(layers.own)}"))
        return None
    if name not in scope.images:
        where = layers.place("image")
        scope.unknown(UNKNOWN_IMAGE, where, values.user(where), name, scope.images, "declared images")
        return None
    return scope.images[name]


def _command(scope: Scope, layers: Layers) -> tuple[str, ...] | None:
    script = layers.get("script")
    if script is not None:
        if isinstance(script, FileText):
            text = scope.read_text(script.file, (*layers.place("script"), "file"), "script") or ""
            script = text if script.template else literal_template(text)
        shell: list[str] = layers.get("shell") or list(SHELL)
        return (*shell, script)
    if layers.is_set("shell") and layers.place("shell")[:-1] == layers.own:
        problem = '"shell" has no meaning without "script"'
        scope.report.add(KEYS_CONFLICT.at(layers.place("shell"), "key", problem=problem))
    command = layers.get("command")
    if not isinstance(command, str):
        return None if command is None else tuple(command)
    return tuple(_split(scope, layers, "command"))


def _split(scope: Scope, layers: Layers, field: str) -> list[str]:
    """Return the arguments of a text; reports AD104 for a quote that is not closed."""
    try:
        return split_command(layers.get(field))
    except ValueError:
        expected = "a quote in it is not closed"
        scope.report.add(BAD_VALUE.at(layers.place(field), found="this text", expected=expected))
        return []


def _environment(values: TaskScope, layers: Layers) -> tuple[tuple[str, Any], ...]:
    found = []
    for key, value, place in layers.merged("env"):
        if key in _ENVIRONMENT_OF_AIRFLOW:
            expected = "Airflow uses this name itself"
            values.scope.report.add(BAD_NAME.at(place, "key", name=key, expected=expected))
        resolved = values.value(value, place)
        if resolved is not None:
            found.append((key, resolved))
    return tuple(found)


def _user(user: Any) -> str | HostUser | None:
    if user == "host":
        return HostUser()
    return None if user is None else str(user)


def _labels(scope: Scope, layers: Layers, dag: str, task: str) -> tuple[tuple[str, str], ...]:
    if not scope.target.provider.has("labels"):
        return tuple((key, value) for key, value, _ in layers.merged("labels"))
    own = {"airdock.project": scope.spec.project.name, "airdock.dag": dag, "airdock.task": task}
    for key, _, place in layers.merged("labels"):
        if key in own:
            expected = "airdock sets this label, to find the containers of a task"
            scope.report.add(BAD_NAME.at(place, "key", name=key, expected=expected))
    return (*own.items(), *((key, value) for key, value, _ in layers.merged("labels")))


def _xcom(scope: Scope, layers: Layers, kind: str) -> str | tuple[str, str]:
    xcom = layers.get("xcom")
    if kind == "python" and xcom not in ("last", "none") and layers.is_set("xcom"):
        # The provider hands the function's result back by the same way, and refuses a second use of it.
        where = layers.place("xcom")
        if where[:-1] == layers.own:
            problem = "the output of a python task is what its function returns"
            scope.report.add(KEYS_CONFLICT.at(where, problem=problem, help='only "none" changes that'))
        return "last"
    return ("pickle", xcom.pickle) if isinstance(xcom, PickleOutput) else str(xcom)


def identifier(id_: str) -> str:
    """Return an id as a Python identifier."""
    return re.sub(r"[^A-Za-z0-9_]", "_", id_)
