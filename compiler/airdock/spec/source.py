"""Value sources: where a text comes from when it is not written down in airdock.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Table

if TYPE_CHECKING:
    from typing import Annotated

    from airdock.spec.base import Doc
    from airdock.spec.scalars import ConnectionField, Id, Identifier, Path, Text


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
    get: Annotated[ConnectionField, Doc("uri, host, port, login, password, schema or extra.KEY")]


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
