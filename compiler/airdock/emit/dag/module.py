"""A DAG module: imports, the user's functions, the DAG, its tasks, and what waits for what."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timezone
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from airdock.emit.artifact import Generated
from airdock.emit.dag.pycode import Code, Group, Lines, Node, call, literal, mapping, render
from airdock.emit.dag.task import factory_of, function_call, names_template_file, operator_arguments
from airdock.load.host import Host
from airdock.project.model import Dag, DagParam, Function, Project, Schedule, Task

_DOCKER = "airflow.providers.docker"
_MODULES = {
    "DeviceRequest": "docker.types",
    "DockerOperator": f"{_DOCKER}.operators.docker",
    "Mount": "docker.types",
    "ZoneInfo": "zoneinfo",
    "date": "datetime",
    "datetime": "datetime",
    # A top-level import of airflow: the dag-processor imports it once for all modules, unlike `task.docker`.
    "docker_task": f"{_DOCKER}.decorators.docker",
    "time": "datetime",
    "timedelta": "datetime",
}
"""Where the names that a module uses come from; those of Airflow's core move, and come from the facts."""

_OWN_NAMES = ("annotations", "dag", "float", "functions", "HOST_DIR", "os")
"""What a module may use beside what it imports from a module; no task takes such a variable."""


@dataclass(frozen=True, slots=True)
class _Source:
    """A function's source with the key that names it."""

    key: Code
    name: Code
    text: Code


@dataclass(frozen=True, slots=True)
class _TaskCode:
    """What the template prints for one task."""

    path: Code
    statement: Code
    after: tuple[Code, ...]


class _Names:
    """Variables of a module: the task's id where Python allows it, so that a reader finds it again."""

    def __init__(self, tasks: Iterable[Task], taken: set[str]) -> None:
        self._names: dict[str, str] = {}
        ids = {task.id for task in tasks}
        for id_ in sorted(ids):
            name = id_.replace("-", "_")
            while keyword.iskeyword(name) or name in taken or (name != id_ and name in ids):
                name += "_"
            taken.add(name)
            self._names[id_] = name

    def of(self, task: Task) -> str:
        """Return the variable of a task."""
        return self._names[task.id]

    def output(self, task: Task) -> str:
        """Return the source of a task's output."""
        bound = self.of(task) == task.id
        return self.of(task) if task.kind == "python" and bound else f"{self.of(task)}.output"


def emit_dags(project: Project, host: Host) -> Iterator[Generated]:  # noqa: ARG001
    """Return one module for each DAG."""
    for dag in project.dags:
        yield Generated(f"{project.airflow.dags_folder}/{dag.id}.py", _module(project, dag), "python")


def _module(project: Project, dag: Dag) -> str:
    facts = project.target.airflow
    arguments = _dag_arguments(dag, facts.cron_timetable)
    aliases = _operator_aliases(dag)
    functions = {task.function.key: task.function for task in dag.tasks if task.function is not None}
    reserved = {*_MODULES, *facts.imports, *aliases.values(), *_OWN_NAMES}
    if not functions:
        reserved -= {"docker_task", "functions"}
    names = _Names(dag.tasks, reserved)
    nodes = list(arguments.values())
    tasks = []
    for task in dag.tasks:
        made = operator_arguments(task, names.output)
        called = function_call(task, names.output) if task.function else None
        nodes += [*made.values(), *([called] if called else [])]
        tasks.append(_task(task, made, called, names, aliases))
    used = {name for node in nodes for name in _names_in(node)}
    used |= {factory_of(task) for task in dag.tasks if task.kind != "operator"} | {"DAG"}
    return _template().render(
        imports=_imports(used, facts.imports, aliases),
        host_dir="HOST_DIR" in used,
        functions=[_source(function) for function in functions.values()],
        arguments=[_argument(key, node, 4) for key, node in arguments.items()],
        tasks=tasks,
        order=_order(dag, names),
    )


def _argument(key: str, node: Node, indent: int) -> Code:
    return Code(f"{key}=" + render(node, column=indent + len(key) + 1, indent=indent, argument=True))


def _call(opening: str, arguments: dict[str, Node], indent: int) -> str:
    """Return a call with one argument a line, whatever its length."""
    pad = " " * (indent + 4)
    lines = [f"{pad}{_argument(key, node, indent + 4)}," for key, node in arguments.items()]
    return "\n".join([f"{opening}(", *lines, " " * indent + ")"])


def _task(
    task: Task, arguments: dict[str, Node], called: Node | None, names: _Names, aliases: dict[str, str]
) -> _TaskCode:
    variable = names.of(task)
    bound = variable == task.id
    factory = aliases.get(task.operator or "", factory_of(task))
    statement = _call(f"{variable} = {factory}" if bound else factory, arguments, 4)
    if task.function is not None:
        opening = f"{statement}(functions[{_flat(task.function.key)}])"
        items = dict(called.items) if isinstance(called, Group) else {}
        named = {key.rstrip("="): node for key, node in items.items()}
        statement = _call(opening, named, 4) if named else f"{opening}()"
    after = []
    if not bound:
        # The id is no name that Python could use here, so the operator is fetched by its id.
        after.append(Code(f"{variable} = dag.get_task({_flat(task.id)})"))
    if names_template_file(task):
        operator = f"{variable}.operator" if task.function is not None and bound else variable
        after.append(Code(f"{operator}.template_ext = ()"))
    path = ".".join(str(part) for part in task.path)
    return _TaskCode(Code(path), Code(statement), tuple(after))


def _flat(text: str) -> Code:
    """Return a string literal in one line."""
    node = literal(text)
    return render(node, column=0, indent=0, after=-(10**9)) if isinstance(node, Lines) else Code(str(node))


def _order(dag: Dag, names: _Names) -> list[Code]:
    """Return the lines that say which tasks wait for which."""
    lines = []
    for task in dag.tasks:
        upstream = [Code(names.of(needed)) for needed in task.upstream]
        if not upstream:
            continue
        arrow = f" >> {names.of(task)}"
        if len(upstream) == 1:
            lines.append(Code(upstream[0] + arrow))
        else:
            group = Group("[", tuple(("", name) for name in upstream), "]")
            lines.append(Code(render(group, column=4, indent=4, after=len(arrow)) + arrow))
    return lines


def _dag_arguments(dag: Dag, cron_timetable: str) -> dict[str, Node]:
    found: dict[str, Node] = {"dag_id": literal(dag.id)}
    found["schedule"] = _schedule(dag.schedule, cron_timetable)
    for key, moment in (("start_date", dag.start_date), ("end_date", dag.end_date)):
        if moment is not None:
            found[key] = _moment(moment, dag.timezone)
    found |= {key: literal(value) for key, value in dag.options.items()}
    if dag.owner is not None:
        found["default_args"] = mapping({"owner": literal(dag.owner)})
    if dag.doc is not None:
        # Airflow opens a text that ends in .md as a file; a line end behind it makes it a text again.
        found["doc_md"] = literal(f"{dag.doc}\n" if dag.doc.endswith(".md") else dag.doc)
    if dag.params:
        found["params"] = mapping({param.name: _param(param) for param in dag.params})
    return found


def _schedule(schedule: Schedule | None, cron_timetable: str) -> Node:
    if schedule is None:
        return literal(None)
    if schedule.every is not None:
        return literal(schedule.every)
    if schedule.cron_timezone is None or schedule.cron in ("@once", "@continuous"):
        return literal(schedule.cron)
    zone = {"timezone": literal(schedule.cron_timezone)}
    return Group(f"{cron_timetable}(", (("", literal(schedule.cron)), ("timezone=", zone["timezone"])), ")")


def _moment(moment: date, zone: str) -> Node:
    """Return a date with its time zone: of its own as UTC, else the DAG's."""
    if isinstance(moment, datetime):
        if moment.tzinfo is not None:
            moment, zone = moment.astimezone(timezone.utc), "UTC"
    else:
        moment = datetime.combine(moment, time())
    parts = [moment.year, moment.month, moment.day, moment.hour, moment.minute, moment.second, moment.microsecond]
    while len(parts) > 3 and parts[-1] == 0:
        parts.pop()
    items = [("", Code(str(part))) for part in parts]
    tzinfo = Group("ZoneInfo(", (("", literal(zone)),), ")")
    return Group("datetime(", (*items, ("tzinfo=", tzinfo)), ")")


def _param(param: DagParam) -> Node:
    if not param.schema:
        return literal(param.default)
    arguments = {"default": param.default} if param.has_default else {}
    return call("Param", {key: literal(value) for key, value in (arguments | dict(param.schema)).items()})


def _source(function: Function) -> _Source:
    return _Source(_flat(function.key), Code(function.name), Code(function.source.rstrip("\n")))


def _operator_aliases(dag: Dag) -> dict[str, str]:
    """Return the name under which each operator class is imported: its own, unless another has it."""
    found: dict[str, str] = {}
    taken = {*_MODULES, "DAG", "Param", "dag", "os"}
    for task in dag.tasks:
        if task.operator is None or task.operator in found:
            continue
        name = factory_of(task)
        while name in taken:
            name += "_"
        taken.add(name)
        found[task.operator] = name
    return found


def _names_in(node: Node) -> Iterator[str]:
    """Return the names that a piece of source uses and a module has to import."""
    if isinstance(node, Code):
        if node.startswith(("HOST_DIR", "os.")):
            yield from ("os", node.split(" ", 1)[0].split(".", 1)[0])
    elif isinstance(node, Group):
        yield node.open.rstrip("([{").split(".", 1)[0]
        for _, item in node.items:
            yield from _names_in(item)


def _imports(used: set[str], core: dict[str, str], aliases: dict[str, str]) -> list[Code]:
    """Return the import lines: the standard library, then everything else, by module."""
    modules: dict[str, set[str]] = {}
    for name in used:
        module = core.get(name) or _MODULES.get(name)
        if module is not None:
            modules.setdefault(module, set()).add(name)
    for path, alias in aliases.items():
        module, _, name = path.rpartition(".")
        modules.setdefault(module, set()).add(name if alias == name else f"{name} as {alias}")
    standard = sorted(module for module in modules if module in ("datetime", "zoneinfo"))
    others = sorted(module for module in modules if module not in standard)
    lines = ["import os"] if "os" in used else []
    lines += [f"from {module} import {', '.join(sorted(modules[module]))}" for module in standard]
    if lines:
        lines.append("")
    lines += [f"from {module} import {', '.join(sorted(modules[module]))}" for module in others]
    return [Code(line) for line in lines]


def _only_code(value: object) -> Code:
    """Let the template print source and nothing else: text of the user's cannot become code by oversight."""
    if not isinstance(value, Code):
        raise TypeError(f"the template of DAG modules may print source only, not {type(value).__name__}")
    return value


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=False,  # noqa: S701 - Python source, not HTML; _only_code is the guard
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_code,
    )
    return environment.get_template("module.py.jinja")
