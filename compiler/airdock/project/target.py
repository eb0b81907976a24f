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
from airdock.spec.project import AirflowTable

OTHER_AIRFLOW = Kind(
    "AD305",
    "other-airflow-version",
    "error",
    "{problem}",
    what="A key needs another Airflow version than airflow.version; or (a warning) that version is newer than the "
    "newest that airdock knows.",
    why="Airflow would refuse the DAG; or airdock treats a new version like the newest it knows, which may be wrong.",
    example='[airflow]\nversion = "3.99.0"\n',
    fix="Remove the key, or change the version; for a new Airflow, look for a newer airdock.",
)
BAD_REQUIREMENT = Kind(
    "AD315",
    "bad-requirement",
    "error",
    'requirement "{line}" contradicts {what}',
    what="A requirement pins Airflow, or its docker provider, to another version than the rest of airdock.toml.",
    why="pip would change what the image is based on, or refuse to install at all.",
    example='[airflow]\nversion = "3.3.2"\nrequirements = ["apache-airflow==3.2.0"]\n',
    fix="Remove the line: airdock restates apache-airflow, and docker_provider pins the provider.",
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
    python = spec.python or facts.image_python
    if python not in facts.python:
        expected = f"Airflow {spec.version} runs on {', '.join(facts.python)}"
        report.add(BAD_VALUE.at(("airflow", "python"), found=f"Python {python}", expected=expected))
        return None
    provider = _provider(spec, python, report)
    for index, line in enumerate(spec.requirements):
        _check_requirement(line, index, spec.version, provider, report)
    return Target(spec.version, facts, python, provider) if provider else None


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


def _check_requirement(line: str, index: int, airflow: str, provider: ProviderFacts | None, report: Report) -> None:
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*?)\s*(?:;.*)?$", line)
    if match is None or provider is None:
        return
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    pins = {
        "apache-airflow": (airflow, f"airflow.version {airflow}"),
        "apache-airflow-providers-docker": (provider.version, f"the docker provider {provider.version}"),
    }
    if name in pins and match[2].replace(" ", "") not in ("", f"=={pins[name][0]}"):
        report.add(BAD_REQUIREMENT.at(("airflow", "requirements", index), line=line, what=pins[name][1]))
