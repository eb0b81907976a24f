"""Standard streams that are closed, and Ctrl-C at any moment."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from airdock import start
from commands import ERROR, GOOD, files, run, write_project

RUN = f'exec "{sys.executable}" -m airdock build'


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_lose_what_is_said_and_nothing_else(tmp_path: Path, closed: str) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "closed").mkdir()
    for name, streams in (("open", ""), ("closed", closed)):
        folder = write_project(tmp_path / name, GOOD)
        for _ in range(2):
            done = subprocess.run(
                ["sh", "-c", f"{RUN} {streams}"], cwd=folder, capture_output=True, text=True, check=False
            )
            assert (done.returncode, "bug" in done.stderr) == (0, False)
    built, as_usual = files(tmp_path / "closed"), files(tmp_path / "open")
    assert built.keys() == as_usual.keys()
    assert {name for name in built if built[name] != as_usual[name]} <= {".env"}


def test_interrupted_before_the_command_line_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "question", interrupted)
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as ended:
        start.run()
    assert ended.value.code == 130


def test_interrupted_while_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone(io.StringIO):
        def flush(self) -> None:
            raise BrokenPipeError

    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "question", interrupted)
    monkeypatch.setattr(os, "_exit", sys.exit)
    monkeypatch.setattr(sys, "stdout", Gone())
    with pytest.raises(SystemExit) as ended:
        start.run()
    assert ended.value.code == 130


FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
NO_ROOM = "airdock: standard output cannot be written: No space left on device\n"


def in_shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """Run a line of shell in which $AIRDOCK is the command."""
    environ = {**os.environ, "AIRDOCK": f"{sys.executable} -m airdock", "AIRDOCK_CACHE_DIR": str(folder / "cache")}
    return subprocess.run(["sh", "-c", line], cwd=folder, env=environ, capture_output=True, text=True, check=False)


@FULL
@pytest.mark.parametrize(
    "command",
    [
        "schema",
        "explain",
        "explain AD201",
        "explain --markdown",
        "check --output-format json",
        "check --output-format sarif",
        "build",
        "build --diff",
        "show",
        "graph",
        "init new",
        "completion bash",
        "--help",
        "--version",
        "build --help",
    ],
)
def test_output_without_room_is_a_sentence(command: str, tmp_path: Path) -> None:
    write_project(tmp_path, GOOD)
    done = in_shell(tmp_path, f"$AIRDOCK {command} >/dev/full")
    assert (done.returncode, done.stderr) == (1, NO_ROOM)
    assert in_shell(tmp_path, f"$AIRDOCK {command} >/dev/full 2>&1").returncode == 1


@FULL
def test_findings_without_room(tmp_path: Path) -> None:
    write_project(tmp_path, ERROR)
    done = in_shell(tmp_path, "$AIRDOCK check 2>/dev/full")
    assert (done.returncode, done.stdout) == (1, "")
    assert in_shell(tmp_path, "$AIRDOCK nonsense 2>/dev/full").returncode in (1, 2)


def test_what_is_wrong_with_a_file_is_not_taken_for_the_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("airdock.pipeline.analyse", broken)
    assert run("check", "-C", write_project(tmp_path, GOOD)) == 3
    assert "airdock has a bug" in capsys.readouterr().err
