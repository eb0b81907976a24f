"""Rules about images."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from airdock.diagnostics import Diagnostic, Kind, Related, SpecPath, SpecPlace
from airdock.facts import login_host, missing_programs, registry_of
from airdock.project.model import Image, Task
from airdock.rules.context import Context

MOVING_TAG = Kind(
    "AD404",
    "moving-tag",
    "warning",
    'image "{reference}" has no fixed tag',
    what="An image is named without a tag, or with `latest`.",
    why="Each host keeps what it pulled first, so the same project runs different software in different places.",
    example='[images.etl]\nref = "alpine"\n',
    fix="Name a version: alpine:3.20, or a digest: alpine@sha256:….",
)
OTHER_REGISTRY = Kind(
    "AD410",
    "other-registry",
    "error",
    'connection "{connection}" logs in to {host}, and image "{reference}" comes from {registry}',
    what="The connection of an image is a login to another registry than the image's.",
    why="The engine takes the credentials of exactly the image's registry, port and all: the login succeeds, and the "
    "image is pulled without credentials.",
    example='[images.etl]\nref = "registry.example.org:5000/team/etl:1"\nconnection = "registry"\n\n'
    '[connections.registry]\ntype = "docker"\nhost = "registry.example.org"\nlogin = "reader"\n',
    fix="Write the same host, and the port if the image has one, into the connection: host and port, or both in host.",
)
LACKS_PYTHON = Kind(
    "AD414",
    "lacks-python",
    "error",
    'task "{task}" runs a Python function in image "{image}", and {reference} has no {programs}',
    what="A python task runs in an image that is known to have no Python, or no bash.",
    why="The operator starts bash, and bash starts python3; the engine would find no such program.",
    example='[images.etl]\nref = "python:3.12-alpine"\n\n[dags.a.tasks.load]\nimage = "etl"\n'
    'python = "tasks.py:load"\n',
    fix="Use an image that has both, such as python:3.12-slim, or install them: from = … with apt or run.",
)

# A line that may bring a program along: a package manager, a download, a tool that installs interpreters.
_INSTALLS = re.compile(
    r"\b(?:add|install|curl|wget|tar|unzip|uv|conda|mamba|micromamba|pyenv|mise|asdf|nix|ln|cp|mv)\b"
)
_PYTHON_ON_PATH = re.compile(r"^python[0-9.]*$")


def fixed_tag(context: Context) -> Iterator[Diagnostic]:
    """An image that is used as it is should have a tag that stays."""
    for image in context.project.images:
        if image.build is None:
            _, _, last = image.reference.rpartition("/")
            if "@" not in last and last.partition(":")[2] in ("", "latest"):
                yield MOVING_TAG.at(("images", image.name, "ref"), reference=image.reference)


def login_fits(context: Context) -> Iterator[Diagnostic]:
    """A login should be one to the registry that the image comes from."""
    hosts = {one.id: one.fields for one in context.project.connections}
    for image in context.project.images:
        host = _host_of(hosts.get(image.connection or "", {}))
        if image.build is None and host is not None and _elsewhere(image, host):
            yield _other_registry(("images", image.name, "connection"), image, image.connection, host)
    placed: dict[SpecPath, list[Task]] = {}
    for task in context.tasks:
        if "connection" in task.places and task.image is not None and task.image.build is None:
            placed.setdefault(task.places["connection"], []).append(task)
    for place, tasks in placed.items():
        first, host = tasks[0], _host_of(hosts.get(tasks[0].connection or "", {}))
        # A default may be meant for some of its tasks; it is wrong when it fits none of them.
        if first.image is not None and host is not None and all(_elsewhere(task.image, host) for task in tasks):
            yield _other_registry(place, first.image, first.connection, host)


def _host_of(fields: Mapping[str, object]) -> str | None:
    """Return what the docker hook logs in to, None where only the host of the build knows it."""
    host, port = fields.get("host"), fields.get("port")
    if fields.get("conn_type") != "docker" or not isinstance(host, str) or not isinstance(port, int | None):
        return None
    return f"{host}:{port}" if port else host


def _elsewhere(image: Image | None, host: str) -> bool:
    return image is not None and "{" not in image.reference and registry_of(image.reference) != login_host(host)


def _other_registry(place: SpecPath, image: Image, connection: str | None, host: str) -> Diagnostic:
    registry = registry_of(image.reference)
    related = (Related("logs in there", SpecPlace(("connections", str(connection), "host"))),)
    return OTHER_REGISTRY.at(
        place,
        related=related,
        help=f'an image from there is called "{login_host(host)}/…"; a login for this one has the host "{registry}"',
        connection=connection,
        host=host,
        reference=image.reference,
        registry=registry,
    )


def has_python(context: Context) -> Iterator[Diagnostic]:
    """A python task needs bash and Python in its image."""
    for task in context.tasks:
        if task.kind != "python" or task.image is None:
            continue
        written = context.written_at(("images", task.image.name))
        if not isinstance(written, dict) or "build" in written:
            continue
        key = "ref" if "ref" in written else "from"
        missing = [program for program in missing_programs(written[key]) if not _brought(program, written, task)]
        if missing:
            related = (Related("declared here", SpecPlace(("images", task.image.name, key))),)
            yield LACKS_PYTHON.at(
                task.places["image"],
                related=related,
                help="use an image that has both, such as python:3.12-slim",
                task=task.id,
                image=task.image.name,
                reference=written[key],
                programs=" and no ".join(missing),
            )


def _brought(program: str, written: dict[str, object], task: Task) -> bool:
    """Say whether a program may be there all the same: installed on top of the base image, or called otherwise."""
    command = task.options.get("python_command", program)
    if program != "bash" and not _PYTHON_ON_PATH.match(str(command)):
        return True
    lines = [json.dumps(written.get(key, "")) for key in ("run", "apt", "copy")]
    name = "bash" if program == "bash" else "python"
    return name in "".join(lines) or _INSTALLS.search(lines[0]) is not None
