"""A Docker engine, as the docker client on this host reaches it."""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from airdock.doctor.command import LIMIT, Answer, run

_MARK = re.compile(r"^(?:docker: )?(?:Error response from daemon: |error during connect: |ERROR: |Error: )+")


START = 30.0
"""Seconds that a container has to start and end."""


class Client:
    """The docker client with the options that name an engine; none for the engine that Compose uses."""

    def __init__(self, *options: str) -> None:
        self.options = options
        self._silent: Answer | None = None

    def ask(self, *arguments: str, limit: float = LIMIT) -> Answer:
        """Run a command of the client; an engine that once gave no answer is not asked again."""
        if self._silent is not None:
            return self._silent
        answer = run(["docker", *self.options, *arguments], limit=limit)
        if answer.late and arguments[0] != "run":
            self._silent = answer
        return answer

    def text(self, *arguments: str) -> str:
        """Return the command as one types it."""
        return shlex.join(["docker", *self.options, *arguments])


@dataclass(frozen=True, slots=True)
class ImageFound:
    """An image on an engine."""

    user: str
    """What its containers run as; empty for root."""


@dataclass
class Engine:
    """An engine that answered."""

    client: Client
    version: str
    api: str
    endpoint: str
    """Where the client reaches it."""
    info: dict[str, Any]
    _images: dict[str, ImageFound | str | None] = field(default_factory=dict)
    _ids: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def local(self) -> bool:
        """Say whether the engine runs on this host, so that paths and ports are this host's."""
        return self.endpoint.startswith(("unix://", "npipe://"))

    @property
    def maps_owners(self) -> str | None:
        """Say why files in containers have other owners and rights than on this host; None if they have the same."""
        if "Docker Desktop" in str(self.info.get("OperatingSystem")):
            return "Docker Desktop maps owners and rights of files"
        for option in self.info.get("SecurityOptions") or ():
            for kind in ("rootless", "userns"):
                if f"name={kind}" in str(option):
                    return f"the engine runs with {kind}, which maps owners of files"
        return None

    def image(self, reference: str) -> ImageFound | str | None:
        """Return an image; None if it is not there, and a sentence where that cannot be told."""
        if reference not in self._images:
            answer = self.client.ask("image", "inspect", "--format", "{{json .Config.User}}", reference)
            if answer.ok:
                self._images[reference] = ImageFound(str(_json(answer.out) or ""))
            else:
                self._images[reference] = None if "no such image" in answer.err.lower() else first_line(answer.err)
        return self._images[reference]

    def inspect(self, kind: str, names: Sequence[str]) -> list[dict[str, Any]]:
        """Return what the engine knows of things; those that are gone are left out."""
        if not names:
            return []
        answer = self.client.ask(kind, "inspect", *names)
        found = _json(answer.out)
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def id_of(self, image: str, user: str) -> str:
        """Return what `id` says for a user in a container of an image; nothing where the image has no `id`."""
        if (image, user) not in self._ids:
            answer = self.look_inside(image, ["id"], user=user)
            self._ids[image, user] = answer.out if answer.ok else ""
        return self._ids[image, user]

    def look_inside(
        self, image: str, program: Sequence[str], *, user: str | None = None, binds: Sequence[tuple[str, str]] = ()
    ) -> Answer:
        """Run a program in a container of an image that is there, with paths of the engine's host, and remove it.

        It has no network, may not write, and nothing is pulled for it.
        """
        name = f"airdock-doctor-{secrets.token_hex(6)}"
        options = ["--rm", "--name", name, "--pull", "never", "--network", "none", "--read-only"]
        options += [] if user is None else ["--user", user]
        for source, target in binds:
            # CSV, as the client reads it.
            quoted = source.replace('"', '""')
            options += ["--mount", f'type=bind,"source={quoted}",target={target},readonly']
        try:
            answer = self.client.ask("run", *options, "--entrypoint", program[0], image, *program[1:], limit=START)
        except BaseException:  # the user's Ctrl-C too
            self.client.ask("rm", "--force", "--volumes", name)
            raise
        if answer.late:
            self.client.ask("rm", "--force", "--volumes", name)
        return answer


def find_engine(client: Client, limit: float = LIMIT) -> Engine | str:
    """Return the engine that a client reaches, or the client's sentence about why it reaches none."""
    answer = client.ask("version", "--format", "{{json .}}", limit=limit)
    found = _json(answer.out)
    server = found.get("Server") if isinstance(found, dict) else None
    if not answer.ok or not isinstance(server, dict):
        return first_line(answer.err) or "the docker client does not say which engine it reaches"
    info = _json(client.ask("info", "--format", "{{json .}}", limit=limit).out)
    return Engine(
        client,
        str(server.get("Version", "")),
        str(server.get("ApiVersion", "")),
        _endpoint(client),
        info if isinstance(info, dict) else {},
    )


def _endpoint(client: Client) -> str:
    if "--host" in client.options:
        return client.options[client.options.index("--host") + 1]
    answer = client.ask("context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    return answer.out.strip() if answer.ok else os.environ.get("DOCKER_HOST", "")


def first_line(text: str) -> str:
    """Return the first line that says something, without what every message of the client starts with."""
    lines = [_MARK.sub("", line.strip()) for line in text.splitlines()]
    said = [line for line in lines if line and not line.startswith(("Emulate Docker CLI", "time=", "WARNING:"))]
    # The call that failed is of no use to anybody.
    return said[0].partition(': Get "')[0].rstrip(".") if said else ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
