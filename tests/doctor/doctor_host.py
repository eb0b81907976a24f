"""Projects, and a docker client that says what a test wants it to say."""

from __future__ import annotations

import json
import os
import shlex
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from airdock.cli import main
from commands import GOOD, run, write_project

SLEEP = shutil.which("sleep")
END_OF_WORD, END_OF_CALL = "\x1f", "\x1e"
VERSION = {"Client": {"Version": "28.2.2"}, "Server": {"Version": "20.10.24", "ApiVersion": "1.41"}}
INFO: dict[str, Any] = {"OperatingSystem": "Some Linux", "SecurityOptions": ["name=seccomp,profile=default"]}
NO_IMAGE = "Error response from daemon: No such image: x\n"
NO_NETWORK = "Error response from daemon: network x not found\n"


def client(answers: list[dict[str, Any]], log: Path) -> str:
    """Return a docker client as a shell script: it writes down what it is asked, and gives the first answer that fits.

    An answer fits where all of its words stand among the arguments, in their order.
    """
    lines = ["#!/bin/sh", f"{{ printf '%s\\037' \"$@\"; printf '\\036'; }} >> {shlex.quote(str(log))}", 'case " $*" in']
    for answer in answers:
        pattern = "".join(f"*{shlex.quote(word)}" for word in answer["words"])
        does = [
            f"printf %s {shlex.quote(answer.get('out', ''))}",
            f"printf %s {shlex.quote(answer.get('err', ''))} >&2",
        ]
        does += [f"exec {SLEEP} {answer['sleep']}"] if answer.get("sleep") else []
        lines += [f"{pattern}*)", *does, f"exit {answer.get('code', 0)};;"]
    return "\n".join([*lines, "esac", 'echo "no answer for $*" >&2', "exit 70", ""])


def healthy(folder: Path) -> list[dict[str, Any]]:
    """Return the answers of an engine on which all is well."""
    size = (folder / "airdock.toml").stat().st_size
    gid = Path("/").stat().st_gid
    config = {"name": "demo", "services": {"airflow-scheduler": {"image": "x"}}}
    return [
        {"words": ["compose", "version"], "out": "2.26.1-4\n"},
        {"words": ["compose", "config"], "out": json.dumps(config)},
        {"words": ["version"], "out": json.dumps(VERSION)},
        {"words": ["info"], "out": json.dumps(INFO)},
        {"words": ["context", "inspect"], "out": "unix:///var/run/docker.sock\n"},
        {"words": ["image", "inspect"], "out": '""\n'},
        {"words": ["run", "stat", "/airdock.sock"], "out": f"0 {gid} 660 socket\n"},
        {"words": ["run", "stat", "/airdock/"], "out": f"{size}\n"},
        {"words": ["run", "id"], "out": "uid=50000(airflow) gid=0(root) groups=0(root)\n"},
        {"words": ["ps"], "out": ""},
        {"words": ["network", "inspect"], "err": NO_NETWORK, "code": 1},
        {"words": ["volume", "inspect"], "err": "Error: no such volume\n", "code": 1},
    ]


@dataclass
class Host:
    """A folder with a project, and a docker client on the PATH."""

    folder: Path
    tools: Path
    capsys: pytest.CaptureFixture[str]
    answers: list[dict[str, Any]] = field(default_factory=list)

    def project(self, text: str = GOOD, *, build: bool = True) -> Path:
        """Write a project and build it."""
        write_project(self.folder, text)
        if build:
            assert main(["build", "-C", str(self.folder)]) == 0
        self.capsys.readouterr()
        return self.folder

    def says(self, *words: str, out: str = "", err: str = "", code: int = 0, sleep: float = 0) -> None:
        """Let docker answer this where all words stand among the arguments; the last call of this method goes first."""
        self.answers.insert(0, {"words": words, "out": out, "err": err, "code": code, "sleep": sleep})

    def doctor(self, *options: str) -> dict[str, list[dict[str, str]]]:
        """Run the doctor and return its results by check."""
        self.code = self.run("--output-format", "json", *options)
        found: dict[str, list[dict[str, str]]] = {}
        for row in json.loads(self.out):
            found.setdefault(row["check"], []).append(row)
        return found

    def run(self, *options: str) -> int:
        """Run the doctor; what it prints is in ``out`` and ``err``."""
        answers = self.answers + (healthy(self.folder) if (self.folder / "airdock.toml").exists() else [])
        if (self.tools / "docker").exists():
            (self.tools / "docker").write_text(client(answers, self.tools / "asked"), encoding="utf-8")
        (self.tools / "asked").write_text("", encoding="utf-8")
        code = run("doctor", "-C", str(self.folder), *options)
        self.out, self.err = self.capsys.readouterr()
        return code

    @property
    def asked(self) -> list[list[str]]:
        """What docker was asked in the last run."""
        calls = (self.tools / "asked").read_text(encoding="utf-8").split(END_OF_CALL)
        return [call.split(END_OF_WORD)[:-1] for call in calls[:-1]]


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Host:
    """A host whose only docker client is a made one, and whose socket has the group of the root folder."""
    tools, folder = tmp_path / "tools", tmp_path / "project"
    tools.mkdir()
    folder.mkdir()
    (tools / "docker").touch(mode=0o755)
    git = shutil.which("git")
    if git is not None:
        (tools / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(tools))
    for name in list(os.environ):
        if name.startswith(("DOCKER_", "COMPOSE_", "AIRFLOW_", "AIRDOCK_")):
            monkeypatch.delenv(name)
    gid = Path("/").stat().st_gid
    monkeypatch.setattr("airdock.load.host._socket_gid", lambda _: gid)
    return Host(folder, tools, capsys)


@pytest.fixture
def one(host: Host) -> Callable[[str], dict[str, str]]:
    """Return a function that runs the doctor and returns the one result of a check."""

    def result(check: str) -> dict[str, str]:
        (found,) = host.doctor()[check]
        return found

    return result
