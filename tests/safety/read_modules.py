"""What DAG modules say, read from their source: DAGs and tasks with the values of their arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Call:
    """A call: the name of what is called, and its arguments."""

    name: str
    positional: list[Any] = field(default_factory=list)
    keywords: dict[str, Any] = field(default_factory=dict)


@dataclass
class ReadTask:
    """An operator, or a function in a container, with what it is called with and mapped over."""

    operator: str
    arguments: dict[str, Any]
    given: dict[str, Any] = field(default_factory=dict)
    expand: dict[str, Any] = field(default_factory=dict)
    function: str = ""


@dataclass
class ReadDag:
    """A DAG."""

    arguments: dict[str, Any]
    tasks: dict[str, ReadTask] = field(default_factory=dict)
    groups: dict[str, dict[str, Any]] = field(default_factory=dict)


def read_module(source: str) -> Iterator[ReadDag]:
    """Return the DAGs of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.With) and (made := _with(node)).name == "DAG":
            dag = ReadDag(made.keywords)
            for inner in ast.walk(node):
                if isinstance(inner, ast.Assign | ast.Expr) and isinstance(inner.value, ast.Call):
                    task = read_task(inner.value)
                    if "task_id" in task.arguments:
                        dag.tasks[task.arguments["task_id"]] = task
                    elif task.operator == "TaskGroup":
                        dag.groups[task.arguments["group_id"]] = task.arguments
            yield dag


def _with(node: ast.With) -> Call:
    made = value_of(node.items[0].context_expr)
    assert isinstance(made, Call)
    return made


def read_task(node: ast.Call) -> ReadTask:
    """Return a task from `Operator(…)`, `Operator.partial(…).expand(…)` or `docker_task(…)(function)(…)`."""
    task = ReadTask("", {})
    while True:
        keywords = {keyword.arg or "**": value_of(keyword.value) for keyword in node.keywords}
        match node.func:
            case ast.Call():
                if node.args:
                    task.function = ast.unparse(node.args[0])
                else:
                    task.given |= keywords
                node = node.func
            case ast.Attribute(value=ast.Call() as inner, attr=attribute):
                if attribute == "expand":
                    task.expand = keywords
                else:
                    task.given |= keywords
                node = inner
            case func:
                task.operator = ast.unparse(func).removesuffix(".partial")
                task.arguments = keywords
                return task


def value_of(node: ast.expr) -> Any:
    """Return a literal as what it is, a call as a Call, and all else as its source."""
    match node:
        case ast.Call():
            named = {keyword.arg or "**": value_of(keyword.value) for keyword in node.keywords}
            return Call(ast.unparse(node.func), [value_of(item) for item in node.args], named)
        case ast.List():
            return [value_of(item) for item in node.elts]
        case ast.Dict():
            return {value_of(key): value_of(item) for key, item in zip(node.keys, node.values, strict=True) if key}
        case _:
            try:
                return plain(ast.literal_eval(node))
            except ValueError:
                return f"<{ast.unparse(node)}>"


def plain(value: Any) -> Any:
    """Return a value without the empty comment of Jinja that keeps Airflow from taking a text for a file's name."""
    return value.removesuffix("{# #}") if isinstance(value, str) else value
