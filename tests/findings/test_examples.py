"""`airdock explain CODE` shows an example; each of them, checked or built, has the finding that it is there for."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from airdock.cli import main
from airdock.diagnostics import Kind
from airdock.explain import explanation, sorted_kinds
from finding_inputs import run_git

PROJECT = 'airdock = 1\n\n[project]\nname = "shop"\n\n'
AIRFLOW = '[airflow]\nversion = "3.3.2"\n\n'


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of this host reaches a finding."""
    for name in list(os.environ):
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)


def whole(example: str) -> str:
    """Return an example as a whole airdock.toml: most show only what stands below the required tables."""
    if re.search(r"^airdock =", example, re.MULTILINE):
        return example
    return PROJECT + ("" if re.search(r"^\[airflow\]", example, re.MULTILINE) else AIRFLOW) + example


def no_file(folder: Path) -> None:
    (folder / "airdock.toml").unlink()


def saved_as_latin1(folder: Path) -> None:
    (folder / "airdock.toml").write_bytes(f'{PROJECT}description = "café"\n'.encode("latin-1"))


def a_python_file(folder: Path) -> None:
    (folder / "tasks.py").write_text("def load():\n    return 1\n", encoding="utf-8")


def a_dockerfile_of_the_user(folder: Path) -> None:
    (folder / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")


def an_edited_output(folder: Path) -> None:
    assert main(["build", "-C", str(folder)]) == 0
    with (folder / "Dockerfile").open("a", encoding="utf-8") as file:
        file.write("RUN true\n")


def a_folder_in_the_place_of_an_output(folder: Path) -> None:
    (folder / "Dockerfile").mkdir()


def a_repository(folder: Path) -> None:
    run_git(folder, "init", "--quiet")


def an_override_of_the_user(folder: Path) -> None:
    (folder / "compose.override.yml").write_text("services: {}\n", encoding="utf-8")


PREPARED: dict[str, Callable[[Path], None]] = {
    "AD001": no_file,
    "AD002": saved_as_latin1,
    "AD213": a_python_file,
    "AD312": a_python_file,
    "AD414": a_python_file,
    "AD505": a_repository,
    "AD901": a_dockerfile_of_the_user,
    "AD902": an_edited_output,
    "AD905": an_override_of_the_user,
    "AD908": a_folder_in_the_place_of_an_output,
}
"""What has to be on the disk for an example to show its finding."""
COMMANDS = {"AD901": ["build"], "AD902": ["build"], "AD907": ["build", "--check"], "AD908": ["build"]}


@pytest.mark.parametrize("kind", sorted_kinds(), ids=lambda kind: f"{kind.code}-{kind.slug}")
def test_example_has_the_finding_that_it_shows(kind: Kind, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "airdock.toml").write_text(whole(kind.example), encoding="utf-8")
    if kind.code in PREPARED:
        PREPARED[kind.code](tmp_path)
    capsys.readouterr()
    main([*COMMANDS.get(kind.code, ["check"]), "-C", str(tmp_path), "--output-format", "concise"])
    found = set(re.findall(r": (?:error|warning) (AD\d{3}) ", capsys.readouterr().err))
    others = found - {kind.code, "AD903", "AD316"}
    assert kind.code in found
    assert others == set(), "the example has another fault beside the one that it shows"


@pytest.mark.parametrize("kind", sorted_kinds(), ids=lambda kind: f"{kind.code}-{kind.slug}")
def test_explanation_shows_the_example_and_fits_a_terminal(kind: Kind) -> None:
    page = explanation(kind.code.lower())
    assert page is not None
    assert all(line.strip() in page for line in kind.example.splitlines())
    prose = page.replace(kind.example, "").splitlines()
    assert [line for line in prose if len(line) > 100 and line.strip() not in kind.example] == []


def test_fault_that_build_and_force_mend_is_gone_after_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "airdock.toml").write_text(whole("[compose]\nbundled = true\n"), encoding="utf-8")
    a_dockerfile_of_the_user(tmp_path)
    assert main(["build", "-C", str(tmp_path), "--force"]) == 0
    assert main(["build", "-C", str(tmp_path), "--check", "--strict"]) == 0
    assert capsys.readouterr().err == ""


def test_line_ends_that_git_converted_are_no_edit_and_no_drift(tmp_path: Path) -> None:
    (tmp_path / "airdock.toml").write_text(whole("[compose]\nbundled = true\n"), encoding="utf-8")
    assert main(["build", "-C", str(tmp_path)]) == 0
    for name in ("Dockerfile", "docker-compose.yaml", "docker-compose.override.yaml"):
        path = tmp_path / name
        path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["build", "-C", str(tmp_path), "--check", "--strict"]) == 0
