"""Values that are known only later: on the host when airdock builds, or in Airflow when the task runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from airdock.diagnostics import SpecPath
from airdock.project.secret import Secret

if TYPE_CHECKING:
    from airdock.project.model import Task


class _Value:
    """A value is equal to another of its type with the same fields."""

    __slots__: tuple[str, ...] = ()

    def _fields(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        """Compare type and fields."""
        return isinstance(other, _Value) and type(other) is type(self) and other._fields() == self._fields()

    def __hash__(self) -> int:
        """Hash the fields."""
        return hash(self._fields())


class EnvValue(_Value):
    """A variable of the host, read when `.env` is written."""

    __match_args__ = ("name", "default", "path")
    __slots__ = __match_args__

    def __init__(self, name: str, default: str | None, path: SpecPath) -> None:
        self.name, self.default, self.path = name, default, path

    def _fields(self) -> tuple[object, ...]:
        return self.name, self.default  # wherever it stands


class FileValue(_Value):
    """The text of a file, read when airdock builds."""

    __match_args__ = ("file", "text", "key")
    __slots__ = __match_args__

    def __init__(self, file: str, text: Secret, key: str = "") -> None:
        self.file, self.text = file, text
        self.key = key
        """The variable of the file, where it is a file of variables: two of one value are two, on every host."""


HostValue: TypeAlias = EnvValue | FileValue


class HostVariable(_Value):
    """A host value on its way: written to `.env` under a name, handed to the containers under the same name."""

    __match_args__ = ("variable", "value")
    __slots__ = __match_args__

    def __init__(self, variable: str, value: HostValue) -> None:
        self.variable, self.value = variable, value


class ConnectionField(_Value):
    """A field of a connection, read when the task runs."""

    __match_args__ = ("connection", "get")
    __slots__ = __match_args__

    def __init__(self, connection: str, get: str) -> None:
        self.connection = connection
        self.get = get


class VariableValue(_Value):
    """An Airflow variable, read when the task runs."""

    __match_args__ = ("key",)
    __slots__ = __match_args__

    def __init__(self, key: str) -> None:
        self.key = key


class ParamValue(_Value):
    """A param of the DAG, read when the task runs."""

    __match_args__ = ("name",)
    __slots__ = __match_args__

    def __init__(self, name: str) -> None:
        self.name = name


class OutputValue(_Value):
    """The output of another task of the DAG."""

    __match_args__ = ("task", "key")
    __slots__ = __match_args__

    def __init__(self, task: Task, key: str | None) -> None:
        self.task, self.key = task, key


RuntimeValue: TypeAlias = ConnectionField | VariableValue | ParamValue | OutputValue
TaskValue: TypeAlias = str | HostVariable | RuntimeValue
"""What an environment variable of a task may be. A plain text is a Jinja template, as in Airflow."""
