"""What the README shows is what happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from airdock.cli import main
from conftest import REPOSITORY

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """Return the first fenced block of a language."""
    match = re.search(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    assert match is not None
    return match[1]


def test_the_short_project_builds_without_a_finding(tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    fixed_host()
    (tmp_path / "airdock.toml").write_text(block("toml"), encoding="utf-8")
    assert main(["build", "-C", str(tmp_path), "--strict"]) == 0
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"docker-compose.yaml", "docker-compose.override.yaml", "Dockerfile", "dags/nightly.py", ".env"} <= written


def test_the_finding_is_printed_as_shown(
    tmp_path: Path,
    fixed_host: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fixed_host()
    monkeypatch.chdir(tmp_path)
    wrong = block("toml").replace('image = "etl"', 'image = "elt"', 1)
    (tmp_path / "airdock.toml").write_text(wrong, encoding="utf-8")
    assert main(["check"]) == 1
    assert capsys.readouterr().err == block("text") + "\n1 error\n"


def test_ci_runs_the_two_commands_of_the_readme() -> None:
    commands = re.findall(r"^    (.*\.venv/bin/.*)$", README, re.MULTILINE)
    assert len(commands) == 2
    script = (REPOSITORY / ".ci" / "run").read_text(encoding="utf-8")
    assert all(f"\n{command}\n" in script for command in commands)


def test_every_command_and_option_of_the_readme_exists(capsys: pytest.CaptureFixture[str]) -> None:
    for command in dict.fromkeys(re.findall(r"^\| `airdock (\w+)", README, re.MULTILINE)):
        with pytest.raises(SystemExit) as stopped:
            main([command, "--help"])
        assert stopped.value.code == 0
    capsys.readouterr()
    with pytest.raises(SystemExit):
        main(["build", "--help"])
    help_text = capsys.readouterr().out
    for option in dict.fromkeys(re.findall(r"`(--[a-z-]+)`", README)):
        assert option in help_text
