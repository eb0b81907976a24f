"""The Compose file that the override extends: which Airflow services it has."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from airdock.diagnostics import Kind, SpecPath
from airdock.diagnostics.kind import as_warning
from airdock.diagnostics.shape import MISSING_KEY
from airdock.diagnostics.suggest import closest
from airdock.load import seen
from airdock.load.files import DOES_NOT_EXIST, FileProblem
from airdock.project.declared import POOLS, PROXY
from airdock.project.model import Compose, Target
from airdock.project.scope import Scope

BASE_MISSING = Kind(
    "AD903",
    "base-file-missing",
    "warning",
    "{path} is not there; the official Compose file of Airflow {version} is assumed",
    what="The Compose file that the override extends is not in the project yet.",
    why="The override alone starts nothing.",
    example='[airflow]\nversion = "3.3.2"\n',
    fix="Download the docker-compose.yaml of that Airflow version beside airdock.toml, or set bundled = true in "
    "[compose], and airdock writes one.",
)
BASE_UNFIT = Kind(
    "AD904",
    "base-file-unfit",
    "error",
    "{path} {reason}",
    what="The base Compose file lacks a service that the override has to extend, or is of another Airflow version.",
    why="Compose would start a service that has no command, or none at all.",
    example='[airflow]\nversion = "3.3.2"\n\n[compose]\nbase = "airdock.toml"\n',
    fix="Use the official Compose file of the Airflow version in airdock.toml, or bundled = true in [compose].",
)
FOUND_BY_COMPOSE = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""Base files, in the order in which Compose takes them (compose-go)."""
FOUND_OVERRIDES = (
    "compose.override.yml",
    "compose.override.yaml",
    "docker-compose.override.yml",
    "docker-compose.override.yaml",
)
"""In the order in which Compose takes them, whatever the base file is called (compose-go; run with 2.26)."""
MOST = 128_000
"""Bytes of a Compose file that is read; the official one has 13,000. Reading so many may take seconds."""
ENV_FILE_PATH = "ENV_FILE_PATH"
"""The variable by which the official file lets one choose what `env_file` it hands to every service."""
_MAKES_A_SERVICE = ("image", "build", "extends", "provider")
"""Keys of which every service has one in some file."""


def override_name(base: str) -> str:
    """Return the name under which Compose finds an override beside a base file by itself."""
    stem, dot, suffix = base.rpartition(".")
    return f"{stem}.override{dot}{suffix}" if stem else f"{base}.override.yaml"


class BaseFile(NamedTuple):
    """What the override has to know of the file that it extends."""

    services: tuple[str, ...]
    """Its Airflow services."""
    hands_on_dotenv: bool = False
    """Whether it gives all of `.env` to every service, as the official file does since some 3.1 (env_file)."""
    builds: frozenset[str] = frozenset()
    """Services that it, or the user's own override, builds an image for."""
    in_groups: frozenset[str] = frozenset()
    """Services to which it, or the user's own override, gives groups (group_add)."""
    every: frozenset[str] = frozenset()
    """All services, those of the user's own override too; none where that cannot be known."""


def read_base_file(scope: Scope, compose: Compose, target: Target, executes: str) -> BaseFile:
    """Return what the base file has; reports AD903 and AD904."""
    known = target.airflow.services
    if compose.bundled:
        left_out = {"flower"} if executes == "airflow-worker" else {"flower", "airflow-worker"}
        present = tuple(service for service in known if service not in left_out)
        backends = ("redis",) if executes == "airflow-worker" else ()
        return BaseFile(present, every=frozenset({*present, "airflow-cli", "postgres", *backends}))
    where = ("compose", "base") if "base" in scope.spec.compose.written else ("airflow", "version")
    text, problem = None, DOES_NOT_EXIST
    # A generated file there is the bundled one of an earlier build, which this build deletes.
    if scope.files.is_users(compose.base) or not seen.kind(scope.files.root / compose.base).is_file():
        try:
            text = scope.files.read_text(compose.base, most=MOST)
        except FileProblem as trouble:
            problem = trouble.reason
    if text is None and problem == DOES_NOT_EXIST:
        advice = "download it beside airdock.toml, or set bundled = true in [compose]"
        scope.report.add(as_warning(BASE_MISSING.at(where, help=advice, path=compose.base, version=target.version)))
        return BaseFile(known, hands_on_dotenv=True)
    if text is None:
        scope.report.add(BASE_UNFIT.at(where, path=compose.base, reason=problem))
        return BaseFile(known)
    try:
        services = services_of(text)
    except FileProblem as trouble:
        scope.report.add(BASE_UNFIT.at(where, path=compose.base, reason=trouble.reason))
        return BaseFile(known)
    present = tuple(service for service in known if service in services)
    needed = dict.fromkeys(("airflow-init", "airflow-scheduler", executes, target.airflow.webserver))
    missing = [service for service in needed if service not in present]
    if missing:
        reason = f"has no service {' and '.join(missing)}, which Airflow {target.version} needs"
        scope.report.add(BASE_UNFIT.at(where, path=compose.base, reason=reason))
    both = [services, *_services_beside(scope, compose)]
    every = frozenset(name for file in both for name in file)
    return BaseFile(present, ENV_FILE_PATH in text, _that_have("build", both), _that_have("group_add", both), every)


def check_services(scope: Scope, base: BaseFile) -> None:
    """Report AD102 for a misspelt service: one without an image, and Compose would refuse all of the files.

    Another name without one may be that of a service in a file that Compose is told of elsewhere.
    """
    made = (PROXY, POOLS, *(f"image-{name}" for name in scope.images))
    for name, service in scope.spec.compose.services.items():
        if name in base.every or name in made or not service.keys().isdisjoint(_MAKES_A_SERVICE):
            continue
        near = closest(name, sorted(base.every))
        if near is not None:
            where: SpecPath = ("compose", "services", name)
            advice = f'did you mean "{near}"?'
            scope.report.add(
                MISSING_KEY.at(where, "header", key='image" or "build', where=f' of service "{name}"', help=advice)
            )


def _services_beside(scope: Scope, compose: Compose) -> Iterator[Mapping[str, Any]]:
    """Return the services of the override of the user's that takes part."""
    for path in compose.files:
        if path not in (compose.base, compose.override):
            with contextlib.suppress(FileProblem):
                yield services_of(scope.files.read_text(path, most=MOST))


def _that_have(key: str, files: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    return frozenset(
        name for services in files for name, service in services.items() if isinstance(service, dict) and key in service
    )


def services_of(text: str) -> Mapping[str, Any]:
    """Return the services of a Compose file by name. Raises FileProblem."""
    # Only a project with a base file of its own pays for this import.
    from airdock.project.compose_text import NoYaml, values_of

    try:
        data = values_of(text)
    except NoYaml as error:
        raise FileProblem(f"{error} (line {error.line})" if error.line else str(error)) from None
    services = data.get("services") if isinstance(data, dict) else None
    if not isinstance(services, dict) or not services:
        raise FileProblem("is not a Compose file with services")
    return {str(name): one for name, one in services.items()}
