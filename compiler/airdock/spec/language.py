"""The language as it validates, without pydantic's compiler, which takes longer than all the rest of a small run.

What the compiler makes of the tables is the same each time, so it is kept in the user's cache, like bytecode: under a
name that stands for airdock's version, the files of this package, and the releases of Python and of pydantic. Where
nothing is kept, it is compiled, and `output.remember` keeps it when the run is over.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from functools import cache
from typing import Any, NamedTuple, TypeVar

from airdock import __version__
from airdock.recall import digest, folder, kept, look
from airdock.spec import checks
from airdock.spec.base import DagArg, For, OperatorArg, Table, every_table
from airdock.spec.core import EXTENSION, SchemaValidator

Mark = TypeVar("Mark", For, OperatorArg, DagArg)
_HERE = os.path.dirname(__file__)  # noqa: PTH120 - pathlib is not needed for the rest
_NAMED: dict[str, Any] = {name: value for name, value in vars(checks).items() if callable(value)}
_NAMED |= {table.__name__: table for table in every_table()} | {"list": list, "dict": dict}
"""What the schemas name: checks, tables, and what makes the default of a key."""
_to_keep: list[Fresh] = []
_marked: dict[tuple[type[Table], type[object]], dict[str, Any]] = {}


class Language(NamedTuple):
    """All that a run needs to know of the tables."""

    marks: dict[str, dict[str, tuple[str, dict[str, list[str]]]]]
    """Table and field to the key of the field, and the arguments of its marks."""
    schemas: dict[str, Any]
    """Table to what pydantic validates with, for those in `compiled.ROOTS`."""


class Fresh(NamedTuple):
    """The language as this run has compiled it, to be kept."""

    path: str
    record: bytes
    looks: list[bytes]
    """What was at each file that it was made of; see `recall.look`."""


def looks() -> list[bytes]:
    """Return what is at the files that the language is made of: these modules, and pydantic's release."""
    files = [f"{_HERE}/{name}" for name in sorted(os.listdir(_HERE)) if name.endswith(".py")]  # noqa: PTH208
    library = os.path.dirname(os.path.dirname(EXTENSION))  # noqa: PTH120
    return [look(b"s", os.fsencode(path)) for path in (*files, EXTENSION, f"{library}/pydantic/version.py")]


def record(made_of: list[bytes]) -> str:
    """Return the path of what is kept; empty if nothing may be, as on Windows (`recall`)."""
    place = folder("language") if os.name == "posix" else ""
    versions = f"{__version__} {sys.version} {EXTENSION} {_HERE}".encode()
    return f"{place}/{digest([versions, *made_of])}" if place else ""


@cache
def language() -> Language:
    """Return the language, as it was kept or as it is compiled now."""
    made_of = looks()
    path = record(made_of)
    # With its name in it: a file that has got another one, in a cache that was put together, is not taken for it.
    name, _, text = ((kept(path) if path else None) or b"").partition(b"\n")
    if name and name == os.path.basename(path).encode():  # noqa: PTH119
        with contextlib.suppress(ValueError, KeyError, TypeError):
            return Language(**restored(text))
    from airdock.spec.compiled import compile_language

    text = compile_language().encode()
    name = os.path.basename(path).encode()  # noqa: PTH119
    if path:
        _to_keep.append(Fresh(path, name + b"\n" + text, made_of))
    return Language(**restored(text))


def just_compiled() -> Fresh | None:
    """Return what shall be kept, if this run has compiled the language; once."""
    return _to_keep.pop() if _to_keep else None


def restored(text: str | bytes) -> Any:
    """Return what `compiled.py` wrote as JSON, with the tables, checks and factories for their names."""
    return json.loads(text, object_hook=lambda node: _NAMED[node["$"]] if "$" in node else node)


def validator(table: type[Table]) -> SchemaValidator:
    """Return what makes a table of values, or raises pydantic's ValidationError."""
    return _validator(table.__name__)


def keys_by_field(table: type[Table]) -> dict[str, str]:
    """Return the TOML key of each field, in the order of the language description: its alias, where it is no name."""
    return _keys(table.__name__)


def marked(table: type[Table], mark: type[Mark]) -> dict[str, Mark]:
    """Return the fields that have a mark of a type (For, OperatorArg, DagArg), each with it."""
    if (table, mark) not in _marked:
        fields = language().marks[table.__name__].items()
        of_fields = {name: marks[mark.__name__] for name, (_, marks) in fields if mark.__name__ in marks}
        _marked[table, mark] = {name: mark(*arguments) for name, arguments in of_fields.items()}
    return _marked[table, mark]


@cache
def _validator(table: str) -> SchemaValidator:
    return SchemaValidator(language().schemas[table])


@cache
def _keys(table: str) -> dict[str, str]:
    return {name: key for name, (key, _) in language().marks[table].items()}
