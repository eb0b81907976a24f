"""The names of a DAG module: variables of tasks and groups, and what is imported under which name."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator

from airdock.emit.dag.pycode import LINE, Code, Group, Lines, Node
from airdock.facts import AirflowFacts
from airdock.project.dag_parts import Group as TaskGroup
from airdock.project.model import Dag, Task

_DOCKER = "airflow.providers.docker"
MODULES = {
    "ConfigReference": "docker.types",
    "DeviceRequest": "docker.types",
    "DockerOperator": f"{_DOCKER}.operators.docker",
    "DockerSwarmOperator": f"{_DOCKER}.operators.docker_swarm",
    "Mount": "docker.types",
    "Placement": "docker.types",
    "Resources": "docker.types",
    "Sequence": "collections.abc",
    "SecretReference": "docker.types",
    "ServiceMode": "docker.types",
    "Ulimit": "docker.types",
    "ZoneInfo": "zoneinfo",
    "date": "datetime",
    "datetime": "datetime",
    # A top-level import of airflow: the dag-processor imports it once for all modules, unlike `task.docker`.
    "docker_task": f"{_DOCKER}.decorators.docker",
    "timedelta": "datetime",
}
"""Where the names that a module uses come from; those of Airflow's core move, and come from the facts."""
LISTED = "outputs_as_lists"
"""The function of a module that makes lists of the outputs of mapped tasks."""
PRIVATE = "PrivateEnvironment"
"""The class of a module that looks values up when their task runs."""
_BUILTINS = ("bytes", "dict", "float", "getattr", "isinstance", "len", "str", "tuple")
_OWN_NAMES = ("annotations", "dag", "functions", "HOST_DIR", LISTED, PRIVATE, "os", *_BUILTINS)
"""What a module may use beside what it imports from a module; no task takes such a variable."""


class Names:
    """Variables of one DAG: the id where Python allows it, so that a reader finds it again."""

    def __init__(self, dag: Dag, classes: dict[str, str], facts: AirflowFacts) -> None:
        self.classes = classes
        """Full name of a class or function of the user's to the name that it is imported under."""
        self.facts = facts
        taken = {*MODULES, *facts.imports, *classes.values(), *_OWN_NAMES}
        if not any(task.function for task in dag.tasks):
            taken -= {"docker_task", "functions", "Sequence", LISTED}
        ids = {task.id for task in dag.tasks}
        self._tasks = {id_: _free(id_, taken, ids) for id_ in sorted(ids)}
        self._groups = {group.id: _free(group.id, taken, ids) for group in dag.groups}

    def task(self, task: Task) -> str:
        """Return the variable of a task."""
        return self._tasks[task.id]

    def group(self, group: TaskGroup) -> str:
        """Return the variable of a group."""
        return self._groups[group.id]

    def of(self, node: Task | TaskGroup) -> str:
        """Return the variable of a task or group."""
        return self.task(node) if isinstance(node, Task) else self.group(node)

    def output(self, task: Task) -> str:
        """Return the source of a task's output."""
        name = self.task(task)
        return name if task.kind == "python" and name == task.id else f"{name}.output"


def _free(id_: str, taken: set[str], ids: set[str]) -> str:
    name = id_.replace("-", "_")
    while keyword.iskeyword(name) or name in taken or (name != id_ and name in ids):
        name += "_"
    taken.add(name)
    return name


def class_names(dags: Iterable[Dag], facts: AirflowFacts) -> dict[str, str]:
    """Return the name under which each class or function of the user's is imported: its own, unless another has it."""
    found: dict[str, str] = {}
    taken = {*MODULES, *facts.imports, *_OWN_NAMES}
    for path in _paths(dags):
        name = path.rpartition(".")[2]
        while name in taken:
            name += "_"
        taken.add(name)
        found[path] = name
    return found


def _paths(dags: Iterable[Dag]) -> dict[str, None]:
    found: dict[str, None] = {}
    for dag in dags:
        callbacks = [*dag.callbacks.values(), *(run for task in dag.tasks for run in task.callbacks.values())]
        found |= {task.operator: None for task in dag.tasks if task.operator is not None}
        found |= {one.path: None for run in callbacks for one in run}
        if dag.schedule is not None and dag.schedule.timetable is not None:
            found[dag.schedule.timetable.path] = None
    return found


def names_in(node: Node) -> Iterator[str]:
    """Return the names that a piece of source uses and a module has to import."""
    if isinstance(node, Group):
        if len(node.open) > 1:
            yield node.open.rstrip("([{").split(".", 1)[0]
        for _, item in node.items:
            if not isinstance(item, Lines):
                yield from names_in(item)
    elif isinstance(node, Code) and (node == "HOST_DIR" or node.startswith(("os.", "HOST_DIR + "))):
        yield "os"
        if node.startswith("HOST_DIR"):
            yield "HOST_DIR"


def import_lines(used: set[str], core: dict[str, str], classes: dict[str, str]) -> list[Code]:
    """Return the import lines: the standard library, then everything else, by module."""
    modules: dict[str, set[str]] = {}
    for name in used:
        module = core.get(name) or MODULES.get(name)
        if module is not None:
            modules.setdefault(module, set()).add(name)
    for path, alias in classes.items():
        module, _, name = path.rpartition(".")
        modules.setdefault(module, set()).add(name if alias == name else f"{name} as {alias}")
    standard = sorted(module for module in modules if module in ("collections.abc", "datetime", "zoneinfo"))
    others = sorted(module for module in modules if module not in standard)
    lines = ["import os"] if "os" in used else []
    lines += [_import_line(module, sorted(modules[module])) for module in standard]
    if lines:
        lines.append("")
    lines += [_import_line(module, sorted(modules[module])) for module in others]
    return [Code(line) for line in lines]


def _import_line(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LINE:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])
