"""What every table of the language shares: strictness, documentation, and the marks that the schema cannot say.

A key is declared once, in one line: name, type, kinds, operator keyword, default, description. Resolving, the DAG
emitter, the JSON Schema and the checks of which keys go together all read that line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Table(BaseModel):
    """A TOML table with a fixed set of keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False, protected_namespaces=())

    kinds: ClassVar[Kinds | None] = None
    at_most_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of keys of which one table has at most one."""


@dataclass(frozen=True)
class Kinds:
    """Tables of one type come in kinds; the key that makes the kind says which.

    A table has exactly one of ``keys``, unless one of them is in ``fallback``: then it is that kind when it has none.
    """

    keys: tuple[str, ...]
    fallback: str | None = None
    together: tuple[frozenset[str], ...] = ()
    """Sets of ``keys`` that one table may have beside each other; the first of ``keys`` among them says its kind."""


@dataclass(frozen=True)
class For:
    """Marks a key that only some kinds of its table have."""

    kinds: frozenset[str]

    def __init__(self, *kinds: str) -> None:
        object.__setattr__(self, "kinds", frozenset(kinds))


@dataclass(frozen=True)
class OperatorArg:
    """Marks a key whose value is handed to the operator as this keyword argument."""

    keyword: str


@dataclass(frozen=True)
class DagArg:
    """Marks a key whose value is handed to the DAG as this keyword argument."""

    keyword: str


def Doc(text: str) -> Any:  # noqa: N802 - reads as a mark beside For and OperatorArg
    """Return the mark that carries a key's description."""
    return Field(description=text)


def key_of(table: type[Table], field: str) -> str:
    """Return the TOML key of a field: its alias where the key is a Python keyword."""
    return table.model_fields[field].alias or field


def keys_of(table: type[Table]) -> list[str]:
    """Return the TOML keys of a table, in the order of the language description."""
    return [key_of(table, field) for field in table.model_fields]


def mark_of(table: type[Table], field: str, mark: type[Any]) -> Any | None:
    """Return the mark of a type (For, OperatorArg, DagArg) on a field, or None."""
    return next((found for found in table.model_fields[field].metadata if isinstance(found, mark)), None)
