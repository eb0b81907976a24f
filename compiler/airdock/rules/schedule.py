"""Rules about when a DAG runs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time

from airdock.diagnostics import Diagnostic, Kind, Related, SpecPath, SpecPlace
from airdock.diagnostics.kind import as_warning
from airdock.diagnostics.shape import KEYS_CONFLICT
from airdock.diagnostics.suggest import did_you_mean
from airdock.facts import AirflowFacts
from airdock.project.model import Dag
from airdock.rules.context import Context
from airdock.rules.cron import fault_of, fields_of, never_fires, plainly_fires, with_last_day

SCHEDULE = Kind(
    "AD301",
    "bad-schedule",
    "error",
    "{problem}",
    what="A schedule is not a cron line or a preset that Airflow reads; or (a warning) it never starts a run, or "
    "one each second.",
    why="Airflow would refuse the DAG; or it reads it, finds no date for the next run, and never runs it; or it takes "
    "a sixth field for seconds, which stand in front elsewhere.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a]\nschedule = "0 3 * * 99"\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\n',
    fix='Write five fields, minute, hour, day of month, month and day of week: "0 3 * * 1-5"; a preset such as '
    '"@daily"; or { every = "6h" }. Leave schedule out for a DAG that is started by hand.',
    also_warning=True,
)
DATES = Kind(
    "AD302",
    "end-before-start",
    "error",
    "end_date {end} is before start_date {start}",
    what="A DAG ends before it starts.",
    why="Airflow accepts it, and the DAG never runs.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a]\nschedule = "@daily"\nstart_date = 2026-02-01\n'
    'end_date = 2026-01-01\n\n[dags.a.tasks.load]\nimage = "etl"\n',
    fix="Correct one of the dates. They may be equal.",
)
_NO_DATE = ("@once", "@continuous")
"""Presets that no cron line stands for: schedules of their own in Airflow."""
_BY_HAND = ("none", "null", "never", "manual", "")
_RUNS_PER_DAG = "AIRFLOW__CORE__MAX_ACTIVE_RUNS_PER_DAG"


def schedule_read(context: Context) -> Iterator[Diagnostic]:
    """A cron line or preset must be one that Airflow reads, and should fire."""
    for dag in context.project.dags:
        schedule = dag.schedule
        if schedule is None or schedule.cron is None:
            continue
        place = dag.places["schedule"]
        written = context.written_at(place)
        if isinstance(written, dict):
            misplaced = list(_preset_in_table(schedule.cron, place, written)) if schedule.cron in _NO_DATE else []
            if misplaced:
                yield from misplaced
                continue
            place = (*place, "cron")
        yield from _cron_findings(context, dag, schedule.cron, place)


def _preset_in_table(preset: str, place: SpecPath, written: dict[str, object]) -> Iterator[Diagnostic]:
    """A table has a cron line; of these two presets only the bare text means something."""
    advice = f'write schedule = "{preset}"'
    if "assets" in written or "any" in written:
        problem = f'"{preset}" cannot go together with assets'
        yield SCHEDULE.at((*place, "cron"), problem=problem, help="beside assets there is a cron line")
    elif "timezone" in written:
        problem = f'"timezone" has no meaning with "{preset}"'
        yield KEYS_CONFLICT.at((*place, "timezone"), "key", problem=problem, help=advice)


def _cron_findings(context: Context, dag: Dag, line: str, place: SpecPath) -> Iterator[Diagnostic]:
    target = context.project.target
    facts = target.airflow
    if line in facts.presets:
        if line in facts.need_start_date and dag.start_date is None:
            problem = f'"{line}" never starts a run in Airflow {target.version}: it needs a start_date'
            advice = "add start_date = 2026-01-31, a date without quotes"
            yield as_warning(SCHEDULE.at(place, problem=problem, help=advice))
        return
    if plainly_fires(line):
        return
    if line == "@quarterly":
        problem = f'Airflow {target.version} does not know "@quarterly"'
        yield SCHEDULE.at(place, problem=problem, help='write "0 0 1 */3 *"')
        return
    fault = fault_of(line)
    if fault is not None:
        yield SCHEDULE.at(place, problem=_problem(line, fault[0]), help=_advice(line, fault[1], facts))
    elif never_fires(line, dag.start_date):
        last = with_last_day(line)
        other = f'for the last day of the month write "{last}"' if last else None
        when = " after start_date" if len(fields_of(line)) == 7 and dag.start_date else ""
        yield as_warning(SCHEDULE.at(place, problem=f'"{line}" never fires: there is no such date{when}', help=other))
    elif len(fields := fields_of(line)) == 6 and (fields[0], fields[5]) == ("0", "*"):
        # Quartz and Spring have the seconds in front. Who wants every second writes no 0 there.
        problem = f'"{line}" fires every second of its minutes: the sixth field is seconds'
        other = " ".join(fields[1:])
        advice = f'without seconds write "{other}"' if fault_of(other) is None else "a sixth field * is left out"
        yield as_warning(SCHEDULE.at(place, problem=problem, help=advice))


def _problem(line: str, reason: str) -> str:
    if line.startswith("@"):
        return f'"{line}" is not a preset of Airflow'
    return f'"{line}" is not a cron line: {reason}'


def _advice(line: str, advice: str, facts: AirflowFacts) -> str | None:
    word = line.strip()
    if word.lstrip("@").lower() in _BY_HAND:
        return "leave `schedule` out for a DAG that is started by hand"
    every = re.fullmatch(r"@every\s+(\S+)", word)
    if every:
        return f'write schedule = {{ every = "{every[1]}" }}'
    return did_you_mean(word, facts.presets, what="presets") if word.startswith("@") else advice


def continuous_runs_alone(context: Context) -> Iterator[Diagnostic]:
    """@continuous starts the next run when one ends, so Airflow takes it with max_active_runs = 1 only."""
    airflow = context.project.airflow
    everywhere = dict((*airflow.config, *airflow.env)).get(_RUNS_PER_DAG)
    for dag in context.project.dags:
        if dag.schedule is None or dag.schedule.cron != "@continuous":
            continue
        runs, schedule = dag.options.get("max_active_runs"), dag.places["schedule"]
        if runs is None and everywhere is None:
            problem = '"@continuous" needs max_active_runs = 1'
            yield KEYS_CONFLICT.at(schedule, problem=problem, help="add max_active_runs = 1 to the DAG")
        elif runs not in (None, 1):
            problem = '"@continuous" needs max_active_runs = 1'
            related = (Related('"schedule" is here', SpecPlace(schedule)),)
            yield KEYS_CONFLICT.at(dag.places["max_active_runs"], problem=problem, related=related)


def dates_in_order(context: Context) -> Iterator[Diagnostic]:
    """A DAG must not end before it starts."""
    for dag in context.project.dags:
        start, end = dag.start_date, dag.end_date
        if start is None or end is None or not _before(end, start, dag.timezone):
            continue
        place, other = dag.places["end_date"], dag.places["start_date"]
        name = "start_date"
        if place[0] == "defaults" and other[0] != "defaults":
            place, other, name = other, place, "end_date"
        related = (Related(f'"{name}" is here', SpecPlace(other)),)
        local = [value for value in (start, end) if not isinstance(value, datetime) or value.tzinfo is None]
        advice = f"a date without an offset is in the DAG's time zone, {dag.timezone}" if len(local) == 1 else None
        yield DATES.at(place, help=advice, related=related, end=end.isoformat(), start=start.isoformat())


def _before(one: date, other: date, zone: str) -> bool:
    """Compare two dates as the DAG module gives them to Airflow: those without an offset are in the DAG's zone."""
    try:
        return _moment(one, zone) < _moment(other, zone)
    except (OSError, ValueError, KeyError, OverflowError):
        return False  # a zone that does not exist is AD314


def _moment(value: date, zone: str) -> datetime:
    from zoneinfo import ZoneInfo

    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    return at if at.tzinfo else datetime.combine(at.date(), at.time(), ZoneInfo(zone))
