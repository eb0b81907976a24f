"""Rules about what has to be secret, and about values of the host."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from airdock.diagnostics import Diagnostic, FilePlace, Kind, Related, SpecPlace
from airdock.load.host import Host
from airdock.project.host_values import connection_variable, host_values_by_variable, value_on
from airdock.project.model import Connection, HostPath, JsonValue, Project
from airdock.project.secret import Secret
from airdock.project.values import EnvValue, FileValue, HostVariable
from airdock.rules.context import Context

NOT_SET = Kind(
    "AD503",
    "not-set-here",
    "warning",
    "{name} is {problem} on this host",
    what="A value comes from a variable of the host, { env = … }, that is not set here and has no default, and .env "
    "holds none of an earlier build; or the variable is no UTF-8 text.",
    why="What needs it gets nothing, or what was right before airdock.toml was changed.",
    example='[connections.db]\ntype = "postgres"\npassword = { env = "NO_SUCH_VARIABLE" }\n',
    fix="Set the variable in the environment of `airdock build`, or in your own lines of .env.",
)
DOTENV_COMMITTED = Kind(
    "AD505",
    "dotenv-committed",
    "error",
    "git would commit .env, which holds secrets: it is {why}",
    what=".env is in a git repository and is tracked, or not ignored; and airdock writes secrets to it.",
    why="`git add .` or `git commit -a` would publish them, and what was pushed once cannot be taken back.",
    example="[compose]\nbundled = true\n",
    fix="Add the line .env to .gitignore (`airdock init` does). If it is tracked, `git rm --cached .env` too, and make "
    "new secrets, for the old ones stay in the history.",
)


def secret_set(context: Context) -> Iterator[Diagnostic]:
    """A variable of the host should be set, or have been when `.env` was written."""
    places: dict[str, list[SpecPlace]] = {}
    connections = {connection_variable(connection): connection for connection in context.project.connections}
    for variable, value in host_values_by_variable(context.project):
        if not isinstance(value, EnvValue):
            continue
        missing = value_on(context.host, value) is None and not _is_kept(variable, connections, context.host)
        if missing or value.name in context.host.not_text:
            places.setdefault(value.name, []).append(SpecPlace((*value.path, "env")))
    for name, (first, *others) in places.items():
        problem = "not UTF-8 text" if name in context.host.not_text else "not set"
        advice = f"set it in the environment, or in your own lines of .env: {name}=…"
        related = tuple(Related("used here too", place) for place in others)
        yield NOT_SET.of(first, help=advice, related=related, name=name, problem=problem)


def _is_kept(variable: str, connections: Mapping[str, Connection], host: Host) -> bool:
    """Say whether `.env` has what would be written: the user's own line, or what an earlier build could write."""
    kept = host.dotenv.block.get(variable)
    if variable in host.dotenv.own or kept is None or variable not in connections:
        return variable in host.dotenv.own or kept is not None
    return _is_as_declared(connections[variable], kept, host)


def _is_as_declared(connection: Connection, kept: str, host: Host) -> bool:
    """Say whether a connection is kept as it is declared, as far as this host knows; it is kept as a whole."""
    if connection.uri is not None:
        return True
    try:
        fields = json.loads(kept)
        extra = fields.pop("extra", {})
    except (ValueError, AttributeError):
        return False
    return _agree(connection.fields, fields, host) and _agree(connection.extra, extra, host)


def _agree(declared: Mapping[str, JsonValue], kept: object, host: Host) -> bool:
    """Say whether values are the declared ones; one of the host that is known here may have changed."""
    if not isinstance(kept, dict) or declared.keys() != kept.keys():
        return False
    for key, value in declared.items():
        if isinstance(value, EnvValue | FileValue):
            if value_on(host, value) is not None:
                return False
        elif not isinstance(value, Secret) and value != kept[key]:
            return False
    return True


def dotenv_private(context: Context) -> Iterator[Diagnostic]:
    """Secrets must not be committed."""
    if not _writes_secrets(context.project):
        return
    why = context.host.dotenv_in_git()
    if why is not None:
        advice = "add a line .env to .gitignore"
        advice = f"{advice}, and: git rm --cached .env" if why == "tracked" else advice
        yield DOTENV_COMMITTED.of(FilePlace(".env"), help=advice, why=why)


def _writes_secrets(project: Project) -> bool:
    """Say whether the build writes something secret to `.env`: keys made once, passwords, values of the host."""
    facts = project.target.airflow
    if facts.bundled.once if project.compose.bundled else facts.once:
        return True
    for connection in project.connections:
        values = [connection.uri, *connection.fields.values(), *connection.extra.values()]
        if any(isinstance(value, Secret | EnvValue | FileValue) for value in values):
            return True
    if any(not isinstance(variable.value, str) for variable in project.variables):
        return True
    return bool({carried.variable for carried in project.host_variables} - _sources_of_mounts(project))


def _sources_of_mounts(project: Project) -> set[str]:
    """Return the variables that are the source of a mount: a host's value, no secret."""
    bases = [mount.source.base for mount in project.mounts if isinstance(mount.source, HostPath)]
    return {base.variable for base in bases if isinstance(base, HostVariable)}
