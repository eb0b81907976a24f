"""Facts about releases of apache-airflow-providers-docker: `docker_operator.toml` and `docker_provider.toml`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import tomli

from airdock.facts.versions import version_key


class ProviderFacts(NamedTuple):
    """One release of the docker provider."""

    version: str
    airflow: str
    """Least Airflow release."""
    python: str
    """Least Python."""
    unconstrained: tuple[str, ...]
    """Distributions that Airflow's constraints must not pin when this release is installed."""

    def has(self, parameter: str) -> bool:
        """Say whether the docker operators have this parameter in this release."""
        return _has(self.version, parameter)

    def since(self, parameter: str) -> str:
        """Return the release that brought a parameter; the oldest known one for a parameter of all operators."""
        return _since(parameter)

    def renders(self, field: str) -> bool:
        """Say whether this release renders a field as a template."""
        return _renders(self.version, field)

    def renders_since(self, field: str) -> str | None:
        """Return the release that made a field a template; None for a field that never was one."""
        return _renders_since(field)

    def does(self, what: str) -> bool:
        """Say whether the operators of this release do something that their parameters do not tell."""
        return version_key(self.version) >= version_key(_table()["does"][what])

    def forgotten(self) -> tuple[str, ...]:
        """Return what this release imports and does not require."""
        own = version_key(self.version)
        rows = _table()["forgotten"]
        return tuple(row["requirement"] for row in rows if version_key(row["since"]) <= own < version_key(row["until"]))

    def fits(self, airflow: str, python: str) -> bool:
        """Say whether this release installs with an Airflow release and a Python ``X.Y``."""
        return version_key(self.airflow) <= version_key(airflow) and version_key(self.python) <= version_key(python)


_OPERATORS = ("DockerOperator", "_DockerDecoratedOperator", "DockerSwarmOperator")


@cache
def _signatures() -> dict[str, Any]:
    return tomli.loads((Path(__file__).parent / "docker_operator.toml").read_text(encoding="utf-8"))


@cache
def _table() -> dict[str, Any]:
    return tomli.loads((Path(__file__).parent / "docker_provider.toml").read_text(encoding="utf-8"))


# All tasks ask for the same few names.
@cache
def _has(version: str, parameter: str) -> bool:
    return version_key(version) >= version_key(_since(parameter))


@cache
def _since(parameter: str) -> str:
    for operator in _OPERATORS:
        row = _signatures()[operator].get(parameter)
        if row is not None:
            return str(row["since"])
    return provider_releases()[0]


@cache
def _renders(version: str, field: str) -> bool:
    since = _renders_since(field)
    return since is not None and version_key(version) >= version_key(since)


def _renders_since(field: str) -> str | None:
    since: str | None = _table()["template_fields"].get(field)
    return since


def provider_releases() -> tuple[str, ...]:
    """Return all known releases, oldest first."""
    return tuple(sorted(_signatures()["releases"], key=version_key))


def provider_release(version: str) -> ProviderFacts | None:
    """Return the facts of a release; None if it is not known."""
    row = _signatures()["releases"].get(version)
    if row is None:
        return None
    return ProviderFacts(version, row["airflow"], row["python"], tuple(_table()["unconstrained"]))


def newest_provider(airflow: str, python: str) -> ProviderFacts:
    """Return the newest known release that installs with an Airflow release and a Python ``X.Y``."""
    for version in reversed(provider_releases()):
        release = provider_release(version)
        if release is not None and release.fits(airflow, python):
            return release
    raise LookupError(f"no docker provider is known for Airflow {airflow} on Python {python}")
