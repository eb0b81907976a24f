"""Values of tasks as Python: literals, templates, environment look-ups, outputs of other tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from airdock.emit.dag.names import PRIVATE
from airdock.emit.dag.pycode import Code, Group, Node, call, literal, mapping, sequence
from airdock.project.dag_parts import Callback
from airdock.project.model import HostPath, HostUser, Mount, Task, Volume
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
        case OutputValue(task, key):
            pulled = f'ti.xcom_pull(task_ids="{task.id}"' + (")" if key is None else f", key={key!a})")
            # The outputs of a mapped task come as something that is a list only when asked for one.
            return f"{{{{ {pulled}{' | list' if task.expand else ''} }}}}"
        case _:
            return None


def environments(task: Task, mark: Callable[[str], str] = str) -> dict[str, Node]:
    """Return the `environment` of a task, what Airflow may render, store and show, and its `private_environment`.

    What is secret, or may be, is private: values of the host, and fields of connections. Airflow masks a password in
    what it shows, but not as a URI writes it. A service of Swarm has no private environment.
    """
    public: dict[str, Node] = {}
    variables: dict[str, HostVariable] = {}
    connections: dict[str, ConnectionField] = {}
    for key, value in task.env:
        if isinstance(value, str):
            public[key] = literal(mark(value))
        elif isinstance(value, HostVariable):
            variables[key] = value
        elif isinstance(value, ConnectionField) and not task.swarm:
            connections[key] = value
        else:
            public[key] = literal(template_of(value) or mark(str(value)))
    found: dict[str, Node] = {"environment": mapping(public)} if public else {}
    if variables or connections:
        found["private_environment"] = _private(variables, connections, mapped=bool(task.expand))
    return found


def _private(variables: dict[str, HostVariable], connections: dict[str, ConnectionField], *, mapped: bool) -> Node:
    """Return a `private_environment`: never rendered, stored or shown.

    The arguments of a mapped task are stored with the DAG (partial_kwargs), so there it holds names only; and the field
    of a connection is known when the task runs.
    """
    if connections or mapped:
        names = {key: literal(value.variable) for key, value in variables.items()}
        fields = {key: literal([value.connection, value.get]) for key, value in connections.items()}
        return call(PRIVATE, {"variables": mapping(names), "connections": mapping(fields)})
    return mapping({key: from_environment(value) for key, value in variables.items()})


def from_environment(variable: HostVariable) -> Code:
    """Return the look-up of a variable that the override hands to the Airflow services."""
    return Code(f'os.environ["{variable.variable}"]')


def argument(value: Any, variable_of: Callable[[Task], str], *, typed: bool = False) -> Node:
    """Return an argument of a function or operator. ``variable_of`` gives the output of a task as source.

    ``typed`` is for functions: a param comes as the number or list that it is, where a template would make it text.
    """
    if typed and isinstance(value, ParamValue):
        return dag_param(value)
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
        return sequence([argument(item, variable_of, typed=typed) for item in value])
    if isinstance(value, dict):
        return mapping({key: argument(item, variable_of, typed=typed) for key, item in value.items()})
    return literal(value)


def plain(value: Any) -> Node:
    """Return a value that was written in airdock.toml where no sources are."""
    return argument(value, lambda task: task.id)


def imported_call(made: Callback, names: Mapping[str, str]) -> Node:
    """Return a class called with its arguments, or a function as it is; ``names`` gives the imported name."""
    name = names[made.path]
    if made.arguments is None:
        return Code(name)
    return call(name, {key: plain(value) for key, value in made.arguments.items()})


def callbacks(found: tuple[Callback, ...], names: Mapping[str, str]) -> Node:
    """Return a callback, or a list of several."""
    nodes = [imported_call(one, names) for one in found]
    return nodes[0] if len(nodes) == 1 else sequence(nodes)


def dag_param(param: ParamValue) -> Code:
    """Return a param of the DAG as a value that Airflow fills in when the task runs, of the param's own type."""
    return Code(f'dag.param("{param.name}")')


TEXT_MARK = "{# #}"
"""An empty comment of Jinja's behind a text that ends like the name of a template file."""


@lru_cache(1024)  # tasks share their mounts
def mount(declared: Mount, target: str, read_only: bool, mark: Callable[[str], str]) -> Node:
    """Return a `docker.types.Mount`; keywords, because its first positional parameter is the target.

    ``mark`` puts ``TEXT_MARK`` behind a text that needs it.
    """
    source = declared.source
    arguments: dict[str, Node] = {
        "target": literal(mark(target)),
        "source": literal(mark(source.name))
        if isinstance(source, Volume)
        else host_path(source, mark)
        if source
        else literal(None),
        "type": literal(declared.type),
    }
    if read_only:
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


def host_path(path: HostPath, mark: Callable[[str], str] = str) -> Node:
    """Return a path on the engine's host as source."""
    if isinstance(path.base, HostVariable):
        # What the variable holds is not known here.
        end = mark(".sh").removeprefix(".sh")
        return Code(from_environment(path.base) + (f" + {_one_line(end)}" if end else ""))
    if path.base == "absolute":
        return literal(mark(path.tail))
    return Code(f"{HOST_DIR} + {_one_line(mark('/' + path.tail))}") if path.tail else HOST_DIR


def _one_line(text: str) -> str:
    node = literal(text)
    return node if isinstance(node, Code) else repr(text)


def user(found: str | HostUser) -> Node:
    """Return the user of a task's container."""
    return HOST_UID if isinstance(found, HostUser) else literal(found)


def device_requests(gpus: str | int | tuple[str, ...]) -> Node:
    """Return the GPUs of a task. The capabilities are a list of lists: one of several sets."""
    which: dict[str, Node]
    if isinstance(gpus, tuple):
        which = {"device_ids": literal(list(gpus))}
    else:
        which = {"count": literal(-1 if gpus == "all" else gpus)}
    return sequence([call("DeviceRequest", {**which, "capabilities": literal([["gpu"]])})])


def ulimits(task: Task) -> Node:
    """Return the limits of a task's processes."""
    rows = [{"name": name, "soft": soft, "hard": hard} for name, soft, hard in task.ulimits]
    found = [call("Ulimit", {key: literal(value) for key, value in row.items()}) for row in rows]
    return sequence(found)
