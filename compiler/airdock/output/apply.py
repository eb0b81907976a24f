"""The only module that writes. Each file is replaced in one step, and a failed build puts back what it changed."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from airdock.load import seen
from airdock.load.reading import read_file
from airdock.output.changes import Change

SUFFIX = ".airdock"
_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}" + re.escape(SUFFIX) + r"\Z")


class WriteFailed(Exception):  # noqa: N818 - becomes a finding
    """A change could not be made; everything is as it was before."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path
        self.reason = reason


def apply(changes: Sequence[Change], root: Path) -> None:
    """Make the changes: first every new content beside its place, then the replacements, deletions last.

    Raises WriteFailed; then no file has changed, as far as the file system allows.
    """
    pending = [change for change in changes if change.action != "unchanged"]
    staged: list[tuple[Change, Path, Path]] = []
    done: list[tuple[Change, int]] = []
    made: list[Path] = []
    ready: set[Path] = set()
    current = ""
    try:
        for change in pending:
            current = change.path
            if change.folder and change.action == "created":
                _make_folder(root / change.path, made, change.owner)
            elif change.new is not None:
                path = root / change.path
                if path.parent not in ready:
                    _make_folder(path.parent, made)
                    ready.add(path.parent)
                staged.append((change, path, _stage(path, change.new, change.mode)))
        for change, path, temporary in staged:
            current = change.path
            mode = _still_as_planned(path, change)
            temporary.replace(path)
            done.append((change, mode))
        for change in pending:
            if change.action == "deleted" and not change.folder:
                current = change.path
                mode = _still_as_planned(root / change.path, change)
                (root / change.path).unlink(missing_ok=True)
                done.append((change, mode))
        for change in sorted(pending, key=lambda change: -change.path.count("/")):
            if change.action == "deleted" and change.folder:
                # Something may have come into it since: then it stays.
                with contextlib.suppress(OSError):
                    (root / change.path).rmdir()
                    done.append((change, 0))
    except BaseException as error:
        # Also when the user interrupts: half a build is no build.
        for *_, temporary in staged:
            with contextlib.suppress(OSError):
                temporary.unlink()
        _put_back(done, made, root)
        if isinstance(error, OSError):
            raise WriteFailed(current, error.strerror or str(error)) from error
        raise


def sweep(root: Path, folders: Iterable[str]) -> None:
    """Delete the temporaries of a build that was killed. No other build may be at work in the project."""
    for folder in folders:
        with contextlib.suppress(OSError):
            for path in seen.content(root / folder).iterdir():
                if _TEMPORARY.match(path.name) and path.is_file() and not path.is_symlink():
                    path.unlink()


def _make_folder(path: Path, made: list[Path], owner: int | None = None) -> None:
    # Containers run as another user, who has to look into it whatever the umask is here. Not by chmod afterwards: a
    # build that is killed in between would leave a folder that no later build looks at.
    umask = os.umask(0o022)
    try:
        for folder in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
            folder.mkdir(0o755)
            made.append(folder)
            if folder == path and owner is not None and hasattr(os, "geteuid") and os.geteuid() == 0:
                # Celery refuses to work as root, so tasks with user = "host" are not root either.
                os.chown(path, owner, -1)
        path.mkdir(exist_ok=True)
    finally:
        os.umask(umask)


def _still_as_planned(path: Path, change: Change) -> int:
    """Return the rights of a file, 0 where there is none; stop where it was saved since it was compared."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        now, mode = None, 0
    else:
        now, mode = read_file(path, None), path.stat().st_mode & 0o777
    if now != change.old:
        raise OSError(errno.EBUSY, "it was changed while airdock was building; build again")
    return mode


def _stage(path: Path, data: bytes, mode: int) -> Path:
    """Write new content beside the place where it will go, with its rights, and return where it is."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.", suffix=SUFFIX)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _put_back(done: Sequence[tuple[Change, int]], made: Sequence[Path], root: Path) -> None:
    for change, mode in reversed(done):
        path = root / change.path
        with contextlib.suppress(OSError):
            if change.folder:
                _make_folder(path, [])
            elif change.old is None:
                path.unlink()
            else:
                _stage(path, change.old, mode).replace(path)
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()
