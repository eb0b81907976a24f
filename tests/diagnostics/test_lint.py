"""`[lint] ignore`: warnings are silent at every stage, and nothing else can be named."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from airdock.diagnostics import FilePlace, Report
from airdock.diagnostics.lint import ignore_findings, ignored_codes
from airdock.explain import sorted_kinds
from airdock.load.document import Document, load_document
from airdock.pipeline import know_all_kinds
from commands import ERROR, GOOD, WARNING, files, run, write_project
from conftest import REPOSITORY
from finding_inputs import FINDINGS

KINDS = {kind.code: kind for kind in sorted_kinds()}
IGNORE = '\n[lint]\nignore = ["AD404"]\n'


@pytest.fixture
def project(tmp_path: Path, fixed_host: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Return a function that writes a project and returns its folder, in which the test runs."""
    fixed_host()
    monkeypatch.chdir(tmp_path)
    return lambda text: write_project(tmp_path, text)


@pytest.mark.parametrize("form", ["full", "concise", "json", "github", "gitlab", "sarif"])
@pytest.mark.parametrize("command", ["check", "build"])
def test_project_with_ignored_warnings_alone_is_fine_under_strict(
    command: str, form: str, project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(WARNING + IGNORE)
    assert run(command, "--strict", "--output-format", form) == 0
    assert "AD404" not in "".join(capsys.readouterr())
    assert ("Dockerfile" in files(folder)) == (command == "build")
    assert run("build") == 0
    assert run("build", "--check", "--strict") == 0


def test_warning_from_before_the_shape_is_checked_is_silent(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def with_a_warning(root: Path, name: str, report: Report) -> Document:
        report.add(KINDS["AD404"].of(FilePlace(name), reference="x"))
        return load_document(root, name, report)

    monkeypatch.setattr("airdock.pipeline.load_document", with_a_warning)
    for fault in ("surplus = 1\n", "airdock = 2\n"):
        project(fault + GOOD.replace("airdock = 1\n", "" if "airdock" in fault else "airdock = 1\n") + IGNORE)
        assert run("check", "--output-format", "concise") == 1
        printed = capsys.readouterr().err
        assert "AD404" not in printed
        assert re.findall("AD[0-9]+", printed) in (["AD101"], ["AD006"])


def test_error_is_reported_although_it_is_ignored(
    project: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    project(ERROR + '\n[lint]\nignore = ["AD404", "AD201"]\n')
    assert run("check", "--output-format", "concise") == 1
    lines = capsys.readouterr().err.splitlines()
    assert [line.split()[2] for line in lines] == ["AD201", "AD104"]
    assert lines[1].startswith("airdock.toml:21:20: error AD104 ")


@pytest.mark.parametrize(
    "values",
    [{}, {"lint": 1}, {"lint": []}, {"lint": {}}, {"lint": {"ignore": "AD404"}}, {"lint": {"ignore": [1, []]}}],
    ids=str,
)
def test_lint_of_another_shape_ignores_nothing(values: dict[str, object]) -> None:
    assert ignored_codes(values) == frozenset()


def test_every_warning_can_be_ignored_and_no_other_error() -> None:
    refused = {str(found.params["found"]).strip('"') for found in ignore_findings(list(KINDS), know_all_kinds)}
    assert refused == {code for code, kind in KINDS.items() if kind.severity == "error" and not kind.also_warning}


def test_errors_that_are_also_warnings_are_marked() -> None:
    expected = "".join(path.read_text(encoding="utf-8") for path in FINDINGS.rglob("expected.txt"))
    seen = set(re.findall(r"^warning\[(AD\d{3})\]", expected, re.MULTILINE))
    assert {code for code in seen if KINDS[code].severity == "error"} <= {
        code for code, kind in KINDS.items() if kind.also_warning
    }
    assert all(kind.severity == "error" for kind in KINDS.values() if kind.also_warning)


def test_catalogue_is_whole_where_codes_are_looked_up() -> None:
    """A kind in a module that is imported late would be taken for one that does not exist."""
    declared = {
        str(ast.literal_eval(node.args[0]))
        for path in (REPOSITORY / "compiler").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Kind"
    }
    show = "from airdock import pipeline; pipeline.know_all_kinds(); from airdock.diagnostics import CATALOGUE as all"
    show += "; print(*all)"
    done = subprocess.run([sys.executable, "-c", show], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) == declared == set(KINDS)
