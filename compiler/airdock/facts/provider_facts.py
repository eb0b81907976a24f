"""Facts about releases of apache-airflow-providers-docker, from `docker_provider.toml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tomli

from airdock.facts.versions import version_key


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """One release of the docker provider."""

    version: str
    airflow: str
    """Least Airflow release."""
    python: str
    """Least Python."""
    unconstrained: tuple[str, ...]
    """Distributions that Airflow's constraints must not pin when this release is installed."""

    def has(self, parameter: str) -> bool:
        """Say whether DockerOperator has this parameter in this release."""
        return version_key(self.version) >= version_key(self.since(parameter))

    def since(self, parameter: str) -> str:
        """Return the release that brought a parameter; the oldest known release for older ones."""
        since: str = _table()["since"].get(parameter, next(iter(_table()["releases"])))
        return since

    def fits(self, airflow: str, python: str) -> bool:
        """Say whether this release installs with an Airflow release and a Python ``X.Y``."""
        return version_key(self.airflow) <= version_key(airflow) and version_key(self.python) <= version_key(python)


@cache
def _table() -> dict[str, Any]:
    return tomli.loads((Path(__file__).parent / "docker_provider.toml").read_text(encoding="utf-8"))


def provider_releases() -> tuple[str, ...]:
    """Return all known releases, oldest first."""
    return tuple(sorted(_table()["releases"], key=version_key))


def provider_release(version: str) -> ProviderFacts | None:
    """Return the facts of a release; None if it is not known."""
    row = _table()["releases"].get(version)
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
