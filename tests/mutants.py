"""Wrong projects made of right ones: one change to a value tree, or some broken bytes, by a seed.

A `Mutant` remembers what was changed, so that a test can ask whether a finding stands there.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

from hostile import HOSTILE

Node = Any
NodePath = tuple[str | int, ...]

NAMES = (
    "x", "", "a b", "class", "get", "日", "env", "image", "uri", "Fetch", "tasks", "default", "a-b", "a_b", "0", "'",
)  # fmt: skip
VALUES: tuple[Node, ...] = (
    "", "x", "a b", "../x", "/", "/x", ".", "a\nb",
    "{{ x", "{{ ds }}", "{% if %}", "${X}", "日本", "\0", "5m", "512m", "9" * 300,
    "@daily", "0 0 30 2 *", "* * *", "Europe/Paris", "host", "container:x", "always", "none", "all_done", "a.B",
    "a.b.C", "x:y:z",
    "tasks/clean.py:clean", "tasks/clean.py:nope", "report", "etl", "2.8.4", "3.99.1", "3.13", "tcp://x:1",
    "s3://a/b", "\u2028", "\x1b",
    0, -1, 1, 2**63, 2**70, 255, 65536, 1.5, float("inf"), float("nan"), 1e308, True, False, [], {}, [1], ["x"],
    ["x", "x"], [[]], [{}],
    {"env": "X"}, {"env": 1}, {"env": "X", "default": "y"}, {"file": "README.md"}, {"file": "nope"}, {"file": "."},
    {"connection": "warehouse", "get": "uri"}, {"variable": "currency"}, {"param": "rows"}, {"output": "fetch"},
    {"output": "load"},
    {"output": "nope", "key": ""}, {"cron": "@daily"}, {"every": "6h"}, {"assets": ["x"]}, {"pickle": "/x"},
    {"mount": "raw"},
    {"callable": "a.b"}, {"notifier": "a.B", "args": {"x": 1}}, {"timetable": "a.B"}, {"soft": 1, "hard": 0},
    {"from": "x", "to": "/"},
    date(2026, 1, 1), time(1, 2), datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-23))),
    datetime(1, 1, 1),
    *HOSTILE,
)  # fmt: skip
PIECES = (
    b'"""', b"'''", b"'", b'"', b"[", b"]", b"{", b"}", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b"\xe6\x97\xa5",
    b"\xff", b"\0", b"= ", b"#",
    b",", b".", b"\\", b"\\u00", b"-", b"0", b"1e", b":", b"\xe2\x80\x9c", b"\xc2\xa0", b"\xe2\x80\xa8", b"\x0c",
    b"\t", b"[[", b"]]", b"a.b", b"",
)  # fmt: skip
DEEP = 100
"""Levels that a node is put below at most: tomli reads some 400, and this file's own functions call themselves."""
HEADED = 4
"""Depth to which a table gets a header of its own."""


@dataclass
class Mutant:
    """A text, and what is wrong in it."""

    what: str
    text: str
    changed: list[NodePath] = field(default_factory=list)
    """Nodes that are there and are other than they were; or that are not there any more."""
    names: set[str] = field(default_factory=set)
    """Names that are new, gone, or another one's."""


def inline(value: Node) -> str:
    """Return a value as TOML in one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case list():
            return f"[{', '.join(map(inline, value))}]"
        case dict():
            return "{" + ", ".join(f"{key(name)} = {inline(inner)}" for name, inner in value.items()) + "}"
        case date() | time():
            return value.isoformat()
        case _:
            return repr(value)


def key(name: str) -> str:
    """Return a key as TOML."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def document(values: dict[str, Node]) -> str:
    """Return values as TOML with a header for the tables that people give one."""
    lines = [f"{key(name)} = {inline(value)}\n" for name, value in values.items() if not isinstance(value, dict)]

    def write(path: tuple[str, ...], table: dict[str, Node]) -> None:
        inner = {name for name in table if isinstance(table[name], dict) and len(path) < HEADED}
        if len(inner) < len(table) or not table:
            lines.append(f"\n[{'.'.join(map(key, path))}]\n")
        lines.extend(f"{key(name)} = {inline(value)}\n" for name, value in table.items() if name not in inner)
        for name, value in table.items():
            if name in inner:
                write((*path, name), value)

    for name, value in values.items():
        if isinstance(value, dict):
            write((name,), value)
    return "".join(lines)


def nodes(values: Node, path: NodePath = ()) -> list[NodePath]:
    """Return the paths of all nodes."""
    found: list[NodePath] = []
    for name, value in values.items() if isinstance(values, dict) else enumerate(values):
        found.append((*path, name))
        if isinstance(value, dict | list):
            found += nodes(value, (*path, name))
    return found


def node_at(values: Node, path: NodePath) -> Node:
    """Return the node at a path."""
    for name in path:
        values = values[name]
    return values


def words(value: Node) -> set[str]:
    """Return every name and text in a value, and the pieces that texts are made of."""
    match value:
        case dict():
            return {str(name) for name in value}.union(*map(words, value.values()))
        case list():
            return set[str]().union(*map(words, value))
        case str():
            return {value, *re.findall(r"[\w-]+", value)}
        case _:
            return set()


def mutant(base: dict[str, Node], chance: Random) -> Mutant:
    """Return a project with one change."""
    values, made = put_change_in(base, chance)
    made.text = document(values)
    return made


def put_change_in(base: dict[str, Node], chance: Random) -> tuple[dict[str, Node], Mutant]:
    """Return values with one node dropped, renamed, retyped, doubled, added, swapped or nested; and which."""
    values = copy.deepcopy(base)
    paths = [path for path in nodes(values) if len(path) < 2 * DEEP]
    path = chance.choice(paths)
    around, name = node_at(values, path[:-1]), path[-1]
    what = chance.choice(("drop", "rename", "retype", "retype", "copy", "add", "swap", "nest", "unnest"))
    made = Mutant(what, "", [path], {*words(name), *words(around[name])})
    match what:
        case "drop":
            del around[name]
        case "rename" if isinstance(around, dict) and isinstance(name, str):
            other = chance.choice((*NAMES, f"{name}s", name.upper(), name[:-1], name[::-1], f"{name[:1]}{name}"))
            around[other] = around.pop(name)
            made.changed.append((*path[:-1], other))
            made.names.add(other)
        case "copy" if isinstance(around, dict) and isinstance(name, str):
            other = chance.choice((name.swapcase(), name.replace("e", "-e"), f"{name}_2", name.replace("-", "_")))
            around[other] = copy.deepcopy(around[name])
            made.changed.append((*path[:-1], other))
            made.names.add(other)
        case "copy":
            around.append(copy.deepcopy(around[name]))
            made.changed.append((*path[:-1], len(around) - 1))
        case "add" if isinstance(around[name], dict):
            other = chance.choice(sorted({str(part) for one in paths for part in one[-1:]}))
            around[name][other] = copy.deepcopy(chance.choice(VALUES))
            made.changed.append((*path, other))
            made.names |= {other, *words(around[name][other])}
        case "swap":
            there = chance.choice([one for one in paths if one[: len(path)] != path and path[: len(one)] != one])
            others = node_at(values, there[:-1])
            made.changed.append(there)
            made.names |= {*words(there[-1]), *words(others[there[-1]])}
            around[name], others[there[-1]] = others[there[-1]], around[name]
        case "nest" if len(path) < DEEP:
            depth = chance.choice((1, 2, 70, DEEP))
            for _ in range(depth):
                around[name] = [around[name]] if chance.random() < 0.5 else {str(name): around[name]}
        case "unnest" if isinstance(around[name], dict) and around[name]:
            around[name] = chance.choice(list(around[name].values()))
        case _:
            around[name] = copy.deepcopy(chance.choice(VALUES))
            made.names |= words(around[name])
    return values, made


def broken(data: bytes, chance: Random) -> bytes:
    """Return a text with some bytes replaced, its lines mixed up, or its end cut off."""
    lines = data.splitlines(keepends=True)
    match chance.choice(("bytes", "bytes", "bytes", "end", "line", "lines", "ends")):
        case "end":
            return data[: chance.randrange(len(data))]
        case "line":
            del lines[chance.randrange(len(lines))]
            return b"".join(lines)
        case "lines":
            one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
            lines[one], lines[other] = lines[other], lines[one]
            return b"".join(lines)
        case "ends":
            return chance.choice((b"\r\n", b"\r", b"\n\n", b"\xe2\x80\xa8")).join(data.split(b"\n"))
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data))
        data = data[:start] + chance.choice(PIECES) + data[start + chance.randint(0, 4) :]
    return data
