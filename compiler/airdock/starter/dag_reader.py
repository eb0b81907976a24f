"""A DAG module, read without running it: its DAGs, tasks, groups, and who waits for whom."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from airdock.starter.declared import Declared
from airdock.starter.literals import Names, NotLiteral, Output
from airdock.starter.note import Note
from airdock.starter.operators import Arguments, plain, shown
from airdock.starter.read_dag import ReadDag, ReadTask
from airdock.starter.unfit import Unfit

DOCKER = ("DockerOperator", "DockerSwarmOperator")
_OPERATORS = ("Operator", "Sensor")
_FUNCTIONS = ("task.docker", "docker_task")
"""Decorators of functions that run in a container."""

DOCKER_DEFAULTS = frozenset(
    (
        "image",
        "docker_url",
        "network_mode",
        "auto_remove",
        "environment",
        "mounts",
        "user",
        "mem_limit",
        "docker_conn_id",
    )
)
"""Arguments of the docker operators that default_args may hold."""


@dataclass(frozen=True)
class _Place:
    """Where a statement stands."""

    dag: ReadDag | None = None
    group: str | None = None
    made_by: str | None = None
    """What makes tasks there, so that they cannot be counted: a loop, a condition, a function."""


class ModuleReader:
    """Reads one module; ``dags`` are those that were found in it, ``notes`` what belongs to none of them."""

    def __init__(self, path: str, tree: ast.Module, declared: Declared) -> None:
        self.path = path
        self.dags: list[ReadDag] = []
        self.notes: list[Note] = []
        self._names = Names.of(tree)
        self._declared = declared
        self._bound: dict[str, list[str]] = {}
        """Variable to the ids of the tasks and groups that it holds."""
        self._dags: dict[str, ReadDag] = {}
        self._functions: dict[str, tuple[ast.expr, ast.FunctionDef]] = {}
        self._called: set[str] = set()
        self._body(tree.body, _Place())
        for name, (decorator, function) in self._functions.items():
            if self._in_container(decorator) and name not in self._called:
                self._note(None, function, f"{name}() runs in a container, in no DAG that can be read", function)

    def _note(self, dag: ReadDag | None, node: ast.AST, text: str, call: ast.AST) -> None:
        line = getattr(node, "lineno", None) or getattr(call, "lineno", 1)
        (self.notes if dag is None else dag.notes).append(Note(f"{self.path}:{line}", text))

    def _body(self, body: list[ast.stmt], place: _Place) -> None:
        for statement in body:
            self._statement(statement, place)

    def _statement(self, node: ast.stmt, place: _Place) -> None:
        if isinstance(node, ast.With):
            self._with(node, place)
        elif isinstance(node, ast.FunctionDef):
            self._function(node, place)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            self._assign(target, node.value, place)
        elif isinstance(node, ast.Expr):
            self._ids(node.value, place)
        elif isinstance(node, ast.ClassDef):
            bases = [self._names.full(base).rpartition(".")[2] for base in node.bases]
            if set(bases) & set(DOCKER):
                self._note(None, node, f"{node.name} is an operator of your own: its tasks are not read", node)
        else:
            kind = {ast.For: "a loop", ast.While: "a loop", ast.If: "a condition"}.get(type(node), "another statement")
            inside = _Place(place.dag, place.group, place.made_by or kind)
            for _, part in ast.iter_fields(node):
                if isinstance(part, ast.expr):
                    self._ids(part, inside)
                elif isinstance(part, list):
                    self._body([one for one in part if isinstance(one, ast.stmt)], inside)

    def _with(self, node: ast.With, place: _Place) -> None:
        for item in node.items:
            call, variable = item.context_expr, item.optional_vars
            kind = self._names.full(call.func).rpartition(".")[2] if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and kind == "DAG":
                place = _Place(self._dag(call, variable, call), None, place.made_by)
            elif isinstance(call, ast.Name) and call.id in self._dags:
                place = _Place(self._dags[call.id], None, place.made_by)
            elif isinstance(call, ast.Call) and kind == "TaskGroup" and place.dag is not None:
                place = _Place(place.dag, self._group(call, variable, place), place.made_by)
        self._body(node.body, place)

    def _dag(self, call: ast.Call | None, variable: ast.AST | None, node: ast.AST, name: str | None = None) -> ReadDag:
        given = _given(call, ("dag_id", "description", "schedule")) if call is not None else {}
        id_ = self._text(given.pop("dag_id", None)) or name
        dag = ReadDag(id_, f"{self.path}:{getattr(node, 'lineno', 1)}", given)
        defaults = given.pop("default_args", None)
        if isinstance(defaults, ast.Name):
            defaults = self._names.constants.get(defaults.id, defaults)
        if isinstance(defaults, ast.Dict) and all(isinstance(key, ast.Constant) for key in defaults.keys):
            keys = [str(key.value) for key in defaults.keys if isinstance(key, ast.Constant)]
            dag.defaults = dict(zip(keys, defaults.values, strict=True))
        elif defaults is not None:
            self._note(dag, defaults, f"default_args: {shown(defaults)} is known only when the module runs", node)
        self.dags.append(dag)
        if isinstance(variable, ast.Name):
            self._dags[variable.id] = dag
        return dag

    def _group(self, call: ast.Call, variable: ast.AST | None, place: _Place) -> str | None:
        given = _given(call, ("group_id",))
        name = self._text(given.get("group_id"))
        assert place.dag is not None  # noqa: S101 - the caller has looked
        if name is None or name in place.dag.groups:
            self._note(place.dag, call, "the id of a group cannot be read, or is there twice", call)
            return place.group
        tooltip = self._text(given.get("tooltip"))
        place.dag.groups[name] = ReadTask({} if tooltip is None else {"tooltip": tooltip}, group=place.group)
        if isinstance(variable, ast.Name):
            self._bound[variable.id] = [name]
        return name

    def _function(self, node: ast.FunctionDef, place: _Place) -> None:
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            full = self._names.full(call.func if call else decorator)
            if full.rpartition(".")[2] == "dag":
                self._body(node.body, _Place(self._dag(call, None, node, node.name), None, place.made_by))
                return
            if full.endswith(_FUNCTIONS) or full.rpartition(".")[2] == "task" or ".task." in f".{full}":
                self._functions[node.name] = (decorator, node)
                return
        self._body(node.body, _Place(place.dag, place.group, place.made_by or f"the function {node.name}"))

    def _assign(self, target: ast.expr, value: ast.expr | None, place: _Place) -> None:
        if isinstance(value, ast.Call) and self._names.full(value.func).rpartition(".")[2] == "DAG":
            self._dag(value, target, value)
        elif value is not None:
            ids = self._ids(value, place)
            if isinstance(target, ast.Name):
                self._bound.pop(target.id, None)
                self._names.tasks.pop(target.id, None)
            if ids is not None and isinstance(target, ast.Name):
                self._bound[target.id] = ids
                if len(ids) == 1:
                    self._names.tasks[target.id] = ids[0]

    def _ids(self, node: ast.AST, place: _Place) -> list[str] | None:
        """Return the ids of the tasks and groups that an expression stands for; makes those that it makes."""
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.RShift | ast.LShift):
            left, right = self._ids(node.left, place), self._ids(node.right, place)
            first, second = (left, right) if isinstance(node.op, ast.RShift) else (right, left)
            self._edge(first, second, node, place)
            return right
        if isinstance(node, ast.Name):
            return self._bound.get(node.id)
        if isinstance(node, ast.List | ast.Tuple):
            found = [self._ids(item, place) for item in node.elts]
            return [id_ for ids in found for id_ in ids or ()] if all(ids is not None for ids in found) else None
        if isinstance(node, ast.Call):
            return self._call(node, place)
        for inner in ast.iter_child_nodes(node):
            if not isinstance(inner, ast.expr_context | ast.operator):
                self._ids(inner, _Place(place.dag, place.group, place.made_by or "an expression"))
        return None

    def _call(self, node: ast.Call, place: _Place) -> list[str] | None:
        kind = self._names.full(node.func).rpartition(".")[2] or getattr(node.func, "attr", "")
        if kind.endswith(_OPERATORS):
            return self._operator(node, kind, place)
        if isinstance(node.func, ast.Name) and node.func.id in self._functions:
            return self._function_task(node, node.func.id, place)
        if kind in ("set_downstream", "set_upstream", "chain", "cross_downstream"):
            self._chained(node, kind, place)
            return None
        if kind in ("partial", "expand", "expand_kwargs", "override"):
            inner = [one for one in ast.walk(node) if isinstance(one, ast.Attribute | ast.Name)]
            if any(self._names.full(one).endswith(DOCKER) or self._names.full(one) in self._functions for one in inner):
                self._note(place.dag, node, "a task that is mapped or overridden is not read", node)
                if place.dag is not None:
                    place.dag.docker = True
            return None
        inside = _Place(place.dag, place.group, place.made_by or "a call")
        for item in [*node.args, *(keyword.value for keyword in node.keywords)]:
            self._ids(item, inside)
        return None

    def _chained(self, node: ast.Call, kind: str, place: _Place) -> None:
        parts = [self._ids(item, place) for item in node.args]
        if isinstance(node.func, ast.Attribute) and kind.startswith("set_"):
            one = self._ids(node.func.value, place)
            for other in parts:
                self._edge(*((one, other) if kind == "set_downstream" else (other, one)), node, place)
            return
        for first, second in pairwise(parts):
            # Two lists of one length are chained one by one.
            if kind == "chain" and first and second and len(first) == len(second) > 1:
                for before, after in zip(first, second, strict=True):
                    self._edge([before], [after], node, place)
            else:
                self._edge(first, second, node, place)

    def _edge(self, first: list[str] | None, second: list[str] | None, node: ast.AST, place: _Place) -> None:
        dag = place.dag or next((dag for dag in self.dags for id_ in second or first or () if id_ in dag.tasks), None)
        if dag is None:
            return
        if first is None or second is None or place.made_by:
            self._note(dag, node, f"who waits for whom: {shown(node)} cannot be read", node)
            return
        for later in second:
            waiting = dag.tasks.get(later) or dag.groups.get(later)
            if waiting is not None:
                waiting.after += [id_ for id_ in first if id_ not in waiting.after]

    def _operator(self, node: ast.Call, kind: str, place: _Place) -> list[str] | None:
        given = _given(node, ())
        named = given.get("dag")
        dag = self._dags.get(named.id) if isinstance(named, ast.Name) else place.dag
        docker = kind in DOCKER
        if docker and dag is not None:
            dag.docker = True
        if dag is None or place.made_by:
            if docker or dag is not None:
                where = f"made by {place.made_by}" if place.made_by else "in no DAG that can be read"
                self._note(dag, node, f"a {kind} {where} is not read", node)
            return None
        if kind == "DockerSwarmOperator":
            self._note(dag, node, 'runner = "swarm": look at the keys of [….swarm], which are not read', node)
        arguments = Arguments(given, self._names, self._declared, lambda at, text: self._note(dag, at, text, node))
        if docker:
            shared = {key: value for key, value in dag.defaults.items() if key in DOCKER_DEFAULTS}
            arguments = Arguments(
                {**shared, **given}, self._names, self._declared, lambda at, text: self._note(dag, at, text, node)
            )
            table = arguments.container()
            if kind == "DockerSwarmOperator":
                table["runner"] = "swarm"
        else:
            table = arguments.operator(self._names.full(node.func))
        return self._add(dag, node, self._text(given.get("task_id")), table, place)

    def _in_container(self, decorator: ast.expr) -> bool:
        return self._names.full(decorator.func if isinstance(decorator, ast.Call) else decorator).endswith(_FUNCTIONS)

    def _function_task(self, node: ast.Call, name: str, place: _Place) -> list[str] | None:
        decorator, function = self._functions[name]
        call = decorator if isinstance(decorator, ast.Call) else None
        if place.dag is None or place.made_by:
            return None
        self._called.add(name)
        if not self._in_container(decorator):
            self._note(place.dag, node, f"{name}() runs in Airflow itself, and cannot be said in airdock.toml", node)
            return None
        dag = place.dag
        dag.docker = True
        given = _given(call, ()) if call is not None else {}
        table = Arguments(given, self._names, self._declared, lambda at, text: self._note(dag, at, text, node))
        found = table.container("python")
        found["python"] = f"tasks/{self.path.rpartition('/')[2]}:{name}"
        dag.functions.append(f"{name} ({self.path}:{function.lineno}) to {found['python'].partition(':')[0]}")
        arguments: dict[str, Any] = {}
        names = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
        pairs = [*zip(names, node.args, strict=False), *((key.arg or "**", key.value) for key in node.keywords)]
        for key, value in pairs:
            ids = self._ids(value, place)
            if ids:
                arguments[key] = {"output": ids[0]}
                continue
            try:
                read = self._names.value(value)
                arguments[key] = {"output": read.task} if isinstance(read, Output) else plain(key, read)
            except NotLiteral as unread:
                self._note(dag, unread.node, f"{key}: {shown(unread.node)} is known only when the module runs", node)
            except Unfit as unfit:
                self._note(dag, value, str(unfit), node)
        if arguments:
            found["args"] = arguments
        return self._add(dag, node, self._text(given.get("task_id")) or name, found, place)

    def _add(
        self, dag: ReadDag, node: ast.AST, id_: str | None, table: dict[str, Any], place: _Place
    ) -> list[str] | None:
        if id_ is None or id_ in dag.tasks:
            self._note(dag, node, "the id of a task cannot be read, or is there twice", node)
            return None
        dag.tasks[id_] = ReadTask(table, group=place.group)
        return [id_]

    def _text(self, node: ast.AST | None) -> str | None:
        try:
            value = None if node is None else self._names.value(node)
        except NotLiteral:
            return None
        return value if isinstance(value, str) else None

    @property
    def names(self) -> Names:
        """What the names of the module stand for."""
        return self._names


def _given(call: ast.Call, positions: tuple[str, ...]) -> dict[str, ast.expr]:
    """Return the arguments of a call by name."""
    given = dict(zip(positions, call.args, strict=False))
    for keyword in call.keywords:
        given[keyword.arg or f"**{shown(keyword.value)}"] = keyword.value
    return given
