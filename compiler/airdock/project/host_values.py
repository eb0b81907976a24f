"""Host values on this host: the one place that says where they are looked for."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.load.host import Host
from airdock.project.model import Connection, JsonValue, Project
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
    return (value for _, value in host_values_by_variable(project))


def host_values_by_variable(project: Project) -> Iterator[tuple[str, HostValue]]:
    """Return every host value of the project with the variable of `.env` that it is written to, or is a part of."""
    for connection in project.connections:
        candidates: list[JsonValue] = [connection.uri, *connection.fields.values(), *connection.extra.values()]
        name = connection_variable(connection)
        yield from ((name, value) for value in candidates if isinstance(value, EnvValue | FileValue))
    for variable in project.variables:
        if not isinstance(variable.value, str):
            yield f"AIRFLOW_VAR_{variable.key.upper()}", variable.value
    yield from ((carried.variable, carried.value) for carried in project.host_variables)


def connection_variable(connection: Connection) -> str:
    """Return the variable of `.env` that holds a connection."""
    return f"AIRFLOW_CONN_{connection.id.upper()}"
