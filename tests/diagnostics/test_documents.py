"""docs/findings.md is what `airdock explain` says; docs/editors.md reads what `--output-format concise` prints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from airdock.diagnostics import CATALOGUE, Kind
from airdock.diagnostics.formats.text import markdown
from airdock.explain import document, sorted_kinds
from commands import run
from conftest import REPOSITORY
from finding_inputs import INPUTS, command, copied

FINDINGS_PAGE = REPOSITORY / "docs" / "findings.md"
EDITORS = (REPOSITORY / "docs" / "editors.md").read_text(encoding="utf-8")


def test_page_of_findings_is_what_explain_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("explain", "--markdown") == 0
    printed = capsys.readouterr().out
    assert FINDINGS_PAGE.read_bytes() == printed.encode(), "airdock explain --markdown > docs/findings.md"


def anchor(heading: str) -> str:
    """Return the name that GitHub and most viewers give a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_page_has_a_row_and_a_section_for_every_kind() -> None:
    page = document()
    headings = re.findall(r"^## (.*)$", page, re.MULTILINE)
    assert headings == [f"{kind.code} {kind.slug}" for kind in sorted_kinds()]
    links = re.findall(r"^\| \[(AD\d{3})\]\(#(.*?)\) \|", page, re.MULTILINE)
    assert links == [(heading.split()[0], anchor(heading)) for heading in headings]
    for kind in sorted_kinds():
        section = page.partition(f"\n## {kind.code} ")[2].partition("\n## ")[0]
        assert kind.example.strip() in section
        for text in (kind.what, kind.why, kind.fix):
            assert markdown(text) in section


def test_cell_of_the_table_holds_any_text() -> None:
    made = Kind("AD999", "x", "warning", "x", what="a | b `c | d` *e* <f>.", why="w.", example="x\n", fix="f.")
    try:
        row = next(line for line in document().splitlines() if line.startswith("| [AD999]"))
    finally:
        del CATALOGUE["AD999"]
    assert row == r"| [AD999](#ad999-x) | warning | x | a \| b `c \| d` \*e\* \<f>. |"
    assert made.also_warning is False


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, a_b, - and _", "plain, a_b, - and _"),
        ("`a*b` *c* `<d>` <e>", r"`a*b` \*c\* `<d>` \<e>"),
        (r"a\b", r"a\\b"),
        ("[images] and { env }", "[images] and { env }"),
        ("[a](b)", r"\[a](b)"),
        ("an odd ` alone*", r"an odd ` alone\*"),
    ],
)
def test_markdown_shows_the_text_itself(text: str, shown: str) -> None:
    assert markdown(text) == shown


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", EDITORS, re.DOTALL | re.MULTILINE)


def matchers() -> list[dict[str, object]]:
    """Return the patterns of the problem matchers for VS Code."""
    (tasks,) = [data for data in map(json.loads, blocks("json")) if "tasks" in data]
    (task,) = tasks["tasks"]
    return [matcher["pattern"] for matcher in task["problemMatcher"]]


@dataclass(frozen=True)
class Read:
    file: str
    line: int
    column: int
    severity: str
    code: str
    message: str


def read_by_matchers(line: str) -> Iterator[Read]:
    """Read a line as VS Code would: each matcher for itself."""
    for pattern in matchers():
        match = re.search(str(pattern["regexp"]), line)
        if match:
            groups = {name: match[int(str(number))] for name, number in pattern.items() if isinstance(number, int)}
            place = int(groups.pop("line", "0")), int(groups.pop("column", "0"))
            yield Read(groups["file"], *place, groups["severity"], groups["code"], groups["message"])


def expected_and_printed(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[list[Read], list[str]]:
    """Return what an input has by `json`, and the lines that `concise` prints."""
    monkeypatch.chdir(copied(name, folder))
    run(*command(name), "--output-format", "json")
    rows = json.loads(capsys.readouterr().out)["findings"]
    run(*command(name), "--output-format", "concise")
    keys = ("file", "line", "column", "severity", "code", "message")
    return [Read(*(row[key] for key in keys)) for row in rows], capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("name", INPUTS)
def test_problem_matcher_reads_every_finding(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected, lines = expected_and_printed(name, tmp_path, monkeypatch, capsys)
    # One matcher reads a line, never both: a finding would be shown twice.
    assert [list(read_by_matchers(line)) for line in lines] == [[one] for one in expected]


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (
            "C:/a b/x.toml:3:14: warning AD404 a: b:1:2: c",
            Read("C:/a b/x.toml", 3, 14, "warning", "AD404", "a: b:1:2: c"),
        ),
        ("../x: y.toml: error AD001 z", Read("../x: y.toml", 0, 0, "error", "AD001", "z")),
        ("nothing to do", None),
        ("created   dags/a.py", None),
        ("2 errors, 1 warning", None),
    ],
)
def test_problem_matcher_reads_odd_lines(line: str, read: Read | None) -> None:
    assert list(read_by_matchers(line)) == ([read] if read else [])


def test_lines_that_the_page_shows_are_lines_that_are_read() -> None:
    shown = [line for block in blocks("text") for line in block.splitlines()]
    assert len(shown) == 2
    for line in shown:
        assert len(list(read_by_matchers(line))) == 1


@pytest.mark.parametrize("name", ["AD201-unknown-image", "AD404-moving-tag", "AD907-drift"])
def test_formats_of_vim_and_efm_are_of_the_same_form(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """tests/oracles/test_formats.py asks vim itself; here the parts that its error formats are made of."""
    parts = {"%f": r"(?P<f>.+?)", "%l": r"(?P<l>\d+)", "%c": r"(?P<c>\d+)", "%t": "(?P<t>.)", "%n": r"(?P<n>\d+)"}
    parts["%m"] = "(?P<m>.+)"
    (vim,), (efm,) = blocks("vim"), blocks("yaml")
    from_vim = [line.partition("=")[2].replace("\\ ", " ") for line in vim.splitlines() if "errorformat" in line]
    from_efm = re.findall(r'^ +- "(%.*)"$', efm, re.MULTILINE)
    expected, lines = expected_and_printed(name, tmp_path, monkeypatch, capsys)
    for formats in (from_vim[:4], from_efm):
        assert len(formats) == 4
        patterns = [re.sub("%.", lambda found: parts[found[0]], form) for form in formats]
        for line, wanted in zip(lines, expected, strict=True):
            match = next(filter(None, (re.fullmatch(pattern, line) for pattern in patterns)))
            found = {"l": "0", "c": "0", **match.groupdict()}
            assert (found["f"], int(found["l"]), int(found["c"])) == (wanted.file, wanted.line, wanted.column)
            assert found["t"] == wanted.severity[0]
            assert found.get("n", wanted.code[2:]) == wanted.code[2:]
            assert found["m"].removeprefix(f"{wanted.code} ") == wanted.message
