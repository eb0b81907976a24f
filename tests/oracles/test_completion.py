"""Completion in real shells: what bash, zsh and fish offer once they have read what `airdock completion` prints."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from presence import required_or_skip

from airdock.arguments import SHELLS
from airdock.diagnostics.formats import FORMATS
from airdock.explain import sorted_kinds
from commands import run
from conftest import REPOSITORY

PATIENCE = 60  # seconds
COMMANDS = {"build", "check", "doctor", "show", "graph", "init", "explain", "schema", "completion"}
OPTIONS = {"--help", "--strict", "--output-format", "--check", "--diff", "--watch", "--exit-code", "--force"}
OFFERED: dict[str, set[str]] = {
    "airdock ": COMMANDS,
    "airdock che": {"check"},
    "airdock build --": OPTIONS,
    "airdock build --strict --w": {"--watch"},
    "airdock build --output-format ": set(FORMATS),
    "airdock check --output-format gitl": {"gitlab"},
    "airdock graph --format s": {"svg"},
    "airdock explain AD2": {kind.code for kind in sorted_kinds() if kind.code.startswith("AD2")},
    "airdock completion ": set(SHELLS),
    "airdock build -C my": {"my folder"},
    "airdock check -f ot": {"other.toml"},
    "airdock graph -o ot": {"other.toml"},
    "airdock init my": {"my folder"},
}
"""What is typed, and what may stand there; the folder has `my folder/`, `other.toml` and `airdock.toml`."""
BASH = """
source <("$1" -m airdock completion bash)
read -r -a COMP_WORDS <<< "$2"
[[ $2 == *" " ]] && COMP_WORDS+=("")
COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
$(complete -p airdock | sed 's/.*-F \\([^ ]*\\).*/\\1/')
printf '%s\\n' "${COMPREPLY[@]}"
"""


def shell(name: str) -> str:
    found = shutil.which(name)
    required_or_skip(name, found is not None, f"apt-get install {name}")
    return str(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "my folder").mkdir()
    for name in ("airdock.toml", "other.toml"):
        (tmp_path / name).touch()
    return tmp_path


def test_shipped_scripts_are_those_of_the_present_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(str(REPOSITORY / "scripts"))
    from completion import script

    for name in SHELLS:
        assert run("completion", name) == 0
        assert capsys.readouterr().out == script(name), "run scripts/completion.py"


@pytest.mark.parametrize("typed", OFFERED)
def test_bash(typed: str, folder: Path) -> None:
    command = [shell("bash"), "--norc", "-c", BASH, "bash", sys.executable, typed]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=True)
    # `compopt` complains where no one has pressed the key.
    assert [line for line in done.stderr.splitlines() if "compopt" not in line] == []
    assert {line for line in done.stdout.splitlines() if line} == OFFERED[typed]


@pytest.mark.parametrize("typed", OFFERED)
def test_fish(typed: str, folder: Path) -> None:
    code = f"{sys.executable} -m airdock completion fish | source; complete -C '{typed}'"
    environ = os.environ | {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "my folder")}
    command = [shell("fish"), "--no-config", "-c", code]
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=PATIENCE, check=True
    )
    offered = {line.partition("\t")[0].removesuffix("/").replace("\\", "") for line in done.stdout.splitlines()}
    assert offered == OFFERED[typed]


class Zsh:
    """An interactive zsh in a terminal, into which one types."""

    def __init__(self, program: str, folder: Path) -> None:
        self.shown = ""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.chdir(folder)
            environ = os.environ | {"TERM": "xterm", "PROMPT": "ready> ", "LISTMAX": "1000"}
            os.execve(program, [program, "-f", "-i", "-o", "no_prompt_sp"], environ)  # noqa: S606
        self.read_to("ready> ")
        self.type("autoload -Uz compinit && compinit -D -u\n", "ready> ")
        self.type(f'eval "$({sys.executable} -m airdock completion zsh)"\n', "ready> ")
        self.type("zstyle ':completion:*' verbose no; print -r begun\n", "begun\r\n", "ready> ")

    def type(self, text: str, *until: str) -> str:
        """Type, read until the terminal shows each of some texts, one after the other, and return what it shows."""
        os.write(self.terminal, text.encode())
        return "".join(self.read_to(one) for one in until)

    def read_to(self, until: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while until not in self.shown:
            ready, _, _ = select.select([self.terminal], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no {until!r} in {self.shown!r}"
            self.shown += os.read(self.terminal, 4096).decode()
        before, _, self.shown = self.shown.partition(until)
        return before

    def offered(self, typed: str) -> set[str]:
        """Return what is listed for what is typed (control-D lists, and completes nothing)."""
        shown = self.type(f"{typed}\x04\x15print -r done\n", "\x1b[Jdone", "ready> ")
        # The list stands below the line; then the cursor goes up again.
        listed = re.search(r"\r\r\n\x1b\[J(.*?)\x1b\[\d*A", shown, re.DOTALL)
        assert listed, shown
        return {text.removesuffix("/").replace("\\", "") for text in re.split(r"\s{2,}", listed[1]) if text}


@pytest.fixture(scope="module")
def zsh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zsh]:
    folder = tmp_path_factory.mktemp("zsh")
    (folder / "my folder").mkdir()
    for name in ("airdock.toml", "other.toml"):
        (folder / name).touch()
    one = Zsh(shell("zsh"), folder)
    yield one
    os.close(one.terminal)
    os.waitpid(one.pid, 0)


@pytest.mark.parametrize("typed", OFFERED)
def test_zsh(typed: str, zsh: Zsh) -> None:
    assert zsh.offered(typed) == OFFERED[typed]
