"""DAGs and tasks, each key with the place that has the last word on it."""

from __future__ import annotations

from typing import Any

from airdock.diagnostics import SpecPath
from airdock.project.model import Dag, Project, Task
from airdock.project.values import FileValue, HostVariable
from airdock.show.declared import mount_use
from airdock.show.places import MISSING, Places, Shown, built_in

_TABLES = ("args", "arguments")
"""Keys of a task that are tables of the user's own names."""
_NOT_OF_SERVICES = ("network", "gpus", "ulimits", "labels", "log_max_files")
"""Keys without an operator keyword that a service of Docker Swarm does not have, should defaults set them."""
_DEFAULT_DAG: SpecPath = ("defaults", "dag")


def shown_dag(places: Places, project: Project, dag: Dag, only: str | None) -> Shown:
    """Return a DAG with all its tasks, or with one."""
    found: Shown = {"tasks": {}}
    if only is None:
        keys = [(key, path) for key, path in dag.places.items() if key != "params"]
        found = {key: places.given(path) for key, path in keys if places.written(path) is not MISSING}
        for key, value in {"schedule": None, "catchup": False, "timezone": dag.timezone}.items():
            found.setdefault(key, built_in(value))
        params = [(param.name, _nearest(places, "params", param.name, dag.path, _DEFAULT_DAG)) for param in dag.params]
        found["params"] = {name: places.given(path) for name, path in params if path is not None}
        found["groups"] = {group.id: places.each(group.path) for group in dag.groups}
        found["tasks"] = {}
    for task in dag.tasks:
        if only in (None, task.id):
            found["tasks"][task.id] = _task(places, project, dag, task)
    return found


def _task(places: Places, project: Project, dag: Dag, task: Task) -> Shown:
    applied = {key: path for key, path in task.places.items() if _applies(places, task, key, path)}
    made_by = applied.get({"container": "image"}.get(task.kind, task.kind))
    found: Shown = {"kind": built_in(task.kind) if made_by is None else places.given(made_by, task.kind)}
    for key, path in applied.items():
        if key in ("env", "labels"):
            continue
        if key in _TABLES:
            found[key] = places.each(path)
        elif key == "mounts":
            found[key] = [mount_use(places, use) for use in task.mounts]
        elif key == "image" and task.image is not None:
            found[key] = places.given(path, task.image.reference)
            found[key]["name"] = task.image.name
        elif key == "command":
            found[key] = places.given(path, task.command)
        elif key == "network":
            found[key] = places.given(path, task.network or places.written(path))
        else:
            found[key] = places.given(path)
    layers: tuple[SpecPath, ...] = (task.path, (*dag.path, "defaults"), ("defaults", "task"))
    if task.env:
        found["env"] = {name: _variable(places, name, value, layers, applied) for name, value in task.env}
    if task.labels:
        entries = [(name, value, _nearest(places, "labels", name, *layers)) for name, value in task.labels]
        found["labels"] = {name: places.given(path) if path else built_in(value) for name, value, path in entries}
    for key, shown in _not_written(places, project, dag, task, applied).items():
        found.setdefault(key, shown)
    found["upstream"] = built_in([other.id for other in task.upstream])
    return found


def _applies(places: Places, task: Task, key: str, path: SpecPath) -> bool:
    """Say whether a key that is set somewhere has an effect on this task: defaults are for tasks of every kind."""
    if places.written(path) is MISSING or (key in ("python", "operator") and key != task.kind):
        return False
    if task.swarm is not None and key in _NOT_OF_SERVICES:
        return False
    if key in ("command", "script", "shell") and task.kind != "container":
        return False
    keyword = next((keyword for keyword, name in task.keys.items() if name == key), None)
    return keyword is None or keyword in task.options


def _nearest(places: Places, table: str, name: str, *layers: SpecPath) -> SpecPath | None:
    """Return the place of an entry of a merged table: in the nearest of the layers that has it."""
    paths = ((*layer, table, name) for layer in layers)
    return next((path for path in paths if places.written(path) is not MISSING), None)


def _variable(
    places: Places, name: str, value: object, layers: tuple[SpecPath, ...], applied: dict[str, SpecPath]
) -> Shown:
    path = _nearest(places, "env", name, *layers)
    if path is not None:
        return places.given(path)
    # It comes from a file of variables.
    file = value.value.file if isinstance(value, HostVariable) and isinstance(value.value, FileValue) else None
    return places.given(applied["env_files"], {"file": file}) if "env_files" in applied else built_in({"file": file})


def _not_written(
    places: Places, project: Project, dag: Dag, task: Task, applied: dict[str, SpecPath]
) -> dict[str, Any]:
    """Return what holds for a task although neither it nor its defaults say so."""
    found: dict[str, Any] = {}
    if dag.owner is not None and "owner" in dag.places:
        found["owner"] = places.given(dag.places["owner"])
    if task.kind == "operator":
        return found
    if task.image is not None and task.image.connection is not None:
        found["connection"] = places.given(("images", task.image.name, "connection"))
    if task.swarm is None:
        found["network"] = places.either(("compose", "network"), task.network)
    found["remove"] = built_in(task.remove)
    found["xcom"] = built_in(task.xcom)
    if task.engine is not None and not task.engine.name:
        found["engine"] = places.either(("docker", "url"), project.access.engine.url)
    if "script" in applied:
        found["shell"] = built_in((task.command or ())[:-1])
    if task.kind == "container":
        found["runner"] = built_in("docker")
    else:
        found["entrypoint"] = built_in(task.options.get("entrypoint"))
        found["multiple_outputs"] = built_in(task.options.get("multiple_outputs"))
    return found
