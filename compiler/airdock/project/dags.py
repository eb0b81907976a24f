"""Resolving DAGs: schedules, params, groups; the order of their tasks is in `order.py`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from airdock.diagnostics import Related, SpecPath, SpecPlace
from airdock.diagnostics.shape import KEYS_CONFLICT
from airdock.diagnostics.suggest import did_you_mean
from airdock.facts import Feature
from airdock.project.callbacks import check_arguments, resolve_callbacks
from airdock.project.connections import is_json
from airdock.project.dag_parts import Callback, Group, Schedule
from airdock.project.declared import resolve_assets
from airdock.project.defaults import Layers
from airdock.project.findings import NAMES_COLLIDE, UNKNOWN_GROUP, UNKNOWN_TASK
from airdock.project.model import Dag, DagParam, Task
from airdock.project.order import Graph, chain, graph_of
from airdock.project.scope import Scope
from airdock.project.task_values import TaskScope
from airdock.project.tasks import doc_text, identifier, resolve_task
from airdock.project.text import literal_template
from airdock.spec.base import DagArg
from airdock.spec.dag import DagKeys, DagSpec, ParamSpec
from airdock.spec.language import keys_by_field, marked
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
    marks = marked(DagKeys, DagArg)
    names = [(name, identifier(name)) for name in spec.tasks]
    scope.report_collisions(names, (*where, "tasks"), "give the same Python identifier")
    groups = _groups(scope, id_, spec)
    tasks, graph = _tasks(scope, id_, spec, frozenset(param.name for param in params), groups)
    every: dict[str, Task | Group] = {**groups, **tasks}
    return Dag(
        id=id_,
        path=where,
        options={
            mark.keyword: layers.get(field) for field, mark in marks.items() if layers.get(field) not in (None, [])
        },
        schedule=_schedule(scope, layers, timezone),
        start_date=layers.get("start_date"),
        end_date=layers.get("end_date"),
        timezone=timezone,
        owner=layers.get("owner"),
        doc=_doc(scope, layers),
        params=params,
        tasks=tuple(tasks.values()),
        groups=tuple(groups.values()),
        between=tuple((every[first], every[then]) for first, then in graph.between),
        callbacks=resolve_callbacks(scope, layers, ("on_success", "on_failure")),
        places=layers.places(keys_by_field(DagKeys)),
        keys={mark.keyword: keys_by_field(DagKeys)[field] for field, mark in marks.items()},
    )


def _doc(scope: Scope, layers: Layers) -> str | None:
    doc = doc_text(scope, layers)
    return literal_template(doc) if doc is not None and scope.target.airflow.has(Feature.DAG_DOC_RENDERED) else doc


def _schedule(scope: Scope, layers: Layers, timezone: str) -> Schedule | None:
    written, where = layers.get("schedule"), layers.place("schedule")
    if written is None:
        return None
    # A plain cron line runs in the zone of the DAG's dates; without a date Airflow takes its default zone.
    given = _zone_of(layers.get("start_date"), timezone)
    if isinstance(written, str):
        return Schedule(cron=written, cron_timezone=None if given == timezone else timezone)
    if written.every is not None:
        return Schedule(every=written.every)
    if written.timetable is not None:
        check_arguments(scope, written.args, (*where, "args"))
        return Schedule(timetable=Callback(written.timetable, dict(written.args)))
    wants = "any" if written.any is not None else "assets"
    user = f'DAG "{where[1]}"' if where[0] == "dags" else "[defaults.dag]"
    assets = resolve_assets(scope, getattr(written, wants) or (), (*where, wants), user)
    zone = written.timezone or timezone
    return Schedule(
        cron=written.cron,
        # Beside assets a timetable is written out, with its zone.
        cron_timezone=zone if assets and written.cron else None if given == zone or not written.cron else zone,
        assets=assets,
        wants="any" if written.any is not None else "all",
    )


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
    # TOML has no null: a param that may be null and has no default has that one.
    optional = isinstance(value.type, list) and "null" in value.type
    return DagParam(name, optional or "default" in value.written, value.default, schema)


def _tasks(
    scope: Scope, dag: str, spec: DagSpec, params: frozenset[str], groups: dict[str, Group]
) -> tuple[dict[str, Task], Graph]:
    """Return the tasks in an order in which each comes after those it needs, else as they stand in the file."""
    where: SpecPath = ("dags", dag, "tasks")
    layers = {id_: _layers(scope, dag, spec, id_, task) for id_, task in spec.tasks.items()}
    graph = graph_of(scope, dag, spec, layers)
    done: dict[str, Task] = {}
    for id_ in graph.order:
        values = TaskScope(scope, spec, layers[id_].own, params, done.get)
        for index, name in enumerate(spec.tasks[id_].after):
            if name not in spec.tasks and name not in spec.groups:
                values.unknown_task(name, (*where, id_, "after", index), groups=True)
        done[id_] = resolve_task(
            values,
            layers[id_],
            id_,
            dag,
            group=groups.get(spec.tasks[id_].group or ""),
            named=tuple([done[name] for name in graph.named[id_] if name in done]),
            upstream=tuple([done[name] for name in graph.upstream[id_] if name in done]),
        )
    return done, graph


def _groups(scope: Scope, dag: str, spec: DagSpec) -> dict[str, Group]:
    """Return the groups, each after the one it stands in; reports AD203, AD205, AD206 and AD214."""
    where: SpecPath = ("dags", dag, "groups")
    done: dict[str, Group] = {}
    for name in spec.groups:
        for one in reversed(chain(spec, name)):
            declared = spec.groups[one]
            done.setdefault(one, Group(one, (*where, one), declared.tooltip, done.get(declared.parent or "")))
    for name, declared in spec.groups.items():
        user = f'group "{name}"'
        if declared.parent is not None and declared.parent not in spec.groups:
            known, what = spec.groups, "groups of this DAG"
            scope.unknown(UNKNOWN_GROUP, (*where, name, "parent"), user, declared.parent, known, what)
        inside = chain(spec, name)
        if spec.groups[inside[-1]].parent == name:
            path = " → ".join([*inside, name])
            scope.report.add(KEYS_CONFLICT.at((*where, name, "parent"), problem=f"a group stands in itself: {path}"))
            break
        for index, other in enumerate(declared.after):
            if other not in spec.tasks and other not in spec.groups:
                advice = did_you_mean(
                    other,
                    [*spec.tasks, *(group for group in spec.groups if group != name)],
                    what="tasks and groups of this DAG",
                )
                place = (*where, name, "after", index)
                scope.report.add(UNKNOWN_TASK.at(place, help=advice, user=user, name=other, what="task or group"))
    for id_, task in spec.tasks.items():
        if task.group is not None and task.group not in spec.groups:
            place = ("dags", dag, "tasks", id_, "group")
            scope.unknown(UNKNOWN_GROUP, place, f'task "{id_}"', task.group, spec.groups, "groups of this DAG")
        if id_ in spec.groups:
            related = (Related("the task", SpecPlace(("dags", dag, "tasks", id_), "key")),)
            reason = "are a group and a task of one DAG, which share one set of ids"
            scope.report.add(
                NAMES_COLLIDE.at((*where, id_), "key", related=related, name=id_, other=id_, reason=reason)
            )
    return done


def _layers(scope: Scope, dag: str, spec: DagSpec, id_: str, task: TaskSpec) -> Layers:
    return Layers(
        (task, ("dags", dag, "tasks", id_)),
        (spec.defaults, ("dags", dag, "defaults")),
        (scope.spec.defaults.task, ("defaults", "task")),
    )
