"""What `--help` prints: as a person reads it on a terminal of 80 columns, the same on every Python."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from syrupy.assertion import SnapshotAssertion
from test_pythons import find_python

from airdock.arguments import parser
from commands import run
from conftest import REPOSITORY

PRINT_ALL = """
import sys
from airdock.arguments import parser
for number, command in enumerate(sys.argv[1:]):
    try:
        parser().parse_args([*command.split(), "--help"])
    except SystemExit:
        print("=" * 80)
"""
COMMANDS = ("", *(action.dest for action in parser()._subparsers._group_actions[0]._choices_actions))  # type: ignore[union-attr]


def helps(python: str) -> dict[str, str]:
    """Return the help of every command, and of airdock itself under ""; needs no library but the standard one."""
    environ = os.environ | {"COLUMNS": "80", "NO_COLOR": "1", "PYTHONPATH": str(REPOSITORY / "compiler")}
    environ |= {"PYTHONDONTWRITEBYTECODE": "1"}
    command = [python, "-c", PRINT_ALL, *COMMANDS]
    printed = subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout
    return dict(zip(COMMANDS, printed.split("=" * 80 + "\n"), strict=False))


def test_help_is_what_its_snapshot_shows(snapshot: SnapshotAssertion) -> None:
    for command, text in helps(sys.executable).items():
        assert text.encode() == snapshot(name=f"help/{command or 'airdock'}.txt")
        assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("version", ["3.10", "3.11", "3.12", "3.13", "3.14"])
def test_help_is_the_same_on_every_python(version: str) -> None:
    python = find_python(version)
    if python is None:
        pytest.skip(f"Python {version} is not installed: uv python install {version}")
    assert helps(python) == helps(sys.executable)


def test_all_commands_are_listed_with_what_they_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    printed = capsys.readouterr().out
    listed = printed.partition("commands:\n")[2].partition("\n\n")[0].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS[1:])
    assert all(len(line.split()) > 2 for line in listed)


def test_airdock_alone_prints_its_help_and_ends_as_a_wrong_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    wanted = capsys.readouterr().out
    assert run() == 2
    assert capsys.readouterr() == ("", wanted)


def test_examples_are_command_lines_that_airdock_takes() -> None:
    examples = [
        line.split("   ")[0].split(" | ")[0].split(" > ")[0].split(" && ")[0].split()
        for text in helps(sys.executable).values()
        for line in map(str.strip, text.splitlines())
        if line.startswith("airdock ") and not line.endswith(".")
    ]
    assert len(examples) > 15
    for example in examples:
        parser().parse_args(example[1:])


@pytest.mark.parametrize(
    ("columns", "size", "wide"), [("", 0, 80), ("", 120, 120), ("-5", 120, 120), ("much", 0, 80), ("100", 0, 100)]
)
def test_help_is_as_wide_as_the_terminal_if_that_is_known(
    monkeypatch: pytest.MonkeyPatch, columns: str, size: int, wide: int
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setattr(os, "get_terminal_size", lambda _: os.terminal_size((size, 24)))
    longest = max(map(len, parser().format_help().splitlines()))
    monkeypatch.setenv("COLUMNS", str(wide))
    assert longest == max(map(len, parser().format_help().splitlines()))
