"""A task as the call that makes its operator."""

from __future__ import annotations

from collections.abc import Callable

from airdock.emit.dag import values
from airdock.emit.dag.names import LISTED, Names
from airdock.emit.dag.pycode import Code, Node, literal, mapping, sequence
from airdock.emit.dag.schedule import assets
from airdock.emit.dag.swarm import swarm_arguments
from airdock.project.model import HostPath, Task
from airdock.project.values import OutputValue

_AUTO_REMOVE = {"always": "force", "success": "success", "never": "never"}
_TEMPLATE_FILES = (".sh", ".bash", ".env")
"""The docker operators take a templated string with such an end for the name of a template file."""


def operator_arguments(task: Task, names: Names) -> dict[str, Node]:
    """Return the keyword arguments of a task's operator (of its factory, for a function)."""
    options = {keyword: literal(value) for keyword, value in task.options.items()}
    common: dict[str, Node] = {keyword: values.callbacks(run, names.classes) for keyword, run in task.callbacks.items()}
    for keyword, found in (("inlets", task.inlets), ("outlets", task.outlets)):
        if found:
            common[keyword] = assets(found, names.facts)
    if task.group is not None:
        common["task_group"] = Code(names.group(task.group))
    if task.kind == "operator":
        arguments = {key: values.argument(value, names.output) for key, value in task.arguments}
        return {"task_id": literal(task.id), **options, **common, **arguments}
    return {"task_id": literal(task.id), **_of_container(task, options), **common}


def _of_container(task: Task, options: dict[str, Node]) -> dict[str, Node]:
    assert task.image is not None  # noqa: S101 - every kind but operators has one
    mark = _mark_of(task)
    found: dict[str, Node] = {"image": literal(mark(task.image.reference))}
    if task.image.always_pull:
        found["force_pull"] = literal(True)
    if task.connection is not None:
        found["docker_conn_id"] = literal(task.connection)
    if task.command is not None:
        found["command"] = literal([mark(word) for word in task.command])
    found |= values.environments(task, mark)
    if task.mounts:
        rendered = mark if task.mounts_rendered else str
        found["mounts"] = sequence(
            [values.mount(use.mount, use.target, use.read_only, rendered) for use in task.mounts]
        )
    if task.network is not None:
        found["network_mode"] = literal(task.network)
    if task.user is not None:
        found["user"] = values.user(task.user)
    if task.gpus is not None:
        found["device_requests"] = values.device_requests(task.gpus)
    if task.ulimits:
        found["ulimits"] = values.ulimits(task)
    if task.labels:
        found["labels"] = mapping({key: literal(value) for key, value in task.labels})
    found |= options
    name = task.options.get("container_name")
    if isinstance(name, str):
        found["container_name"] = literal(mark(name))
    found |= _outputs(task)
    found |= swarm_arguments(task.swarm)
    if takes_mapped_output(task):
        found["pre_execute"] = Code(LISTED)
    assert task.engine is not None  # noqa: S101
    found["docker_url"] = literal(task.engine.url)
    if task.engine.tls is not None:
        authority, certificate, key = task.engine.tls
        found["tls_ca_cert"] = literal(authority.target)
        found["tls_client_cert"] = literal(certificate.target)
        found["tls_client_key"] = literal(key.target)
    found["auto_remove"] = literal(_auto_remove(task))
    # The worker's temporary folder is not on the engine's host.
    found["mount_tmp_dir"] = literal(False)
    return found


def _auto_remove(task: Task) -> str:
    if task.swarm is not None and not task.swarm.forces and task.remove == "always":
        # The nearest that this operator knows: the service stays where it fails.
        return _AUTO_REMOVE["success"]
    return _AUTO_REMOVE[task.remove]


def _mark_of(task: Task) -> Callable[[str], str]:
    """Return what keeps a text from being taken for the name of a template file.

    A mapped operator is made anew when it runs, with the extensions of its class: there the text itself has to say it.
    """
    return _marked_text if task.expand else str


def _marked_text(text: str) -> str:
    return text + values.TEXT_MARK if text.endswith(_TEMPLATE_FILES) else text


def factory_of(task: Task) -> str:
    """Return the name that makes a task, unless its class is the user's: a class, or the factory of functions."""
    if task.swarm is not None:
        return "DockerSwarmOperator"
    return "DockerOperator" if task.kind == "container" else "docker_task"


def function_arguments(task: Task, names: Names) -> dict[str, Node]:
    """Return the arguments of a function that has become a task."""
    mark = _mark_of(task)
    return {key: values.argument(_marked(value, mark), names.output, typed=True) for key, value in task.arguments}


def mapped_arguments(task: Task, names: Names) -> dict[str, Node]:
    """Return what a task is mapped over. What is written down is rendered like any other value (read in 2.8 to 3.3)."""
    mark = str if task.kind == "operator" else _mark_of(task)
    return {key: values.argument(_marked(value, mark), names.output) for key, value in task.expand}


def takes_mapped_output(task: Task) -> bool:
    """Say whether a function gets outputs of a mapped task, which Airflow hands over one by one."""
    if task.kind != "python":
        return False
    pending = [value for _, value in task.arguments]
    while pending:
        value = pending.pop()
        if isinstance(value, OutputValue) and value.task.expand:
            return True
        if isinstance(value, dict | list):
            pending += value.values() if isinstance(value, dict) else value
    return False


def _marked(value: object, mark: Callable[[str], str]) -> object:
    match value:
        case str():
            return mark(value)
        case list():
            return [_marked(item, mark) for item in value]
        case dict():
            return {key: _marked(item, mark) for key, item in value.items()}
        case _:
            return value


def _outputs(task: Task) -> dict[str, Node]:
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
    if task.kind == "operator" or task.image is None or task.expand:
        return False
    texts: list[object] = [task.image.reference, task.connection, task.options.get("container_name")]
    texts += task.command or ()
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
    for text in texts:  # noqa: SIM110 - one task has a dozen
        if isinstance(text, str) and text.endswith(_TEMPLATE_FILES):
            return True
    return False
