"""DAG modules of the user's: found, and read without being run."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from airdock.facts import AirflowFacts
from airdock.load.claim import is_generated
from airdock.load.reading import read_file
from airdock.spec.patterns import ID
from airdock.starter.dag_reader import DOCKER_DEFAULTS, ModuleReader
from airdock.starter.dag_table import OF_DAG, DagTable
from airdock.starter.declared import Declared
from airdock.starter.note import Note
from airdock.starter.operators import Arguments
from airdock.starter.read_dag import ReadDag

_SIGNS = (b"DockerOperator", b"DockerSwarmOperator", b"task.docker", b"docker_task")
"""One of them stands in every module that runs a container."""
_PASSED_OVER = frozenset(("node_modules", "logs", "venv", "__pycache__", "site-packages"))
_LARGEST, _MOST = 1_000_000, 5_000
"""Bytes of a module, and modules of a folder, that are read."""


@dataclass(frozen=True)
class FoundDag:
    """A DAG with tasks in containers."""

    id: str
    module: str
    """Path of its module, relative to the project directory."""
    tasks: int
    lines: list[str]
    notes: list[Note]
    alone: bool
    """Whether its module has no other DAG."""
    functions: list[str]
    """What has to be moved before the DAG can be airdock's."""


@dataclass
class FoundDags:
    """What the modules of a folder hold."""

    dags: list[FoundDag] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    """What belongs to none of the DAGs."""


def read_modules(root: Path, folder: str, declared: Declared, facts: AirflowFacts) -> FoundDags:
    """Return the DAGs with tasks in containers below a folder of the project; nothing is imported or executed."""
    found = FoundDags()

    def refused(error: OSError) -> None:
        name = Path(str(error.filename))
        shown = name.relative_to(root).as_posix() if name.is_relative_to(root) else str(name)
        if name.is_dir():
            found.notes.append(Note(shown, f"cannot be read: {error.strerror}"))

    for count, path in enumerate(_modules(root / folder, refused)):
        name = path.relative_to(root).as_posix()
        if count == _MOST:
            found.notes.append(Note(name, f"more than {_MOST} modules: this one and those after it are not read"))
            break
        try:
            if not path.resolve().is_relative_to(root.resolve()):
                found.notes.append(Note(name, "a link that leaves the project is not read"))
                continue
            if path.stat().st_size > _LARGEST:
                found.notes.append(Note(name, f"larger than {_LARGEST // 1000} kB: not read"))
                continue
            data = read_file(path)
        except (OSError, RuntimeError) as error:
            found.notes.append(Note(name, f"cannot be read: {getattr(error, 'strerror', None) or error}"))
            continue
        if any(sign in data for sign in _SIGNS) and not is_generated(data):
            _read(name, data, declared, facts, found)
    return found


def _holds_no_dags(folder: Path) -> bool:
    with contextlib.suppress(OSError):  # who may not look into it is told so
        if (folder / "pyvenv.cfg").is_file():
            return True
    return folder.name in _PASSED_OVER or folder.name.startswith(".")


def _modules(folder: Path, refused: Callable[[OSError], None]) -> Iterator[Path]:
    for where, folders, files in os.walk(folder, onerror=refused):
        folders[:] = sorted(name for name in folders if not _holds_no_dags(Path(where, name)))
        yield from (Path(where, name) for name in sorted(files) if name.endswith(".py"))


def _read(name: str, data: bytes, declared: Declared, facts: AirflowFacts, found: FoundDags) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its escapes
            tree = ast.parse(data)
        module = ModuleReader(name, tree, declared)
        found.notes += module.notes
        for dag in filter(lambda dag: dag.docker, module.dags):
            _take(dag, module, declared, facts, found)
    except SyntaxError as error:
        found.notes.append(Note(f"{name}:{error.lineno or 1}", "is no Python that this Python can read"))
    except (ValueError, RecursionError, MemoryError):
        found.notes.append(Note(name, "is no Python that can be read"))


def _take(dag: ReadDag, module: ModuleReader, declared: Declared, facts: AirflowFacts, found: FoundDags) -> None:
    ids = [dag.id or "", *dag.tasks, *dag.groups]
    wrong = [id_ for id_ in ids if not re.match(ID, id_)]
    if wrong or dag.id in {other.id for other in found.dags}:
        why = (
            f"an id that airdock.toml cannot have ({wrong[0] or 'it cannot be read'})" if wrong else "another of its id"
        )
        found.notes += [Note(dag.place, f"the DAG is not read: there is {why}"), *dag.notes]
        return

    def say(node: ast.AST, text: str) -> None:
        line = getattr(node, "lineno", None)
        dag.notes.append(Note(f"{module.path}:{line}" if line else dag.place, text))

    defaults = {key: node for key, node in dag.defaults.items() if key not in (*OF_DAG, *DOCKER_DEFAULTS)}
    table = DagTable(dag, module.names, facts, say, Arguments(defaults, module.names, declared, say))
    assert dag.id is not None  # noqa: S101
    lines = list(table.lines())
    found.dags.append(
        FoundDag(dag.id, module.path, len(dag.tasks), lines, dag.notes, len(module.dags) == 1, dag.functions)
    )
