"""What `airdock init` prints: what it found, what it wrote, what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from airdock.diagnostics.locate import Located
from airdock.load.reading import read_file
from airdock.output.changes import Change
from airdock.project.base_file import override_name
from airdock.starter.modules import FoundDags
from airdock.starter.note import Note
from airdock.starter.settings import Carried, Dotenv
from airdock.starter.stack import Stack

_MOST = 20
"""Notes that are printed; those of DAGs stand in airdock.toml too."""
_LONG = 60
_HOOK = """\
  - repo: <where airdock's repository is>
    rev: <a tag of it>
    hooks:
      - id: airdock-build
"""


@dataclass
class Started:
    """What was found and what is written, for what is printed."""

    directory: Path
    stack: Stack
    dotenv: Dotenv
    found: FoundDags
    changes: list[Change]
    ignored: list[str]
    own: list[Note]
    """What of the user's Compose files airdock writes itself."""
    packages: list[Note]
    carried: Carried = field(default_factory=Carried)
    findings: list[Located] = field(default_factory=list)
    """What stands in the way of a build, or is warned of."""


def told(done: Started) -> str:
    """Return the text."""
    lines = [f"{change.action:<9} {done.directory / change.path}" for change in done.changes if change.path != _IGNORE]
    if done.ignored:
        line = f"{done.directory / _IGNORE}: {' '.join(done.ignored)}"
        written = any(change.path == _IGNORE for change in done.changes)
        lines.append(f"added to  {line}" if written else f"add to    {line} (a link: it stays)")
    lines += ["", "Found", *(f"  {line}" for line in _found(done))]
    notes = list(dict.fromkeys(map(str, _notes(done))))
    if notes:
        lines += ["", "For you to look at", *(f"  {note}" for note in notes[:_MOST])]
    if len(notes) > _MOST:
        lines.append(f"  and {len(notes) - _MOST} more; those of DAGs stand in airdock.toml")
    if done.own:
        lines += ["", "airdock writes these itself now; yours may go", *(f"  {note}" for note in done.own)]
    lines += ["", "Next", *(f"  {number}. {step}" for number, step in enumerate(_steps(done), 1))]
    return "\n".join(lines) + "\n" + _pre_commit(done.directory)


_IGNORE = ".gitignore"


def _found(done: Started) -> Iterator[str]:
    stack = done.stack
    if stack.base is None:
        other = f" ({stack.other} is none it can extend, and stays)" if stack.other else ""
        yield f"base file: none, so airdock writes its own, Airflow {stack.version}{other}"
    else:
        yield f"base file: {stack.base.name} (Airflow {stack.version}), executor {stack.executor}"
    if stack.override is not None:
        names = ", ".join(stack.override.services)
        yours = f"yours ({names})" if 0 < len(names) < _LONG else "yours"
        yield f"{stack.override.name}: {yours}, stays and takes part; airdock's is docker-compose.airdock.yaml"
    if stack.dockerfile is not None:
        yield f"{stack.dockerfile.name}: what it installs is in airdock.toml, as far as it can be"
    for id_ in done.carried.connections:
        yield f"{done.dotenv.place(f'AIRFLOW_CONN_{id_.upper()}')}: connection {id_}"
    for dag in done.found.dags:
        count = "1 task" if dag.tasks == 1 else f"{dag.tasks} tasks"
        rest = f"; not read: {len(dag.notes)}, see below" if dag.notes else ""
        yield f"{dag.module}: DAG {dag.id}, {count}, in airdock.toml as comments{rest}"


def _notes(done: Started) -> Iterator[Note]:
    yield from done.stack.notes
    yield from done.dotenv.notes
    yield from done.packages
    for dag in done.found.dags:
        yield from dag.notes
    yield from done.found.notes
    for one in done.findings:
        place = f"{one.location.file}:{one.location.line}" if one.location.line else one.location.file
        if one.diagnostic.kind.code not in _STEPS:
            advice = f": {one.diagnostic.help}" if one.diagnostic.help else ""
            yield Note(place, f"{one.diagnostic.kind.code} {one.diagnostic.message}{advice}")


_STEPS = ("AD901",)
"""Findings that a step of what is to be done next is for."""


def _steps(done: Started) -> Iterator[str]:
    where = "" if done.directory == Path() else f" -C {shlex.quote(str(done.directory))}"
    for one in done.findings:
        if one.diagnostic.kind.code == "AD901":
            name = one.location.file
            path = shlex.quote(str(done.directory / name))
            yield f"mv {path} {path}.before ({_why(done.stack, name)})"
    if "COMPOSE_FILE" in done.dotenv.own:
        usual = override_name(done.stack.base.name if done.stack.base else "docker-compose.yaml")
        override = "docker-compose.airdock.yaml" if done.stack.override else usual
        yield f"add {override} to COMPOSE_FILE, {done.dotenv.place('COMPOSE_FILE')}"
    yield f"airdock build{where}"
    if done.found.dags:
        yield "make the DAGs in airdock.toml live, one by one, as the comment above each says"


def _why(stack: Stack, name: str) -> str:
    """Return why a file is in the way, and what else could be done."""
    if name == "Dockerfile" and stack.dockerfile is None:
        return "airdock writes Airflow's; if it is of something else, begin in a folder of its own: airdock init FOLDER"
    return "airdock writes its own"


def _pre_commit(directory: Path) -> str:
    config = directory / ".pre-commit-config.yaml"
    try:
        present = read_file(config) if config.is_file() else None
    except OSError:
        present = None
    if present is not None and b"airdock-build" in present:
        return ""
    if present is not None:
        return f"\nTo build at every commit, add to {config}, under repos:\n\n{_HOOK}"
    return f"\nTo build at every commit, with pre-commit, make {config}:\n\nrepos:\n{_HOOK}"
