"""Resolving DAGs: order and cycles of their tasks, schedules, params."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from airdock.diagnostics import Related, SpecPath, SpecPlace
from airdock.diagnostics.shape import KEYS_CONFLICT
from airdock.project.connections import is_json
from airdock.project.defaults import Layers
from airdock.project.findings import CYCLE
from airdock.project.model import Dag, DagParam, Schedule, Task
from airdock.project.scope import Scope
from airdock.project.task_values import TaskScope
from airdock.project.tasks import identifier, resolve_task
from airdock.spec.base import DagArg, mark_of
from airdock.spec.dag import DagKeys, DagSpec, DocFile, ParamSpec
from airdock.spec.source import OutputSource, source_of
from airdock.spec.task import TaskSpec

UTC = "UTC"


def resolve_dags(scope: Scope) -> tuple[Dag, ...]:
    """Return the DAGs; reports AD201 to AD214 for what their tasks refer to."""
    ids = [(id_, id_.casefold()) for id_ in scope.spec.dags]
    scope.report_collisions(ids, ("dags",), "are one file where file names have no case")
    return tuple(_dag(scope, id_, spec) for id_, spec in scope.spec.dags.items())


def _dag(scope: Scope, id_: str, spec: DagSpec) -> Dag:
    where: SpecPath = ("dags", id_)
    layers = Layers((spec, where), (scope.spec.defaults.dag, ("defaults", "dag")))
    timezone = layers.get("timezone") or UTC
    params = tuple(_param(name, value, scope, place) for name, value, place in layers.merged("params"))
    doc = layers.get("doc")
    if isinstance(doc, DocFile):
        doc = scope.read_text(doc.file, (*layers.place("doc"), "file"), "document")
    options = {
        mark.keyword: layers.get(field)
        for field in DagKeys.model_fields
        if (mark := mark_of(DagKeys, field, DagArg)) is not None and layers.get(field) not in (None, [])
    }
    return Dag(
        id_,
        where,
        options,
        _schedule(layers.get("schedule"), layers.get("start_date"), timezone),
        layers.get("start_date"),
        layers.get("end_date"),
        timezone,
        layers.get("owner"),
        doc,
        params,
        _tasks(scope, id_, spec, frozenset(param.name for param in params)),
        {field: layers.place(field) for field in DagKeys.model_fields if layers.is_set(field)},
    )


def _schedule(written: Any, start: date | None, timezone: str) -> Schedule | None:
    if written is None:
        return None
    # A plain cron line runs in the zone of the DAG's dates; without a date Airflow takes its default zone.
    given = _zone_of(start, timezone)
    if isinstance(written, str):
        return Schedule(cron=written, cron_timezone=None if given == timezone else timezone)
    if written.every is not None:
        return Schedule(every=written.every)
    zone = written.timezone or timezone
    return Schedule(cron=written.cron, cron_timezone=None if given == zone else zone)


def _zone_of(start: date | None, timezone: str) -> str | None:
    if start is None:
        return UTC
    return None if isinstance(start, datetime) and start.tzinfo is not None else timezone


def _param(name: str, value: Any, scope: Scope, where: SpecPath) -> DagParam:
    if not isinstance(value, ParamSpec):
        is_json(scope, value, where)
        return DagParam(name, True, value, ())
    is_json(scope, value.default if value.default is not None else [], (*where, "default"))
    is_json(scope, value.enum or [], (*where, "enum"))
    keys = ("type", "enum", "minimum", "maximum", "pattern", "format", "title", "description")
    schema = tuple((key, getattr(value, key)) for key in keys if getattr(value, key) is not None)
    low, high = value.minimum, value.maximum
    if low is not None and high is not None and low > high:
        scope.report.add(KEYS_CONFLICT.at((*where, "maximum"), problem="the maximum is less than the minimum"))
    return DagParam(name, "default" in value.model_fields_set, value.default, schema)


def _tasks(scope: Scope, dag: str, spec: DagSpec, params: frozenset[str]) -> tuple[Task, ...]:
    """Return the tasks in an order in which each comes after those it needs, else as they stand in the file."""
    where: SpecPath = ("dags", dag, "tasks")
    names = [(id_, identifier(id_)) for id_ in spec.tasks]
    scope.report_collisions(names, where, "give the same Python identifier")
    layers = {id_: _layers(scope, dag, spec, id_, task) for id_, task in spec.tasks.items()}
    edges = {id_: _edges(layers[id_], task, spec) for id_, task in spec.tasks.items()}
    order = _order(scope, edges)
    done: dict[str, Task] = {}
    for id_ in order or spec.tasks:
        values = TaskScope(scope, spec, layers[id_].own, params, done.get)
        upstream = []
        for index, name in enumerate(spec.tasks[id_].after):
            if name not in spec.tasks:
                values.unknown_task(name, (*where, id_, "after", index))
            elif name in done:
                upstream.append(done[name])
        done[id_] = resolve_task(values, layers[id_], id_, tuple(upstream), dag)
    return tuple(done.values())


def _layers(scope: Scope, dag: str, spec: DagSpec, id_: str, task: TaskSpec) -> Layers:
    return Layers(
        (task, ("dags", dag, "tasks", id_)),
        (spec.defaults, ("dags", dag, "defaults")),
        (scope.spec.defaults.task, ("defaults", "task")),
    )


def _edges(layers: Layers, task: TaskSpec, spec: DagSpec) -> dict[str, SpecPath]:
    """Return the tasks that a task needs, each with the place that says so."""
    found: dict[str, SpecPath] = {}
    for index, name in enumerate(task.after):
        found.setdefault(name, (*layers.own, "after", index))
    fields = {"container": ("env",), "python": ("env", "args"), "operator": ("arguments",)}
    for field in fields[layers.kind()]:
        for _, value, place in layers.merged(field):
            if isinstance(value, OutputSource):
                found.setdefault(value.output, place)
            for name, inner in _outputs_in(value, place):
                found.setdefault(name, inner)
    return {name: place for name, place in found.items() if name in spec.tasks}


def _outputs_in(value: Any, where: SpecPath) -> Iterator[tuple[str, SpecPath]]:
    """Return the tasks whose outputs a free value names, with the places."""
    if source_of(value, ("output",)) is not None and isinstance(value["output"], str):
        yield value["output"], where
    elif isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _outputs_in(inner, (*where, key))


def _order(scope: Scope, edges: dict[str, dict[str, SpecPath]]) -> list[str] | None:
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


def _report_cycle(scope: Scope, edges: dict[str, dict[str, SpecPath]], cycle: list[str]) -> None:
    """Report a cycle once, at the dependency of its first task in the file, with every edge shown."""
    first = min(cycle, key=list(edges).index)
    turned = cycle[cycle.index(first) :] + cycle[: cycle.index(first)]
    steps = [*turned, first]
    waits = [(one, other, edges[one][other]) for one, other in pairwise(steps)]
    related = tuple(Related(f'"{one}" waits for "{other}"', SpecPlace(place)) for one, other, place in waits[1:])
    scope.report.add(CYCLE.at(waits[0][2], related=related, path=" → ".join(steps)))
