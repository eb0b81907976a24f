"""Resolving connections and variables."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any

from airdock.diagnostics import SpecPath
from airdock.diagnostics.shape import BAD_VALUE, MISSING_KEY, WRONG_TYPE, describe
from airdock.project.model import Connection, Variable
from airdock.project.scope import Scope
from airdock.project.secret import Secret
from airdock.spec.base import Table
from airdock.spec.connection import ConnectionSpec
from airdock.spec.free_source import parse_source, source_of
from airdock.spec.patterns import PATTERN_WORDS
from airdock.spec.source import HOST_SOURCES, EnvSource, FileSource

_FIELDS = {
    "conn_type": "type",
    "host": "host",
    "port": "port",
    "login": "login",
    "password": "password",
    "schema": "schema_",
    "description": "description",
}
"""Key of the JSON form of AIRFLOW_CONN_… to field of the spec. Airflow refuses any other key but ``extra``."""

DEEPEST = 50
"""Lists and tables in each other; the YAML writer gives up not far beyond."""
_EXTRAS_OF_DOCKER = ("email", "reauth")
"""What the docker hook reads of a connection's extra; it ignores all else, and the schema field."""


def resolve_connections(scope: Scope) -> tuple[Connection, ...]:
    """Return the connections; reports AD102, AD103, AD104, AD212 and AD214."""
    specs = scope.spec.connections
    upper = [(id_, id_.upper()) for id_ in specs]
    scope.report_collisions(upper, ("connections",), "give the same environment variable AIRFLOW_CONN_…")
    return tuple(_connection(scope, id_, spec) for id_, spec in specs.items())


def _connection(scope: Scope, id_: str, spec: ConnectionSpec) -> Connection:
    where: SpecPath = ("connections", id_)
    if id_ == "get":
        # {{ conn.get }} is a method of the object that Airflow gives to templates.
        scope.report.add(BAD_VALUE.at(where, "key", found='"get"', expected="Airflow's templates cannot read it"))
    if spec.type == "docker":
        _check_docker(scope, spec, where)
    if spec.uri is not None:
        return Connection(id_, {}, {}, _secret(scope.host_text(spec.uri, (*where, "uri"))))
    fields = {}
    for key, name in _FIELDS.items():
        value = getattr(spec, name)
        if value is not None:
            resolved = scope.host_text(value, (*where, "type" if key == "conn_type" else key))
            fields[key] = _secret(resolved) if key == "password" else resolved
    extra = {key: free_value(scope, value, (*where, "extra", key)) for key, value in spec.extra.items()}
    return Connection(id_, fields, extra)


def _secret(value: Any) -> Any:
    return Secret(value) if isinstance(value, str) else value


def _check_docker(scope: Scope, spec: ConnectionSpec, where: SpecPath) -> None:
    for key in ("host", "login"):
        if getattr(spec, key) is None:
            scope.report.add(MISSING_KEY.at(where, "header", key=key, where=" of a docker connection"))
    if spec.schema_ is not None:
        expected = "a docker connection has host, port, login, password and extra"
        scope.report.add(BAD_VALUE.at((*where, "schema"), "key", found='"schema"', expected=expected))
    for key in spec.extra:
        if key not in _EXTRAS_OF_DOCKER:
            expected = f"the extra of a docker connection has {' and '.join(_EXTRAS_OF_DOCKER)}"
            scope.report.add(BAD_VALUE.at((*where, "extra", key), "key", found=f'"{key}"', expected=expected))


def resolve_variables(scope: Scope) -> tuple[Variable, ...]:
    """Return the Airflow variables; reports AD103, AD104, AD212 and AD214."""
    specs = scope.spec.variables
    upper = [(key, key.upper()) for key in specs]
    scope.report_collisions(upper, ("variables",), "give the same environment variable AIRFLOW_VAR_…")
    found = []
    for key, value in specs.items():
        where = ("variables", key)
        if key == "get":
            scope.report.add(BAD_VALUE.at(where, "key", found='"get"', expected="Airflow's templates cannot read it"))
        resolved = free_value(scope, value, where)
        if isinstance(resolved, str):
            found.append(Variable(key, resolved))
        elif isinstance(resolved, list | dict | bool | int | float):
            found.append(Variable(key, json.dumps(resolved, ensure_ascii=False)))
        elif resolved is not None:
            found.append(Variable(key, resolved))
    return tuple(found)


def free_value(scope: Scope, value: Any, where: SpecPath) -> Any:
    """Return a value of any shape that JSON can hold, or the host value that it names.

    A table is a source when it has the keys of an env or file source and no others.
    """
    table = source_of(value, HOST_SOURCES)
    if table is not None:
        return _source(scope, table, value, where)
    return value if is_json(scope, value, where) else None


def is_json(scope: Scope, value: Any, where: SpecPath) -> bool:
    """Say whether JSON can hold a value; reports AD103 and AD104 for each part that it cannot."""
    good = True
    if _depth(value) > DEEPEST:
        scope.report.add(BAD_VALUE.at(where, found="this value", expected=f"it is nested more than {DEEPEST} deep"))
        return False
    for place, leaf in leaves(value, where):
        if isinstance(leaf, float) and not math.isfinite(leaf):
            scope.report.add(BAD_VALUE.at(place, found="this number", expected="JSON has no infinity and no NaN"))
            good = False
        elif not isinstance(leaf, str | int | float):
            expected = "a value that JSON can hold"
            scope.report.add(WRONG_TYPE.at(place, expected=expected, found=describe(leaf), help="write it in quotes"))
            good = False
    return good


def _depth(value: Any) -> int:
    """Return how deep lists and tables stand in each other."""
    depth, level = 0, [value]
    while level:
        inner = [item for item in level if isinstance(item, dict | list)]
        level = [part for item in inner for part in (item.values() if isinstance(item, dict) else item)]
        depth += bool(inner)
    return depth


def _source(scope: Scope, table: type[Table], value: dict[str, Any], where: SpecPath) -> Any:
    source = checked_source(scope, table, value, where)
    return scope.host_value(source, where) if isinstance(source, EnvSource | FileSource) else None


def checked_source(scope: Scope, table: type[Table], value: dict[str, Any], where: SpecPath) -> Table | None:
    """Return a source written where any value may be; None, and AD102 to AD104, for a bad one."""
    source, faults = parse_source(table, value)
    for fault in faults:
        place = (*where, *fault["loc"])
        if fault["type"] == "missing":
            scope.report.add(MISSING_KEY.at(where, key=fault["loc"][-1], where=""))
        elif fault["type"] == "string_type":
            scope.report.add(WRONG_TYPE.at(place, expected="text in quotes", found=describe(fault["input"])))
        else:
            expected = PATTERN_WORDS.get(fault.get("ctx", {}).get("pattern", ""), "it is too long")
            scope.report.add(BAD_VALUE.at(place, found="this text", expected=expected))
    return source


def leaves(value: Any, where: SpecPath) -> Iterable[tuple[SpecPath, Any]]:
    """Return the scalars inside a value, with their places."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from leaves(inner, (*where, index))
    else:
        yield where, value
