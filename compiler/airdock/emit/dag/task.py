"""A task as the call that makes its operator."""

from __future__ import annotations

from collections.abc import Callable

from airdock.emit.dag import values
from airdock.emit.dag.pycode import Node, call, literal, mapping, sequence
from airdock.project.model import HostPath, Task
from airdock.project.values import ParamValue

DOCKER_URL = "unix:///var/run/docker.sock"
"""Three slashes: two work by accident, and not where the folder has capitals."""
_AUTO_REMOVE = {"always": "force", "success": "success", "never": "never"}
_TEMPLATE_FILES = (".sh", ".bash", ".env")
"""The docker operators take a templated string with such an end for the name of a template file."""


def operator_arguments(task: Task, output: Callable[[Task], str]) -> dict[str, Node]:
    """Return the keyword arguments of a task's operator (of its factory, for a function)."""
    found: dict[str, Node | None] = {"task_id": literal(task.id)}
    options = {keyword: literal(value) for keyword, value in task.options.items()}
    if task.kind == "operator":
        arguments = {key: values.argument(value, output) for key, value in task.arguments}
        return {"task_id": literal(task.id), **options, **arguments}
    assert task.image is not None  # noqa: S101 - every other kind has one
    found["image"] = literal(task.image.reference)
    found["force_pull"] = literal(True) if task.image.always_pull else None
    found["docker_conn_id"] = None if task.connection is None else literal(task.connection)
    found["command"] = None if task.command is None else literal(list(task.command))
    found["environment"] = values.environment(task)
    found["private_environment"] = values.private_environment(task)
    found["mounts"] = sequence([values.mount(use) for use in task.mounts]) if task.mounts else None
    found["network_mode"] = None if task.network is None else literal(task.network)
    found["user"] = values.user(task)
    found["device_requests"] = values.device_requests(task)
    found["labels"] = mapping({key: literal(value) for key, value in task.labels}) if task.labels else None
    found |= options
    found |= _outputs(task)
    found["docker_url"] = literal(DOCKER_URL)
    found["auto_remove"] = literal(_AUTO_REMOVE[task.remove])
    # The worker's temporary folder is not on the engine's host.
    found["mount_tmp_dir"] = literal(False)
    return {key: node for key, node in found.items() if node is not None}


def factory_of(task: Task) -> str:
    """Return the name that makes a task: a class, or the factory of tasks from functions."""
    if task.operator is not None:
        return task.operator.rpartition(".")[2]
    return "DockerOperator" if task.kind == "container" else "docker_task"


def function_call(task: Task, output: Callable[[Task], str]) -> Node:
    """Return the call of a function that has become a task: its arguments."""
    return call("", {key: _function_argument(value, output) for key, value in task.arguments})


def _function_argument(value: object, output: Callable[[Task], str]) -> Node:
    # A template would turn a param into text; this way the function gets the number or list that it is.
    return values.dag_param(value) if isinstance(value, ParamValue) else values.argument(value, output)


def _outputs(task: Task) -> dict[str, Node | None]:
    if isinstance(task.xcom, tuple):
        return {"retrieve_output": literal(True), "retrieve_output_path": literal(task.xcom[1])}
    match task.xcom:
        case "all":
            return {"xcom_all": literal(True)}
        case "none":
            return {"do_xcom_push": literal(False)}
        case _:
            return {}


def names_template_file(task: Task) -> bool:
    """Say whether a string of a task would be taken for the name of a template file."""
    if task.kind == "operator" or task.image is None:
        return False
    texts: list[object] = [task.image.reference, task.connection, *(task.command or ())]
    texts += [value for _, value in task.env]
    for use in task.mounts:
        source = use.mount.source
        texts.append(use.target)
        if isinstance(source, HostPath):
            # What a variable of the host holds is not known here, so it is taken for such a name.
            texts.append(source.tail if isinstance(source.base, str) else _TEMPLATE_FILES[0])
        elif source is not None:
            texts.append(source.name)
    pending = [value for _, value in task.arguments]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
        else:
            texts.append(value)
    return any(isinstance(text, str) and text.endswith(_TEMPLATE_FILES) for text in texts)
