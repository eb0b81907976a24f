"""What git says about a file of the project."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY")
"""What git hands to its hooks: about the repository that is committed to, seen from the top of it."""
_PATIENCE = 10  # seconds
_NOT_IGNORED = 1
"""Exit code of `git check-ignore`; other codes but 0 are for what is no repository, or not the user's own."""

Exposed = Literal["tracked", "not ignored"]


def exposed(root: Path, name: str) -> Exposed | None:
    """Say why the next commit would take a file of the project in; None if it would not, or there is no git."""
    real = root.resolve()
    if not any((folder / ".git").exists() for folder in (real, *real.parents)):
        return None
    # Does not count a file that is tracked for ignored, so most projects pay for this one call alone.
    if _git(root, "check-ignore", "--quiet", "--", name) != _NOT_IGNORED:
        return None
    return "tracked" if _git(root, "ls-files", "--error-unmatch", "--", name) == 0 else "not ignored"


def _git(root: Path, *arguments: str) -> int | None:
    """Return the exit code of a git command, None where git cannot be run."""
    import subprocess

    environ = {name: value for name, value in os.environ.items() if name not in _OF_A_HOOK}
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments],
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.returncode
