"""What git says about a file of the project, and what that depends on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from airdock.load import seen
from airdock.recall import look

if TYPE_CHECKING:
    from subprocess import CompletedProcess

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
"""What git hands to its hooks: about the repository that is committed to, seen from the top of it."""
_READ_BY_GIT = (
    *("PATH", "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"),
    *("GIT_CONFIG_COUNT", "GIT_CONFIG_PARAMETERS", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
)
_PATIENCE = 10  # seconds
_NOT_IGNORED = 1
"""Exit code of `git check-ignore`; other codes but 0 are for what is no repository, or not the user's own."""

_NO_MATCH = 1
"""Exit code of `git ls-files --error-unmatch` for what it does not know; 128 is for what is no repository."""

Exposed = Literal["tracked", "not ignored"]


def exposed(root: Path, name: str) -> Exposed | None:
    """Say why the next commit would take a file of the project in; None if it would not, or there is no git."""
    seen.repositories.add((root, name))
    if not _in_repository(root):
        return None
    # Does not count a file that is tracked for ignored, so most projects pay for this one call alone.
    if _code(root, "check-ignore", "--quiet", "--", name) != _NOT_IGNORED:
        return None
    return "tracked" if _code(root, "ls-files", "--error-unmatch", "--", name) == 0 else "not ignored"


def tracked(root: Path, name: str) -> bool:
    """Say whether git knows a file of the project, be it there or not; True as well where there is no git to ask."""
    return _code(root, "ls-files", "--error-unmatch", "--", f":(literal){name}") != _NO_MATCH


class Index(NamedTuple):
    """Where git keeps which files it tracks, and the path that one of the project has there."""

    path: Path
    name: str
    known: bytes
    """What was there before git was asked; see `recall.look`."""


class GroundsUnknown(Exception):  # noqa: N818 - nothing failed, only nothing can be kept
    """What git says depends on something that cannot be told."""


def note_grounds(root: Path, name: str) -> Index | None:
    """Note what it depends on that a file is not `exposed`, but for the index, which every commit changes.

    Returns the index, None where there is no repository. Raises GroundsUnknown.
    """
    if not _in_repository(root):
        return None
    seen.variables.update(_READ_BY_GIT)
    for path in _rules(root):
        seen.content(path)
    top, index = _told(root, "rev-parse", "--show-toplevel", "--git-path", "index").splitlines()
    known = look(b"s", os.fsencode(root / index))
    if exposed(root, name) is not None:
        raise GroundsUnknown  # it has just changed
    return Index(root / index, (root.resolve().relative_to(top) / name).as_posix(), known)


def _rules(root: Path) -> list[Path]:
    """Return the files that say what git ignores, and those that say which files these are."""
    if "GIT_CONFIG" in os.environ:
        raise GroundsUnknown  # `git config` reads that file alone, and nothing else of git does
    names = ("info/exclude", "config", "config.worktree", "commondir")
    asked = [word for name in names for word in ("--git-path", name)]
    top, *found = (root / path for path in _told(root, "rev-parse", "--show-toplevel", *asked).splitlines())
    # In a work tree of its own and in a submodule it is a file that says where the repository is.
    real = root.resolve()
    link = next(link for folder in (real, *real.parents) if (link := folder / ".git").exists())
    found += [link] if link.is_file() else []
    # As NUL-terminated pairs: where a setting comes from, and its name above its value.
    listed = _told(root, "config", "--list", "--show-origin", "-z").split("\0")[:-1]
    origins = listed[::2]
    if not all(origin.startswith("file:") for origin in origins):
        raise GroundsUnknown
    home = Path.home()
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config") / "git"
    found += [Path("/etc/gitconfig"), home / ".gitconfig", settings / "config", settings / "ignore"]
    files = [top / origin.removeprefix("file:") for origin in origins]
    found += files
    found += [path for file, setting in zip(files, listed[1::2], strict=True) for path in _included(file, setting)]
    named = _told(root, "config", "--path", "--default", "", "core.excludesFile").rstrip("\n")
    found += [top / named] if named else []
    inside = real.relative_to(top).parts
    return found + [top.joinpath(*inside[:count], ".gitignore") for count in range(len(inside) + 1)]


def _included(file: Path, setting: str) -> Iterator[Path]:
    """Return the file that a setting of git's includes, be it there or not (CONFIGURATION FILE of git-config(1))."""
    key, _, value = setting.partition("\n")
    if key == "include.path" or (key.startswith("includeif.") and key.endswith(".path")):
        if key.startswith("includeif.onbranch:") or value.startswith("%(prefix)"):
            raise GroundsUnknown
        yield file.parent / Path(value).expanduser()


def _in_repository(root: Path) -> bool:
    real = root.resolve()
    return any(seen.kind(folder / ".git").exists() for folder in (real, *real.parents))


def _told(root: Path, *arguments: str) -> str:
    try:
        done = _run(root, *arguments)
        if done is None or done.returncode:
            raise GroundsUnknown
        return done.stdout.decode()
    except UnicodeDecodeError:
        raise GroundsUnknown from None


def _code(root: Path, *arguments: str) -> int | None:
    """Return the exit code of a git command, None where git cannot be run."""
    done = _run(root, *arguments)
    return None if done is None else done.returncode


def _run(root: Path, *arguments: str) -> CompletedProcess[bytes] | None:
    import subprocess

    environ = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    try:
        return subprocess.run(
            ["git", "-C", str(root), *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
