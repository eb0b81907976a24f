"""Rules about the params of DAGs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from airdock.diagnostics import Diagnostic, Kind, SpecPath
from airdock.diagnostics.shape import BAD_VALUE, describe
from airdock.facts import names_secret
from airdock.project.model import Dag, DagParam
from airdock.rules.context import Context

NO_DEFAULT = Kind(
    "AD311",
    "param-without-default",
    "error",
    'param "{name}" of DAG "{dag}" has no default, and the DAG has a schedule',
    what="A DAG with a schedule has a param that is not set unless somebody sets it.",
    why="Nobody is asked when a schedule or an asset starts a run, so Airflow refuses the DAG.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a]\nschedule = "@daily"\nparams.day = { type = "string" }\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\n',
    fix="Add a default to the param, or remove the schedule of the DAG.",
)
_NUMBER = (int, float)
_TYPES = {
    "string": "text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
}
"""JSON's types in words."""


def param_has_default(context: Context) -> Iterator[Diagnostic]:
    """A param of a DAG with a schedule needs a default. That `null` is among its types makes no difference."""
    for dag in context.project.dags:
        for param in dag.params if dag.schedule is not None else ():
            if not param.has_default:
                advice = "add default = …: nobody is asked when a run starts by itself"
                yield NO_DEFAULT.at(_place(context, dag, param), "key", help=advice, name=param.name, dag=dag.id)


def param_default_fits(context: Context) -> Iterator[Diagnostic]:
    """A default must be what its own param allows, in a DAG with a schedule: Airflow refuses it there.

    Without a schedule a default that does not fit is how a person is made to choose.
    """
    for dag in context.project.dags:
        for param in dag.params:
            schema, place = dict(param.schema), _place(context, dag, param)
            fault = _fault_of(str(schema.get("pattern", "")))
            if fault is not None:
                expected = f"it is no regular expression: {fault}"
                yield BAD_VALUE.at((*place, "pattern"), found="this text", expected=expected)
            elif dag.schedule is not None and param.has_default:
                takes = _why_not(param.default, schema)
                if takes is not None:
                    found = "this default" if names_secret(param.name) else _shown(param.default)
                    yield BAD_VALUE.at((*place, "default"), found=found, expected=f"the param takes {takes}")


def _place(context: Context, dag: Dag, param: DagParam) -> SpecPath:
    own = (*dag.path, "params", param.name)
    return own if context.written_at(own) is not None else ("defaults", "dag", "params", param.name)


def _fault_of(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        return str(error)
    return None


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _why_not(value: object, schema: dict[str, Any]) -> str | None:
    """Return what a param takes, where a value is not that; the part of JSON Schema that airdock.toml has."""
    types = schema.get("type")
    wanted = [types] if isinstance(types, str) else types
    if wanted is not None and not any(_is(value, name) for name in wanted):
        return " or ".join(_TYPES[name] for name in wanted)
    allowed = schema.get("enum")
    if allowed is not None and not any(_same(value, one) for one in allowed):
        return " or ".join(_shown(one) for one in allowed) if len(allowed) <= 8 else "one of the values of enum"
    if isinstance(value, str) and schema.get("format") == "date" and not _is_date(value):
        return "a date such as 2026-01-31"
    if isinstance(value, _NUMBER) and not isinstance(value, bool):
        if "minimum" in schema and value < schema["minimum"]:
            return f"at least {schema['minimum']}"
        if "maximum" in schema and value > schema["maximum"]:
            return f"at most {schema['maximum']}"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return f"text that matches {schema['pattern']}"
    return None


def _is(value: object, name: str) -> bool:
    """Say whether a value is of one of JSON's types: 1.0 is an integer, true is none."""
    match name:
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            return whole and not isinstance(value, bool)
        case "number":
            return isinstance(value, _NUMBER) and not isinstance(value, bool)
        case "array":
            return isinstance(value, list)
        case "object":
            return isinstance(value, dict)
    return value is None


def _same(one: object, other: object) -> bool:
    """Say whether two values are equal to JSON, where true is not 1."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _shown(value: object) -> str:
    """Return a value for a message: short text and numbers as they are, all else by its type."""
    if isinstance(value, str) and len(value) <= 40 and value.isprintable():
        return f'"{value}"'
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, _NUMBER) else describe(value)
