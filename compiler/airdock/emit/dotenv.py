"""`.env` and `.env.example`. The only place that opens secrets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from airdock.emit.artifact import DotenvBlock, Generated
from airdock.load.host import Host
from airdock.project.base_file import ENV_FILE_PATH
from airdock.project.host_values import connection_variable, host_values, value_on
from airdock.project.model import Connection, Project
from airdock.project.secret import Secret
from airdock.project.values import EnvValue, FileValue


class _Entry(NamedTuple):
    """A variable of `.env`."""

    key: str
    meaning: str
    value: str | Secret | None
    """None where this host does not know it."""
    example: str = ""
    """What `.env.example` says it is: nothing that is secret or of this host."""


def emit_dotenv(project: Project, host: Host) -> Iterator[Generated | DotenvBlock]:
    """Return `.env.example`, and airdock's block of `.env`."""
    entries = list(_entries(project, host))
    yield Generated(".env.example", _example(project, entries), "dotenv")
    entries += _kept(project, host, {entry.key for entry in entries})
    lines = []
    for entry in entries:
        if entry.key in host.dotenv.own:
            lines.append(f"# {entry.key} is set outside this block, and that counts.")
            continue
        value = host.dotenv.block.get(entry.key) if entry.value is None else entry.value
        if value is not None:
            text = value.reveal() if isinstance(value, Secret) else value
            lines.append(f"{entry.key}={dotenv_quoted(text)}")
    yield DotenvBlock(".env", "".join(f"{line}\n" for line in lines))


def _kept(project: Project, host: Host, written: set[str]) -> Iterator[_Entry]:
    """Return the secrets that were made once and are not needed now: a database may be locked with them."""
    facts = project.target.airflow
    for key in dict.fromkeys((*facts.bundled.once, *facts.once)):
        if key not in written and key in host.dotenv.block:
            yield _Entry(key, "", Secret(host.dotenv.block[key]))


def dotenv_quoted(text: str) -> str:
    """Return any text but NUL so that Compose reads it back unchanged: single quotes where they can hold it."""
    if not any(char in text for char in "'\\\r\n"):
        return f"'{text}'"
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("$", "\\$"), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(char, escape)
    return f'"{text}"'


def _entries(project: Project, host: Host) -> Iterator[_Entry]:
    yield _Entry("AIRDOCK_HOST_DIR", "The project directory on this host, for bind mounts of tasks.", host.directory)
    yield _Entry("AIRFLOW_UID", "User that runs the Airflow containers.", str(host.uid))
    if project.access.kind == "socket":
        gid = project.access.gid if project.access.gid is not None else host.socket_gid(project.access.socket)
        yield _Entry("DOCKER_GID", "Group of the engine's socket on this host.", None if gid is None else str(gid))
    if project.compose.files:
        files = ":".join(project.compose.files)
        yield _Entry("COMPOSE_FILE", "The Compose files, because Compose would not find them by name.", files, files)
    if project.airflow.hands_on_dotenv:
        meaning = "No env_file: the override gives each service what it needs of this file, and no more."
        yield _Entry(ENV_FILE_PATH, meaning, "/dev/null", "/dev/null")
    facts = project.target.airflow
    for key in facts.bundled.once if project.compose.bundled else facts.once:
        # A Fernet key is 32 bytes; the secret of a signature wants 64 characters, or Airflow warns.
        value = host.dotenv.block.get(key) or host.new_key(32 if key == "FERNET_KEY" else 48)
        yield _Entry(key, "Secret that airdock makes once and never changes.", Secret(value))
    for connection in project.connections:
        key = connection_variable(connection)
        yield _Entry(key, f"Connection {connection.id}.", _connection(connection, host))
    for variable in project.variables:
        if not isinstance(variable.value, str):
            key = f"AIRFLOW_VAR_{variable.key.upper()}"
            yield _Entry(key, f"Airflow variable {variable.key}.", value_on(host, variable.value))
    for carried in project.host_variables:
        origin = f"{carried.value.name} of this host" if isinstance(carried.value, EnvValue) else carried.value.file
        if not origin.isprintable():
            origin = json.dumps(origin)  # a line break in a file's name would end the comment
        yield _Entry(carried.variable, f"What containers get of {origin}.", value_on(host, carried.value))


def _connection(connection: Connection, host: Host) -> Secret | None:
    """Return a connection in the JSON form of Airflow; None where this host lacks a part of it."""
    missing = False

    def opened(value: Any) -> Any:
        nonlocal missing
        if isinstance(value, EnvValue | FileValue):
            value = value_on(host, value)
            missing = missing or value is None
        return value.reveal() if isinstance(value, Secret) else value

    if connection.uri is not None:
        text = opened(connection.uri)
    else:
        fields = {key: opened(value) for key, value in connection.fields.items()}
        if connection.extra:
            fields["extra"] = {key: opened(value) for key, value in connection.extra.items()}
        text = json.dumps(fields, ensure_ascii=False)
    return None if missing else Secret(text)


def _example(project: Project, entries: list[_Entry]) -> str:
    names: dict[str, bool] = {}
    for value in host_values(project):
        if isinstance(value, EnvValue):
            names[value.name] = names.get(value.name, True) and value.default is not None
    lines = []
    if names:
        lines += [
            "# Yours to set, here in your own lines of .env or in the environment of `airdock build`:",
            *(f"# {name}={'  (has a default)' if default else ''}" for name, default in names.items()),
            "",
        ]
    lines.append("# Written to .env by `airdock build`:")
    for entry in entries:
        # Behind a number sign: a copy of this file as .env would set each of them, to nothing.
        lines += [f"# {entry.key}={entry.example}", f"#   {entry.meaning}"]
    return "".join(f"{line}\n" for line in lines)
