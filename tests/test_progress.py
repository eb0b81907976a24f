"""What a terminal is told while something takes long, and that nobody else is told."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from commands import ERROR, GOOD, write_project

MANY = GOOD + "".join(f'[dags.d.tasks.t{number}]\nimage = "shell"\n' for number in range(1_200))
# The stage waits until it is told to go on: it takes as long as the test wants, and no longer.
RUN = """
import sys
from airdock import cli, pipeline, progress
progress.AFTER = float(sys.argv[1])
resolve = pipeline.resolve
def slowly(*arguments):
    sys.stdin.readline()
    return resolve(*arguments)
pipeline.resolve = slowly
sys.exit(cli.main(sys.argv[2:]))
"""


class Terminal:
    """A command whose standard error is a terminal."""

    def __init__(self, folder: Path, after: float, *arguments: str, term: str = "xterm") -> None:
        self.shown, theirs = pty.openpty()
        command = [sys.executable, "-c", RUN, str(after), *arguments]
        environ = os.environ | {"TERM": term, "NO_COLOR": "1"}
        self.process = subprocess.Popen(
            command, cwd=folder, env=environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=theirs
        )
        os.close(theirs)

    def until(self, text: str) -> str:
        seen = ""
        while text not in seen:
            seen += os.read(self.shown, 1024).decode()
        return seen

    def rest(self) -> str:
        """Let the stage go on; return what is shown to the end."""
        self.process.communicate(b"\n")
        seen = b""
        while True:
            try:
                part = os.read(self.shown, 1024)
            except OSError:  # the other side is closed
                part = b""
            if not part:
                os.close(self.shown)
                return seen.decode()
            seen += part


@pytest.mark.parametrize("command", ["check", "build"])
def test_terminal_is_told_what_takes_long_and_the_line_is_erased(command: str, tmp_path: Path) -> None:
    terminal = Terminal(write_project(tmp_path, MANY), 0, command)
    assert terminal.until("tasks…") == "checking 1,201 tasks…"
    rest = terminal.rest()
    assert rest.startswith("\r\x1b[K")
    assert rest.endswith("airdock.toml: no errors\r\n" if command == "check" else "\x1b[K")
    assert terminal.process.returncode == 0


def test_doctor_says_that_it_is_looking(tmp_path: Path) -> None:
    terminal = Terminal(write_project(tmp_path, GOOD), 0, "doctor")
    assert terminal.until("…") == "looking at this host…"
    assert terminal.rest().startswith("\r\x1b[K")
    assert terminal.process.returncode in (0, 1)  # as this host is


def test_findings_stand_where_the_line_was(tmp_path: Path) -> None:
    terminal = Terminal(write_project(tmp_path, ERROR), 0, "check")
    assert terminal.until("…") == "checking airdock.toml…"
    assert terminal.rest().startswith("\r\x1b[Kerror[AD201]")


@pytest.mark.parametrize(("after", "term"), [(1000, "xterm"), (0, "dumb")], ids=["not long", "cannot be erased"])
def test_nothing_is_said_of_what_is_quick_or_where_it_would_stay(after: float, term: str, tmp_path: Path) -> None:
    assert Terminal(write_project(tmp_path, GOOD), after, "check", term=term).rest() == "airdock.toml: no errors\r\n"


def test_nothing_is_said_where_it_is_no_terminal(tmp_path: Path) -> None:
    command = [sys.executable, "-c", RUN, "0", "check"]
    done = subprocess.run(command, cwd=write_project(tmp_path, GOOD), input=b"\n", capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"airdock.toml: no errors\n")
