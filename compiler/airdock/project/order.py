"""What waits for what: the tasks of a DAG with their groups, in an order in which each comes after those it needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from airdock.diagnostics import Related, SpecPath, SpecPlace
from airdock.diagnostics.shape import KEYS_CONFLICT
from airdock.project.defaults import Layers
from airdock.project.findings import CYCLE
from airdock.project.scope import Scope
from airdock.spec.dag import DagSpec
from airdock.spec.free_source import source_of
from airdock.spec.source import OutputSource
from airdock.spec.task import TaskSpec

Needs = dict[str, dict[str, SpecPath]]
"""Task to the tasks that it needs, each with the place that says so."""


class Graph(NamedTuple):
    """Who waits for whom in a DAG, by id."""

    order: list[str]
    """The tasks, each after those it needs; as they stand in the file where they wait for each other."""
    named: dict[str, list[str]]
    """Task to the tasks that it names itself."""
    upstream: dict[str, list[str]]
    """Task to all tasks that it waits for directly, those it has from groups too."""
    between: list[tuple[str, str]]
    """(first, then) where one of them is a group: inner ones first, as Airflow looks at a group when it is told."""


def graph_of(scope: Scope, dag: str, spec: DagSpec, layers: Mapping[str, Layers]) -> Graph:
    """Return who waits for whom; names that do not exist are passed over. Reports AD106, AD205."""
    inside = {name: _members(spec, name) for name in spec.groups}
    named: Needs = {}
    needs: Needs = {}
    for id_, task in spec.tasks.items():
        named[id_] = _named(layers[id_], task, spec)
        needs[id_] = dict(named[id_])
        for name, place in _of_groups(dag, id_, task, spec) if spec.groups else ():
            for other in inside.get(name, (name,)):
                needs[id_].setdefault(other, place)
        needs[id_] = {name: place for name, place in needs[id_].items() if name in spec.tasks}
    order = _order(scope, needs)
    direct = {id_: [name for name in found if name in spec.tasks] for id_, found in named.items()}
    graph = Graph(order or list(spec.tasks), direct, {id_: list(found) for id_, found in direct.items()}, [])
    if order is not None and spec.groups:
        for (first, then), place in _between(dag, spec).items():
            if first in inside and not _ends(graph.upstream, inside[first], spec):
                # Airflow would let it wait for whatever is last in the DAG: for itself, among others.
                problem = f'group "{first}" has no task that could be waited for'
                scope.report.add(KEYS_CONFLICT.at(place, problem=problem, help="put a task into it, or remove it"))
            elif then in inside and not inside[then]:
                problem = f'group "{then}" has no task that could wait'
                scope.report.add(KEYS_CONFLICT.at(place, problem=problem, help="put a task into it, or remove it"))
            graph.between.append((first, then))
            _wait(graph.upstream, first, then, inside, spec)
    return graph


def chain(spec: DagSpec, group: str | None) -> list[str]:
    """Return a group and those it stands in, from the inside out."""
    found: list[str] = []
    while group is not None and group in spec.groups and group not in found:
        found.append(group)
        group = spec.groups[group].parent
    return found


def _members(spec: DagSpec, group: str) -> tuple[str, ...]:
    """Return the tasks in a group and in the groups inside it."""
    return tuple(id_ for id_, task in spec.tasks.items() if group in chain(spec, task.group))


def _named(layers: Layers, task: TaskSpec, spec: DagSpec) -> dict[str, SpecPath]:
    """Return the tasks that a task names: in `after`, as its setup, and by their outputs."""
    found: dict[str, SpecPath] = {}
    for index, name in enumerate(task.after):
        if name in spec.tasks:
            found.setdefault(name, (*layers.own, "after", index))
    if task.teardown is not None:
        found.setdefault(task.teardown, (*layers.own, "teardown"))
    if layers.kind != "operator":
        for _, value, place in layers.merged("env"):
            if not isinstance(value, str):  # nearly none
                _add_outputs(found, value, place)
    # Variables are merged with those of the defaults; of arguments, the nearest table counts.
    field = {"python": "args", "operator": "arguments"}.get(layers.kind)
    if field is not None:
        _add_outputs(found, layers.get(field), layers.place(field))
    if task.expand is not None:
        _add_outputs(found, task.expand, (*layers.own, "expand"))
    return found


def _add_outputs(found: dict[str, SpecPath], value: Any, where: SpecPath) -> None:
    for name, place in _outputs_in(value, where):
        found.setdefault(name, place)


def _outputs_in(value: Any, where: SpecPath) -> Iterator[tuple[str, SpecPath]]:
    """Return the tasks whose outputs a value names, with the places."""
    if isinstance(value, str):
        return
    if isinstance(value, OutputSource):
        yield value.output, where
    elif source_of(value, ("output",)) is not None and isinstance(value["output"], str):
        yield value["output"], where
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _outputs_in(inner, (*where, key))
    elif hasattr(value, "written"):
        for key in sorted(value.written):
            yield from _outputs_in(getattr(value, key), (*where, key))


def _of_groups(dag: str, id_: str, task: TaskSpec, spec: DagSpec) -> Iterator[tuple[str, SpecPath]]:
    """Return the groups that a task names, and what its own groups wait for, with the places."""
    for index, name in enumerate(task.after):
        if name in spec.groups:
            yield name, ("dags", dag, "tasks", id_, "after", index)
    for group in chain(spec, task.group):
        for index, name in enumerate(spec.groups[group].after):
            yield name, ("dags", dag, "groups", group, "after", index)


def _between(dag: str, spec: DagSpec) -> dict[tuple[str, str], SpecPath]:
    """Return (first, then) where one of them is a group, with the place that says so; inner ones first."""
    edges: dict[tuple[str, str], SpecPath] = {}
    for table, nodes in (("tasks", spec.tasks), ("groups", spec.groups)):
        for id_, node in nodes.items():
            for index, name in enumerate(node.after):
                if name in spec.groups or (table == "groups" and name in spec.tasks):
                    edges.setdefault((name, id_), ("dags", dag, table, id_, "after", index))

    def around(name: str) -> list[str]:
        return chain(spec, spec.groups[name].parent if name in spec.groups else spec.tasks[name].group)

    def depth(edge: tuple[str, str]) -> int:
        return len(set(around(edge[0])) & set(around(edge[1])))

    return {edge: edges[edge] for edge in sorted(edges, key=depth, reverse=True)}


def _wait(
    upstream: dict[str, list[str]], first: str, then: str, inside: Mapping[str, tuple[str, ...]], spec: DagSpec
) -> None:
    """Let the tasks without predecessors of one group wait for those without successors of another, as Airflow does."""
    ends = _ends(upstream, inside[first], spec) if first in inside else [first]
    members = inside.get(then, (then,))
    for id_ in [id_ for id_ in members if then not in inside or not set(upstream[id_]) & set(members)]:
        upstream[id_] += [end for end in ends if end not in upstream[id_]]


def _ends(upstream: dict[str, list[str]], members: tuple[str, ...], spec: DagSpec) -> list[str]:
    """Return the last tasks of a group. A teardown is none: what comes before it is (TaskGroup.get_leaves)."""
    waited = {name for id_ in members for name in upstream[id_]}
    pending = [id_ for id_ in members if id_ not in waited]
    found: list[str] = []
    while pending:
        id_ = pending.pop(0)
        if spec.tasks[id_].teardown not in spec.tasks:
            found += [] if id_ in found else [id_]
            continue
        pending += [name for name in upstream[id_] if name in members and not spec.tasks[name].setup]
    return found


def _order(scope: Scope, edges: Needs) -> list[str] | None:
    """Return the tasks in order of need; reports AD205 and returns None where they wait for each other."""
    order: list[str] = []
    state: dict[str, str] = {}
    cycles = False
    for root, needs in edges.items():
        if root in state:
            continue
        # An explicit stack: a chain of a thousand tasks is no reason to recurse a thousand times.
        trail: list[tuple[str, list[str]]] = [(root, list(needs))]
        state[root] = "open"
        while trail:
            id_, needed = trail[-1]
            if not needed:
                state[id_] = "done"
                order.append(id_)
                trail.pop()
                continue
            other = needed.pop(0)
            if state.get(other) == "open":
                names = [name for name, _ in trail]
                _report_cycle(scope, edges, names[names.index(other) :])
                cycles = True
            elif other not in state:
                state[other] = "open"
                trail.append((other, list(edges[other])))
    return None if cycles else order


def _report_cycle(scope: Scope, edges: Needs, cycle: list[str]) -> None:
    """Report a cycle once, at the dependency of its first task in the file, with every edge shown."""
    first = min(cycle, key=list(edges).index)
    turned = cycle[cycle.index(first) :] + cycle[: cycle.index(first)]
    steps = [*turned, first]
    waits = [(one, other, edges[one][other]) for one, other in pairwise(steps)]
    related = tuple(Related(f'"{one}" waits for "{other}"', SpecPlace(place)) for one, other, place in waits[1:])
    scope.report.add(CYCLE.at(waits[0][2], related=related, path=" → ".join(steps)))
