"""When a DAG runs, as Python: schedules, dates and assets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timezone

from airdock.emit.dag.pycode import Code, Group, Node, call, literal, sequence
from airdock.emit.dag.values import imported_call
from airdock.facts import AirflowFacts
from airdock.project.dag_parts import Asset, Schedule

_PRESETS_WITHOUT_TIMES = ("@once", "@continuous")


def schedule(found: Schedule | None, facts: AirflowFacts, names: Mapping[str, str]) -> Node:
    """Return the `schedule` of a DAG; ``names`` gives the name that a class is imported under."""
    if found is None:
        return literal(None)
    if found.every is not None:
        return literal(found.every)
    if found.timetable is not None:
        return imported_call(found.timetable, names)
    if not found.assets:
        return _cron(found, facts)
    nodes = [asset(one, facts) for one in found.assets]
    several = len(nodes) > 1
    of_any = Group(f"{facts.assets.any}(", tuple(("", node) for node in nodes), ")")
    wanted = of_any if found.wants == "any" and several else sequence(nodes)
    if found.cron is None:
        # A list of one is any of one, too; an expression is no list.
        return wanted
    return call(facts.assets.schedule, {"timetable": _cron(found, facts), facts.assets.parameter: wanted})


def _cron(found: Schedule, facts: AirflowFacts) -> Node:
    if found.cron_timezone is None or found.cron in _PRESETS_WITHOUT_TIMES:
        return literal(found.cron)
    zone = ("timezone=", literal(found.cron_timezone))
    return Group(f"{facts.cron_timetable}(", (("", literal(found.cron)), zone), ")")


def asset(found: Asset, facts: AirflowFacts) -> Node:
    """Return an asset: a dataset on Airflow 2."""
    told: dict[str, object] = {"name": found.name, "uri": found.uri, "extra": found.extra}
    keys = [key for key in told if key == "uri" or (key in facts.assets.keywords and told[key] != {})]
    return call(facts.assets.asset, {key: literal(told[key]) for key in keys})


def assets(found: Iterable[Asset], facts: AirflowFacts) -> Node:
    """Return a list of assets."""
    return sequence([asset(one, facts) for one in found])


def moment(when: date, zone: str) -> Node:
    """Return a date with its time zone: of its own as UTC, else the DAG's."""
    if isinstance(when, datetime):
        if when.tzinfo is not None:
            when, zone = when.astimezone(timezone.utc), "UTC"
    else:
        when = datetime.combine(when, time())
    parts = [when.year, when.month, when.day, when.hour, when.minute, when.second, when.microsecond]
    while len(parts) > 3 and parts[-1] == 0:
        parts.pop()
    items = [("", Code(str(part))) for part in parts]
    tzinfo = Group("ZoneInfo(", (("", literal(zone)),), ")")
    return Group("datetime(", (*items, ("tzinfo=", tzinfo)), ")")
