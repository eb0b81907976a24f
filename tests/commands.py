"""Commands run in this process, and projects for them: shared by the tests of the command line."""

from __future__ import annotations

from pathlib import Path

from airdock.cli import main

GOOD = """\
airdock = 1

[project]
name = "demo"

[airflow]
version = "3.3.2"
executor = "local"

[compose]
bundled = true

[images.shell]
ref = "alpine:3.20"

[dags.first.tasks.a]
image = "shell"
command = ["true"]
"""
WARNING = GOOD.replace("alpine:3.20", "alpine:latest")
ERROR = GOOD.replace('image = "shell"', 'image = "shel"')
CANARY = "canary-5f3a"


def run(*arguments: str | Path) -> int:
    """Run a command in this process and return its exit code, however it ends."""
    try:
        return main([str(argument) for argument in arguments])
    except SystemExit as ended:
        return int(ended.code or 0)


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def write_project(folder: Path, text: str) -> Path:
    (folder / "airdock.toml").write_text(text, encoding="utf-8")
    return folder
