"""Facts about a series of Airflow: one data file each, in `airflow/`."""

from __future__ import annotations

from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import tomli

from airdock.facts.versions import version_key

_FOLDER = Path(__file__).parent / "airflow"


class Feature(Enum):
    """Something that some series have and others have not."""

    START_DATE_REQUIRED = "start-date-required"
    CONSTRAINTS_IN_IMAGE = "constraints-in-image"
    EXECUTION_API = "execution-api"
    DAG_DOC_RENDERED = "dag-doc-rendered"
    ASSET_EXPRESSIONS = "asset-expressions"
    RETRY_BACKOFF_FACTOR = "retry-backoff-factor"
    ANNOTATIONS_EVALUATED = "annotations-evaluated"
    CONTEXT_DEFAULT_REFUSED = "context-default-refused"
    CONTEXT_ORDER_REFUSED = "context-order-refused"
    COMMENT_LINES_DROPPED = "comment-lines-dropped"


class Bundled(NamedTuple):
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


class AssetNames(NamedTuple):
    """What assets are called in a series."""

    asset: str
    keywords: tuple[str, ...]
    """What its class is told beside the uri."""
    any: str
    """Class that stands for any of several."""
    schedule: str
    """Timetable that runs at times and for assets."""
    parameter: str
    """Of that timetable, for the assets."""


class Templates(NamedTuple):
    """What Jinja templates know when a task runs."""

    variables: frozenset[str]
    filters: tuple[str, ...]
    """Beside Jinja's own."""
    dated: frozenset[str]
    """Variables that a run without a logical date does not have."""
    instead: dict[str, str]
    """Variables of other series, and what to write in this one."""


class AirflowFacts(NamedTuple):
    """One series of Airflow, such as 3.3."""

    series: str
    latest: str
    """Newest release known, for messages."""
    python: tuple[str, ...]
    image_python: str
    features: frozenset[Feature]
    trigger_rules: tuple[str, ...]
    weight_rules: tuple[str, ...]
    imports: dict[str, str]
    """Name to the module that a generated DAG module imports it from."""
    cron_timetable: str
    presets: tuple[str, ...]
    """Schedules with a name of their own."""
    need_start_date: frozenset[str]
    """Presets that never start a run of a DAG without a start date."""
    context_names: frozenset[str]
    """Parameters of a function that @task takes for names of the context."""
    lacks: frozenset[str]
    """Arguments of DAG and BaseOperator that newer series have and this one has not."""
    renamed: dict[str, str]
    """Arguments that this series knows under another name."""
    assets: AssetNames
    templates: Templates
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


def series_with(feature: Feature) -> str:
    """Return the first series that has a feature, for messages."""
    return next(series for series in supported_series() if _read(series).has(feature))


def series_that_takes(argument: str) -> str:
    """Return the first series whose DAG or operators take an argument, for messages."""
    return next(series for series in supported_series() if argument not in _read(series).lacks)


def series_with_variable(name: str) -> tuple[str, ...]:
    """Return the series whose templates know a variable, oldest first, for messages."""
    return tuple(series for series in supported_series() if name in _read(series).templates.variables)


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
    compose, bundled, assets = data["compose"], data["bundled"], data["assets"]
    return AirflowFacts(
        series=data["series"],
        latest=data["latest"],
        python=tuple(data["python"]),
        image_python=data["image_python"],
        features=frozenset(Feature(name) for name in data["features"]),
        trigger_rules=tuple(data["trigger_rules"]),
        weight_rules=tuple(data["weight_rules"]),
        imports=data["imports"],
        cron_timetable=data["schedule"]["cron_timetable"],
        presets=tuple(data["schedule"]["presets"]),
        need_start_date=frozenset(data["schedule"]["need_start_date"]),
        context_names=frozenset([*data["templates"]["variables"], *data["functions"]["context"]]),
        lacks=frozenset(data["arguments"]["lacks"]),
        renamed=data["arguments"]["renamed"],
        assets=AssetNames(
            asset=assets["class"],
            keywords=tuple(assets["keywords"]),
            any=assets["any"],
            schedule=assets["schedule"],
            parameter=assets["parameter"],
        ),
        templates=_templates(data["templates"]),
        services=tuple(compose["services"]),
        webserver=compose["webserver"],
        parses=tuple(compose["parses"]),
        once=tuple(compose["once"]),
        bundled=Bundled(**{**bundled, "once": tuple(bundled["once"])}),
    )


def _templates(data: dict[str, Any]) -> Templates:
    return Templates(
        variables=frozenset(data["variables"]),
        filters=tuple(data["filters"]),
        dated=frozenset(data["dated"]),
        instead=data["instead"],
    )
