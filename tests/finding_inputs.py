"""The inputs under tests/findings: one for each kind of finding, and for most of them more. Shared by several tests.

``git.txt`` beside an input holds arguments of git, a line each, that are run in the copy: `init` makes it a repository.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

FINDINGS = Path(__file__).resolve().parent / "findings"
INPUTS = sorted(path.parent.relative_to(FINDINGS).as_posix() for path in FINDINGS.rglob("airdock.toml"))


def copied(name: str, to: Path) -> Path:
    """Copy an input without the inputs inside it; links stay links."""

    def others(folder: str, names: list[str]) -> list[str]:
        unwanted = [entry for entry in names if (Path(folder) / entry / "airdock.toml").is_file()]
        return [*unwanted, "expected.txt", "command.txt", "silent.toml", "git.txt"]

    folder = Path(shutil.copytree(FINDINGS / name, to / "project", symlinks=True, ignore=others))
    commands = FINDINGS / name / "git.txt"
    for line in commands.read_text(encoding="utf-8").splitlines() if commands.exists() else ():
        run_git(folder, *line.split())
    return folder


def run_git(folder: Path, *arguments: str) -> None:
    """Run git in a folder, without the settings of this host."""
    environ = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    subprocess.run(["git", *arguments], cwd=folder, env=environ, check=True, capture_output=True)


def command(name: str) -> list[str]:
    """Return the arguments that an input is looked at with."""
    path = FINDINGS / name / "command.txt"
    return path.read_text(encoding="utf-8").split() if path.exists() else ["check"]
