"""The only module that writes. Each file is replaced in one step, and a failed build puts back what it changed."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from airdock.output.changes import Change


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
    staged: list[tuple[Change, Path]] = []
    done: list[tuple[Change, int]] = []
    made: list[Path] = []
    current = ""
    try:
        for change in pending:
            current = change.path
            if change.folder:
                _make_folder(root / change.path, made)
            elif change.new is not None:
                _make_folder((root / change.path).parent, made)
                staged.append((change, _stage(root / change.path, change.new, change.mode)))
        for change, temporary in staged:
            current, mode = change.path, _mode(root / change.path)
            temporary.replace(root / change.path)
            done.append((change, mode))
        for change in pending:
            if change.action == "deleted":
                current, mode = change.path, _mode(root / change.path)
                (root / change.path).unlink(missing_ok=True)
                done.append((change, mode))
    except BaseException as error:
        # Also when the user interrupts: half a build is no build.
        for _, temporary in staged:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
        _put_back(done, made, root)
        if isinstance(error, OSError):
            raise WriteFailed(current, error.strerror or str(error)) from error
        raise


def _make_folder(path: Path, made: list[Path]) -> None:
    for folder in reversed([folder for folder in (path, *path.parents) if not folder.exists()]):
        folder.mkdir()
        made.append(folder)
        # Containers run as another user, who has to look into it whatever the umask is here.
        folder.chmod(0o755)
    path.mkdir(exist_ok=True)


def _mode(path: Path) -> int:
    return path.stat().st_mode & 0o777 if path.exists() else 0


def _stage(path: Path, data: bytes, mode: int) -> Path:
    """Write new content beside the place where it will go, with its rights, and return where it is."""
    if path.is_dir():
        raise IsADirectoryError(21, "a folder stands in its place")
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".airdock")
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
    for change, mode in done:
        path = root / change.path
        with contextlib.suppress(OSError):
            if change.old is None:
                path.unlink(missing_ok=True)
            else:
                _stage(path, change.old, mode).replace(path)
    for folder in reversed(made):
        with contextlib.suppress(OSError):
            folder.rmdir()
