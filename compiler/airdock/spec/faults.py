"""From pydantic's errors to findings: what is wrong, and what would be right. Imported only where there are any."""

from __future__ import annotations

import json
import re
from typing import Any

from airdock.diagnostics import Diagnostic
from airdock.diagnostics.shape import BAD_NAME, BAD_VALUE, LANGUAGE_VERSION, MISSING_KEY, NOT_A_DURATION, NOT_A_SIZE, UNKNOWN_KEY, WRONG_TYPE, describe
from airdock.diagnostics.suggest import closest
from airdock.spec.advice import meant_key, name_help, unknown_key_help, wrong_type_help
from airdock.spec.annotations import forms_at, path_of, sources_at, table_at
from airdock.spec.patterns import PATTERN_WORDS

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


def finding(fault: Any, *, helped: bool) -> Diagnostic:
    """Return the finding for one of pydantic's errors."""
    location, kind, value = fault["loc"], fault["type"], fault["input"]
    path = path_of(location)
    if kind == "extra_forbidden":
        path = (*path_of(location[:-1]), location[-1])
        table = table_at(location[:-1]) if helped else None
        advice = unknown_key_help(path, table) if table is not None else None
        meant = meant_key(str(path[-1]), table) if table is not None else None
        return UNKNOWN_KEY.at(path, "key", key=_short(path[-1]), where="", help=advice, meant=meant)
    if kind == "missing":
        return MISSING_KEY.at(path[:-1], "header", key=path[-1], where="")
    if kind == "union_tag_not_found":
        choices = sources_at(location)
        near = next(filter(None, (closest(key, choices) for key in value)), None)
        expected = f"where the value comes from is said by {_either(choices)}"
        return BAD_VALUE.at(path, found="this table", expected=expected, help=_meant(near))
    if kind in _TYPES:
        expected = forms_at(location) or _TYPES[kind]
        return WRONG_TYPE.at(path, expected=expected, found=describe(value), help=wrong_type_help(location, kind, value))
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
        return BAD_NAME.at(path, "key", name=_short(path[-1]), expected=_expected(kind, fault["ctx"]))
    choices = re.findall(r"'([^']*)'", fault["ctx"]["expected"]) if kind == "literal_error" else []
    if choices and not isinstance(value, str):
        return WRONG_TYPE.at(path, expected=_either(choices), found=describe(value))
    near = closest(value, choices) if isinstance(value, str) else None
    advice = _meant(near) or name_help(path, value)
    expected = f"use {_either(choices)}" if choices else _expected(kind, fault.get("ctx", {}))
    return BAD_VALUE.at(path, found=_shown(value), expected=expected, help=advice)


def _expected(kind: str, context: dict[str, Any]) -> str:
    match kind:
        case "string_pattern_mismatch":
            return PATTERN_WORDS.get(context["pattern"], f"it must match {context['pattern']}")
        case "string_too_long":
            return f"at most {context['max_length']} characters"
        case "string_too_short" | "too_short":
            return "it must not be empty"
        case "path_length":
            return "no file can have so long a path"
        case "finite_number":
            return "a finite number"
        case "greater_than_equal":
            return f"at least {context['ge']}"
        case "less_than_equal":
            return f"at most {context['le']}"
        case "greater_than":
            return f"more than {context['gt']}"
        case "less_than":
            return f"less than {context['lt']}"
        case _:
            return "see `airdock schema` for what is"


def _meant(near: str | None) -> str | None:
    return f'did you mean "{near}"?' if near else None


def _either(choices: list[str]) -> str:
    quoted = [f'"{choice}"' for choice in choices]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def _short(key: object) -> str:
    """Return a key for a message."""
    return str(key) if len(str(key)) <= 80 else f"{str(key)[:40]}…"


def _shown(value: object) -> str:
    """Return a value for a message: short text and numbers as they are, all else by its type."""
    if isinstance(value, str) and (len(value) > 60 or not value.isprintable()):
        return "this text"
    if isinstance(value, float):
        return repr(value)  # inf and nan as TOML has them
    if isinstance(value, str | int):
        return json.dumps(value, ensure_ascii=False)
    return describe(value)
