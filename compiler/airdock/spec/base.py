"""What every table of the language is: a plain class, whose annotations say all there is to say about its keys.

A key is declared once, in one line: name, type, kinds, operator keyword, default, description. Resolving, the DAG
emitter, the JSON Schema and the checks of which keys go together all read that line. Annotations are text until
`compiled.py` hands them to pydantic, which no run has to wait for that finds the language kept (`language.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple


class Kinds(NamedTuple):
    """Tables of one type come in kinds; the key that makes the kind says which.

    A table has exactly one of ``keys``, unless one of them is in ``fallback``: then it is that kind when it has none.
    """

    keys: tuple[str, ...]
    fallback: str | None = None
    together: tuple[frozenset[str], ...] = ()
    """Sets of ``keys`` that one table may have beside each other; the first of ``keys`` among them says its kind."""


class Table:
    """A TOML table with a fixed set of keys. pydantic makes and fills it; nothing changes it then."""

    # What pydantic's validator sets on an instance.
    __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")

    if TYPE_CHECKING:
        __pydantic_fields_set__: set[str]

    kinds: ClassVar[Kinds | None] = None
    at_most_one: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Groups of keys of which one table has at most one."""

    def __init__(self) -> None:
        """Make a table in which nothing is written: its class has the defaults."""
        object.__setattr__(self, "__pydantic_fields_set__", set())

    @property
    def written(self) -> set[str]:
        """The fields that are written in airdock.toml."""
        return self.__pydantic_fields_set__

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse to change a table."""
        raise AttributeError(f"a table is not changed: {name}")

    @classmethod
    def __get_pydantic_core_schema__(cls, _: object, handler: Any) -> Any:
        """Tell pydantic what a key takes that leads to such a table."""
        from airdock.spec.compiled import model

        return handler.generate_schema(model(cls))


def every_table(table: type[Table] = Table) -> list[type[Table]]:
    """Return all tables that are based on one, as far as their modules have been imported."""
    return [each for direct in table.__subclasses__() for each in (direct, *every_table(direct))]


class For:
    """Marks a key that only some kinds of its table have."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = frozenset(kinds)
        self.arguments = sorted(kinds)


class OperatorArg:
    """Marks a key whose value is handed to the operator as this keyword argument."""

    def __init__(self, keyword: str) -> None:
        self.keyword = keyword
        self.arguments = [keyword]


class DagArg(OperatorArg):
    """Marks a key whose value is handed to the DAG as this keyword argument."""


def Doc(text: str) -> Any:  # noqa: N802 - reads as a mark beside For and OperatorArg
    """Return the mark that carries a key's description."""
    from pydantic import Field

    return Field(description=text)
