"""Values to ProjectSpec: every fault of shape, with the place it is at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import Tag, ValidationError

from airdock.diagnostics import Diagnostic, Kind, Report, SpecPath
from airdock.diagnostics.shape import (
    BAD_NAME,
    BAD_VALUE,
    MISSING_KEY,
    UNKNOWN_KEY,
    WRONG_TYPE,
    describe,
)
from airdock.diagnostics.suggest import closest, did_you_mean
from airdock.spec.base import Table, keys_of
from airdock.spec.project import ProjectSpec
from airdock.spec.scalars import PATTERN_WORDS
from airdock.spec.surplus import shape_findings

LANGUAGE_VERSION = Kind(
    "AD006",
    "language-version",
    "error",
    "language version {found} is not supported",
    what="`airdock = …` at the top names a version of the language that this airdock does not know.",
    why="Another version may give the same keys another meaning.",
    example='airdock = 2\n\n[project]\nname = "shop"\n\n[airflow]\nversion = "3.3.2"\n',
    fix="Write airdock = 1, or install an airdock that knows the newer language.",
)
NOT_A_DURATION = Kind(
    "AD107",
    "not-a-duration",
    "error",
    "{found} is not a duration{reason}",
    what="A duration is a text of numbers with units, w d h m s in falling order, each at most once, and not zero.",
    why="5 could be seconds or minutes.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.b]\nimage = "etl"\ntimeout = "5 minutes"\n',
    fix='Write "90s", "5m", "1h30m", "2d" or "1w".',
)
NOT_A_SIZE = Kind(
    "AD108",
    "not-a-size",
    "error",
    "{found} is not a size{reason}",
    what="A size is a text of a number with one of the units b k m g, or an integer of bytes; memory is at least 6m.",
    why="The engine refuses other forms, such as 64Mi or 0.5, when the task starts.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.b]\nimage = "etl"\nmemory = "64Mi"\n',
    fix='Write "512m", "2g" or "64k".',
)

_TYPES = {
    "string_type": "text in quotes",
    "int_type": "an integer",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a table",
    "model_type": "a table",
    "duration_type": 'a duration such as "5m"',
    "size_type": 'a size such as "512m"',
    "date_type": "a date without quotes, such as 2026-01-31",
    "number_type": "a number",
    "scalar_type": "text, a number or a boolean",
}
"""pydantic's error types for a wrong TOML type, and what would be right. pydantic's own sentences are never shown."""

_FORMS = dict.fromkeys(("<text>", "<path>", "<name>", "<choice>", "<all>"), "text in quotes") | {
    "<list>": "a list",
    "<switch>": "true or false",
    "<number>": "an integer",
}
"""Tags of unions and the forms they stand for; every other tag is a table."""

_WORDS_OF_OTHERS = {
    "auto_remove": "remove",
    "constraints_file": "constraints",
    "depends_on": "after",
    "docker_conn_id": "connection",
    "environment": "env",
    "execution_timeout": "timeout",
    "conn_type": "type",
    "mem_limit": "memory",
    "network_mode": "network",
    "op_kwargs": "args",
    "password_file": "password",
    "private_environment": "env",
    "python_callable": "python",
    "schedule_interval": "schedule",
    "skip_on_exit_code": "skip_exit_codes",
    "upstream": "after",
    "volumes": "mounts",
    "working_dir": "workdir",
}
"""Airflow's, Docker's and Compose's words for what has another name here."""


def validate(values: dict[str, object], report: Report) -> ProjectSpec | None:
    """Return what the user wrote; None, and findings AD006 and AD101 to AD108, where it has not the right shape."""
    spec = None
    try:
        spec = ProjectSpec.model_validate(values)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        other = [fault for fault in faults if fault["loc"] == ("airdock",) and isinstance(fault["input"], int)]
        report.extend(_finding(fault) for fault in other or faults)
        if other:
            return None  # in another version of the language all else may be right
    report.extend(shape_findings(values))
    return spec


def _finding(fault: Any) -> Diagnostic:
    """Return the finding for one of pydantic's errors."""
    location, kind, value = fault["loc"], fault["type"], fault["input"]
    path = tuple(part for part in location if not _is_mark(part))
    if kind == "extra_forbidden":
        path = (*(part for part in location[:-1] if not _is_mark(part)), location[-1])
        known = _known_keys(location[:-1])
        word = _WORDS_OF_OTHERS.get(str(path[-1]))
        advice = f'the key is called "{word}" here' if word in known else did_you_mean(str(path[-1]), known, what="keys")
        return UNKNOWN_KEY.at(path, "key", key=path[-1], where="", help=advice)
    if kind == "missing":
        return MISSING_KEY.at(path[:-1], "header", key=path[-1], where="")
    if kind == "union_tag_not_found":
        choices = _members(location)
        near = next(filter(None, (closest(key, choices) for key in value)), None)
        expected = f"where the value comes from is said by {_either(choices)}"
        return BAD_VALUE.at(path, found="this table", expected=expected, help=_meant(near))
    if kind in _TYPES:
        expected = _forms(location) or _TYPES[kind]
        return WRONG_TYPE.at(path, expected=expected, found=describe(value), help=_quotes(kind, value))
    if kind == "duration":
        reason = "" if fault["msg"] == "not a duration" else " that can be used: it is zero, or over ten years"
        return NOT_A_DURATION.at(path, found=_shown(value), reason=reason, help='write "90s", "5m", "1h30m", "2d" or "1w"')
    if kind in ("size", "memory"):
        reason = " that can be used: it is not above zero, or too large" if fault["msg"] == "out of range" else ""
        reason = " that the engine takes for memory: at least 6m" if kind == "memory" else reason
        return NOT_A_SIZE.at(path, found=_shown(value), reason=reason, help='write "512m", "2g" or "64k"')
    if path == ("airdock",):
        return LANGUAGE_VERSION.at(path, found=_shown(value), help="this airdock knows version 1: airdock = 1")
    if location[-1] == "[key]":
        return BAD_NAME.at(path, "key", name=path[-1], expected=_expected(kind, fault["ctx"]))
    choices = re.findall(r"'([^']*)'", fault["ctx"]["expected"]) if kind == "literal_error" else []
    if choices and not isinstance(value, str):
        return WRONG_TYPE.at(path, expected=_either(choices), found=describe(value))
    near = closest(value, choices) if isinstance(value, str) else None
    expected = f"use {_either(choices)}" if choices else _expected(kind, fault.get("ctx", {}))
    return BAD_VALUE.at(path, found=_shown(value), expected=expected, help=_meant(near))


def _is_mark(part: object) -> bool:
    """Say whether a part of pydantic's location is no TOML key: the tag of a union, or "this dict's key"."""
    return isinstance(part, str) and (part == "[key]" or (part.startswith("<") and part.endswith(">")))


def _expected(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "string_pattern_mismatch":
            return PATTERN_WORDS.get(context["pattern"], f"it must match {context['pattern']}")
        case "string_too_long":
            return f"at most {context['max_length']} characters"
        case "string_too_short" | "too_short":
            return "it must not be empty"
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "less_than_equal":
            return f"at most {context['le']}"
        case _:
            return "see `airdock schema` for what is"


def _forms(location: SpecPath) -> str | None:
    """Return what a union at a place of pydantic's takes, where text is one form of several."""
    forms = dict.fromkeys(_FORMS.get(tag, "a table") for tag, _ in _tagged(_follow(location[:-1])))
    return " or ".join(forms) if len(forms) > 1 and _is_mark(location[-1]) else None


def _meant(near: str | None) -> str | None:
    return f'did you mean "{near}"?' if near else None


def _either(choices: list[str]) -> str:
    quoted = [f'"{choice}"' for choice in choices]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _shown(value: object) -> str:
    """Return a value for a message: short text and numbers as they are, all else by its type."""
    if isinstance(value, str) and (len(value) > 60 or not value.isprintable()):
        return "this text"
    if isinstance(value, str | int | float):
        return json.dumps(value, ensure_ascii=False)
    return describe(value)


def _quotes(kind: str, value: object) -> str | None:
    if kind == "string_type" and isinstance(value, int | float):
        return f'write it in quotes: "{json.dumps(value)}"'
    if kind in ("int_type", "bool_type") and isinstance(value, str) and re.fullmatch(r"-?\d+|true|false", value):
        return f"write it without quotes: {value}"
    if kind == "list_type" and isinstance(value, str) and len(value) < 60:
        return f"write [{json.dumps(value, ensure_ascii=False)}]"
    if kind == "date_type" and isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d", value):
        return f"write it without quotes: {value}"
    return None


def _known_keys(location: SpecPath) -> list[str]:
    """Return the keys of the table at a place of pydantic's."""
    table = _follow(location)
    return keys_of(table) if isinstance(table, type) and issubclass(table, Table) else []


def _members(location: SpecPath) -> list[str]:
    """Return the words of the sources that a union at a place allows."""
    tags = [tag.strip("<>") for tag, _ in _tagged(_follow(location))]
    return [tag for tag in tags if tag != "text"]


def _follow(location: SpecPath) -> Any:
    """Return the annotation at a place of pydantic's, starting from the whole file."""
    annotation: Any = ProjectSpec
    for part in location:
        annotation = _bare(annotation)
        tagged = dict(_tagged(annotation))
        if part in tagged:
            annotation = tagged[part]
        elif isinstance(annotation, type) and issubclass(annotation, Table):
            fields = {field.alias or name: field.annotation for name, field in annotation.model_fields.items()}
            annotation = fields.get(str(part))
        elif get_args(annotation):
            annotation = get_args(annotation)[-1]
    return _bare(annotation)


def _bare(annotation: Any) -> Any:
    """Return an annotation without its marks and without "or None"."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        members = [member for member in get_args(annotation) if member is not type(None)]
        if _is_union(annotation) and len(members) == 1:
            annotation = members[0]
            continue
        return annotation


def _tagged(annotation: Any) -> Iterator[tuple[str, Any]]:
    if not _is_union(annotation):
        return
    for member in get_args(annotation):
        for mark in getattr(member, "__metadata__", ()):
            if isinstance(mark, Tag):
                yield mark.tag, member
        if get_origin(member) is Annotated and _is_union(get_args(member)[0]):
            yield from _tagged(get_args(member)[0])


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) is Union or type(annotation).__name__ == "UnionType"
