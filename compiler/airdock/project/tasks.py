"""Resolving a task."""

from __future__ import annotations

import re
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from airdock.diagnostics import Related, SpecPath, SpecPlace
from airdock.diagnostics.shape import BAD_NAME, BAD_VALUE, KEYS_CONFLICT, MISSING_KEY, WRONG_TYPE, describe
from airdock.project.argument_names import check_names
from airdock.project.callbacks import resolve_callbacks
from airdock.project.dag_parts import Asset, Engine, Group
from airdock.project.declared import check_pool, resolve_assets, resolve_engine
from airdock.project.defaults import Layers, fields_for
from airdock.project.environment import resolve_environment
from airdock.project.expand import resolve_expand
from airdock.project.findings import UNKNOWN_IMAGE
from airdock.project.model import HostUser, Image, MountUse, Task
from airdock.project.mounts import resolve_uses
from airdock.project.scope import Scope
from airdock.project.swarm import CONTAINER_KEYWORDS, report_secrets, resolve_swarm
from airdock.project.task_values import TaskScope
from airdock.project.text import literal_template, split_command
from airdock.spec.base import OperatorArg
from airdock.spec.callback import CALLBACK_KEYS
from airdock.spec.doc import DocFile
from airdock.spec.language import keys_by_field, marked
from airdock.spec.task import FileText, PickleOutput, TaskKeys, TaskSpec, UlimitSpec

SHELL = ("/bin/sh", "-ec")
_OWN = ("after", "group", "setup", "teardown", "expand", "map_label")
"""Keys that only a task itself has, and no defaults."""


def resolve_task(
    values: TaskScope,
    layers: Layers,
    id_: str,
    dag: str,
    *,
    group: Group | None,
    named: tuple[Task, ...],
    upstream: tuple[Task, ...],
) -> Task:
    """Return a task; reports what its values refer to and is not there."""
    scope = values.scope
    kind = layers.kind
    options = _options(scope, layers, kind)
    own = _of_operator(values, layers) if kind == "operator" else _of_container(values, layers, id_, options, dag)
    spec: TaskSpec = layers.nearest(TaskSpec)
    if own.get("swarm") is not None:
        options = {keyword: value for keyword, value in options.items() if keyword not in CONTAINER_KEYWORDS}
    doc = doc_text(scope, layers)
    if doc is not None:
        options["doc_md"] = doc
    if spec.map_label is not None:
        options["map_index_template"] = spec.map_label
        if spec.expand is None:
            problem = '"map_label" has no meaning without "expand"'
            scope.report.add(KEYS_CONFLICT.at((*layers.own, "map_label"), "key", problem=problem))
    if layers.is_set("pool"):
        place = layers.place("pool")
        check_pool(scope, layers.get("pool"), place, values.user(place))
    task = Task(
        id_,
        kind,
        layers.own,
        options,
        group=group,
        named=named,
        upstream=upstream,
        setup=spec.setup,
        teardown=_teardown(values, spec, layers),
        inlets=_assets(values, layers, "inlets"),
        outlets=_assets(values, layers, "outlets"),
        callbacks=resolve_callbacks(scope, layers, CALLBACK_KEYS),
        places=layers.places(_fields_of(kind, layers.written)),
        keys=_keys_by_keyword(kind),
        **own,
    )
    if spec.expand is not None:
        task = task._replace(expand=resolve_expand(values, spec.expand, task))
    if task.swarm is not None:
        report_secrets(scope, layers, task)
    check_names(scope, layers, task)
    return task


def doc_text(scope: Scope, layers: Layers) -> str | None:
    """Return the documentation of a DAG or task; reports AD212 for a file that is not there."""
    doc = layers.get("doc")
    if isinstance(doc, DocFile):
        return scope.read_text(doc.file, (*layers.place("doc"), "file"), "document")
    return None if doc is None else str(doc)


def _assets(values: TaskScope, layers: Layers, field: str) -> tuple[Asset, ...]:
    if not layers.is_set(field):
        return ()
    place = layers.place(field)
    return resolve_assets(values.scope, layers.get(field), place, values.user(place))


def _teardown(values: TaskScope, spec: TaskSpec, layers: Layers) -> Task | None:
    """Return the setup that a task cleans up after; reports AD106 and AD203."""
    if spec.teardown is None:
        return None
    where, report = (*layers.own, "teardown"), values.scope.report
    if spec.setup:
        report.add(KEYS_CONFLICT.at(where, "key", problem="a task is a setup or a teardown, not both"))
    if layers.is_set("trigger_rule") and layers.place("trigger_rule")[:-1] == layers.own:
        problem = "Airflow sets the trigger rule of a teardown itself"
        report.add(KEYS_CONFLICT.at(layers.place("trigger_rule"), "key", problem=problem))
    if spec.teardown not in values.dag.tasks:
        values.unknown_task(spec.teardown, where)
    elif not values.dag.tasks[spec.teardown].setup:
        related = (Related("the task", SpecPlace((*layers.own[:-1], spec.teardown), "key")),)
        problem = f'"{spec.teardown}" is no setup'
        report.add(
            KEYS_CONFLICT.at(where, problem=problem, help=f"add setup = true to {spec.teardown}", related=related)
        )
    return values.task(spec.teardown)


@lru_cache(1024)  # most tasks have the same keys as the one before
def _fields_of(kind: str, written: frozenset[str]) -> tuple[str, ...]:
    """Return those fields of a kind of task that are written, in the language's order."""
    return tuple(field for field in (*fields_for(kind), *_OWN) if field in written)


@lru_cache(1024)
def _fields_by_keyword(kind: str, written: frozenset[str]) -> dict[str, str]:
    """Return those fields of a kind of task that pass through, by the operator's keyword, in the language's order."""
    marks = marked(TaskKeys, OperatorArg)
    return {marks[field].keyword: field for field in fields_for(kind) if field in marks and field in written}


@cache
def _keys_by_keyword(kind: str) -> dict[str, str]:
    """Return the keys of a kind of task by the operator's keyword that they become."""
    marks = marked(TaskSpec, OperatorArg)
    return {
        marks[field].keyword: keys_by_field(TaskSpec)[field]
        for field in (*fields_for(kind), "map_label")
        if field in marks
    }


def _options(scope: Scope, layers: Layers, kind: str) -> dict[str, object]:
    """Return the values that pass through to the operator, by its keyword."""
    fields = _fields_by_keyword(kind, layers.written)
    options = {keyword: layers.get(field) for keyword, field in fields.items()}
    if layers.is_set("log_max_files") and "log_max_files" in fields_for(kind):
        options["log_opts_max_file"] = str(layers.get("log_max_files"))  # the engine wants text
    if isinstance(options.get("entrypoint"), str) and options["entrypoint"]:
        # The provider takes a text that starts with [ for a Python list; split here, it is none.
        options["entrypoint"] = _split(scope, layers, "entrypoint")
    return options


def _of_operator(values: TaskScope, layers: Layers) -> dict[str, Any]:
    """Return what only a task has that is any operator."""
    where = layers.place("arguments")
    arguments = []
    for key, value in layers.get("arguments").items():
        _check_date(values.scope, key, value, (*where, key))
        resolved = values.argument(key, value, (*where, key))
        if resolved is not None:
            arguments.append((key, resolved))
    return {"operator": layers.get("operator"), "arguments": tuple(arguments)}


def _check_date(scope: Scope, key: str, value: Any, where: SpecPath) -> None:
    """Report a date without a time in the two arguments of every operator that are moments."""
    if key in ("start_date", "end_date") and isinstance(value, date) and not isinstance(value, datetime):
        expected = f"a date with a time, such as {value.isoformat()}T00:00:00Z"
        scope.report.add(WRONG_TYPE.at(where, expected=expected, found=describe(value)))


def _of_container(values: TaskScope, layers: Layers, id_: str, options: dict[str, object], dag: str) -> dict[str, Any]:
    """Return what only a task has that runs in a container; a function adds to the options."""
    scope, kind = values.scope, layers.kind
    image = _image(values, layers)
    function, arguments = None, []
    command = None
    if kind == "python":
        # Only a project with a function needs what reads them.
        from airdock.project.functions import resolve_function

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
    engine = None
    if layers.is_set("engine"):
        where = layers.place("engine")
        engine = resolve_engine(scope, layers.get("engine"), where, values.user(where))
    swarm = resolve_swarm(scope, layers) if kind == "container" else None
    gpus = layers.get("gpus")
    return {
        "image": image,
        "command": command,
        "mounts": _mounts(values, layers),
        "env": resolve_environment(values, layers),
        "network": None if swarm else _network(scope, layers, engine),
        "user": _user(layers.get("user")),
        "gpus": tuple(gpus) if isinstance(gpus, list) else gpus,
        "remove": layers.get("remove"),
        "labels": () if swarm else _labels(scope, layers, dag, id_),
        "xcom": _xcom(scope, layers, kind),
        "connection": connection,
        "function": function,
        "arguments": tuple(arguments),
        "ulimits": tuple([_ulimit(name, limit) for name, limit in layers.get("ulimits").items()]),
        "engine": engine or scope.access.engine,
        "mounts_rendered": scope.target.provider.renders("mounts"),
        "swarm": swarm,
    }


def _mounts(values: TaskScope, layers: Layers) -> tuple[MountUse, ...]:
    if not layers.is_set("mounts"):
        return ()
    where = layers.place("mounts")
    return resolve_uses(values.scope, layers.get("mounts"), where, values.user(where))


def _network(scope: Scope, layers: Layers, engine: Engine | None) -> str | None:
    """Return the network of a container; the stack's own is on the stack's own engine only."""
    network: str | None = layers.get("network")
    if network == "project" and engine is not None and layers.place("network")[:-1] == layers.own:
        problem = f'the stack\'s network is not on engine "{engine.name}"'
        scope.report.add(
            KEYS_CONFLICT.at(layers.place("network"), problem=problem, help="name a network of that engine")
        )
    if network not in (None, "project"):
        return network
    return None if engine else scope.spec.compose.network or f"{scope.spec.project.name}_default"


def _ulimit(name: str, limit: int | UlimitSpec) -> tuple[str, int, int]:
    return (name, limit, limit) if isinstance(limit, int) else (name, limit.soft, limit.hard)


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


def _user(user: Any) -> str | HostUser | None:
    if user == "host":
        return HostUser()
    return None if user is None else str(user)


def _labels(scope: Scope, layers: Layers, dag: str, task: str) -> tuple[tuple[str, str], ...]:
    labels = layers.merged("labels")
    if not scope.target.provider.has("labels"):
        return tuple((key, value) for key, value, _ in labels)
    own = {"airdock.project": scope.spec.project.name, "airdock.dag": dag, "airdock.task": task}
    for key, _, place in labels:
        if key in own:
            expected = "airdock sets this label, to find the containers of a task"
            scope.report.add(BAD_NAME.at(place, "key", name=key, expected=expected))
    return (*own.items(), *[(key, value) for key, value, _ in labels])


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
