"""The Compose files that are there: which is Airflow's, and what it says of versions, executor and folders."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from airdock.facts import facts_for, newest_series, supported_series
from airdock.load.dotenv import interpolated
from airdock.load.reading import read_file
from airdock.project.base_file import FOUND_BY_COMPOSE, FOUND_OVERRIDES
from airdock.starter.compose_file import (
    ComposeFile,
    Unreadable,
    environment_of,
    pairs_of,
    read_compose_file,
    scalar,
    volumes_of,
)
from airdock.starter.note import Note
from airdock.starter.own_dockerfile import OwnDockerfile

SCHEDULER, WORKER, INIT = "airflow-scheduler", "airflow-worker", "airflow-init"
_OFFICIAL = re.compile(
    r"(?:docker\.io/)?apache/airflow:(?P<version>\d+\.\d+\.\d+)(?:-python(?P<python>3\.\d+))?(?:@.*)?"
)
_RELEASE = re.compile(r"(?<![\d.])([23]\.\d+\.\d+)(?![\d.])")
_IN_TEXT = re.compile(r"apache/airflow:(\d+\.\d+\.\d+)")
"""The official file names its version in the comment at its head, too."""
_DAGS = "/opt/airflow/dags"
_EXECUTORS = {"CeleryExecutor": "celery", "LocalExecutor": "local"}


@dataclass
class Stack:
    """What the Compose files say. Without ``base`` there is none that airdock can extend, and it writes its own."""

    version: str = ""
    python: str | None = None
    image: str | None = None
    """A base image that is not the official one of the version."""
    executor: str = "celery"
    base: ComposeFile | None = None
    override: ComposeFile | None = None
    """The user's own, which Compose merges now."""
    other: str | None = None
    """A Compose file that airdock cannot extend; it stays."""
    dags_folder: str = "dags"
    name: str | None = None
    """The name of the Compose project, where it is not that of the folder."""
    network: str | None = None
    dockerfile: OwnDockerfile | None = None
    pip_at_start: list[tuple[str, str]] = field(default_factory=list)
    """Requirements that Airflow's image installs each time it starts, with their places."""
    notes: list[Note] = field(default_factory=list)

    @property
    def files(self) -> list[ComposeFile]:
        """The user's Compose files that take part."""
        return [file for file in (self.base, self.override) if file is not None]


def read_stack(directory: Path, dotenv: Mapping[str, str]) -> Stack:
    """Look for a Compose file of an Airflow that airdock knows, in the order of Compose, and at what overrides it."""
    stack = Stack()
    for name in FOUND_BY_COMPOSE:
        try:
            file = read_compose_file(directory, name)
        except Unreadable as problem:
            place = name if problem.line is None else f"{name}:{problem.line}"
            stack.notes.append(Note(place, str(problem)))
            stack.other = stack.other or name
            continue
        if file is not None and not _take_base(stack, file, directory, dotenv):
            stack.other = stack.other or name
        if stack.base is not None:
            break
    if stack.base is None:
        stack.version, stack.executor = newest_series().latest, "local"
        _take_dockerfile(stack, directory, dotenv)
    # The override of a file that stays is that one's.
    if stack.other is None or stack.base is not None:
        _take_override(stack, directory)
    if stack.base is None:
        if stack.override is not None and WORKER in stack.override.services:
            stack.executor = "celery"
        return stack
    _read_settings(stack, dotenv)
    if stack.dockerfile is None:
        _take_dockerfile(stack, directory, dotenv)
    return stack


def _take_override(stack: Stack, directory: Path) -> None:
    """Take the user's override that Compose takes; one that cannot be read takes part all the same."""
    for name in FOUND_OVERRIDES:
        try:
            stack.override = read_compose_file(directory, name)
        except Unreadable as problem:
            stack.notes.append(Note(name if problem.line is None else f"{name}:{problem.line}", str(problem)))
            stack.override = ComposeFile(name, "", {})
        if stack.override is not None:
            return


def _take_dockerfile(stack: Stack, directory: Path, dotenv: Mapping[str, str]) -> None:
    """Read the Dockerfile that another service than the scheduler is built with, or the one beside the base file."""
    builds = [service["build"] for file in stack.files for service in file.services.values() if "build" in service]
    for build in [*builds, "."]:
        found = _read_dockerfile(directory, build, dotenv)
        match = None if found is None else _OFFICIAL.fullmatch(found.base or "")
        if found is not None and match is not None:
            stack.dockerfile = found
            if stack.base is None and facts_for(match["version"]) is not None:
                stack.version = match["version"]
            stack.python = _other_python(match, stack.version) or stack.python
            if match["version"] != stack.version:
                text = f"FROM {found.base}, beside Airflow {stack.version} in the Compose file, which is taken"
                stack.notes.append(Note(found.name, text))
            return


def _take_base(stack: Stack, file: ComposeFile, directory: Path, dotenv: Mapping[str, str]) -> bool:
    """Say whether airdock can extend a file; then it is the base."""
    scheduler = file.services.get(SCHEDULER)
    if scheduler is None or INIT not in file.services:
        if "airflow" in file.text.lower():
            text = f"its services are not called as in the official file ({SCHEDULER}, {INIT}, …)"
            stack.notes.append(Note(file.place("services"), text))
        return False
    version = _read_image(stack, file, scheduler, directory, dotenv)
    facts = facts_for(version)
    if facts is None:
        series = supported_series()
        text = f"Airflow {version}: airdock knows {series[0]} to {series[-1]}"
        stack.notes.append(Note(file.place("services", SCHEDULER, "image"), text))
        return False
    if facts.webserver not in file.services:
        text = f"it has no service {facts.webserver}, which Airflow {version} needs"
        stack.notes.append(Note(file.place("services"), text))
        return False
    stack.base, stack.version = file, version
    return True


def _read_image(
    stack: Stack, file: ComposeFile, service: Mapping[str, Any], directory: Path, dotenv: Mapping[str, str]
) -> str:
    """Return the Airflow version of a service's image, and note what else the image says."""
    written = service.get("image")
    reference = interpolated(scalar(written) or "", dotenv)
    build = service.get("build")
    if build is not None:
        stack.dockerfile = _read_dockerfile(directory, build, dotenv)
        if stack.dockerfile is None:
            stack.notes.append(Note(file.place("services", SCHEDULER, "build"), "its Dockerfile cannot be read"))
        elif stack.dockerfile.base:
            reference = stack.dockerfile.base
    match = _OFFICIAL.fullmatch(reference)
    named = _IN_TEXT.search(file.text)
    if match is not None and facts_for(match["version"]) is None and named is not None and facts_for(named[1]):
        text = f"Airflow {match['version']} is none that airdock knows; {named[1]} is taken, which the file names too"
        stack.notes.append(Note(stack.dockerfile.name if stack.dockerfile else file.name, text))
        return named[1]
    if match is not None:
        stack.python = _other_python(match, match["version"])
        return match["version"]
    place = file.place("services", SCHEDULER, "image" if build is None else "build")
    known = _RELEASE.search(reference.rpartition(":")[2]) or named
    three = "airflow-apiserver" in file.services
    series = [one for one in supported_series() if one.startswith("3." if three else "2.")]
    newest = facts_for(f"{series[-1]}.0")
    version = known[1] if known else newest.latest if newest else newest_series().latest
    plain = re.fullmatch(r"[^\s\x00-\x1f$]+", reference) is not None
    if plain and "apache/airflow" not in reference and (build is None or stack.dockerfile is not None):
        stack.image = reference
        stack.notes.append(Note(place, f"airdock builds on top of {reference}; Airflow {version} is assumed in it"))
    else:
        stack.notes.append(Note(place, f"no version of Airflow is named; {version} is assumed"))
    return version


def _other_python(match: re.Match[str], version: str) -> str | None:
    """Return the Python that an official image names, if it is not what the release comes with."""
    facts = facts_for(version)
    return match["python"] if facts is not None and match["python"] != facts.image_python else None


def _read_dockerfile(directory: Path, build: object, dotenv: Mapping[str, str]) -> OwnDockerfile | None:
    given = build if isinstance(build, dict) else {"context": build}
    context = interpolated(scalar(given.get("context", ".")) or ".", dotenv)
    name = posixpath.normpath(f"{context}/{scalar(given.get('dockerfile')) or 'Dockerfile'}")
    try:
        path = directory / name
        if not path.resolve().is_relative_to(directory.resolve()):
            return None
        text = read_file(path).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, RuntimeError, ValueError):
        return None
    arguments = pairs_of(given.get("args"))
    filled = {key: interpolated(value, dotenv) for key, value in arguments.items() if value is not None}
    return OwnDockerfile(directory / context, name, text, filled)


def _read_settings(stack: Stack, dotenv: Mapping[str, str]) -> None:
    """Read what the base file, and the override after it, say of executor, folders, names and packages."""
    base = stack.base
    assert base is not None  # noqa: S101 - the caller has looked
    if WORKER not in base.services:
        stack.executor = "local"
    for file in stack.files:
        scheduler = file.services.get(SCHEDULER, {})
        environment = environment_of(scheduler)
        executor = interpolated(environment.get("AIRFLOW__CORE__EXECUTOR") or "", dotenv)
        if executor in _EXECUTORS:
            stack.executor = _EXECUTORS[executor] if WORKER in base.services else "local"
        elif executor:
            place = file.place("services", SCHEDULER, "environment", "AIRFLOW__CORE__EXECUTOR")
            stack.notes.append(Note(place, f"{executor}: airdock knows celery and local, and takes {stack.executor}"))
        packages = environment.get("_PIP_ADDITIONAL_REQUIREMENTS") or ""
        if packages and not packages.startswith("${"):
            place = file.place("services", SCHEDULER, "environment", "_PIP_ADDITIONAL_REQUIREMENTS")
            stack.pip_at_start += [(place, word) for word in packages.split()]
        for index, source, target in volumes_of(scheduler, dotenv):
            if target.rstrip("/") == _DAGS:
                _take_dags_folder(stack, file.place("services", SCHEDULER, "volumes", index), source)
        name, networks = file.data.get("name"), file.data.get("networks")
        if isinstance(name, str):
            stack.name = interpolated(name, dotenv)
        default = networks.get("default") if isinstance(networks, dict) else None
        if isinstance(default, dict) and isinstance(default.get("name"), str):
            network = interpolated(default["name"], dotenv)
            stack.network = network if re.fullmatch(r"[^\s\x00-\x1f]+", network) else None


def _take_dags_folder(stack: Stack, place: str, source: str) -> None:
    folder = posixpath.normpath(source)
    if PurePosixPath(folder).is_absolute() or folder in ("..", ".") or folder.startswith(("../", "~")):
        stack.notes.append(
            Note(place, f"Airflow reads DAGs from {source}; airdock writes them into the project, to dags/ here")
        )
    elif "/" in source or source.startswith("."):
        stack.dags_folder = folder
