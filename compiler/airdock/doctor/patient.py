"""What is looked at: a project on this host. What several checks need is found out once, when it is first asked for."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from airdock.diagnostics import Diagnostic
from airdock.doctor.client import Client, Engine, find_engine, first_line
from airdock.doctor.command import run
from airdock.load.host import Host
from airdock.pipeline import Checked
from airdock.project.base_file import ENV_FILE_PATH
from airdock.project.dag_parts import Engine as EngineDeclared
from airdock.project.model import HostPath, Project
from airdock.project.values import HostVariable

_NO_SECRETS = ("AIRDOCK_HOST_DIR", "AIRFLOW_UID", "DOCKER_GID", "COMPOSE_FILE", ENV_FILE_PATH)
_PLAIN_FIELDS = ("conn_type", "port", "description")
_SHORTEST = 4
_UNREADABLE = re.compile(r"failed to read (?P<file>.*?): line (?P<line>\d+): (?P<why>[a-z ]*)")
"""Compose goes on with the rest of `.env` itself, secrets and all."""
_UNSET = re.compile(r'The \\?"(\w+)\\?" variable is not set')


@dataclass(frozen=True, slots=True)
class Merged:
    """The Compose files as Compose merges them."""

    config: dict[str, Any]
    unset: tuple[str, ...]
    """Variables that they name and nobody sets."""

    @property
    def services(self) -> dict[str, dict[str, Any]]:
        """The services that are not behind a profile."""
        found: dict[str, dict[str, Any]] = self.config.get("services") or {}
        return found


@dataclass
class Patient:
    """A project on this host. ``checked`` is None where airdock.toml has errors that leave no project."""

    root: Path
    file: str
    findings: list[Diagnostic]
    checked: Checked | None
    _found: dict[tuple[str, ...], Engine | str] = field(default_factory=dict)

    @property
    def project(self) -> Project:
        """The project; only checks that need one ask for it."""
        assert self.checked is not None  # noqa: S101 - the registry has looked
        return self.checked.project

    @property
    def host(self) -> Host:
        """The host that it is on."""
        assert self.checked is not None  # noqa: S101 - the registry has looked
        return self.checked.host

    def engine_of(self, declared: EngineDeclared | None) -> Engine | str:
        """Return the engine that tasks run on (None: the one that Compose uses), or why it is not reached."""
        options = () if declared is None or self._is_own(declared) else self._options(declared)
        if options not in self._found:
            # Another engine may be behind a wall that only Airflow's containers are inside of.
            limit = {"limit": 5.0} if options else {}
            found = find_engine(Client(*options), **limit)
            self._found[options] = self.without_secrets(found) if isinstance(found, str) else found
        return self._found[options]

    @property
    def engine(self) -> Engine:
        """The engine that Compose uses; only checks that need one ask for it."""
        found = self.engine_of(None)
        assert isinstance(found, Engine)  # noqa: S101 - the registry has looked
        return found

    def _is_own(self, declared: EngineDeclared) -> bool:
        return declared.name == "" and self.project.access.kind != "tcp"

    def _options(self, declared: EngineDeclared) -> tuple[str, ...]:
        options = ["--host", declared.url]
        if declared.tls is not None:
            options.append("--tlsverify")
            for name, file in zip(("--tlscacert", "--tlscert", "--tlskey"), declared.tls, strict=True):
                options += [name, str(self.root / file.source)]
        return tuple(options)

    @cached_property
    def compose_version(self) -> str | None:
        """The release of the Compose plugin; None where there is none."""
        answer = run(["docker", "compose", "version", "--short"])
        return answer.out.strip() if answer.ok else None

    @cached_property
    def merged(self) -> Merged | str:
        """The merged Compose files, or what Compose says against them."""
        answer = run(["docker", "compose", "config", "--format", "json"], limit=30, cwd=self.root)
        if not answer.ok:
            return self.without_secrets(answer.err) or "docker compose config fails and does not say why"
        try:
            config = json.loads(answer.out)
        except ValueError:
            return "docker compose config gives no JSON"
        unset = dict.fromkeys(_UNSET.findall(answer.err))
        return Merged(config if isinstance(config, dict) else {}, tuple(unset))

    @property
    def stack(self) -> str:
        """The name under which Compose knows the stack; COMPOSE_PROJECT_NAME comes before that of airdock.toml."""
        named = self.merged.config.get("name") if isinstance(self.merged, Merged) else None
        return str(named or self.project.name)

    def variable(self, name: str) -> str | None:
        """Return what Compose puts in for a variable: the environment comes before `.env`."""
        host = self.host
        for source in (host.environ, host.dotenv.own, host.dotenv.block):
            if name in source:
                return source[name]
        return None

    def origin(self, name: str) -> Literal["environment", "own", "block"] | None:
        """Say where Compose takes a variable from."""
        if name in self.host.environ:
            return "environment"
        return "own" if name in self.host.dotenv.own else "block" if name in self.host.dotenv.block else None

    def without_secrets(self, text: str) -> str:
        """Return the first line of a program's message, with nothing in it of what `.env` holds."""
        unreadable = _UNREADABLE.search(text)
        if unreadable is not None:
            why = unreadable["why"].strip() or "it cannot be read"
            return f"{unreadable['file']}, line {unreadable['line']}: {why}"
        line = first_line(text)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line

    @cached_property
    def _secrets(self) -> list[str]:
        if self.checked is None:
            return []
        host = self.host
        sources = [mount.source.base for mount in self.project.mounts if isinstance(mount.source, HostPath)]
        plain = {*_NO_SECRETS, *(base.variable for base in sources if isinstance(base, HostVariable))}
        found: set[str] = set()
        for source in (host.dotenv.own, host.dotenv.block):
            for name, value in source.items():
                if name not in plain:
                    found |= {value, *value.splitlines(), *_texts_of(value)}
        return sorted((text for text in found if len(text) >= _SHORTEST), key=len, reverse=True)

    def airdock(self, command: str) -> str:
        """Return a command of airdock as one types it where airdock was started."""
        place = [] if str(self.root) == "." else ["-C", str(self.root)]
        name = [] if self.file == "airdock.toml" else ["-f", self.file]
        return shlex.join(["airdock", command, *place, *name])

    def here(self, command: str) -> str:
        """Return a command that has to be run in the project directory, as one types it where airdock was started."""
        return command if str(self.root) == "." else f"cd {shlex.quote(str(self.root))} && {command}"


def _texts_of(value: str) -> set[str]:
    """Return the texts inside a connection in JSON."""
    try:
        pending: list[Any] = [json.loads(value)]
    except ValueError:
        return set()
    found = set()
    while pending:
        item = pending.pop()
        if isinstance(item, dict):
            pending += [inner for key, inner in item.items() if key not in _PLAIN_FIELDS]
        elif isinstance(item, list):
            pending += item
        elif isinstance(item, str):
            found.add(item)
    return found
