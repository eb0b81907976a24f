"""A project that is built, remembered and asked again: shared by the tests of what is remembered."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from airdock.cli import main
from airdock.recall import question, recall

PROJECT = """\
airdock = 1
include = ["parts/*.toml"]

[project]
name = "demo"

[airflow]
version = "3.3.2"
executor = "local"
dags_folder = "flows"

[docker]
socket = "{socket}"

[images.own]
build = "own"

[images.made]
from = "python:3.12-slim"
pip = "requirements.txt"
copy = [{{ from = "code", to = "/code" }}]

[mounts.data]
source = "data"
target = "/data"

[mounts.other]
source = {{ env = "OTHER" }}
target = "/other"

[connections.api]
type = "http"
host = "example.org"
password = {{ env = "API_TOKEN" }}

[variables]
note = {{ file = "note.txt" }}

[dags.first]
schedule = "@daily"
start_date = 2026-01-01
timezone = "Europe/Paris"
doc = {{ file = "doc.md" }}

[dags.first.tasks.a]
image = "own"
script = {{ file = "job.sh" }}
mounts = ["data", "other"]
env_files = ["task.env"]
env = {{ TOKEN = {{ connection = "api", get = "password" }}, NOTE = {{ variable = "note" }} }}

[dags.first.tasks.b]
image = "made"
python = "tasks.py:count"
"""
FILES = {
    "parts/more.toml": '[dags.more.tasks.c]\nimage = "own"\n',
    "own/Dockerfile": "FROM alpine:3.20\n",
    "own/.dockerignore": "*.md\n",
    "own/deep/data.txt": "one\n",
    "requirements.txt": "humanize==4.9.0\n",
    "code/run.py": "print(1)\n",
    "note.txt": "a note\n",
    "doc.md": "What it does.\n",
    "job.sh": "echo 1\n",
    "task.env": "A=1\n",
    "tasks.py": "def count():\n    return 1\n",
    "data/": "",
    ".gitignore": ".env\n",
    ".env": "MINE=1\nUSES=${FROM_OUTSIDE}\n",
    "docker-compose.yaml": (
        "services:\n"
        + "".join(
            f"  airflow-{name}:\n    image: apache/airflow:3.3.2\n"
            for name in ("init", "scheduler", "apiserver", "dag-processor", "triggerer")
        )
        + "  postgres:\n    image: postgres:16\n"
    ),
}


def make_project(folder: Path) -> Path:
    """Write a project that reads whatever a project can read, in a repository of git."""
    for name, text in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if name.endswith("/") else path.write_text(text, encoding="utf-8")
    (folder / "socket").write_text("stands for the engine's socket: only its group is looked at", encoding="utf-8")
    (folder / "airdock.toml").write_text(PROJECT.format(socket=folder / "socket"), encoding="utf-8")
    git(folder, "init", "-q")
    return folder


def git(folder: Path, *arguments: str) -> None:
    """Run git in a folder."""
    identity = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "a"}
    environ = {**os.environ, **identity, "GIT_COMMITTER_EMAIL": "a@b.c"}
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True, env=environ)


def ask(arguments: Sequence[str]) -> int | None:
    """Run a command as the console script does: None if the answer was remembered, else the exit code."""
    asked = question(list(arguments))
    if asked is not None and recall(asked) is not None:
        return None
    return main(list(arguments), asked)


def ask_until_remembered(*arguments: str) -> None:
    """Run a command until its answer is remembered, which takes as long as files need to be no longer young."""
    deadline = time.monotonic() + 20
    while ask(arguments) is not None:
        assert time.monotonic() < deadline, "never remembered"
        time.sleep(0.03)
