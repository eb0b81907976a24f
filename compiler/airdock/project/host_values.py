"""Host values on this host: the one place that says where they are looked for."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.load.host import Host
from airdock.project.model import JsonValue, Project
from airdock.project.secret import Secret
from airdock.project.values import EnvValue, FileValue, HostValue


def value_on(host: Host, value: HostValue) -> Secret | None:
    """Return the value: environment, then the user's own lines of `.env`, then the default; None if nowhere."""
    if isinstance(value, FileValue):
        return value.text
    found = host.environ.get(value.name, host.dotenv.own.get(value.name, value.default))
    return None if found is None else Secret(found)


def host_values(project: Project) -> Iterator[HostValue]:
    """Return every host value of the project."""
    for connection in project.connections:
        candidates: list[JsonValue] = [connection.uri, *connection.fields.values(), *connection.extra.values()]
        yield from (value for value in candidates if isinstance(value, EnvValue | FileValue))
    yield from (variable.value for variable in project.variables if not isinstance(variable.value, str))
    yield from (variable.value for variable in project.host_variables)
