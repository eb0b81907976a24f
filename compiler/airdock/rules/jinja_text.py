"""Templates read with Jinja. Imported only where there is a template."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Literal, TypeAlias

from jinja2 import Environment, TemplateSyntaxError, meta, nodes

from airdock.diagnostics.suggest import closest
from airdock.rules.template_spots import key_spot, line_spot, lines_of, syntax_fault, word_spot
from airdock.rules.template_text import Fault, Lookup, Pull, Reading, Thing, Use

Walked: TypeAlias = list[tuple[nodes.Node, bool]]
"""Nodes, each with whether every rendering comes to it."""
Key: TypeAlias = tuple[Thing | Literal["name"], str]
"""What a template names: a variable of its own context, or something of the project."""

_METHODS = frozenset(dir(dict))
"""Attributes that `params` has as the dict that it is."""
_ELSEWHERE = frozenset({"dag_id", "run_id", "include_prior_dates"})
"""Arguments of xcom_pull that make it read the output of another run or another DAG."""


def read_template(text: str, filters: tuple[str, ...]) -> Reading:
    """Return what a text is as a template."""
    lines = lines_of(text)
    environment = _environment(filters)
    try:
        walked = list(_walk(environment.parse(text), sure=True))
        faults = tuple(_unknown_filters(walked, environment, lines, filters))
        # Jinja folds constants in the tree in which it looks for undeclared variables, hence another one.
        undeclared = meta.find_undeclared_variables(environment.parse(text)) if not faults else set()
    except TemplateSyntaxError as error:
        return Reading((syntax_fault(error.message or "", error.lineno, text),))
    except RecursionError:
        return Reading((Fault("it is nested too deeply", line_spot(lines, 1)),))
    outer = undeclared - set(_names_set(walked)) - set(environment.globals)
    return Reading(faults) if faults else _taken(walked, outer, lines)


@cache
def _environment(filters: tuple[str, ...]) -> Environment:
    """Return an environment that reads like Airflow's (get_template_env of its DAG)."""
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)  # noqa: S701 - nothing is rendered
    environment.filters.update(dict.fromkeys(filters, str))
    return environment


def _walk(node: nodes.Node, *, sure: bool) -> Iterator[tuple[nodes.Node, bool]]:
    yield node, sure
    certain: Iterable[nodes.Node] = ()
    maybe: Iterable[nodes.Node] = ()
    match node:
        case nodes.If():
            certain, maybe = [node.test], [*node.body, *node.elif_, *node.else_]
        case nodes.CondExpr():
            certain, maybe = [node.test], [node.expr1, *([node.expr2] if node.expr2 else [])]
        case nodes.And() | nodes.Or():
            certain, maybe = [node.left], [node.right]
        case nodes.For():
            certain, maybe = [node.target, node.iter, *node.body], [*node.else_, *([node.test] if node.test else [])]
        case nodes.Macro() | nodes.CallBlock():
            maybe = node.iter_child_nodes()
        case _:
            certain = node.iter_child_nodes()
    for child in certain:
        yield from _walk(child, sure=sure)
    for child in maybe:
        yield from _walk(child, sure=False)


def _unknown_filters(
    walked: Walked, environment: Environment, lines: list[str], filters: tuple[str, ...]
) -> Iterator[Fault]:
    """Return the filters and tests that do not exist. A template may ask itself whether one does."""
    used = [node for node, _ in walked if isinstance(node, nodes.Filter | nodes.Test)]
    if any(isinstance(node, nodes.Test) and node.name in ("filter", "test") for node in used):
        return
    for node in used:
        known = environment.filters if isinstance(node, nodes.Filter) else environment.tests
        if node.name not in known:
            what = "filter" if isinstance(node, nodes.Filter) else "test"
            near = closest(node.name, known)
            advice = f'did you mean "{near}"?' if near else f"there are Jinja's own {what}s"
            if not near and what == "filter":
                advice += f", and Airflow's {', '.join(filters)}"
            yield Fault(f'there is no {what} "{node.name}"', word_spot(lines, node.lineno, node.name), advice)


def _taken(walked: Walked, outer: set[str], lines: list[str]) -> Reading:
    """Return what a template takes from Airflow, without what it asks for before it takes it."""
    asked = {_key_of(node, outer) for node in _asked_for(walked)}
    uses: list[Use] = []
    lookups: list[Lookup] = []
    pulls: list[Pull] = []
    for node, sure in walked:
        key = _key_of(node, outer)
        if key is not None and key not in asked:
            thing, name = key
            if thing == "name":
                uses.append(Use(name, word_spot(lines, node.lineno, name), sure))
            else:
                lookups.append(Lookup(thing, name, key_spot(lines, node.lineno, name)))
        if isinstance(node, nodes.Call):
            pulls += _pulls(node, outer, lines)
    return Reading((), tuple(uses), tuple(lookups), tuple(pulls))


def _names_set(walked: Walked) -> Iterator[str]:
    """Return the names that a template sets itself, wherever it does: that is not followed any further."""
    for node, _ in walked:
        match node:
            case nodes.Name(ctx="store" | "param") | nodes.Macro():
                yield node.name
            case nodes.Import():
                yield node.target
            case nodes.FromImport():
                yield from (name if isinstance(name, str) else name[1] for name in node.names)


def _asked_for(walked: Walked) -> Iterator[nodes.Node]:
    """Return what a template asks for: `x is defined`, `x | default(…)`, `"x" in params`, `params.get("x")`."""
    params = nodes.Name("params", "load")
    for node, _ in walked:
        match node:
            case nodes.Filter(name="default" | "d") | nodes.Test(name="defined" | "undefined"):
                if node.node is not None:
                    yield node.node
            case nodes.Compare(expr=nodes.Const()):
                for operand in node.ops:
                    if operand.op in ("in", "notin"):
                        yield nodes.Getitem(operand.expr, node.expr, "load")
            case nodes.Call() if _chain(node.node) == ("params", "get") and node.args:
                yield nodes.Getitem(params, node.args[0], "load")


def _chain(node: nodes.Node) -> tuple[str, ...]:
    """Return the name and the constant keys of `name.key["key"]`; nothing for any other expression."""
    keys: list[str] = []
    while True:
        match node:
            case nodes.Getattr():
                keys.append(node.attr)
            case nodes.Getitem(arg=nodes.Const(value=str() as key)):
                keys.append(key)
            case nodes.Name():
                return (node.name, *reversed(keys))
            case _:
                return ()
        node = node.node


def _key_of(node: nodes.Node, outer: set[str]) -> Key | None:
    """Return what a node names, if it is of Airflow and fails where it is missing."""
    chain = _chain(node)
    match node:
        case nodes.Call(args=[nodes.Const(value=str() as key)], kwargs=[], dyn_args=None, dyn_kwargs=None):
            called = _chain(node.node)
            chain = (*called[:-1], key) if called[-1:] == ("get",) and called[0] in ("var", "conn") else ()
        case nodes.Getattr(attr=attribute):
            if attribute in (_METHODS if chain[:1] == ("params",) else ("get",)):
                return None
    if chain[:1] and chain[0] not in outer:
        return None
    match chain:
        case (name,):
            return "name", name
        case ("params", name):
            return "param", name
        case ("var", "value" | "json", name):
            return "variable", name
        case ("conn", name):
            return "connection", name
    return None


def _pulls(call: nodes.Call, outer: set[str], lines: list[str]) -> Iterator[Pull]:
    """Return the outputs of this run of this DAG that a call of xcom_pull reads, as far as it says which."""
    chain = _chain(call.node)
    named = {keyword.key: keyword.value for keyword in call.kwargs}
    if chain not in (("ti", "xcom_pull"), ("task_instance", "xcom_pull")) or chain[0] not in outer:
        return
    if call.dyn_args or call.dyn_kwargs or len(call.args) > 1 or _ELSEWHERE & set(named):
        return
    tasks = call.args[0] if call.args else named.get("task_ids")
    key = named.get("key", nodes.Const("return_value"))
    known = key.value if isinstance(key, nodes.Const) and isinstance(key.value, str) else None
    for task in tasks.items if isinstance(tasks, nodes.List | nodes.Tuple) else [tasks]:
        if isinstance(task, nodes.Const) and isinstance(task.value, str):
            spot = key_spot(lines, task.lineno, task.value)
            yield Pull(task.value, known, "default" in named, spot)
