"""Which path of a file is printed: one that can be opened from where airdock was started."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def path_printer(root: Path, bases: tuple[str, ...] | None = None) -> Callable[[str], str]:
    """Return the function from a path of the project to the path that is printed.

    ``root`` is the project directory as the user named it, and so it is printed; an absolute one that is below the
    working directory is shortened. A terminal and an editor open both. ``bases`` are for programs: the environment
    variables that may hold the folder of the repository, which a CI server takes paths to be relative to. There, what
    is neither below one of them nor below the working directory has its real, absolute path.
    """
    folder = _as_named(root) if bases is None else _for_programs(root, bases)
    return lambda name: (folder / name).as_posix()


def _as_named(root: Path) -> Path:
    if not root.is_absolute():
        return root
    # The working directory is a real path, and the user may have named a link on the way to it.
    return _below(root, Path.cwd()) or _below(_real(root), Path.cwd()) or root


def _for_programs(root: Path, bases: tuple[str, ...]) -> Path:
    folders = [_real(Path(os.environ[name])) for name in bases if os.environ.get(name)]
    found = (_below(_real(root), base) for base in [*folders, Path.cwd()])
    return next((folder for folder in found if folder is not None), _real(root))


def _below(path: Path, folder: Path) -> Path | None:
    return path.relative_to(folder) if path.is_relative_to(folder) else None


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return path.absolute()
