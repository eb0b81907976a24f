"""What pydantic makes of the tables: a model of each, the marks of its keys, and the schema that validates.

Imported only where the language is not kept (`language.py`), where a finding needs to know what else would be right,
and for the JSON Schema: with pydantic's own import this takes several times as long as checking a small project.
"""

from __future__ import annotations

import json
import sys
import typing
from typing import Annotated, Any, ClassVar, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, create_model

from airdock.spec import base, checks, scalars, unions
from airdock.spec.base import DagArg, For, OperatorArg, Table, every_table
from airdock.spec.project import ProjectSpec
from airdock.spec.source import SOURCES

MARKS = (For, OperatorArg, DagArg)
ROOTS: tuple[type[Table], ...] = (ProjectSpec, *SOURCES.values())
"""The tables that values are validated against: the whole file, and what may stand where any value may be."""
_NOT_FOR_VALIDATION = {"metadata", "serialization"}
_REFERENCES = {"ref", "schema_ref"}
_FACTORIES = {list: "list", dict: "dict"}
_NAMES = {"Annotated": Annotated, "Any": Any, "Literal": typing.Literal, "Field": Field}
_hints: dict[type[Table], dict[str, Any]] = {}
_models: dict[type[Table], type[BaseModel]] = {}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False, protected_namespaces=())


def hints(table: type[Table]) -> dict[str, Any]:
    """Return the annotations of a table's keys, evaluated, those of the tables it is based on first."""
    if table in _hints:
        return _hints[table]
    tables = {each.__name__: each for each in every_table()}
    names = {**vars(sys.modules[table.__module__]), **vars(base), **tables, **vars(scalars), **vars(unions), **_NAMES}
    found = get_type_hints(table, names, names, include_extras=True)
    _hints[table] = {name: hint for name, hint in found.items() if get_origin(hint) is not ClassVar}
    return _hints[table]


def model(table: type[Table]) -> type[BaseModel]:
    """Return a table as a model of pydantic's."""
    if table not in _models:
        fields: Any = {name: (hint, _default(table, name)) for name, hint in hints(table).items()}
        _models[table] = create_model(table.__name__, __base__=_Strict, __doc__=table.__doc__, **fields)
    return _models[table]


def _default(table: type[Table], name: str) -> Any:
    default = getattr(table, name, ...)
    if isinstance(default, Table | list | dict):
        # Made anew for each table.
        return Field(default_factory=type(default))
    return default


def compile_language() -> str:
    """Return the language as JSON: what `language.Language` is made of."""
    marks = {table.__name__: _marks(table) for table in every_table()}
    schemas = {table.__name__: schema_of(table) for table in ROOTS}
    return json.dumps({"marks": marks, "schemas": schemas}, separators=(",", ":"))


def schema_of(table: type[Table]) -> Any:
    """Return what pydantic validates a table with, as JSON has it."""
    return _plain(model(table).__pydantic_core_schema__)


def _marks(table: type[Table]) -> dict[str, Any]:
    """Return the key of each field, and the arguments of its marks."""
    found = {}
    for name, field in model(table).model_fields.items():
        marks = [mark for mark in field.metadata if isinstance(mark, MARKS)]
        found[name] = [field.alias or name, {type(mark).__name__: mark.arguments for mark in marks}]
    return found


def _plain(node: Any) -> Any:
    """Return a schema of pydantic's as JSON has it. What is no value is named: a table, a check, a factory."""
    if isinstance(node, dict) and isinstance(node.get("type"), str):
        node = {key: value for key, value in node.items() if key not in _NOT_FOR_VALIDATION}
        # What a reference has behind its colon is where the model stands in memory.
        node |= {key: node[key].partition(":")[0] for key in _REFERENCES & node.keys()}
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    if node is None or isinstance(node, str | int | float):
        return node
    if isinstance(node, type) and issubclass(node, Table | BaseModel):
        return {"$": node.__name__}
    if node in _FACTORIES:
        return {"$": _FACTORIES[node]}
    name = getattr(node, "__name__", "")
    if getattr(checks, name, None) is not node:
        raise TypeError(f"{node!r} cannot be kept: what validates stands in checks.py")
    return {"$": name}
