"""Compose files of the user's beside airdock's override: what airdock writes itself now, and what could move.

Both take part: with another name for airdock's file, COMPOSE_FILE names the base file, the user's override and then
airdock's, so that a build and `docker compose` work at once and nothing is lost. What the user's file says of images,
groups and the socket of Airflow's services gives way to what airdock says (emit/compose/override.py). To have one file
in the end, its services stand in airdock.toml as comments, value by value as Compose reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from airdock.diagnostics.hiding import PASSWORD_IN_ADDRESS
from airdock.facts import is_known_to_all, names_secret
from airdock.starter.compose_file import ComposeFile, environment_of, volumes_of
from airdock.starter.literals import is_text
from airdock.starter.note import Note
from airdock.starter.stack import Stack
from airdock.starter.unfit import Unfit

_SOCKET = "/var/run/docker.sock"
_PROVIDER = "apache-airflow-providers-docker"
_IMAGE_KEYS = ("image", "build", "pull_policy")
_LARGEST = 10_000
"""How many values a service may have."""
_SERVICE = re.compile(r"[a-zA-Z0-9._-]+")
_CARRIED = ("services", "version", "name")
"""Top-level keys that can be said in airdock.toml; volumes, if a service mounts them."""


def written_by_airdock(stack: Stack, airflow: tuple[str, ...]) -> list[Note]:
    """Return, for each file, what of it airdock writes itself: it may go."""
    notes = []
    for file in stack.files:
        found: dict[str, list[str]] = {}
        for name, service in file.services.items():
            for what, place in _ours(stack, file, name, service, airflow):
                found.setdefault(what, []).append(place)
        for what, places in found.items():
            lines = sorted({int(place.rpartition(":")[2]) for place in places if ":" in place})
            place = f"{file.name}:{lines[0]}" if lines else file.name
            more = f" (and lines {', '.join(map(str, lines[1:]))})" if lines[1:] else ""
            notes.append(Note(place, f"{what}{more}"))
    return notes


def _ours(
    stack: Stack, file: ComposeFile, name: str, service: Mapping[str, Any], airflow: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    place = ("services", name)
    if name not in airflow:
        if any(target == _SOCKET for _, _, target in volumes_of(service, {})) and "proxy" in name:
            yield "a proxy before the engine's socket", file.place(*place)
        return
    for index, _, target in volumes_of(service, {}):
        if target == _SOCKET:
            yield "the engine's socket", file.place(*place, "volumes", index)
    if "group_add" in service:
        yield "groups, as far as they are the socket's", file.place(*place, "group_add")
    if "build" in service or (file is stack.override and "image" in service):
        yield "Airflow's image", file.place(*place, "build" if "build" in service else "image")
    for key, value in environment_of(service).items():
        if _PROVIDER in (value or ""):
            yield "the docker provider", file.place(*place, "environment", key)
        elif key.startswith("AIRFLOW_CONN_") and file is stack.override:
            yield "connections, once they are under [connections]", file.place(*place, "environment", key)


def carried_services(file: ComposeFile, airflow: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the services of an override as tables for [compose.services], without what airdock writes itself.

    Raises Unfit where something of the file cannot be said in airdock.toml.
    """
    declared = file.data.get("volumes")
    for key in file.data:
        if (
            key not in _CARRIED
            and not str(key).startswith("x-")
            and not (key == "volumes" and _plain_volumes(declared))
        ):
            raise Unfit(f"{key} of {file.name} cannot be said in airdock.toml")
    found = {}
    for name, service in file.services.items():
        if not _SERVICE.fullmatch(name):
            raise Unfit(f"service {name}")
        kept = {str(key): value for key, value in service.items()}
        if name in airflow:
            for key in (*_IMAGE_KEYS, "group_add"):
                kept.pop(key, None)
            sockets = {index for index, _, target in volumes_of(service, {}) if target == _SOCKET}
            volumes = kept.pop("volumes", None)
            rest = (
                [one for index, one in enumerate(volumes) if index not in sockets] if isinstance(volumes, list) else []
            )
            kept |= {"volumes": rest} if rest else {}
        if "environment" in kept:
            pairs = {key: _no_secret(key, value) for key, value in environment_of(service).items()}
            lines = [key if value is None else f"{key}={value}" for key, value in pairs.items()]
            kept["environment"] = lines if None in pairs.values() else pairs
        table = {key: _tomlable(value) for key, value in kept.items()}
        if table:
            found[name] = table
    return found


def _no_secret(key: str, value: str | None) -> str | None:
    """Return the value of a variable, or the reference to one of `.env` where a secret is written down."""
    if value is None or "$" in value or not value:
        return value
    secret = names_secret(key) or key.startswith("AIRFLOW_CONN_") or PASSWORD_IN_ADDRESS.search(value) is not None
    return f"${{{key}:?put it into .env}}" if secret and not is_known_to_all(value) else value


def _plain_volumes(volumes: object) -> bool:
    return isinstance(volumes, dict) and not any(volumes.values())


def named_volumes(file: ComposeFile) -> dict[str, str]:
    """Return the named volumes that an override declares, with a place where one of its services mounts each."""
    declared = file.data.get("volumes")
    names = {str(name) for name in declared} if isinstance(declared, dict) else set()
    found: dict[str, str] = {}
    for service in file.services.values():
        for _, source, target in volumes_of(service, {}):
            if source in names:
                found.setdefault(source, target)
    return found


def images_built(stack: Stack) -> dict[str, str]:
    """Return the images that services of the user's build: reference to what is to be said of it."""
    found = {}
    for file in stack.files:
        for name, service in file.services.items():
            build = service.get("build")
            context = build.get("context") if isinstance(build, dict) else build
            if isinstance(service.get("image"), str) and isinstance(context, str):
                text = (
                    f'Service {name} of {file.name} builds it. With build = "{context}" instead of ref, airdock does.'
                )
                found[service["image"]] = text
    return found


def _tomlable(value: Any, left: list[int] | None = None) -> Any:
    """Return a value of YAML as TOML has it, text as it stands: Compose replaces its variables.

    ``left`` counts down: a short file with anchors can stand for a huge one. Raises Unfit.
    """
    if isinstance(value, bool):
        return value
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, str) and is_text(value):
        return str(value)
    left = [_LARGEST] if left is None else left
    left[0] -= len(value) if isinstance(value, list | dict) else _LARGEST + 1
    if left[0] < 0:
        raise Unfit("it has a value that TOML does not have, or a huge one")
    if isinstance(value, list):
        return [_tomlable(item, left) for item in value]
    return {str(key): _tomlable(item, left) for key, item in value.items()}
