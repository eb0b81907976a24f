"""Tables of the language, made of values by themselves: airdock makes only whole files."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic_core import SchemaValidator

from airdock.spec.base import Table
from airdock.spec.compiled import schema_of
from airdock.spec.language import restored

AnyTable = TypeVar("AnyTable", bound=Table)


def table_of(table: type[AnyTable], values: dict[str, Any]) -> AnyTable:
    """Return a table with these values, or raise pydantic's ValidationError."""
    made: AnyTable = SchemaValidator(restored(json.dumps(schema_of(table)))).validate_python(values)
    return made
