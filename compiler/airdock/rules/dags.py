"""Rules about DAGs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from airdock.diagnostics import Diagnostic, Kind
from airdock.diagnostics.suggest import closest, did_you_mean
from airdock.facts import Feature
from airdock.load import seen
from airdock.rules.context import Context

START_DATE = Kind(
    "AD303",
    "start-date-needed",
    "error",
    'DAG "{dag}" has a schedule and no start_date, which Airflow {version} refuses',
    what="A DAG with a schedule has no start_date, and the Airflow version needs one.",
    why="Airflow 2 refuses the DAG when it reads the first task.",
    example='[airflow]\nversion = "2.11.2"\n\n[images.etl]\nref = "alpine:3.20"\n\n[dags.a]\nschedule = "@daily"\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\n',
    fix="Add start_date = 2026-01-31 (a date, without quotes) to the DAG or to [defaults.dag].",
)
TIME_ZONE = Kind(
    "AD314",
    "unknown-time-zone",
    "error",
    '"{zone}" is not a time zone',
    what="A time zone is not in the time zone database.",
    why="Airflow would refuse the DAG.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a]\ntimezone = "Europe/Pariss"\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\n',
    fix="Use a name such as Europe/Paris, America/New_York or UTC.",
)
WITHOUT_TASKS = Kind(
    "AD602",
    "dag-without-tasks",
    "warning",
    'DAG "{dag}" has no tasks',
    what="A DAG is declared, and no task of it is.",
    why="Airflow would show a DAG that does nothing. Often its name is misspelt, and what stands in its table, such as "
    "defaults, was meant for another DAG, which goes without.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.parcel.defaults]\nretries = 3\n\n'
    '[dags.parcels.tasks.load]\nimage = "etl"\n',
    fix="Call it as the DAG that was meant, give it a task ([dags.NAME.tasks.ID]), or remove it.",
)


def start_date_needed(context: Context) -> Iterator[Diagnostic]:
    """A scheduled DAG needs a start_date on Airflow 2."""
    target = context.project.target
    if not target.airflow.has(Feature.START_DATE_REQUIRED):
        return
    for dag in context.project.dags:
        if dag.schedule is not None and dag.start_date is None:
            advice = "add start_date = 2026-01-31, a date without quotes"
            yield START_DATE.at(dag.places["schedule"], help=advice, dag=dag.id, version=target.version)


def time_zone_known(context: Context) -> Iterator[Diagnostic]:
    """A time zone must exist."""
    for dag in context.project.dags:
        zones = [(dag.timezone, dag.places.get("timezone"))]
        if dag.schedule is not None and dag.schedule.cron_timezone not in (None, dag.timezone):
            zones.append((str(dag.schedule.cron_timezone), (*dag.places["schedule"], "timezone")))
        for zone, place in zones:
            if place is not None and not _is_zone(zone):
                yield TIME_ZONE.at(place, help=_near(zone), zone=zone)


def dag_has_tasks(context: Context) -> Iterator[Diagnostic]:
    """A DAG should have a task."""
    others = [dag.id for dag in context.project.dags if dag.tasks]
    for dag in context.project.dags:
        if not dag.tasks:
            near = closest(dag.id, others)
            advice = f'did you mean "{near}"?' if near else f"give it a task, [dags.{dag.id}.tasks.ID], or remove it"
            yield WITHOUT_TASKS.at(("dags", dag.id), "key", help=advice, dag=dag.id)


@cache
def _is_zone(zone: str) -> bool:
    # Most projects name none.
    from zoneinfo import TZPATH, ZoneInfo

    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):
        return False
    for folder in TZPATH:
        seen.content(Path(folder, zone))
    return True


def _near(zone: str) -> str | None:
    from zoneinfo import available_timezones

    zones = sorted(available_timezones())
    cities = [one for one in zones if one.rpartition("/")[2].casefold() == zone.casefold() and "/" in one]
    if len(cities) == 1:
        return f'did you mean "{cities[0]}"?'
    if re.fullmatch(r"[A-Z]{2,5}|(?:UTC|GMT)?[+-][\d:]+", zone):
        # The nearest three letters are the time of another part of the world.
        return "a zone is called by a place, such as Europe/Paris; or UTC"
    return did_you_mean(zone, zones)
