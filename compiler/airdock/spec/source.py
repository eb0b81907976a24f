"""Value sources: where a text comes from when it is not written down in airdock.toml."""

from typing import Annotated, Any, TypeAlias

from pydantic import Discriminator, StringConstraints, Tag, ValidationError

from airdock.spec.base import Doc, Table
from airdock.spec.scalars import GET, Id, Identifier, Path, Text


class EnvSource(Table):
    """A variable of this host, read when airdock builds."""

    env: Annotated[Identifier, Doc("Name of a variable in the environment of `airdock build`, or in your own lines of .env. Secret: it reaches .env and the container, nothing else.")]
    default: Annotated[Text | None, Doc("Used where the variable is not set.")] = None


class FileSource(Table):
    """A file of the project, read when airdock builds."""

    file: Annotated[Path, Doc("Path of a text file; one line end at its end is removed. Secret: its text reaches .env and the container, nothing else.")]


class ConnectionSource(Table):
    """A field of a connection, read when the task runs."""

    connection: Annotated[Identifier, Doc("Id of a connection declared under [connections].")]
    get: Annotated[str, StringConstraints(pattern=GET), Doc("uri, host, port, login, password, schema or extra.KEY")]


class VariableSource(Table):
    """An Airflow variable, read when the task runs."""

    variable: Annotated[Identifier, Doc("Key of a variable declared under [variables].")]


class ParamSource(Table):
    """A param of the DAG, read when the task runs."""

    param: Annotated[Identifier, Doc("Name of a param of the same DAG.")]


class OutputSource(Table):
    """The output (XCom) of a task of the same DAG; that task becomes upstream."""

    output: Annotated[Id, Doc("Id of a task of the same DAG. It becomes upstream of this one.")]
    key: Annotated[Text | None, Doc("Which of the task's outputs; without it, what the task returned.")] = None


SOURCES: dict[str, type[Table]] = {
    "env": EnvSource,
    "file": FileSource,
    "connection": ConnectionSource,
    "variable": VariableSource,
    "param": ParamSource,
    "output": OutputSource,
}
HOST_SOURCES = ("env", "file")


def _tag_of_host_value(value: Any) -> str | None:
    return _tag(value, HOST_SOURCES)


def _tag_of_task_value(value: Any) -> str | None:
    return _tag(value, tuple(SOURCES))


def _tag(value: Any, allowed: tuple[str, ...]) -> str | None:
    """Return which member of the union a value is meant to be; None for a table that names no source."""
    if isinstance(value, dict):
        return next((f"<{key}>" for key in allowed if key in value), None)
    return next((f"<{key}>" for key, table in SOURCES.items() if isinstance(value, table)), "<text>")


# The tags are no TOML keys, so that they can be told from keys in the place of a finding.
HostText: TypeAlias = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[EnvSource, Tag("<env>")] | Annotated[FileSource, Tag("<file>")],
    Discriminator(_tag_of_host_value),
]
"""Text, or an env or file source."""
TaskText: TypeAlias = Annotated[
    Annotated[Text, Tag("<text>")] | Annotated[EnvSource, Tag("<env>")] | Annotated[FileSource, Tag("<file>")] | Annotated[ConnectionSource, Tag("<connection>")] | Annotated[VariableSource, Tag("<variable>")] | Annotated[ParamSource, Tag("<param>")] | Annotated[OutputSource, Tag("<output>")],
    Discriminator(_tag_of_task_value),
]
"""Text, or any source."""


def source_of(value: object, allowed: tuple[str, ...] = tuple(SOURCES)) -> type[Table] | None:
    """Return the source type that a free value has the shape of: a table with the keys of exactly one source."""
    if not isinstance(value, dict):
        return None
    for key in allowed:
        table = SOURCES[key]
        if key in value and set(value) <= {field.alias or name for name, field in table.model_fields.items()}:
            return table
    return None


def parse_source(table: type[Table], value: dict[str, Any]) -> tuple[Table | None, list[Any]]:
    """Return a source that was written where any value may be, or None and pydantic's errors."""
    try:
        return table.model_validate(value), []
    except ValidationError as error:
        return None, list(error.errors(include_url=False))
