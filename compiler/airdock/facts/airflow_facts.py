"""Facts about a series of Airflow: one data file each, in `airflow/`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

import tomli

from airdock.facts.versions import version_key

_FOLDER = Path(__file__).parent / "airflow"


class Feature(Enum):
    """Something that some series have and others have not."""

    START_DATE_REQUIRED = "start-date-required"
    CONSTRAINTS_IN_IMAGE = "constraints-in-image"
    EXECUTION_API = "execution-api"


@dataclass(frozen=True, slots=True)
class Bundled:
    """What a base Compose file of airdock's own is made of. Texts may hold Compose's ``${…}``."""

    postgres: str
    redis: str
    once: tuple[str, ...]
    """Secrets that are made once, in `.env`."""
    environment: dict[str, str]
    """Of every Airflow service."""
    commands: dict[str, str]
    """Long-running service to its command."""
    health: dict[str, str]
    """Service to the shell line that tells whether it is healthy."""


@dataclass(frozen=True, slots=True)
class AirflowFacts:
    """One series of Airflow, such as 3.3."""

    series: str
    latest: str
    """Newest release known, for messages."""
    python: tuple[str, ...]
    image_python: str
    features: frozenset[Feature]
    trigger_rules: tuple[str, ...]
    imports: dict[str, str]
    """Name to the module that a generated DAG module imports it from."""
    cron_timetable: str
    services: tuple[str, ...]
    """Airflow services of the official Compose file; postgres and redis are not among them."""
    webserver: str
    parses: tuple[str, ...]
    once: tuple[str, ...]
    """Secrets that the official file takes from `.env`."""
    bundled: Bundled

    def has(self, feature: Feature) -> bool:
        """Say whether this series has a feature."""
        return feature in self.features


@cache
def supported_series() -> tuple[str, ...]:
    """Return the series there are facts for, oldest first."""
    return tuple(sorted((path.stem for path in _FOLDER.glob("*.toml")), key=version_key))


def newest_series() -> AirflowFacts:
    """Return the facts of the newest series; a newer Airflow is treated like it."""
    return _read(supported_series()[-1])


def facts_for(version: str) -> AirflowFacts | None:
    """Return the facts of a release ``X.Y.Z``: of its series, of the newest for a newer one, None for one too old."""
    series = version.rpartition(".")[0]
    if series in supported_series():
        return _read(series)
    newest = supported_series()[-1]
    return _read(newest) if version_key(series) > version_key(newest) else None


@cache
def _read(series: str) -> AirflowFacts:
    data = tomli.loads((_FOLDER / f"{series}.toml").read_text(encoding="utf-8"))
    compose, bundled = data["compose"], data["bundled"]
    return AirflowFacts(
        series=data["series"],
        latest=data["latest"],
        python=tuple(data["python"]),
        image_python=data["image_python"],
        features=frozenset(Feature(name) for name in data["features"]),
        trigger_rules=tuple(data["trigger_rules"]),
        imports=data["imports"],
        cron_timetable=data["schedule"]["cron_timetable"],
        services=tuple(compose["services"]),
        webserver=compose["webserver"],
        parses=tuple(compose["parses"]),
        once=tuple(compose["once"]),
        bundled=Bundled(**{**bundled, "once": tuple(bundled["once"])}),
    )
