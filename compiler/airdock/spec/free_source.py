"""Sources that are written where any value may be."""

from __future__ import annotations

from typing import Any

from airdock.spec.base import Table
from airdock.spec.core import ValidationError
from airdock.spec.language import keys_by_field, validator
from airdock.spec.source import SOURCES


def source_of(value: object, allowed: tuple[str, ...] = tuple(SOURCES)) -> type[Table] | None:
    """Return the source type that a free value has the shape of: a table with the keys of exactly one source."""
    if not isinstance(value, dict):
        return None
    for key in allowed:
        if key in value and value.keys() <= set(keys_by_field(SOURCES[key]).values()):
            return SOURCES[key]
    return None


def parse_source(table: type[Table], value: dict[str, Any]) -> tuple[Table | None, list[Any]]:
    """Return a source that was written where any value may be, or None and pydantic's errors."""
    try:
        source: Table = validator(table).validate_python(value)
    except ValidationError as error:
        return None, list(error.errors(include_url=False))
    return source, []
