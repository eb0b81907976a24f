"""`airdock init`: a first airdock.toml for what is there."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

from airdock.facts import facts_for, newest_series
from airdock.load.claim import is_generated
from airdock.project.base_file import override_name

BASE_NAMES = ("docker-compose.yaml", "docker-compose.yml", "compose.yaml", "compose.yml")
IGNORED = (".env", ".*.airdock", "__pycache__/")
_VERSION = re.compile(r"apache/airflow:(\d+\.\d+\.\d+)")

_TEMPLATE = """\
airdock = 1

[project]
name = "{name}"

[airflow]
version = "{version}"
{executor}{compose}
# An image that tasks run in. `airdock schema` and your editor list every key.
[images.shell]
ref = "alpine:3.20"

# A folder of this host, below the project directory.
[mounts.data]
source = "data"
target = "/data"
create = true

[dags.hello]
description = "A first DAG: two tasks, each in a container of its own"
tags = ["airdock"]

[dags.hello.tasks.write]
image = "shell"
script = 'echo "hello from {{{{ task.task_id }}}}" > /data/hello.txt'
mounts = ["data"]

[dags.hello.tasks.read]
image = "shell"
command = ["cat", "/data/hello.txt"]
mounts = ["data"]
after = ["write"]
"""
_PRE_COMMIT = """\
To build at every commit, add to .pre-commit-config.yaml:

  - repo: <where airdock's repository is>
    rev: <a tag of it>
    hooks:
      - id: airdock-build
"""


class StarterRefused(Exception):  # noqa: N818 - a sentence for the user
    """Nothing was written; the text says why."""


@dataclass(frozen=True)
class _Found:
    """What is in the folder already."""

    base: str | None
    version: str | None
    override: str | None
    """An override of the user's, which airdock's must not replace."""
    other: str | None = None
    """A Compose file that is not of an Airflow that airdock knows; it stays."""


def start(directory: Path) -> str:
    """Write airdock.toml and the lines of .gitignore; return what was done. Raises StarterRefused."""
    target = directory / "airdock.toml"
    if target.exists():
        raise StarterRefused(f"{target} is there already")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        found = _look(directory)
        said = []
        with target.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(_text(directory, found))
        said.append(f"created   {target}\n")
        added = _ignore(directory / ".gitignore")
        if added:
            said.append(f"added to  {directory / '.gitignore'}: {' '.join(added)}\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "a file is not UTF-8"
        raise StarterRefused(f"cannot write in {directory}: {reason}") from error
    where = "" if directory == Path() else f" -C {shlex.quote(str(directory))}"
    base = f"{found.base} (Airflow {found.version})" if found.base else "none, so airdock writes its own"
    return "".join(said) + f"base file: {base}\n\nNext: airdock build{where}\n\n{_PRE_COMMIT}"


def _look(directory: Path) -> _Found:
    other = None
    for name in BASE_NAMES:
        path = directory / name
        if path.is_file():
            other = other or name
            match = _VERSION.search(path.read_text(encoding="utf-8"))
            if match and facts_for(match[1]):
                override = directory / override_name(name)
                users = override.is_file() and not is_generated(override.read_bytes())
                return _Found(name, match[1], override.name if users else None)
    return _Found(None, None, None, other)


def _text(directory: Path, found: _Found) -> str:
    name = re.sub(r"[^a-z0-9_-]+", "-", directory.resolve().name.lower()).strip("-_") or "project"
    if found.base is None:
        compose = "\n[compose]\nbundled = true # airdock writes the base file itself\n"
        if found.other is not None:
            compose += f'base = "docker-compose.airflow.yaml" # {found.other} is yours and stays\n'
        executor = 'executor = "local" # or "celery"\n'
        return _TEMPLATE.format(name=name, version=newest_series().latest, executor=executor, compose=compose)
    lines = [] if found.base == BASE_NAMES[0] else [f'base = "{found.base}"']
    if found.override is not None:
        lines.append(f'override = "docker-compose.airdock.yaml" # {found.override} is yours and stays')
    compose = "\n[compose]\n" + "\n".join(lines) + "\n" if lines else ""
    return _TEMPLATE.format(name=name, version=found.version, executor="", compose=compose)


def _ignore(path: Path) -> list[str]:
    """Add the lines that are missing; all others stay byte for byte."""
    data = path.read_bytes() if path.exists() else b""
    present = {line.strip().lstrip(b"/") for line in data.splitlines()}
    added = [line for line in IGNORED if line.encode() not in present]
    if added:
        start = "" if not data or data.endswith(b"\n") else "\n"
        with path.open("a", encoding="utf-8", newline="\n") as stream:
            stream.write(start + "".join(f"{line}\n" for line in added))
    return added
