"""The scalar types of the language, as pydantic wants them: names, paths, durations, sizes, dates.

Imported only where the language is compiled.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, BeforeValidator, PlainValidator, StringConstraints, WithJsonSchema

from airdock.spec import checks, patterns

_DURATION_SCHEMA = {"type": "string", "pattern": r"^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$"}
_SIZE_SCHEMA = {"anyOf": [{"type": "string", "pattern": "^[0-9]+[bkmg]?$"}, {"type": "integer", "minimum": 1}]}

Name: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.NAME, max_length=63)]
"""Images and mounts."""
Identifier: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.IDENTIFIER, max_length=200)]
"""Connections, variables, params, environment variables."""
Id: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.ID, max_length=200)]
"""DAGs and tasks."""
ProjectName: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.PROJECT, max_length=63)]
Release: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.RELEASE)]
PythonVersion: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.PYTHON)]
ClassPath: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.CLASS)]
FunctionPath: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.FUNCTION)]
AbsolutePath: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.ABSOLUTE)]
AbsoluteLine: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.ABSOLUTE_LINE)]
"""An absolute path in one line, as an instruction of a Dockerfile has it."""
Path: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.PATH), AfterValidator(checks.path)]
"""A path of the host, which has to be one that a file can have."""
PlainPath: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.PLAIN_PATH), AfterValidator(checks.path)]
"""A path that an ignore file names: what would be a pattern there is none."""
ComposeFile: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.COMPOSE_FILE), AfterValidator(checks.path)]
"""The name of a Compose file. In COMPOSE_FILE a colon stands between two of them."""
PathOrUrl: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.PATH_OR_URL), AfterValidator(checks.path)]
ConnectionField: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.GET)]
Word: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f]+$")]
"""A name of Docker's or Debian's: not empty, no blanks."""
Text: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.TEXT)]
"""Any text but NUL, which neither a process's arguments nor its environment can hold."""
Requirement: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.REQUIREMENT)]
ServiceName: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.SERVICE)]
Line: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\r\n\x00]*$")]
"""Text in one line, where the format that it goes into has no line breaks."""
ImageReference: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f$]+$")]
Owner: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.OWNER)]
Repository: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([._/:-]+[a-z0-9]+)*$")]
ImageTag: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
Number: TypeAlias = Annotated[int | float, PlainValidator(checks.number), WithJsonSchema({"type": "number"})]
CpuWeight: TypeAlias = Annotated[int | float, PlainValidator(checks.cpu_weight), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 256})]
Cpus: TypeAlias = Annotated[int | float, PlainValidator(checks.cpus), WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1_000_000})]
Factor: TypeAlias = Annotated[int | float, PlainValidator(checks.factor), WithJsonSchema({"type": "number", "exclusiveMinimum": 1})]
Scalar: TypeAlias = Annotated[
    str | int | float | bool,
    PlainValidator(checks.scalar),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}]}),
]
Duration: TypeAlias = Annotated[timedelta, BeforeValidator(checks.duration), WithJsonSchema(_DURATION_SCHEMA)]
"""`90s`, `5m`, `1h30m`, `2d`, `1w`: units in falling order, each at most once."""
Seconds: TypeAlias = Annotated[int, BeforeValidator(checks.seconds), WithJsonSchema(_DURATION_SCHEMA)]
"""A duration as whole seconds, where Airflow or Docker want a number."""
EngineUrl: TypeAlias = Annotated[str, StringConstraints(pattern=patterns.ENGINE_URL)]
Size: TypeAlias = Annotated[int, BeforeValidator(checks.size), WithJsonSchema(_SIZE_SCHEMA)]
"""Bytes; written as `512m`, `2g`, `64k`, or an integer."""
Memory: TypeAlias = Annotated[int, BeforeValidator(checks.memory), WithJsonSchema(_SIZE_SCHEMA)]
"""Bytes, at least 6 MiB."""
Date: TypeAlias = Annotated[
    date,
    PlainValidator(checks.date),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date"}, {"type": "string", "format": "date-time"}]}),
]
"""A TOML date or date-time."""
