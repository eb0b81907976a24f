"""Programs that read findings judge: SARIF's own schema and validator, and Vim.

The models of pydantic-sarif are generated from the JSON Schema of SARIF 2.1.0: closed objects, enums, ranges. Two
judges are not of Python, so nothing of this repository installs them: Microsoft's SARIF Multitool (which also ships
the schema itself) and Vim. Their tests are skipped where they are missing.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from presence import required_or_skip

from airdock.cli import main
from conftest import REPOSITORY
from finding_inputs import INPUTS, command, copied

MULTITOOL = REPOSITORY / ".judges/sarif/node_modules/@microsoft/sarif-multitool-linux"
INSTALL_MULTITOOL = "npm install --prefix .judges/sarif @microsoft/sarif-multitool-linux@5.7.0"
TIMEOUT = 120  # seconds
UNWANTED_ADVICE = {
    "SARIF2002",  # messages as templates with arguments: readers that fill none in would show none
    "SARIF2003",  # the commit: the service that takes the report in knows it
    "SARIF2005",  # a web address of the tool: there is none that could be promised
    "SARIF2006",  # whether the schema's address answers: not from here
    "SARIF2010",  # source lines in the report: they may hold secrets
    "SARIF2011",
    "SARIF2012",  # a web address of each rule: the whole explanation is in the report
}
"""Rules of the Multitool that are only advice, and why they are not followed."""


def output(
    name: str, form: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> str:
    """Return what an input prints in a format, started in its folder."""
    monkeypatch.chdir(copied(name, folder))
    main([*command(name), "--output-format", form])
    printed = capsys.readouterr()
    return printed.err if form == "concise" else printed.out


@pytest.fixture(scope="module")
def models() -> Any:
    """The models of pydantic-sarif."""
    required_or_skip("pydantic-sarif", find_spec("pydantic_sarif") is not None, 'pip install -e ".[test]"')
    return import_module("pydantic_sarif.model").StaticAnalysisResultsFormatSarifVersion210JsonSchema


@pytest.mark.parametrize("name", INPUTS)
def test_every_report_fits_the_models_of_sarif(
    name: str, models: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = json.loads(output(name, "sarif", tmp_path, monkeypatch, capsys))
    read = models.model_validate(report)
    # Nothing was left out in silence.
    assert read.model_dump(mode="json", by_alias=True, exclude_unset=True)["runs"] == report["runs"]
    for result in report["runs"][0]["results"]:
        (location,) = result["locations"]
        region = location["physicalLocation"]["region"]
        ends = region.get("endLine", region["startLine"]), region.get("endColumn", region.get("startColumn", 1))
        assert (region["startLine"], region.get("startColumn", 1)) <= ends


def test_models_refuse_what_the_schema_refuses(
    models: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = output("AD205-cycle", "sarif", tmp_path, monkeypatch, capsys)
    for right, wrong in (
        ('"startLine": 20', '"startLine": 0'),
        ('"level": "error",', '"level": "bad",'),
        ('"columnKind"', '"columnKinds"'),
        ('"driver"', '"drivers"'),
    ):
        assert right in text
        with pytest.raises(ValueError, match="validation error"):
            models.model_validate(json.loads(text.replace(right, wrong)))


def test_validator_of_sarif_finds_nothing_but_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tool = MULTITOOL / "Sarif.Multitool"
    required_or_skip("SARIF Multitool", tool.is_file(), INSTALL_MULTITOOL)
    reports = tmp_path / "reports"
    reports.mkdir()
    for number, name in enumerate(INPUTS):
        folder = tmp_path / str(number)
        folder.mkdir()
        text = output(name, "sarif", folder, monkeypatch, capsys)
        (reports / f"{number}.sarif").write_text(text, encoding="utf-8")
    check = [shutil.which("check-jsonschema", path=sysconfig.get_path("scripts")) or "check-jsonschema"]
    check += ["--schemafile", str(MULTITOOL / "sarif-2.1.0.json"), *map(str, sorted(reports.iterdir()))]
    done = subprocess.run(check, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    assert done.returncode == 0, done.stdout
    tool.chmod(0o755)
    judged = tmp_path / "judged.sarif"
    options = ["--rule-kind", "Sarif;Gh", "--level", "Error;Warning;Note", "--kind", "Fail;Open;Review"]
    command_line = [str(tool), "validate", *map(str, sorted(reports.iterdir())), *options, "-o", str(judged), "--quiet"]
    subprocess.run(
        command_line,
        cwd=MULTITOOL,
        env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
        capture_output=True,
        check=True,
        timeout=TIMEOUT,
    )
    (run,) = json.loads(judged.read_text(encoding="utf-8-sig"))["runs"]
    assert {result["ruleId"] for result in run["results"]} <= UNWANTED_ADVICE
    assert not [result for result in run["results"] if result.get("level") == "error"]


QUICKFIX = """\
compiler airdock
set makeprg=cat\\ lines.txt
silent make
let rows = map(getqflist(), {_, e -> [bufname(e.bufnr), e.lnum, e.col, e.type, e.nr, e.text]})
call writefile([json_encode(rows)], 'rows.json')
qall!
"""


@pytest.mark.parametrize("name", ["AD201-unknown-image", "AD404-moving-tag", "AD907-drift", "AD005-declared-twice"])
def test_vim_reads_every_finding(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vim = shutil.which("vim")
    required_or_skip("vim", vim is not None, "apt-get install vim-nox")
    assert vim is not None
    lines = output(name, "concise", tmp_path, monkeypatch, capsys)
    page = (REPOSITORY / "docs" / "editors.md").read_text(encoding="utf-8")
    plugin = re.search(r"^```vim\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert plugin is not None
    home = tmp_path / "home"
    (home / "compiler").mkdir(parents=True)
    (home / "compiler" / "airdock.vim").write_text(plugin[1], encoding="utf-8")
    here = Path.cwd()
    (here / "lines.txt").write_text(f"some other output: error in it\n{lines}", encoding="utf-8")
    (here / "quickfix.vim").write_text(QUICKFIX, encoding="utf-8")
    command_line = [vim, "-es", "-N", "-u", "NONE", "--cmd", f"set rtp^={home}", "-S", "quickfix.vim"]
    subprocess.run(command_line, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=TIMEOUT)
    rows = json.loads((here / "rows.json").read_text(encoding="utf-8"))
    wanted = json.loads(output(name, "json", tmp_path / "again", monkeypatch, capsys))["findings"]
    assert rows == [
        [one["file"], one["line"], one["column"], one["severity"][0], int(one["code"][2:]), one["message"]]
        for one in wanted
    ]
