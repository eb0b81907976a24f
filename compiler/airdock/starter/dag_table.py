"""A DAG that was read to its tables of airdock.toml."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone, tzinfo
from typing import Any

from airdock.facts import AirflowFacts, Feature
from airdock.spec.base import DagArg
from airdock.spec.dag import DagSpec
from airdock.spec.language import keys_by_field, marked
from airdock.starter import toml
from airdock.starter.literals import Names, NotLiteral
from airdock.starter.operators import Arguments, duration, plain, shown
from airdock.starter.read_dag import ReadDag
from airdock.starter.unfit import Unfit

_RENAMED = {"schedule_interval": "schedule", "concurrency": "max_active_tasks", "fail_stop": "fail_fast"}
"""Arguments of DAG that Airflow 3 calls otherwise, or by one name only."""
OF_DAG = ("owner", "start_date", "end_date")
"""Keys of default_args that are keys of the DAG in airdock.toml."""
_KEPT_AWAY = frozenset(("dag_id", "template_searchpath", "default_view", "orientation"))


class DagTable:
    """Makes the table of one DAG; what cannot be said is noted in the DAG."""

    def __init__(
        self, dag: ReadDag, names: Names, facts: AirflowFacts, say: Callable[[ast.AST, str], None], arguments: Arguments
    ) -> None:
        self._dag = dag
        self._names = names
        self._say = say
        self.values: dict[str, Any] = {}
        given = {_RENAMED.get(keyword, keyword): node for keyword, node in dag.arguments.items()}
        for keyword in OF_DAG:
            if keyword in dag.defaults:
                given.setdefault(keyword, dag.defaults[keyword])
        if not facts.has(Feature.EXECUTION_API):
            # What Airflow 2 takes where a DAG says nothing.
            self.values["catchup"] = True
            if "schedule" not in given and "timetable" not in given:
                self.values["schedule"] = {"every": "1d"}
        for keyword, node in given.items():
            if keyword not in _KEPT_AWAY:
                self._take(keyword, node)
        self.defaults = arguments.defaults()

    def _take(self, keyword: str, node: ast.expr) -> None:
        try:
            self._put(keyword, self._names.value(node))
        except NotLiteral as unread:
            self._say(unread.node, f"{keyword}: {shown(unread.node)} is known only when the module runs")
        except Unfit as unfit:
            self._say(node, str(unfit))

    def _put(self, keyword: str, value: Any) -> None:
        passed = {mark.keyword: keys_by_field(DagSpec)[name] for name, mark in marked(DagSpec, DagArg).items()}
        if keyword == "schedule":
            self.values.pop("schedule", None)
            self.values |= _schedule(value)
        elif value is None:
            return
        elif keyword in ("start_date", "end_date"):
            self._moment(keyword, value)
        elif keyword in passed:
            self.values[passed[keyword]] = duration(value) if isinstance(value, timedelta) else plain(keyword, value)
        elif keyword in ("owner", "doc_md"):
            self.values["doc" if keyword == "doc_md" else keyword] = plain(keyword, value)
        elif keyword == "params" and isinstance(value, dict):
            self.values["params"] = plain(keyword, value)
        else:
            raise Unfit(f"{keyword} of the DAG has no place in airdock.toml")

    def _moment(self, keyword: str, value: object) -> None:
        if not isinstance(value, date):
            raise Unfit(f"{keyword} is no date")
        zone: tzinfo | None = value.tzinfo if isinstance(value, datetime) else None
        name = getattr(zone, "key", None)
        if name is not None:
            self.values["timezone"] = name
        if isinstance(value, datetime) and (name is not None or zone in (None, timezone.utc)):
            value = value.replace(tzinfo=None, microsecond=0)
            midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
            value = value.date() if midnight else value
        self.values[keyword] = value

    def lines(self) -> Iterator[str]:
        """Return the lines of all tables of the DAG."""
        dag = self._dag
        assert dag.id is not None  # noqa: S101 - only those with an id get here
        order = ("description", "schedule", "start_date", "end_date", "timezone", "catchup")
        values = {key: self.values[key] for key in (*order, *self.values) if key in self.values}
        yield from toml.table(("dags", dag.id), values)
        if self.defaults:
            yield ""
            yield from toml.table(("dags", dag.id, "defaults"), self.defaults)
        for name, group in dag.groups.items():
            table = group.table | ({"parent": group.group} if group.group else {})
            yield ""
            yield from toml.table(("dags", dag.id, "groups", name), table | _after(group.after))
        for id_, task in dag.tasks.items():
            table = task.table | ({"group": task.group} if task.group else {})
            yield ""
            yield from toml.table(("dags", dag.id, "tasks", id_), table | _after(task.after))


def _after(ids: list[str]) -> dict[str, Any]:
    return {"after": ids} if ids else {}


def _schedule(value: object) -> dict[str, Any]:
    if value is None:
        return {}
    if isinstance(value, str):
        return {"schedule": value}
    if isinstance(value, timedelta):
        return {"schedule": {"every": duration(value)}}
    raise Unfit("a schedule that is no text and no timedelta")
