"""Versions: which Airflow, which Python, which docker provider."""

from __future__ import annotations

import re

from airdock.diagnostics import Kind, Report
from airdock.diagnostics.kind import as_warning
from airdock.diagnostics.shape import BAD_VALUE
from airdock.facts import (
    ProviderFacts,
    facts_for,
    newest_provider,
    newest_series,
    provider_release,
    provider_releases,
    supported_series,
)
from airdock.project.model import Target
from airdock.project.requirements import check_pins, check_requirements
from airdock.spec.project import AirflowTable

OTHER_AIRFLOW = Kind(
    "AD305",
    "other-airflow-version",
    "error",
    "{problem}",
    what="A key needs another Airflow version than airflow.version, or its image is of another; or (a warning) that "
    "version is newer than the newest that airdock knows.",
    why="Airflow would refuse the DAG; or airdock treats a new version like the newest it knows, which may be wrong.",
    example='[airflow]\nversion = "3.99.0"\n',
    fix="Remove the key, or change the version; for a new Airflow, look for a newer airdock.",
    also_warning=True,
)


def resolve_target(spec: AirflowTable, report: Report) -> Target | None:
    """Return the versions; reports AD104, AD305 and AD315, and returns None where they cannot go together."""
    facts = facts_for(spec.version)
    where = ("airflow", "version")
    if facts is None:
        series = supported_series()
        expected = f"airdock supports {', '.join(series)}"
        newest = newest_series().latest
        report.add(BAD_VALUE.at(where, found=f"Airflow {spec.version}", expected=expected, help=f'such as "{newest}"'))
        return None
    if not spec.version.startswith(f"{facts.series}."):
        problem = f"Airflow {spec.version} is newer than this airdock knows; it is treated like {facts.latest}"
        report.add(as_warning(OTHER_AIRFLOW.at(where, problem=problem)))
    _check_image(spec, report)
    python = spec.python or facts.image_python
    if python not in facts.python:
        expected = f"Airflow {spec.version} runs on {', '.join(facts.python)}"
        report.add(BAD_VALUE.at(("airflow", "python"), found=f"Python {python}", expected=expected))
        return None
    provider = _provider(spec, python, report)
    check_requirements(spec.requirements, ("airflow", "requirements"), report)
    if provider is not None:
        check_pins(spec.requirements, python, spec.version, provider.version, report)
    return Target(spec.version, facts, python, provider) if provider else None


def _check_image(spec: AirflowTable, report: Report) -> None:
    """Report AD305 for an official image of another release: what runs would not be what DAGs are written for."""
    official = re.match(r"(?:docker\.io/)?apache/airflow:(?:slim-)?([0-9]+\.[0-9]+\.[0-9]+)(?![0-9])", spec.image or "")
    if official is None or official[1] == spec.version:
        return
    problem = f"the image is of Airflow {official[1]}, and airflow.version is {spec.version}"
    found = OTHER_AIRFLOW.at(("airflow", "image"), problem=problem, help="name one release in both")
    same_series = official[1].rpartition(".")[0] == spec.version.rpartition(".")[0]
    report.add(as_warning(found) if same_series else found)


def _provider(spec: AirflowTable, python: str, report: Report) -> ProviderFacts | None:
    newest = newest_provider(spec.version, python)
    if spec.docker_provider is None:
        return newest
    where = ("airflow", "docker_provider")
    found = f"docker provider {spec.docker_provider}"
    release = provider_release(spec.docker_provider)
    if release is None:
        known = provider_releases()
        expected = f"airdock knows the releases from {known[0]} to {known[-1]}"
        report.add(BAD_VALUE.at(where, found=found, expected=expected, help=f'such as "{newest.version}"'))
    elif not release.fits(spec.version, python):
        needs = f"it needs Airflow {release.airflow} and Python {release.python} or later"
        advice = f'the newest that fits Airflow {spec.version} on Python {python} is "{newest.version}"'
        report.add(BAD_VALUE.at(where, found=found, expected=needs, help=advice))
        return None
    return release
