"""A DAG module: imports, the user's functions, the DAG, its tasks, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from airdock.emit.artifact import Generated
from airdock.emit.dag import values
from airdock.emit.dag.names import PRIVATE, Names, class_names, import_lines, names_in
from airdock.emit.dag.pycode import Code, Group, Lines, Node, call, literal, mapping, render
from airdock.emit.dag.schedule import moment, schedule
from airdock.emit.dag.task import (
    factory_of,
    function_arguments,
    mapped_arguments,
    names_template_file,
    operator_arguments,
    takes_mapped_output,
)
from airdock.load.host import Host
from airdock.project.dag_parts import Group as TaskGroup
from airdock.project.model import Dag, DagParam, Function, Project, Task


class _Source(NamedTuple):
    """A function's source with the key that names it."""

    key: Code
    name: Code
    text: Code


class _DagCode(NamedTuple):
    """What the template prints for one DAG."""

    id: Code
    function: Code
    pad: Code
    arguments: tuple[Code, ...]
    blocks: tuple[Code, ...]
    """For each group and task a comment with its place in airdock.toml, and what makes it."""
    order: tuple[Code, ...]


def emit_dags(project: Project, host: Host) -> Iterator[Generated]:  # noqa: ARG001
    """Return one module for each DAG, or for each bundle of `dags_per_file`."""
    folder, size = project.airflow.dags_folder, project.airflow.dags_per_file
    if size == 1:
        for dag in project.dags:
            yield Generated(f"{folder}/{dag.id}.py", _module(project, [dag], bundle=False), "python")
        return
    for number, start in enumerate(range(0, len(project.dags), size), start=1):
        text = _module(project, project.dags[start : start + size], bundle=True)
        yield Generated(f"{folder}/airdock_{number:04}.py", text, "python")


def _module(project: Project, dags: Sequence[Dag], *, bundle: bool) -> str:
    facts = project.target.airflow
    classes = class_names(dags, facts)
    used = {"DAG"} | ({"get_parsing_context"} if bundle else set())
    functions: dict[str, Function] = {}
    made = []
    makers: set[str] = set()
    for dag in dags:
        functions |= {task.function.key: task.function for task in dag.tasks if task.function is not None}
        names = Names(dag, classes, facts)
        maker = "dag_" + dag.id.replace("-", "_")
        while maker in makers:
            maker += "_"
        makers.add(maker)
        made.append(_dag(dag, names, maker if bundle else "", used))
    listed = any(takes_mapped_output(task) for dag in dags for task in dag.tasks)
    used.update({"Sequence"} if listed else ())
    used.update({"BaseHook", "os"} if PRIVATE in used else ())
    return _template().render(
        imports=import_lines(used, facts.imports, classes),
        host_dir="HOST_DIR" in used,
        listed=listed,
        private=PRIVATE in used,
        functions=[_source(function) for function in functions.values()],
        dags=made,
        bundle=bundle,
    )


def _dag(dag: Dag, names: Names, function: str, used: set[str]) -> _DagCode:
    """Return the code of a DAG, inside a function of that name if it has one; puts what it imports into ``used``."""
    indent = 4 if function else 0
    arguments = [_argument(key, node, indent + 4) for key, node in _dag_arguments(dag, names).items()]
    used.update(*(imported for _, imported in arguments))
    blocks = [_group(group, names, used, indent + 4) for group in dag.groups]
    blocks += [_task(task, names, used, indent + 4) for task in dag.tasks]
    return _DagCode(
        id=_flat(dag.id),
        function=Code(function),
        pad=Code(" " * indent),
        arguments=tuple(text for text, _ in arguments),
        blocks=tuple(blocks),
        order=tuple(_order(dag, names, indent + 4)),
    )


@lru_cache(4096, typed=True)  # most arguments of a task are those of the one before; text is no source, though equal
def _argument(key: str, node: Node, indent: int) -> tuple[Code, frozenset[str]]:
    """Return the lines of a keyword argument, and the names in it that a module has to import."""
    text = render(node, column=indent + len(key) + 1, indent=indent, argument=True)
    return Code(f"{' ' * indent}{key}={text},"), frozenset(names_in(node))


def _call(opening: str, arguments: dict[str, Node], used: set[str], indent: int) -> str:
    """Return a call with one argument a line, whatever its length; puts what it imports into ``used``."""
    if not arguments:
        return f"{opening}()"
    lines = [f"{opening}("]
    for key, node in arguments.items():
        text, imported = _argument(key, node, indent + 4)
        lines.append(text)
        if imported:
            used |= imported
    lines.append(" " * indent + ")")
    return "\n".join(lines)


def _block(node: Task | TaskGroup, indent: int, *lines: Code) -> Code:
    place = ".".join(map(str, node.path))
    return Code("\n".join([" " * indent + line for line in (f"# {place}", *lines)]))


def _group(group: TaskGroup, names: Names, used: set[str], indent: int) -> Code:
    # Without a prefix a task keeps the id that airdock.toml gives it.
    arguments: dict[str, Node] = {"group_id": literal(group.id), "prefix_group_id": literal(False)}
    if group.tooltip is not None:
        arguments["tooltip"] = literal(group.tooltip)
    if group.parent is not None:
        arguments["parent_group"] = Code(names.group(group.parent))
    used.add("TaskGroup")
    return _block(group, indent, Code(_call(f"{names.group(group)} = TaskGroup", arguments, used, indent)))


def _task(task: Task, names: Names, used: set[str], indent: int) -> Code:
    arguments = operator_arguments(task, names)
    mapped = mapped_arguments(task, names)
    factory = names.classes.get(task.operator or "", factory_of(task))
    if task.operator is None:
        used.add(factory)
    variable = names.task(task)
    bound = variable == task.id
    opening = f"{variable} = {factory}" if bound else factory
    if task.function is not None:
        given = function_arguments(task, names)
        statement = _of_function(task, opening, arguments, given, mapped, used, indent)
    elif mapped:
        partial = _call(f"{opening}.partial", arguments, used, indent)
        statement = _call(f"{partial}.expand", mapped, used, indent)
    else:
        statement = _call(opening, arguments, used, indent)
    return _block(task, indent, Code(statement), *_afterwards(task, names))


def _of_function(
    task: Task,
    opening: str,
    arguments: dict[str, Node],
    given: dict[str, Node],
    mapped: dict[str, Node],
    used: set[str],
    indent: int,
) -> str:
    """Return the statement that makes a task of a function: the factory, the function, its arguments."""
    function = f"(functions[{_flat(task.function.key if task.function else '')}])"
    if not mapped:
        return _call(_call(opening, arguments, used, indent) + function, given, used, indent)
    if not given:
        return _call(f"{_call(opening, arguments, used, indent)}{function}.expand", mapped, used, indent)
    # Several calls behind a call stand one below the other, in parentheses.
    head, equals, factory = opening.rpartition(" = ")
    pad = " " * (indent + 4)
    lines = [
        f"{head}{equals}(",
        f"{pad}{_call(factory, arguments, used, indent + 4)}{function}",
        pad + _call(".partial", given, used, indent + 4),
        pad + _call(".expand", mapped, used, indent + 4),
        " " * indent + ")",
    ]
    return "\n".join(lines)


def _afterwards(task: Task, names: Names) -> Iterator[Code]:
    """Return the lines behind the call that makes a task."""
    variable = names.task(task)
    bound = variable == task.id
    if not bound:
        # The id is no name that Python could use here, so the operator is fetched by its id.
        yield Code(f"{variable} = dag.get_task({_flat(task.id)})")
    if names_template_file(task):
        operator = f"{variable}.operator" if task.function is not None and bound else variable
        yield Code(f"{operator}.template_ext = ()")
    if task.setup:
        yield Code(f"{variable}.as_setup()")
    if task.teardown is not None:
        yield Code(f"{variable}.as_teardown(setups={names.task(task.teardown)})")


def _flat(text: str) -> Code:
    """Return a string literal in one line."""
    node = literal(text)
    return render(node, column=0, indent=0, after=-(10**9)) if isinstance(node, Lines) else Code(str(node))


def _order(dag: Dag, names: Names, indent: int) -> Iterator[Code]:
    """Return the lines that say what waits for what: tasks first, since Airflow asks groups who their ends are."""
    for task in dag.tasks:
        # A teardown waits for its setup by being one.
        upstream = [needed for needed in task.named if needed != task.teardown]
        if upstream:
            yield _edge(upstream, task, names, indent)
    for first, then in dag.between:
        yield _edge([first], then, names, indent)


def _edge(upstream: Sequence[Task | TaskGroup], then: Task | TaskGroup, names: Names, indent: int) -> Code:
    arrow = f" >> {names.of(then)}"
    if len(upstream) == 1:
        return Code(names.of(upstream[0]) + arrow)
    group = Group("[", tuple(("", Code(names.of(node))) for node in upstream), "]")
    return Code(render(group, column=indent, indent=indent, after=len(arrow)) + arrow)


def _dag_arguments(dag: Dag, names: Names) -> dict[str, Node]:
    facts = names.facts
    found: dict[str, Node] = {"dag_id": literal(dag.id)}
    found["schedule"] = schedule(dag.schedule, facts, names.classes)
    for key, when in (("start_date", dag.start_date), ("end_date", dag.end_date)):
        if when is not None:
            found[key] = moment(when, dag.timezone)
    found |= {facts.renamed.get(key, key): literal(value) for key, value in dag.options.items()}
    found |= {key: values.callbacks(run, names.classes) for key, run in dag.callbacks.items()}
    if dag.owner is not None:
        found["default_args"] = mapping({"owner": literal(dag.owner)})
    if dag.doc is not None:
        # Airflow opens a text that ends in .md as a file; a line end behind it makes it a text again.
        found["doc_md"] = literal(f"{dag.doc}\n" if dag.doc.endswith(".md") else dag.doc)
    if dag.params:
        found["params"] = mapping({param.name: _param(param) for param in dag.params})
    return found


def _param(param: DagParam) -> Node:
    if not param.schema:
        return literal(param.default)
    arguments = {"default": param.default} if param.has_default else {}
    return call("Param", {key: literal(value) for key, value in (arguments | dict(param.schema)).items()})


def _source(function: Function) -> _Source:
    return _Source(_flat(function.key), Code(function.name), Code(function.source.rstrip("\n")))


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
