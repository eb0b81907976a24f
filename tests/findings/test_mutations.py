"""The example and all cases with something wrong put in: the answer is a finding where the change was made.

Every test takes a few hundred seeds, so that every run sees the same inputs, more than 20,000 of them. A failure
names the seed, the base and the change; `mutants.py` makes the same text of them again.

What is asked of each:

- No exception but `Stopped`, no matter what the file holds; and all output formats can print what was found.
- Less than two seconds of this process's time (a mutant takes about ten milliseconds).
- Every finding has a sentence, and stands at a line and columns that its file has.
- Of one change to the values (`mutants.mutant`): every finding that the base had not stands at the change. That is:
  the finding, or a place that it names beside, is at the node or inside it, or at the table or list around it, or at
  another key of that table (a key that is missing, keys that do not go together), unless that table is one of names
  (`[images]`, `[dags.ID.tasks]`). Or its sentence or help has a name or text that the change made, removed or moved,
  or the name of the table that it was made in: an image that is gone is reported where it is used, a connection
  without its port at the image that logs in with it. Exceptions that are meant: a warning whose code was in
  `[lint] ignore` is told by its code; a param is judged as a whole.
- What has no error builds: emitters do not fail, modules compile, YAML is YAML.
"""

from __future__ import annotations

import os
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from airdock.diagnostics import Diagnostic, Report, SpecPath, SpecPlace, Stopped
from airdock.diagnostics.formats import FORMATS, formatter
from airdock.diagnostics.locate import locate_all
from airdock.emit.artifact import Generated
from airdock.emit.registry import emit
from airdock.load.document import Document
from airdock.output.changes import plan
from airdock.pipeline import Checked, analyse, load
from conftest import CASES, copy_case
from mutants import Mutant, broken, document, mutant, put_change_in, words

BATCH = 200
SECONDS = 2
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
OF_NAMES = ("images", "mounts", "connections", "variables", "pools", "assets", "engines", "dags", "tasks", "groups")
"""Tables whose keys are names: what is wrong with one is not reported at another."""


@dataclass(frozen=True)
class Base:
    """A project without errors, in a folder of its own."""

    name: str
    folder: Path
    values: dict[str, Any]
    data: bytes
    findings: frozenset[tuple[str, str]]
    """Code and sentence of the warnings that it has as it is."""


@dataclass(frozen=True)
class Outcome:
    """What checking a text came to."""

    report: Report
    loaded: Document
    checked: Checked | None


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of this host decides what is found."""
    for name in list(os.environ):
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)
    monkeypatch.setenv("API_TOKEN", "token")
    monkeypatch.setenv("DATA_DIR", "/srv/data")


@pytest.fixture(scope="module")
def bases(tmp_path_factory: pytest.TempPathFactory) -> list[Base]:
    """The example and all cases, each as one file: what they include is written into it."""
    found = []
    for name in CASES:
        folder = copy_case(name, tmp_path_factory.mktemp("bases"))
        values = load(folder, "airdock.toml", Report()).values
        values = {key: value for key, value in values.items() if key != "include"}
        data = document(values).encode()
        outcome = look_at(folder, data)
        assert not outcome.report.errors, name
        known = frozenset((found.kind.code, found.message) for found in outcome.report.findings)
        found.append(Base(name, folder, values, data, known))
    return found


def look_at(folder: Path, data: bytes) -> Outcome:
    """Check a text and print what is found in every format; nothing but Stopped may be raised."""
    started = time.process_time()
    (folder / "airdock.toml").write_bytes(data)
    report, checked = Report(), None
    loaded = load(folder, "airdock.toml", report)
    try:
        checked = analyse(loaded, report)
    except Stopped:
        assert report.errors
    located = locate_all(report.findings, loaded)
    for name in FORMATS:
        assert formatter(name)(located) or not located
    assert time.process_time() - started < SECONDS
    return Outcome(report, loaded, checked)


def assert_places_are_real(outcome: Outcome) -> None:
    """Every finding has a sentence and stands at a line and columns that its file has."""
    # As they are shown: with asterisks for secrets, which change no place.
    texts = {name: file.shown.split("\n") for name, file in outcome.loaded.files.items()}
    for file in outcome.loaded.files.values():
        assert [*map(len, file.shown.split("\n"))] == [*map(len, file.text.split("\n"))]
    for found in locate_all(outcome.report.findings, outcome.loaded):
        assert found.diagnostic.message
        for location in (found.location, *(other.location for other in found.related)):
            if location.line == 0 or location.file not in texts:
                continue  # a file as a whole, or one that a task names
            lines = texts[location.file]
            assert location.text == lines[location.line - 1].rstrip("\r")
            assert 1 <= location.column <= len(lines[location.line - 1]) + 1
            assert (location.line, location.column) <= (location.end_line, location.end_column)
            assert location.end_column <= len(lines[location.end_line - 1]) + 2


def stands_at(found: Diagnostic, change: Mutant, values: dict[str, Any]) -> bool:
    """Say whether a finding is about a change, as the docstring of this module defines it."""
    for place in (found.place, *(other.place for other in found.related)):
        path = place.path if isinstance(place, SpecPlace) else None
        if path is None:
            continue
        for node in change.changed:
            param = node[:4] if node[2:3] == ("params",) else node
            beside = len(node) > 1 and node[-2] not in OF_NAMES and path[: len(node) - 1] == node[:-1]
            if beside or path in (node, node[:-1]) or path[: len(node)] == node or path[: len(param)] == param:
                return True
    sentence = f"{found.message} {found.help or ''}"
    told = {found.kind.code, *re.findall(r"[\w-]+", sentence)}
    names = change.names | {str(part) for node in change.changed for part in node[1:4:2]}
    if isinstance(found.place, SpecPlace):
        told |= words(written_at(values, found.place.path))
    return any(name in told or f'"{name}"' in sentence for name in names)


def written_at(values: Any, path: SpecPath) -> Any:
    """Return the text or the source at a path; None where something else is, or nothing."""
    for part in path:
        known = isinstance(values, dict) and part in values
        if not known and not (isinstance(values, list) and isinstance(part, int) and part < len(values)):
            return None
        values = values[part]
    return values if isinstance(values, str) or (isinstance(values, dict) and len(values) <= 2) else None


def assert_builds(base: Base, outcome: Outcome) -> None:
    """What has no error becomes files that their readers can read."""
    assert outcome.checked is not None
    started = time.process_time()
    artifacts = emit(outcome.checked.project, outcome.checked.host)
    plan(artifacts, outcome.checked.project, base.folder, outcome.checked.host, outcome.report, force=True)
    assert time.process_time() - started < SECONDS
    for artifact in artifacts:
        if isinstance(artifact, Generated) and artifact.style == "python":
            compile(artifact.body, artifact.path, "exec")
        elif isinstance(artifact, Generated) and artifact.style == "yaml":
            yaml.load(artifact.body, Loader=LOADER)  # noqa: S506 - it is a safe one


def each_seed(batch: int) -> Iterator[tuple[int, random.Random]]:
    """Return the seeds of a batch, each with its own chance."""
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        yield seed, random.Random(seed)  # noqa: S311 - no secret is made of it


@pytest.mark.parametrize("batch", range(70))
def test_change_is_reported_where_it_was_made(batch: int, bases: list[Base]) -> None:
    for seed, chance in each_seed(batch):
        base = bases[seed % len(bases)]
        change = mutant(base.values, chance)
        try:
            outcome = look_at(base.folder, change.text.encode())
            assert_places_are_real(outcome)
            new = [one for one in outcome.report.findings if (one.kind.code, one.message) not in base.findings]
            values = outcome.loaded.values
            assert [f"{one.kind.code} {one.message}" for one in new if not stands_at(one, change, values)] == []
            if outcome.checked is not None and seed % 2:
                assert_builds(base, outcome)
        except Exception as problem:
            problem.add_note(f"seed {seed}, {base.name}: {change.what} {change.changed}")
            raise


@pytest.mark.parametrize("batch", range(5))
def test_several_changes_become_findings_at_real_lines(batch: int, bases: list[Base]) -> None:
    for seed, chance in each_seed(batch):
        base = bases[seed % len(bases)]
        values, changes = base.values, []
        for _ in range(chance.choice((2, 3, 10))):
            values, change = put_change_in(values, chance)
            changes.append(f"{change.what} {change.changed}")
        try:
            assert_places_are_real(look_at(base.folder, document(values).encode()))
        except Exception as problem:
            problem.add_note(f"seed {seed}, {base.name}: {changes}")
            raise


@pytest.mark.parametrize("batch", range(27))
def test_broken_bytes_become_findings_at_real_lines(batch: int, bases: list[Base]) -> None:
    for seed, chance in each_seed(batch):
        base = bases[seed % len(bases)]
        data = broken(base.data, chance)
        try:
            outcome = look_at(base.folder, data)
            assert_places_are_real(outcome)
            if outcome.checked is not None and seed % 4 == 0:
                assert_builds(base, outcome)
        except Exception as problem:
            problem.add_note(f"seed {seed}, {base.name}: {data!r}")
            raise
