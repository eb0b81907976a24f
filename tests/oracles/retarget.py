"""Cases made ones for another Airflow, by the few edits that a person would make too."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """What has to be changed in a case before an Airflow series, and why."""

    before: str
    """The first series that needs no edit."""
    why: str
    pattern: str
    """Regular expression, in which ^ and $ are ends of lines."""
    instead: str = ""


def _key(name: str) -> str:
    """Return the pattern of a line that sets a key."""
    return rf"^{name} = .*\n"


def _table(name: str) -> str:
    """Return the pattern of a table with its keys."""
    return rf"^\[{re.escape(name)}\]\n(?:(?!\[).*\n)*"


EDITS = (
    Edit(
        "3.0",
        "the operators of Airflow itself have moved to a provider",
        r"airflow\.providers\.standard\.operators",
        "airflow.operators",
    ),
    Edit("2.9", "docker provider 4.2.0, for Airflow 2.9, brought labels", _key("labels")),
    Edit("2.9", "argument of 2.9", _key("display_name")),
    Edit("2.9", "argument of 2.9", _key("max_consecutive_failures")),
    Edit("2.9", "argument of 2.9", _key("map_label")),
    Edit("2.9", "argument of 2.9", _key("on_skipped")),
    Edit("2.9", "docker provider 4.3.0, for Airflow 2.9, brought it", _key("name_prefix")),
    Edit("2.9", "any of several datasets came with 2.9", _table("dags.either")),
    Edit("2.9", "datasets with a timetable came with 2.9", _table("dags.times-and-both")),
    Edit("2.9", "any of several datasets, with a timetable, came with 2.9", _table("dags.times-or-either")),
    Edit("2.9", "the smtp provider of that time wants a sender", r"\{ to = ", '{ from_email = "b@example.org", to = '),
)
"""Each is for all cases; most fit one of them."""

START_DATE = "\n[defaults.dag]\nstart_date = 2026-01-01\n"
"""Airflow 2 wants one with a schedule."""


def series_of(version: str) -> tuple[int, ...]:
    """Return major and minor of a version or series."""
    return tuple(int(part) for part in version.split(".")[:2])


def retarget(folder: Path, version: str) -> None:
    """Make a case one for another Airflow."""
    file = folder / "airdock.toml"
    text = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', file.read_text(encoding="utf-8"), count=1)
    # The judges run on this Python, with the newest provider that fits.
    text = re.sub(r"(?m)^docker_provider = .*\n", "", text)
    text = re.sub(r'(?m)^python = "3.*"\n', "", text)
    text = re.sub(r'(?m)^(version = ".*")$', r'\1\npython = "3.11"', text, count=1)
    for edit in EDITS:
        if series_of(version) < series_of(edit.before):
            text = re.sub(f"(?m){edit.pattern}", edit.instead, text)
    if series_of(version) < (3, 0) and "[defaults.dag]" not in text:
        text += START_DATE
    file.write_text(text, encoding="utf-8")
