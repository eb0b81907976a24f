"""Every kind of finding, as the user sees it.

A folder ``<CODE>-<slug>`` holds an input (``airdock.toml`` and whatever it names) and ``expected.txt``: what
``airdock check`` prints in that folder to standard error, byte for byte. ``command.txt`` holds other arguments than
``check``. ``silent.toml`` is the nearest correct input: in the place of ``airdock.toml`` it has no error, and no
finding of that code. A folder inside that has an ``airdock.toml`` too is another input of the same code.

``AIRDOCK_UPDATE=1 pytest tests/findings`` writes every ``expected.txt`` anew; read the difference before you commit it.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from airdock.cli import main
from airdock.explain import sorted_kinds
from finding_inputs import FINDINGS as HERE
from finding_inputs import INPUTS, command, copied

SILENT = sorted(path.parent.relative_to(HERE).as_posix() for path in HERE.rglob("silent.toml"))
UPDATE = os.environ.get("AIRDOCK_UPDATE") == "1"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of this host reaches a finding."""
    for name in list(os.environ):
        if name != "PYTEST_CURRENT_TEST":
            monkeypatch.delenv(name)
    monkeypatch.setenv("NO_COLOR", "1")


def codes_in(text: str) -> set[str]:
    """Return the codes that a report in the full form has."""
    return set(re.findall(r"^(?:error|warning)\[(AD\d{3})\]", text, re.MULTILINE))


def test_every_code_has_a_folder_and_every_folder_a_code() -> None:
    folders = {path.name for path in HERE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {f"{kind.code}-{kind.slug}" for kind in sorted_kinds()}
    assert {name for name in folders if name not in INPUTS} == set(), "a folder without an airdock.toml"


@pytest.mark.parametrize("name", INPUTS)
def test_report_is_as_expected(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copied(name, tmp_path))
    code = main(command(name))
    printed = capsys.readouterr()
    expected = HERE / name / "expected.txt"
    assert "airdock has a bug" not in printed.err, printed.err
    if UPDATE:
        expected.write_bytes(printed.err.encode())
    assert printed.err.encode() == expected.read_bytes()
    assert printed.out == ""
    assert name[:5] in codes_in(printed.err)
    assert code == (1 if re.search(r"^error\[", printed.err, re.MULTILINE) else 0)


@pytest.mark.parametrize("name", INPUTS)
def test_strict_counts_every_finding(name: str, tmp_path: Path) -> None:
    assert main([*command(name), "--strict", "-C", str(copied(name, tmp_path))]) == 1


@pytest.mark.parametrize("name", INPUTS)
def test_path_of_the_project_is_in_no_report(name: str, tmp_path: Path) -> None:
    expected = (HERE / name / "expected.txt").read_text(encoding="utf-8")
    assert str(HERE) not in expected
    assert str(tmp_path.parent) not in expected


@pytest.mark.parametrize("name", SILENT)
def test_nearest_correct_input_has_no_such_finding(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copied(name, tmp_path)
    shutil.copyfile(HERE / name / "silent.toml", folder / "airdock.toml")
    words = ["check"] if "-f" in command(name) else command(name)
    code = main([*words, "-C", str(folder)])
    printed = capsys.readouterr().err
    assert name[:5] not in codes_in(printed), printed
    assert code == 0, f"the input has other errors:\n{printed}"
