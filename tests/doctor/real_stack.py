"""A project of an own name on a real engine, and its removal."""

from __future__ import annotations

import json
import secrets
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from airdock.cli import main
from commands import run

sys.path.append(str(Path(__file__).resolve().parent.parent / "oracles"))

from presence import required_or_skip


def docker(*arguments: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=check, timeout=300, **more)


def need_engine() -> None:
    """Skip, or fail in CI, where there is no engine."""
    there = shutil.which("docker") is not None
    for words in (("version",), ("compose", "version")):
        there = there and docker(*words, check=False).returncode == 0
    required_or_skip("a Docker engine with Compose v2", there, "see docs.docker.com/engine/install")


class Stack:
    """A project of an own name, and all that it leaves on the engine."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.name = f"airdock-doctor-{secrets.token_hex(4)}"

    def write(self, text: str) -> Stack:
        """Write airdock.toml under the stack's name, and build."""
        text = text.replace('name = "demo"', f'name = "{self.name}"').replace('name = "shop"', f'name = "{self.name}"')
        (self.folder / "airdock.toml").write_text(text, encoding="utf-8")
        self.build()
        return self

    def build(self) -> None:
        assert main(["build", "-C", str(self.folder)]) == 0
        self.capsys.readouterr()

    def own_line(self, line: str) -> None:
        """Write a line of the user's into `.env`."""
        with (self.folder / ".env").open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

    def doctor(self) -> dict[str, list[dict[str, str]]]:
        self.code = run("doctor", "-C", self.folder, "--output-format", "json")
        self.out, err = self.capsys.readouterr()
        assert err == ""
        found: dict[str, list[dict[str, str]]] = {}
        for row in json.loads(self.out):
            found.setdefault(row["check"], []).append(row)
        return found

    def one(self, check: str) -> dict[str, str]:
        (row,) = self.doctor()[check]
        return row

    def compose(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        return docker("compose", *arguments, check=check, cwd=self.folder)

    def remove(self) -> None:
        """Remove all that is called after the stack, and nothing else."""
        for label in ("airdock.project", "com.docker.compose.project"):
            found = docker("ps", "--all", "--quiet", "--filter", f"label={label}={self.name}").stdout.split()
            if found:
                docker("rm", "--force", "--volumes", *found)
        for kind in ("network", "volume"):
            for name in docker(kind, "ls", "--format", "{{.Name}}").stdout.split():
                if name.startswith(self.name):
                    docker(kind, "rm", name)
        for reference in docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").stdout.split():
            if reference.startswith(self.name):
                docker("image", "rm", reference)


def need_image(reference: str) -> None:
    there = docker("image", "inspect", reference, check=False).returncode == 0
    required_or_skip(f"the image {reference}", there, f"docker pull {reference}")


def containers_named(start: str) -> list[str]:
    return [name for name in docker("ps", "--all", "--format", "{{.Names}}").stdout.split() if name.startswith(start)]
