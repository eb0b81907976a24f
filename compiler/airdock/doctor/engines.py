"""Checks of the Docker client, the Compose plugin, and the engines."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from airdock.doctor.patient import Patient
from airdock.doctor.result import Result, ok, problem, unknown
from airdock.facts import engine_facts

INSTALL = "install Docker: see docs.docker.com/engine/install"
INSTALL_COMPOSE = "install the Compose plugin: see docs.docker.com/compose/install"


def engine(patient: Patient) -> Iterator[Result]:
    """The engine that Compose uses should answer, and be new enough."""
    found = patient.engine_of(None)
    if isinstance(found, str):
        yield problem(found, _mend(found))
        return
    said = f"Docker {found.version}, API {found.api}, at {found.endpoint or 'an address the client does not tell'}"
    fits = engine_facts().api_fits(found.api)
    if fits:
        yield ok(said)
    elif fits is None:
        yield unknown(f"{said}: that is no API version of Docker")
    else:
        least = f"API {engine_facts().api} (Docker {engine_facts().name}) is needed"
        yield problem(f"{said}: {least}", "upgrade Docker: see docs.docker.com/engine/install")


def _mend(reason: str) -> str:
    if "not installed" in reason:
        return INSTALL
    if "permission denied" in reason.lower():
        return 'sudo usermod -aG docker "$USER", then log in again'
    if "too old" in reason or "too new" in reason:
        return "upgrade Docker: see docs.docker.com/engine/install"
    if sys.platform.startswith("linux") and "unix://" in reason:
        return "sudo systemctl start docker (or start Docker Desktop)"
    return "start Docker, or correct DOCKER_HOST or `docker context use`"


def compose(patient: Patient) -> Iterator[Result]:
    """The Compose plugin should be there and new enough."""
    version = patient.compose_version
    if version is None:
        yield problem("`docker compose` is not there; docker-compose with a hyphen is too old", INSTALL_COMPOSE)
        return
    fits = engine_facts().compose_fits(version)
    if fits:
        yield ok(f"Docker Compose {version.removeprefix('v')}")
    elif fits is None:
        yield unknown(f'`docker compose version` says "{version}"')
    else:
        yield problem(f"Docker Compose {version} is older than {engine_facts().compose}", INSTALL_COMPOSE)


def other_engines(patient: Patient) -> Iterator[Result]:
    """The engines that tasks name should answer; Airflow's containers may reach what this host does not."""
    declared = [patient.project.access.engine] if patient.project.access.kind == "tcp" else []
    declared += patient.project.engines
    if not declared:
        yield ok("no others are named")
    for one in declared:
        found = patient.engine_of(one)
        name = f"engine {one.name}" if one.name else "the engine of [docker]"
        if isinstance(found, str):
            why = f"{name}, {one.url}, does not answer this host ({found})"
            yield unknown(f"{why}; Airflow's containers may reach it")
        elif engine_facts().api_fits(found.api) is False:
            needed = f"API {engine_facts().api} is needed"
            yield problem(f"{name} has API {found.api}; {needed}", "upgrade Docker on that host")
        else:
            yield ok(f"{name}: Docker {found.version} at {one.url}")
