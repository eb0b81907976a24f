"""Airflow itself judges schedules: what it refuses is an error of airdock's, what never starts a run is a warning."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from airflow_judge import judge
from test_airflow import VERSIONS, environment_for

from airdock.diagnostics import Report, Stopped
from airdock.facts import Feature, facts_for
from airdock.pipeline import analyse, load

READER = Path(__file__).resolve().parent / "read_schedules.py"
LINES = (
    # plain lines, names, ranges that wrap
    "0 0 * * *", "*/5 * * * *", "0 3 * * 1-5", "0 3 * * MON-FRI", "0 0 1 JAN,Feb *", "00 03 * * *", "* * * * 7",
    "* * * * 0-7", "1-10/3 * * * *", "10/5 * * * *", "*/90 * * * *", "*,* * * * *", "22-2 * * * *", "* 22-2 * * *",
    "* * 28-3 * *", "* * * nov-feb *", "* * * * FRI-MON", "0 0 13 * 5", "0-59 0-23 1-31 1-12 0-6",
    # white space
    "0\t3\t*\t*\t*", "0  3 * * *", " 0 3 * * * ", "0\n3 * * *", "0\u00a03 * * *", "", "   ",
    # presets, and what other schedulers call so
    "@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@quarterly", "@yearly", "@annually", "@once",
    "@continuous", "@Daily", " @daily", "@never", "@reboot", "@every 5m", "None", "daily",
    # numbers and words that a field does not have
    "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *", "* * * 0 *", "* * * 13 *", "* * * * 8", "0 3 * * 99",
    "*/0 * * * *", "5-60 * * * *", "-1 * * * *", "1- * * * *", "1, * * * *", "1,,2 * * * *", "1.5 * * * *",
    "*-5 * * * *", "0 0 ** * *", "a b c d e", "0 3 * * monday", "0 0 1 january *", "\u0660 3 * * *", "0 3 * * \u00b2",
    # too few and too many fields, seconds, years
    "* * * *", "* * * * * *", "0 0 * * * 30", "0 0 0 * * *", "0 0 * * * 60", "0 30 3 * * *", "* * * * * foo",
    "0 0 * * * 0 2020", "0 0 * * * 0 1969", "0 0 * * * 0 2020-2099", "* * * * * * * *", "0 9 * * 1 #comment",
    # other dialects
    "0 0 ? * *", "0 0 * * ?", "? * * * *", "0 0 L * *", "0 0 * * L5", "0 0 * * L", "0 0 * * 5L", "0 0 15W * *",
    "0 0 LW * *", "0 0 * * 5#5", "0 0 * * 5#6", "0 0 * * fri#2", "0 0 * * 1#1,3", "H H * * *", "H/5 * * * *",
    # days that never come, and some that seldom do
    "0 0 29 2 *", "0 0 30 2 *", "0 0 31 2 *", "0 0 30,31 2 *", "0 0 31 4,6,9,11 *", "0 0 31 2-4/2 *", "0 0 31 */2 *",
    "0 0 31 2 1", "0 0 29 2 1#1", "0 0 * 2 0#5", "0 0 L 2 *",
)  # fmt: skip
PROJECT = """\
airdock = 1
project = {{ name = "shop" }}
airflow = {{ version = "{version}", python = "3.11" }}
compose = {{ bundled = true }}
images = {{ etl = {{ ref = "alpine:3.20" }} }}
defaults = {{ task = {{ image = "etl" }}, dag = {{ max_active_runs = 1, {start} }} }}
"""
MODULE = """\
from datetime import datetime, timezone

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG
{imports}
with DAG({dag!r}, schedule={schedule}, start_date={start}, catchup=False, max_active_runs=1) as dag:
    pass
"""
START = {True: "datetime(2026, 1, 1, tzinfo=timezone.utc)", False: "None"}


def verdicts(folder: Path, version: str, lines: tuple[str, ...], *, start: bool) -> dict[str, str]:
    """Return what airdock says of each line: error, warning, or fine."""
    text = PROJECT.format(version=version, start="start_date = 2026-01-01" if start else "catchup = false")
    for index, line in enumerate(lines):
        text += f"\n[dags.d{index}]\nschedule = {{ cron = {json.dumps(line)} }}\ntasks.load = {{}}\n"
    (folder / "airdock.toml").write_text(text, encoding="utf-8")
    report = Report()
    try:
        analyse(load(folder, "airdock.toml", report), report)
    except Stopped:
        assert {found.kind.code for found in report.findings} <= {"AD301", "AD903"}
    found = {str(one.place.path[1]): one.severity for one in report.findings if one.kind.code == "AD301"}  # type: ignore[union-attr]
    return {line: str(found.get(f"d{index}", "fine")) for index, line in enumerate(lines)}


def judged(folder: Path, version: str, lines: tuple[str, ...], *, start: bool, timetable: bool) -> dict[str, str]:
    """Return what Airflow does with each line, in the same words."""
    environment = environment_for(version)
    facts = facts_for(version)
    assert facts is not None
    for index, line in enumerate(lines):
        imports, schedule = "", repr(line)
        if timetable:
            imports = f"from {facts.imports[facts.cron_timetable]} import {facts.cron_timetable}"
            schedule = f'{facts.cron_timetable}({line!r}, timezone="Europe/Paris")'
        module = MODULE.format(imports=imports, dag=f"d{index}", schedule=schedule, start=START[start])
        (folder / f"d{index}.py").write_text(module, encoding="utf-8")
    result = judge(environment, folder, {}, READER)
    found = {}
    for index, line in enumerate(lines):
        if f"d{index}.py" in result["refused"]:
            found[line] = "error"
        else:
            first = result["first"][f"d{index}"]
            found[line] = "fine" if first is not None and first[:2] == "20" else "warning"
    return found


@pytest.mark.parametrize("version", VERSIONS)
def test_airflow_and_airdock_say_the_same_of_a_line(version: str, tmp_path: Path) -> None:
    dags = tmp_path / "dags"
    dags.mkdir()
    assert verdicts(tmp_path, version, LINES, start=True) == judged(dags, version, LINES, start=True, timetable=False)


@pytest.mark.parametrize("version", VERSIONS)
def test_airflow_and_airdock_say_the_same_of_a_line_with_a_time_zone(version: str, tmp_path: Path) -> None:
    dags = tmp_path / "dags"
    dags.mkdir()
    # These two are schedules of their own; airdock never writes them into a timetable.
    lines = tuple(line for line in LINES if line not in ("@once", "@continuous"))
    assert verdicts(tmp_path, version, lines, start=True) == judged(dags, version, lines, start=True, timetable=True)


@pytest.mark.parametrize("version", VERSIONS)
def test_presets_that_need_a_start_date_are_the_known_ones(version: str, tmp_path: Path) -> None:
    facts = facts_for(version)
    assert facts is not None
    dags = tmp_path / "dags"
    dags.mkdir()
    found = judged(dags, version, facts.presets, start=False, timetable=False)
    if facts.has(Feature.START_DATE_REQUIRED):
        assert set(found.values()) == {"error"}  # AD303
    else:
        assert verdicts(tmp_path, version, facts.presets, start=False) == found
        assert {line for line, verdict in found.items() if verdict == "warning"} == facts.need_start_date
