"""Values of tasks as Python: literals, templates, environment look-ups, outputs of other tasks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from airdock.emit.dag.pycode import Code, Group, Node, call, literal, mapping, sequence
from airdock.project.model import HostPath, HostUser, MountUse, Task, Volume
from airdock.project.values import ConnectionField, HostVariable, OutputValue, ParamValue, VariableValue

HOST_DIR = Code("HOST_DIR")
HOST_UID = Code('os.environ["AIRDOCK_HOST_UID"]')


def template_of(value: object) -> str | None:
    """Return a runtime value as the Jinja template that reads it; None for any other value."""
    match value:
        case ConnectionField(connection, "uri"):
            return f"{{{{ conn.{connection}.get_uri() }}}}"
        case ConnectionField(connection, get) if get.startswith("extra."):
            return f"{{{{ conn.{connection}.extra_dejson[{get.removeprefix('extra.')!a}] }}}}"
        case ConnectionField(connection, get):
            # A field that is not set is None, which would arrive as the word "None".
            return f'{{{{ conn.{connection}.{get} or "" }}}}'
        case VariableValue(key):
            return f"{{{{ var.value.{key} }}}}"
        case ParamValue(name):
            return f'{{{{ params["{name}"] }}}}'
        case OutputValue(task, None):
            return f'{{{{ ti.xcom_pull(task_ids="{task.id}") }}}}'
        case OutputValue(task, key):
            return f'{{{{ ti.xcom_pull(task_ids="{task.id}", key={key!a}) }}}}'
        case _:
            return None


def environment(task: Task) -> Node | None:
    """Return the `environment` of a task: what Airflow may render, store and show."""
    found = {
        key: literal(template_of(value) or value) for key, value in task.env if not isinstance(value, HostVariable)
    }
    return mapping(found) if found else None


def private_environment(task: Task) -> Node | None:
    """Return the `private_environment` of a task: never rendered, stored or shown."""
    found = {key: from_environment(value) for key, value in task.env if isinstance(value, HostVariable)}
    return mapping(found) if found else None


def from_environment(variable: HostVariable) -> Code:
    """Return the look-up of a variable that the override hands to the Airflow services."""
    return Code(f'os.environ["{variable.variable}"]')


def argument(value: Any, variable_of: Callable[[Task], str]) -> Node:
    """Return an argument of a function or operator. ``variable_of`` gives the output of a task as source."""
    if isinstance(value, OutputValue):
        output = variable_of(value.task)
        return Code(output if value.key is None else f"{output}[{literal(value.key)}]")
    text = template_of(value)
    if text is not None:
        return literal(text)
    if isinstance(value, datetime | date):
        name = type(value).__name__
        return Group(f"{name}.fromisoformat(", (("", literal(value.isoformat())),), ")")
    if isinstance(value, list):
        return sequence([argument(item, variable_of) for item in value])
    if isinstance(value, dict):
        return mapping({key: argument(item, variable_of) for key, item in value.items()})
    return literal(value)


def dag_param(param: ParamValue) -> Code:
    """Return a param of the DAG as a value that Airflow fills in when the task runs, of the param's own type."""
    return Code(f'dag.param("{param.name}")')


def mount(use: MountUse) -> Node:
    """Return a `docker.types.Mount`; keywords, because its first positional parameter is the target."""
    declared = use.mount
    source = declared.source
    arguments: dict[str, Node] = {
        "target": literal(use.target),
        "source": literal(source.name)
        if isinstance(source, Volume)
        else host_path(source)
        if source
        else literal(None),
        "type": literal(declared.type),
    }
    if use.read_only:
        arguments["read_only"] = literal(True)
    if declared.propagation:
        arguments["propagation"] = literal(declared.propagation)
    if declared.no_copy:
        arguments["no_copy"] = literal(True)
    if declared.size is not None:
        arguments["tmpfs_size"] = literal(declared.size)
    if declared.mode is not None:
        arguments["tmpfs_mode"] = Code(f"0o{declared.mode:o}")
    return call("Mount", arguments)


def host_path(path: HostPath) -> Node:
    """Return a path on the engine's host as source."""
    if isinstance(path.base, HostVariable):
        return from_environment(path.base)
    if path.base == "absolute":
        return literal(path.tail)
    return Code(f"{HOST_DIR} + {_one_line('/' + path.tail)}") if path.tail else HOST_DIR


def _one_line(text: str) -> str:
    node = literal(text)
    return node if isinstance(node, Code) else repr(text)


def user(task: Task) -> Node | None:
    """Return the user of a task's container."""
    if isinstance(task.user, HostUser):
        return HOST_UID
    return None if task.user is None else literal(task.user)


def device_requests(task: Task) -> Node | None:
    """Return the GPUs of a task. The capabilities are a list of lists: one of several sets."""
    if task.gpus is None:
        return None
    which: dict[str, Node]
    if isinstance(task.gpus, tuple):
        which = {"device_ids": literal(list(task.gpus))}
    else:
        which = {"count": literal(-1 if task.gpus == "all" else task.gpus)}
    return sequence([call("DeviceRequest", {**which, "capabilities": literal([["gpu"]])})])
