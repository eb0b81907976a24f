"""When a DAG of a resolved project must run, and what was read of it, in the same words."""

from __future__ import annotations

from typing import Any

from airdock.project.model import Dag

PRESETS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *",
    "@yearly": "0 0 1 1 *",
}
"""What Airflow makes of them."""
ALONE = {"OnceTimetable": "@once", "ContinuousTimetable": "@continuous"}
"""Timetables that say it all by their class."""


def schedule_of(dag: Dag, *, named: bool) -> Any:
    """Return when a DAG must run. ``named`` says whether this Airflow knows the names of assets."""
    schedule = dag.schedule
    if schedule is None:
        return None
    if schedule.cron in ALONE.values():
        return schedule.cron
    if schedule.timetable is not None:
        return {"timetable": schedule.timetable.path, "arguments": schedule.timetable.arguments}
    found: dict[str, Any] = {}
    if schedule.every is not None:
        found["every"] = schedule.every.total_seconds()
    if schedule.cron is not None:
        found["cron"] = PRESETS.get(schedule.cron, schedule.cron)
        found["timezone"] = schedule.cron_timezone or dag.timezone
    if schedule.assets:
        rows = [{"name": one.name if named else None, "uri": one.uri, "extra": one.extra} for one in schedule.assets]
        # One asset is all of them and any of them.
        found["all" if len(rows) == 1 else schedule.wants] = rows
    return found


def schedule_read(timetable: dict[str, Any], wanted: Any) -> Any:
    """Return what the reader tells of a timetable, in the words of `schedule_of`."""
    kind, values = timetable["type"], timetable["values"]
    if isinstance(wanted, dict) and "timetable" in wanted:
        names = {"cron": "expression"}
        arguments = {key: values.get(names.get(key, key)) for key in wanted["arguments"]}
        return {"timetable": kind, "arguments": arguments}
    name = kind.rpartition(".")[2]
    if name == "NullTimetable":
        return None
    if name in ALONE:
        return ALONE[name]
    found = _times(values)
    if "timetable" in values:
        found |= _times(values["timetable"]["__var"])
    condition = values.get("asset_condition") or values.get("dataset_condition") or timetable["triggers"]
    if isinstance(condition, list):  # 2.8 knows no other condition
        condition = condition and {"__type": "dataset_all", "__var": condition}
    if condition:
        rows = [row.get("__var", row) for row in condition.get("objects") or condition["__var"]]
        found[condition["__type"].rpartition("_")[2]] = [
            {"name": row.get("name"), "uri": row["uri"], "extra": row["extra"] or {}} for row in rows
        ]
    return found


def _times(values: dict[str, Any]) -> dict[str, Any]:
    """Return the times of a timetable."""
    found: dict[str, Any] = {}
    if "expression" in values:
        found = {"cron": values["expression"], "timezone": values["timezone"]}
    if "delta" in values:
        found["every"] = values["delta"]
    return found
