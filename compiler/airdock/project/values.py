"""Values that are known only later: on the host when airdock builds, or in Airflow when the task runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from airdock.diagnostics import SpecPath
from airdock.project.secret import Secret

if TYPE_CHECKING:
    from airdock.project.model import Task


@dataclass(frozen=True, slots=True)
class EnvValue:
    """A variable of the host, read when `.env` is written."""

    name: str
    default: str | None
    path: SpecPath = field(compare=False)


@dataclass(frozen=True, slots=True)
class FileValue:
    """The text of a file, read when airdock builds."""

    file: str
    text: Secret
    key: str = ""
    """The variable of the file, where it is a file of variables: two of one value are two, on every host."""


HostValue: TypeAlias = EnvValue | FileValue


@dataclass(frozen=True, slots=True)
class HostVariable:
    """A host value on its way: written to `.env` under a name, handed to the containers under the same name."""

    variable: str
    value: HostValue


@dataclass(frozen=True, slots=True)
class ConnectionField:
    """A field of a connection, read when the task runs."""

    connection: str
    get: str


@dataclass(frozen=True, slots=True)
class VariableValue:
    """An Airflow variable, read when the task runs."""

    key: str


@dataclass(frozen=True, slots=True)
class ParamValue:
    """A param of the DAG, read when the task runs."""

    name: str


@dataclass(frozen=True, slots=True)
class OutputValue:
    """The output of another task of the DAG."""

    task: Task
    key: str | None


RuntimeValue: TypeAlias = ConnectionField | VariableValue | ParamValue | OutputValue
TaskValue: TypeAlias = str | HostVariable | RuntimeValue
"""What an environment variable of a task may be. A plain text is a Jinja template, as in Airflow."""
