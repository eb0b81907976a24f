"""The scalar types of the language: names, durations, sizes, dates."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone
from math import isfinite
from typing import Annotated, Any, TypeAlias

from pydantic import AfterValidator, BeforeValidator, PlainValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

NAME = r"^[a-z][a-z0-9_-]*$"
IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"
ID = r"^[A-Za-z][A-Za-z0-9_-]*$"
PROJECT = r"^[a-z0-9][a-z0-9_-]*$"
RELEASE = r"^[0-9]+\.[0-9]+\.[0-9]+$"
PYTHON = r"^3\.[0-9]+$"
CLASS = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$"
FUNCTION = r"^[^:\x00]+\.py:[A-Za-z_][A-Za-z0-9_]*$"
ABSOLUTE = r"^/[^\x00]*[^\x00/][^\x00]*$"
GET = r"^(uri|host|port|login|password|schema|extra\..+)$"
PATH = r"^[^\x00]+$"
TEXT = r"^[^\x00]*$"
REQUIREMENT = r"^[A-Za-z0-9][^\r\n\x00]*$"
SERVICE = r"^[a-zA-Z0-9._-]+$"
OWNER = r"^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)?$"
ENGINE_URL = r"^(unix:///[^\s\x00]+|(tcp|https?)://(\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]\x00]+):[0-9]{1,5})$"
ABSOLUTE_LINE = r"^/[^\x00\r\n]*[^\x00/\r\n][^\x00\r\n]*$"
COMPOSE_FILE = r"^[^\x00-\x1f\x7f:]+$"
PATH_OR_URL = r"^[^\x00\r\n]+$"
PLAIN_PATH = r"^[^\x00\r\n*?\[\]\\]+$"


def _path(value: str) -> str:
    if len(value.encode(errors="replace")) > 2000 or any(len(part.encode(errors="replace")) > 255 for part in value.split("/")):
        raise PydanticCustomError("path_length", "too long")
    return value


Name: TypeAlias = Annotated[str, StringConstraints(pattern=NAME, max_length=63)]
"""Images and mounts."""
Identifier: TypeAlias = Annotated[str, StringConstraints(pattern=IDENTIFIER, max_length=200)]
"""Connections, variables, params, environment variables."""
Id: TypeAlias = Annotated[str, StringConstraints(pattern=ID, max_length=200)]
"""DAGs and tasks."""
ProjectName: TypeAlias = Annotated[str, StringConstraints(pattern=PROJECT, max_length=63)]
Release: TypeAlias = Annotated[str, StringConstraints(pattern=RELEASE)]
PythonVersion: TypeAlias = Annotated[str, StringConstraints(pattern=PYTHON)]
ClassPath: TypeAlias = Annotated[str, StringConstraints(pattern=CLASS)]
FunctionPath: TypeAlias = Annotated[str, StringConstraints(pattern=FUNCTION)]
AbsolutePath: TypeAlias = Annotated[str, StringConstraints(pattern=ABSOLUTE)]
AbsoluteLine: TypeAlias = Annotated[str, StringConstraints(pattern=ABSOLUTE_LINE)]
"""An absolute path in one line, as an instruction of a Dockerfile has it."""
Path: TypeAlias = Annotated[str, StringConstraints(pattern=PATH), AfterValidator(_path)]
"""A path of the host, which has to be one that a file can have."""
PlainPath: TypeAlias = Annotated[str, StringConstraints(pattern=PLAIN_PATH), AfterValidator(_path)]
"""A path that an ignore file names: what would be a pattern there is none."""
ComposeFile: TypeAlias = Annotated[str, StringConstraints(pattern=COMPOSE_FILE), AfterValidator(_path)]
"""The name of a Compose file. In COMPOSE_FILE a colon stands between two of them."""
PathOrUrl: TypeAlias = Annotated[str, StringConstraints(pattern=PATH_OR_URL), AfterValidator(_path)]
Word: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f]+$")]
"""A name of Docker's or Debian's: not empty, no blanks."""
Text: TypeAlias = Annotated[str, StringConstraints(pattern=TEXT)]
"""Any text but NUL, which neither a process's arguments nor its environment can hold."""
Requirement: TypeAlias = Annotated[str, StringConstraints(pattern=REQUIREMENT)]
ServiceName: TypeAlias = Annotated[str, StringConstraints(pattern=SERVICE)]
Line: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\r\n\x00]*$")]
"""Text in one line, where the format that it goes into has no line breaks."""
ImageReference: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f$]+$")]
Owner: TypeAlias = Annotated[str, StringConstraints(pattern=OWNER)]
Repository: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._/:-]+[a-z0-9]+)*$")]
ImageTag: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]

PATTERN_WORDS = {
    NAME: "a name is lower-case letters, digits, - and _, starts with a letter, and has at most 63 characters",
    IDENTIFIER: "letters, digits and _, not starting with a digit",
    ID: "letters, digits, - and _, starting with a letter",
    PROJECT: "lower-case letters, digits, - and _, starting with a letter or digit",
    RELEASE: 'a full release such as "3.3.2"',
    PYTHON: 'a Python version such as "3.12"',
    CLASS: 'a class with its module, such as "airflow.providers.standard.operators.empty.EmptyOperator"',
    FUNCTION: '"path/to/file.py:function"',
    ABSOLUTE: "an absolute path below /",
    PATH: "a path, not empty",
    GET: "uri, host, port, login, password, schema or extra.KEY",
    TEXT: "text without NUL characters",
    REQUIREMENT: 'a requirement such as "pandas==2.2.3"; options of pip do not belong here',
    SERVICE: "letters, digits, . _ and -",
    OWNER: "a user, or user:group",
    ABSOLUTE_LINE: "an absolute path below /, in one line",
    COMPOSE_FILE: "a file name without colons and control characters",
    PATH_OR_URL: "a path or an address, in one line",
    PLAIN_PATH: "a path of the project, without * ? [ ] and backslash",
    r"^[^\s\x00-\x1f]+$": "one word, without blanks",
    r"^[^\r\n\x00]*$": "text in one line",
    r"^[^\s\x00-\x1f$]+$": 'an image reference such as "python:3.12-slim"',
    r"^[a-z0-9]+([._/:-]+[a-z0-9]+)*$": "an image repository in lower case, without a tag",
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$": 'an image tag, or "content"',
    r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$": "letters, digits, _ . and -, starting with a letter or digit",
    r"^[0-7]{3,4}$": 'permissions in octal, such as "1777"',
    r"^[\w-]+$": "a connection type such as postgres: letters, digits, _ and -",
    r"^[^\s\x00]+$": "one word, without blanks",
    r"^AD[0-9]{3}$": "a code such as AD404",
    ENGINE_URL: "unix:///path, or tcp://host:port",
}
"""What each pattern asks for, in words."""

_DURATION = re.compile(r"^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$", re.ASCII)
_DURATION_SCHEMA = {"type": "string", "pattern": r"^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"}
_SIZE = re.compile(r"^(\d+)([bkmg]?)$", re.ASCII)
_SIZE_SCHEMA = {"anyOf": [{"type": "string", "pattern": "^[0-9]+[bkmg]?$"}, {"type": "integer", "minimum": 1}]}
_UNITS = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
LEAST_MEMORY = 6 * 1024**2
"""Bytes. The engine refuses a smaller memory limit."""
GREATEST_DURATION = timedelta(days=10 * 366)


def _duration(value: Any) -> timedelta:
    if not isinstance(value, str):
        raise PydanticCustomError("duration_type", "a duration")
    match = _DURATION.match(value)
    if match is None or not value:
        raise PydanticCustomError("duration", "not a duration")
    weeks, days, hours, minutes, seconds = (min(int(group or 0), 10**9) for group in match.groups())
    try:
        duration = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise PydanticCustomError("duration", "too long") from None
    if not timedelta(0) < duration <= GREATEST_DURATION:
        raise PydanticCustomError("duration", "zero, or too long")
    return duration


def _size(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise PydanticCustomError("size_type", "a size")
    if isinstance(value, int):
        size = value
    else:
        match = _SIZE.match(value)
        if match is None:
            raise PydanticCustomError("size", "not a size")
        size = int(match[1]) * _UNITS[match[2]] if len(match[1]) < 20 else 0
    if not 0 < size < 2**63:
        raise PydanticCustomError("size", "out of range")
    return size


def _memory(value: Any) -> int:
    size = _size(value)
    if size < LEAST_MEMORY:
        raise PydanticCustomError("memory", "under 6m")
    return size


def _date(value: Any) -> date:
    if not isinstance(value, date):
        raise PydanticCustomError("date_type", "a date")
    if isinstance(value, datetime) and value.tzinfo is not None:
        try:
            value.astimezone(timezone.utc)
        except OverflowError:
            raise PydanticCustomError("date_type", "a date") from None
    found: date = value
    return found


def _whole_seconds(value: Any) -> int:
    return int(_duration(value).total_seconds())


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_type", "a number")
    if not isfinite(value):
        raise PydanticCustomError("finite_number", "a finite number")
    return value


def _scalar(value: Any) -> str | int | float | bool:
    if not isinstance(value, str | int | float | bool):
        raise PydanticCustomError("scalar_type", "text, a number or a boolean")
    return value


Number: TypeAlias = Annotated[int | float, PlainValidator(_number), WithJsonSchema({"type": "number"})]
Scalar: TypeAlias = Annotated[
    str | int | float | bool,
    PlainValidator(_scalar),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}),
]
Duration: TypeAlias = Annotated[timedelta, BeforeValidator(_duration), WithJsonSchema(_DURATION_SCHEMA)]
"""`90s`, `5m`, `1h30m`, `2d`, `1w`: units in falling order, each at most once."""
Seconds: TypeAlias = Annotated[int, BeforeValidator(_whole_seconds), WithJsonSchema(_DURATION_SCHEMA)]
"""A duration as whole seconds, where Airflow or Docker want a number."""
EngineUrl: TypeAlias = Annotated[str, StringConstraints(pattern=ENGINE_URL)]
Size: TypeAlias = Annotated[int, BeforeValidator(_size), WithJsonSchema(_SIZE_SCHEMA)]
"""Bytes; written as `512m`, `2g`, `64k`, or an integer."""
Memory: TypeAlias = Annotated[int, BeforeValidator(_memory), WithJsonSchema(_SIZE_SCHEMA)]
"""Bytes, at least 6 MiB."""
Date: TypeAlias = Annotated[
    date,
    PlainValidator(_date),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}),
]
"""A TOML date or date-time."""
