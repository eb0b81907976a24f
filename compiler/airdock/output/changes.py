"""Artifacts and the present files to a list of changes. Reads the disk, writes nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Literal, NamedTuple, TypeAlias

from airdock.diagnostics import Diagnostic, FilePlace, Kind, Report
from airdock.diagnostics.shape import LEAVES_PROJECT
from airdock.emit.artifact import Artifact, DotenvBlock, Folder
from airdock.load import seen
from airdock.load.claim import is_generated
from airdock.load.dotenv import BLOCK_END, BLOCK_START, DotenvFile, read_dotenv
from airdock.load.git import tracked
from airdock.load.host import Host
from airdock.load.reading import read_file
from airdock.output.earlier import emptied, kept_folders, left_behind
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
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)))
)
_NOT_ON_WINDOWS = frozenset('<>:"|?*\\')
NOW_PRIVATE = " (now for its owner alone: other users could read it)"

Action: TypeAlias = Literal["created", "updated", "replaced", "deleted", "unchanged"]
"""`replaced`: what stood there was not airdock's, or was edited, and `--force` was given."""


class Change(NamedTuple):
    """What happens to one path (relative to the project directory, or an absolute folder)."""

    path: str
    action: Action
    old: bytes | None
    new: bytes | None
    mode: int = PUBLIC
    folder: bool = False
    owner: int | None = None
    """Whose a folder is, if root makes it."""
    committed: bool = True
    note: str = ""
    """What to say of it beside the action."""


class _Present:
    """What stands in the project now."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._inside: dict[Path, bool] = {}
        """Folder to whether it is one of the project, wherever links lead to."""

    def read(self, path: str, report: Report) -> bytes | None:
        """Return the bytes of an output; None if there are none. Reports what cannot be a file of ours."""
        full = seen.content(self.root / path)
        folder = full.parent
        try:
            if folder not in self._inside:
                self._inside[folder] = folder.resolve().is_relative_to(self.root.resolve())
            if not self._inside[folder] or stat.S_ISLNK(full.lstat().st_mode):
                report.add(LEAVES_PROJECT.of(FilePlace(path), path=path, help="a symbolic link stands in its place"))
                return None
            return read_file(full, None)
        except FileNotFoundError:
            return None
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            report.add(UNWRITABLE.of(FilePlace(path), path=path, reason=reason))
            return None


def plan(
    artifacts: Iterable[Artifact], project: Project, root: Path, host: Host, report: Report, *, force: bool
) -> list[Change]:
    """Return one change for every path, sorted; reports AD901, AD902 and AD906 for what must not be overwritten."""
    changes: dict[str, Change] = {}
    taken: set[str] = set()
    present = _Present(root)
    for artifact in artifacts:
        if isinstance(artifact, Folder):
            path = artifact.path
            if path.casefold() in taken:
                report.add(UNWRITABLE.of(FilePlace(path), path=path, reason="a mount asks for a folder of this name"))
            elif not os.path.isdir(seen.kind(root / path)):  # noqa: PTH112 - writing says why it may not be looked at
                owner = artifact.owner
                changes[path] = Change(path, "created", None, None, folder=True, owner=owner, committed=False)
            continue
        reason = _unfit(artifact.path, taken)
        if reason:
            report.add(UNWRITABLE.of(FilePlace(artifact.path), path=artifact.path, reason=reason))
            continue
        old = present.read(artifact.path, report)
        if isinstance(artifact, DotenvBlock):
            _not_saved_since(host.dotenv, artifact.path, old, report)
            new = _dotenv(host.dotenv, artifact).encode()
            changes[artifact.path] = _private(root, _change(artifact.path, old, new, PRIVATE))
        else:
            change = _change(artifact.path, old, with_header(artifact), PUBLIC)
            objections = list(_ownership(artifact.path, old))
            if force and objections and change.action == "updated":
                change = change._replace(action="replaced")
            elif not force:
                report.extend(objections)
            changes[artifact.path] = change
    changes.update({change.path: change for change in list(_deletions(changes, present, project, host))})
    return [changes[path] for path in sorted(changes)]


def _unfit(path: str, taken: set[str]) -> str | None:
    """Return why no output may have a path, whatever stands there; ``taken`` are the paths of the others."""
    name = path.casefold()  # as file systems compare that know no case
    if name in taken:
        return "two outputs have this name"
    taken.add(name)
    if name.endswith(".toml"):
        return "airdock.toml and what it includes are never written"
    return _unfit_on_windows(name) if os.name == "nt" else None


def _unfit_on_windows(path: str) -> str | None:
    """Return why Windows takes a path for another one ("Naming Files, Paths, and Namespaces" of its documentation)."""
    for part in PurePosixPath(path).parts:
        if part.split(".")[0].rstrip() in _DEVICES:
            return "a device of Windows has this name"
        if part != part.rstrip(". ") and part not in (".", ".."):
            return "Windows drops dots and blanks from the end of a name"
        if not _NOT_ON_WINDOWS.isdisjoint(part):
            return f"Windows has no names with one of {' '.join(sorted(_NOT_ON_WINDOWS))}"
    return None


def _deletions(outputs: Mapping[str, Change], present: _Present, project: Project, host: Host) -> Iterator[Change]:
    """Return the files of earlier builds that are outputs no more, and the folders in which nothing is left then."""
    gone = []
    for path in dict.fromkeys(left_behind(project, present.root, host)):
        # What cannot be read, or is a link, is not an output of an earlier build.
        if path not in outputs and os.path.isfile(seen.kind(present.root / path)):  # noqa: PTH113
            old = present.read(path, Report())
            if old is not None and is_generated(old) and is_untouched(old):
                gone.append(path)
                yield Change(path, "deleted", old, None)
    if not gone:
        return
    used = {parent.as_posix() for path in outputs for parent in (PurePosixPath(path), *PurePosixPath(path).parents)}
    for folder in emptied(gone, present.root, kept_folders(project) | used):
        yield Change(folder, "deleted", None, None, folder=True, committed=False)


def _change(path: str, old: bytes | None, new: bytes, mode: int) -> Change:
    if old is None:
        return Change(path, "created", None, new, mode, committed=mode == PUBLIC)
    same = old == new or (mode == PUBLIC and old.replace(b"\r\n", b"\n") == new)
    return Change(path, "unchanged" if same else "updated", old, new, mode, committed=mode == PUBLIC)


def _private(root: Path, change: Change) -> Change:
    """Say that a file others may read becomes private, which is a reason to write it again."""
    if change.old is not None and os.name == "posix" and (root / change.path).stat().st_mode & 0o077:
        return change._replace(action="updated", note=NOW_PRIVATE)
    return change


def _ownership(path: str, old: bytes | None) -> Iterator[Diagnostic]:
    if old is None or old == b"":
        return
    if not is_generated(old):
        yield NOT_OURS.of(FilePlace(path), path=path, help="move it away, or overwrite it with --force")
    elif not is_untouched(old):
        advice = "bring the edit into airdock.toml, or overwrite it with --force"
        yield EDITED.of(FilePlace(path), path=path, help=advice)


def _not_saved_since(known: DotenvFile, path: str, old: bytes | None, report: Report) -> None:
    """Report a `.env` in which the user's lines are not those that the values were taken of: they would be lost."""
    if old is not None:
        now = read_dotenv(old.decode("utf-8", "replace"), {})
        if (now.before, now.after) != (known.before, known.after):
            reason = "it was changed while airdock was building; build again"
            report.add(UNWRITABLE.of(FilePlace(path), path=path, reason=reason))


def _dotenv(present: DotenvFile, artifact: DotenvBlock) -> str:
    """Return `.env` with airdock's block in its place, or at the end; all other lines byte for byte."""
    block = f"{BLOCK_START}\n{artifact.body}{BLOCK_END}\n"
    before = present.before
    if not present.has_block and before and not before.endswith("\n"):
        before += "\n"
    return before + block + present.after


def drift(changes: Iterable[Change], root: Path) -> list[Change]:
    """Return the changes to committed files: what ``--check`` reports, and what is to be added to a commit.

    A left-over that git never knew is none: a commit cannot have it, and `git add` takes no path that is nowhere.
    """
    return [
        change
        for change in changes
        if change.committed
        and change.action != "unchanged"
        and (change.action != "deleted" or tracked(root, change.path))
    ]
