"""A small project, and what happens to its folder: shared by the tests of what a build writes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from airdock.cli import main
from airdock.load.dotenv import read_dotenv

PROJECT = """\
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

[images.etl]
from = "python:3.12-slim"

[mounts.data]
source = "data/in"
target = "/data"
create = true

[dags.first.tasks.a]
image = "shell"
command = ["true"]
mounts = ["data"]

[dags.second.tasks.b]
image = "etl"
command = ["true"]
"""
NEEDS_TOKEN = '\n[dags.third.tasks.c]\nimage = "shell"\nenv = { TOKEN = { env = "DEMO_TOKEN" } }\n'
"""A task that asks for a variable of the host."""
OUTPUTS = (
    "Dockerfile",
    ".env.example",
    "dags/first.py",
    "docker-compose.override.yaml",
    "docker-compose.yaml",
    "images/etl/Dockerfile",
    "images/etl/Dockerfile.dockerignore",
)
"""The committed outputs of the project, but the module of its second DAG."""
MINE = b"# mine\r\nnot: airdock's \xff\n"

posix_only = pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
each_output = pytest.mark.parametrize("path", OUTPUTS)


def new_project(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write the project, on a host without the variables that it asks for."""
    for name in ("DEMO_TOKEN", "COMPOSE_FILE"):
        monkeypatch.delenv(name, raising=False)
    folder.mkdir()
    (folder / "airdock.toml").write_text(PROJECT, encoding="utf-8")
    return folder


def build(folder: Path, *options: str) -> int:
    return main(["build", "-C", str(folder), *options])


def change(folder: Path, old: str, new: str) -> None:
    """Replace a piece of airdock.toml."""
    text = (folder / "airdock.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "airdock.toml").write_text(text.replace(old, new), encoding="utf-8")


def tree(folder: Path) -> dict[str, Any]:
    """Return all that is in a folder: bytes, rights and time of each file, where links lead, and folders."""

    def entry(path: Path) -> object:
        if path.is_symlink():
            return path.readlink()
        if path.is_dir():
            return "a folder"
        return path.read_bytes(), path.stat().st_mode & 0o777, path.stat().st_mtime_ns

    return {path.relative_to(folder).as_posix(): entry(path) for path in sorted(folder.rglob("*"))}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return everything that was printed."""
    return "".join(capsys.readouterr())


def names_in(folder: Path) -> list[str]:
    """Return the names of what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def keys_of(folder: Path) -> dict[str, str]:
    """Return the variables of the block."""
    return dict(read_dotenv((folder / ".env").read_bytes().decode(), {}).block)
