"""What every table of the language shares: strictness, documentation, and the marks that the schema cannot say.

A key is declared once, in one line: name, type, kinds, operator keyword, default, description. Resolving, the DAG
emitter, the JSON Schema and the checks of which keys go together all read that line.

In modules with tables annotations are not postponed: evaluating their text is what would take longest when they are
imported.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Mark = TypeVar("Mark")


@dataclass(frozen=True)
class Kinds:
    """Tables of one type come in kinds; the key that makes the kind says which.

    A table has exactly one of ``keys``, unless one of them is in ``fallback``: then it is that kind when it has none.
    """

    keys: tuple[str, ...]
    fallback: str | None = None
    together: tuple[frozenset[str], ...] = ()
    """Sets of ``keys`` that one table may have beside each other; the first of ``keys`` among them says its kind."""


class Table(BaseModel):
    """A TOML table with a fixed set of keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False, protected_namespaces=())

    kinds: ClassVar[Kinds | None] = None
    at_most_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of keys of which one table has at most one."""


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


def empty_list() -> list[Any]:
    """Return the default of a list. pydantic asks for the signature of a factory, and that of ``list`` takes longer."""
    return []


@cache
def keys_by_field(table: type[Table]) -> dict[str, str]:
    """Return the TOML key of each field, in the order of the language description: its alias, where it is no name."""
    return {name: field.alias or name for name, field in table.model_fields.items()}


@cache
def marked(table: type[Table], mark: type[Mark]) -> dict[str, Mark]:
    """Return the fields that have a mark of a type (For, OperatorArg, DagArg), each with it."""
    found: dict[str, Mark] = {}
    for name, field in table.model_fields.items():
        for one in field.metadata:
            if isinstance(one, mark):
                found[name] = one
    return found
