"""Python source from values. Text of the user's becomes code here and nowhere else, and only as a literal.

The layout is what ``ruff format`` makes of it, so a generated module needs no formatter and survives one.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple, TypeAlias

LINE = 88
INDENT = 4


class Code(str):
    """Python source. The template prints this type and no other."""

    __slots__ = ()


class Group(NamedTuple):
    """Items between brackets: on one line where they fit, else one a line with a comma behind each."""

    open: str
    items: tuple[tuple[str, Node], ...]
    """(``key=`` or ``"key": `` or nothing, value)."""
    close: str


class Lines(NamedTuple):
    """A text of several lines, as one literal for each line where it does not fit in one."""

    text: str


Node: TypeAlias = Code | Group | Lines


def literal(value: object) -> Node:
    """Return the source of a plain value: text, numbers, booleans, None, durations, lists, tables."""
    if isinstance(value, str):
        return _text(value)
    match value:
        case bool() | int() | None:
            return Code(repr(value))
        case float():
            return _float(value)
        case timedelta():
            return _duration(value)
        case list() | tuple():
            return sequence([literal(item) for item in value])
        case dict():
            return mapping({str(key): literal(item) for key, item in value.items()})
        case _:
            raise TypeError(f"no literal for {type(value).__name__}")


def mapping(items: Mapping[str, Node]) -> Group:
    """Return the source of a dict with text keys."""
    return Group("{", tuple([(f"{_string(key)}: ", value) for key, value in items.items()]), "}")


def sequence(items: Sequence[Node]) -> Group:
    """Return the source of a list."""
    return Group("[", tuple([("", item) for item in items]), "]")


def call(name: str, arguments: Mapping[str, Node]) -> Group:
    """Return the source of a call with keyword arguments; ``name`` and the keywords are identifiers."""
    return Group(f"{name}(", tuple([(f"{key}=", value) for key, value in arguments.items()]), ")")


def render(node: Node, *, column: int, indent: int, after: int = 1, argument: bool = False) -> Code:
    """Return the source of a node.

    ``column`` is where it starts on its line, ``indent`` the indentation of that line, ``after`` how many characters
    follow it there. ``argument`` says that it is the value of a keyword argument.
    """
    if isinstance(node, Code):
        return node
    flat = _flat(node)
    if column + _width(flat) + after <= LINE:
        return Code(flat)
    if isinstance(node, Lines):
        return _lines(node, indent, argument=argument)
    inner = indent + INDENT
    pad = " " * inner
    lines = [
        f"{pad}{key}" + render(item, column=inner + _width(key), indent=inner, argument=key.endswith("=")) + ","
        for key, item in node.items
    ]
    return Code("\n".join([node.open, *lines, " " * indent + node.close])) if lines else Code(flat)


def _lines(node: Lines, indent: int, *, argument: bool) -> Code:
    pieces = [_string(line) for line in re.findall(r"[^\n]*\n|[^\n]+", node.text)]
    if argument and indent + INDENT + _width(_string(node.text)) <= LINE:
        pieces = [_string(node.text)]
    elif not argument:
        return Code(("\n" + " " * indent).join(pieces))
    pad = "\n" + " " * (indent + INDENT)
    return Code("(" + pad + pad.join(pieces) + "\n" + " " * indent + ")")


def _flat(node: Node) -> str:
    if isinstance(node, Code):
        return node
    if isinstance(node, Lines):
        return _string(node.text)
    return node.open + ", ".join([key + _flat(item) for key, item in node.items]) + node.close


@lru_cache(1024)  # most words of a task are those of the one before
def _text(text: str) -> Node:
    return Lines(text) if "\n" in text[:-1] else _string(text)


@lru_cache(1024)
def _string(text: str) -> Code:
    """Return a string literal in double quotes, unless single ones need fewer escapes."""
    single = repr(text)
    if single[0] == '"':
        return Code(single)
    if text.count('"') > text.count("'"):
        return Code(single)
    body = single[1:-1].replace("\\'", "'").replace('"', '\\"')
    return Code(f'"{body}"')


def _float(value: float) -> Node:
    if math.isnan(value) or math.isinf(value):
        return Group("float(", (("", _string(str(value))),), ")")
    return Code(repr(value).replace("e+", "e"))


@lru_cache(1024)
def _duration(value: timedelta) -> Group:
    seconds = value.total_seconds()
    return call("timedelta", {"seconds": literal(int(seconds) if seconds.is_integer() else seconds)})


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
