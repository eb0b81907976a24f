"""The example with one to three faults put in: whatever a file holds, the answer is findings at real lines.

Seeded, so that every run sees the same 300 inputs.
"""

from __future__ import annotations

import copy
import json
import os
import random
import re
import shutil
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import tomli

from airdock.diagnostics import FilePlace, Report, Stopped
from airdock.diagnostics.formats import FORMATS, formatter
from airdock.diagnostics.locate import locate_all
from airdock.load.document import Document
from airdock.pipeline import analyse, load

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCES = ("README.md", "report", "scripts", "tasks")
TABLES = ("dags", "images", "mounts", "connections", "defaults", "compose", "airflow")
KEYS = (
    "image", "command", "script", "python", "args", "operator", "arguments", "retries", "timeout", "trigger_rule",
    "mounts", "env", "user", "entrypoint", "memory", "gpus", "xcom", "connection", "after", "ref", "build", "from",
    "pip", "copy", "target", "source", "volume", "tmpfs", "uri", "port", "extra", "type", "schedule", "timezone",
    "tags", "doc", "params", "defaults", "start_date", "requirements", "network", "base", "services",
)  # fmt: skip
NAMES = ("x", "", "a b", "class", "get", "日", "env", "image", "uri", "Fetch")
VALUES: tuple[Any, ...] = (
    "", "x", "a b", "../x", "/", ".", "a\nb", "{{ x", "${X}", "日本", "\0", "5m", "512m", "9" * 300,
    0, -1, 2**70, 1.5, float("inf"), True, [], {}, [1], ["x"], [[]],
    {"env": "X"}, {"env": 1}, {"env": "X", "default": "y"}, {"file": "README.md"}, {"file": "nope"},
    {"connection": "warehouse", "get": "uri"}, {"variable": "currency"}, {"param": "rows"}, {"output": "fetch"},
    {"output": "load"}, {"output": "nope", "key": ""}, {"cron": "@daily"}, {"every": "6h"}, {"pickle": "/x"},
    date(2026, 1, 1), time(1, 2), datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-23))),
    "tasks/clean.py:clean", "tasks/clean.py:nope", "report", "etl", "2.8.4", "3.99.1", "a.B",
)  # fmt: skip
PIECES = (b'"""', b"'", b"[", b"\xef\xbb\xbf", b"\r", b"\xe6\x97\xa5", b"\xff", b"\0", b"= ", b"{", b"#", b"")

Node = Any
NodePath = tuple[Any, ...]


def inline(value: Node) -> str:
    """Return a value as TOML in one line."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return json.dumps(value, ensure_ascii=False)
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
        inner = {name for name in table if isinstance(table[name], dict) and len(path) < 4 and path[0] in TABLES}
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


def parent(values: Node, path: NodePath) -> Node:
    """Return the table or list that a node stands in."""
    for name in path[:-1]:
        values = values[name]
    return values


def put_fault_in(values: Node, chance: random.Random) -> None:
    """Drop, rename, retype, copy, add to, or swap a node."""
    paths = nodes(values)
    path = chance.choice(paths)
    table, name = parent(values, path), path[-1]
    match chance.choice(("drop", "rename", "retype", "retype", "copy", "add", "swap")):
        case "drop":
            del table[name]
        case "rename" if isinstance(table, dict):
            table[chance.choice((*NAMES, f"{name}s", name.upper(), name[:-1]))] = table.pop(name)
        case "copy" if isinstance(table, dict):
            table[chance.choice((name.swapcase(), name.replace("e", "-e")))] = copy.deepcopy(table[name])
        case "add" if isinstance(table[name], dict):
            table[name][chance.choice(KEYS)] = copy.deepcopy(chance.choice(VALUES))
        case "swap":
            other = chance.choice([one for one in paths if one[: len(path)] != path and path[: len(one)] != one])
            there = parent(values, other)
            table[name], there[other[-1]] = there[other[-1]], table[name]
        case _:
            table[name] = copy.deepcopy(chance.choice(VALUES))


def broken_bytes(data: bytes, chance: random.Random) -> bytes:
    """Return a text with some bytes replaced, or with its end cut off."""
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(data))
        data = data[:start] + chance.choice(PIECES) + data[start + chance.randint(0, 4) :]
    return data[: chance.randrange(len(data))] if chance.random() < 0.2 else data


def findings_of(folder: Path) -> tuple[Report, Document]:
    """Return what checking a project finds; nothing but Stopped may be raised."""
    report = Report()
    loaded = load(folder, "airdock.toml", report)
    try:
        analyse(loaded, report)
    except Stopped:
        assert report.errors
    return report, loaded


def assert_places_are_real(report: Report, loaded: Document) -> None:
    """Every finding has a sentence and stands at a line and columns that its file has."""
    for found in locate_all(report.findings, loaded):
        assert found.diagnostic.message
        for location in (found.location, *(other.location for other in found.related)):
            if isinstance(found.diagnostic.place, FilePlace):
                continue
            lines = loaded.files[location.file].text.split("\n")
            assert location.text == lines[location.line - 1].rstrip("\r")
            assert 1 <= location.column <= len(lines[location.line - 1]) + 1
            assert (location.line, location.column) <= (location.end_line, location.end_column)
            assert location.end_column <= len(lines[location.end_line - 1]) + 2


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the example names."""
    folder = tmp_path_factory.mktemp("project")
    for name in SOURCES:
        source = EXAMPLES / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    return folder


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of this host decides what is found."""
    for name in list(os.environ):
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)


@pytest.mark.parametrize("seed", range(240), ids=lambda seed: f"seed {seed}")
def test_faults_in_the_example_become_findings_at_real_lines(seed: int, project: Path) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret is made of it
    values = tomli.loads((EXAMPLES / "airdock.toml").read_text(encoding="utf-8"))
    for _ in range(chance.choice((1, 1, 2, 3))):
        put_fault_in(values, chance)
    (project / "airdock.toml").write_text(document(values), encoding="utf-8")
    report, loaded = findings_of(project)
    assert_places_are_real(report, loaded)
    for name in FORMATS:
        formatter(name)(locate_all(report.findings, loaded))


@pytest.mark.parametrize("seed", range(60), ids=lambda seed: f"seed {seed}")
def test_broken_bytes_become_findings_at_real_lines(seed: int, project: Path) -> None:
    chance = random.Random(seed)  # noqa: S311
    data = broken_bytes((EXAMPLES / "airdock.toml").read_bytes(), chance)
    (project / "airdock.toml").write_bytes(data)
    report, loaded = findings_of(project)
    assert_places_are_real(report, loaded)
