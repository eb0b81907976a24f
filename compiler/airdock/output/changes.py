"""Artifacts and the present files to a list of changes. Reads the disk, writes nothing."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from airdock.diagnostics import Diagnostic, FilePlace, Kind, Report
from airdock.diagnostics.shape import LEAVES_PROJECT
from airdock.emit.artifact import Artifact, DotenvBlock, Folder
from airdock.load.claim import is_generated
from airdock.load.dotenv import BLOCK_END, BLOCK_START, DotenvFile
from airdock.load.host import Host
from airdock.output.header import is_untouched, with_header
from airdock.project.model import Project

NOT_OURS = Kind(
    "AD901",
    "not-generated",
    "error",
    "{path} is there already, and airdock did not generate it",
    what="An output of airdock would overwrite a file that has no header of airdock's.",
    why="It is your work.",
    example='[airflow]\nversion = "3.3.2"\n',
    fix="Move the file away, or bring what it says into airdock.toml; `airdock build --force` overwrites it.",
)
EDITED = Kind(
    "AD902",
    "edited-by-hand",
    "error",
    "{path} was edited since airdock generated it",
    what="A generated file is not as airdock wrote it.",
    why="The next build would undo the edit without a word.",
    example='[airflow]\nversion = "3.3.2"\n',
    fix="Bring the edit into airdock.toml; `airdock build --force` overwrites it.",
)
DRIFT = Kind(
    "AD907",
    "drift",
    "error",
    "{path} would be {action}",
    what="A committed output is not what airdock.toml says; found by `airdock build --check`.",
    why="What runs is not what was reviewed.",
    example='[airflow]\nversion = "3.3.2"\n',
    fix="Run `airdock build` and commit what it writes.",
)
UNWRITABLE = Kind(
    "AD908",
    "cannot-write",
    "error",
    "{path} cannot be written: {reason}",
    what="The disk does not let airdock read, write or delete one of its outputs.",
    why="The outputs belong together, so none of them is written.",
    example='[airflow]\nversion = "3.3.2"\n',
    fix="Mend what the finding says: a folder in the place of a file, missing rights, a full disk.",
)
PUBLIC, PRIVATE = 0o644, 0o600

Action = Literal["created", "updated", "deleted", "unchanged"]


@dataclass(frozen=True)
class Change:
    """What happens to one path (relative to the project directory, or an absolute folder)."""

    path: str
    action: Action
    old: bytes | None
    new: bytes | None
    mode: int = PUBLIC
    folder: bool = False
    committed: bool = True


def plan(
    artifacts: Iterable[Artifact], project: Project, root: Path, host: Host, report: Report, *, force: bool
) -> list[Change]:
    """Return one change for every path, sorted; reports AD901, AD902 and AD906 for what must not be overwritten."""
    changes: dict[str, Change] = {}
    for artifact in artifacts:
        if isinstance(artifact, Folder):
            path = artifact.path
            if path in changes:
                report.add(UNWRITABLE.of(FilePlace(path), path=path, reason="a mount asks for a folder of this name"))
            elif not (root / path).is_dir():
                changes[path] = Change(path, "created", None, None, folder=True, committed=False)
            continue
        old = _read(root, artifact.path, report)
        if isinstance(artifact, DotenvBlock):
            new = _dotenv(host.dotenv, artifact).encode()
            changes[artifact.path] = _private(root, _change(artifact.path, old, new, PRIVATE))
        else:
            if not force:
                report.extend(_ownership(artifact.path, old))
            changes[artifact.path] = _change(artifact.path, old, with_header(artifact), PUBLIC)
    for path in _left_behind(project, root):
        if path not in changes:
            old = _read(root, path, report)
            if old is not None and is_generated(old) and is_untouched(old):
                changes[path] = Change(path, "deleted", old, None)
    return [changes[path] for path in sorted(changes)]


def _change(path: str, old: bytes | None, new: bytes, mode: int) -> Change:
    if old is None:
        return Change(path, "created", None, new, mode, committed=mode == PUBLIC)
    same = old == new or (mode == PUBLIC and old.replace(b"\r\n", b"\n") == new)
    return Change(path, "unchanged" if same else "updated", old, new, mode, committed=mode == PUBLIC)


def _private(root: Path, change: Change) -> Change:
    """Turn an unchanged file that others may read into one that is written again, with its own rights."""
    if change.action == "unchanged" and os.name == "posix" and (root / change.path).stat().st_mode & 0o077:
        return replace(change, action="updated")
    return change


def _ownership(path: str, old: bytes | None) -> Iterator[Diagnostic]:
    if old is None or old == b"":
        return
    if not is_generated(old):
        yield NOT_OURS.of(FilePlace(path), path=path, help="move it away, or overwrite it with --force")
    elif not is_untouched(old):
        advice = "bring the edit into airdock.toml, or overwrite it with --force"
        yield EDITED.of(FilePlace(path), path=path, help=advice)


def _read(root: Path, path: str, report: Report) -> bytes | None:
    """Return the present bytes of an output; None if there are none. Reports what cannot be a file of ours."""
    full = root / path
    try:
        if not full.parent.resolve().is_relative_to(root.resolve()) or full.is_symlink():
            report.add(LEAVES_PROJECT.of(FilePlace(path), path=path, help="a symbolic link stands in its place"))
            return None
        return full.read_bytes()
    except FileNotFoundError:
        return None
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        report.add(UNWRITABLE.of(FilePlace(path), path=path, reason=reason))
        return None


def _left_behind(project: Project, root: Path) -> Iterator[str]:
    """Return the paths at which earlier builds may have left outputs."""
    dags = project.airflow.dags_folder
    for pattern in (f"{dags}/*.py", "images/*/Dockerfile", "images/*/Dockerfile.dockerignore", "*compose*.y*ml"):
        for path in root.glob(pattern):
            if path.is_file() and not path.is_symlink():
                yield path.relative_to(root).as_posix()


def _dotenv(present: DotenvFile, artifact: DotenvBlock) -> str:
    """Return `.env` with airdock's block in its place, or at the end; all other lines byte for byte."""
    block = f"{BLOCK_START}\n{artifact.body}{BLOCK_END}\n"
    before = present.before
    if not present.has_block and before and not before.endswith("\n"):
        before += "\n"
    return before + block + present.after


def drift(changes: Iterable[Change]) -> list[Change]:
    """Return the changes to committed files: what ``--check`` reports."""
    return [change for change in changes if change.committed and change.action != "unchanged"]
