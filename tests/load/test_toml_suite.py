"""The public test suite of TOML: every valid text has its places, every invalid one a finding in our own words."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomli
from presence import required_or_skip
from test_source_map import check_marks, same

import toml_suite
from airdock.diagnostics import Report
from airdock.diagnostics.locate import locate_all
from airdock.load.document import load_document

VALID, INVALID = toml_suite.files("valid"), toml_suite.files("invalid")
ACCEPTED_SINCE_1_1 = {
    "datetime/no-secs",
    "inline-table/linebreak-01",
    "inline-table/linebreak-02",
    "inline-table/linebreak-03",
    "inline-table/linebreak-04",
    "inline-table/trailing-comma",
    "local-datetime/no-secs",
    "local-time/no-secs",
    "string/basic-byte-escapes",
}
"""Invalid in TOML 1.0, and read since 1.1."""


def name_of(path: Path) -> str:
    return path.relative_to(toml_suite.folder()).with_suffix("").as_posix().partition("/")[2]


def test_suite_is_here() -> None:
    required_or_skip("the test suite of TOML", len(VALID) > 200 and len(INVALID) > 400, toml_suite.HOW)


@pytest.mark.parametrize("path", VALID, ids=name_of)
def test_places_of_a_valid_text_agree_with_tomli(path: Path) -> None:
    text = path.read_bytes().decode()
    check_marks(text)
    other_ends = text.replace("\r\n", "\n").replace("\n", "\r\n")
    assert same(tomli.loads(other_ends), tomli.loads(text))
    check_marks(other_ends)


@pytest.mark.parametrize("path", [path for path in INVALID if name_of(path) not in ACCEPTED_SINCE_1_1], ids=name_of)
def test_invalid_text_is_explained_at_its_place(path: Path, tmp_path: Path) -> None:
    (tmp_path / "airdock.toml").write_bytes(path.read_bytes())
    report = Report()
    document = load_document(tmp_path, "airdock.toml", report)
    (found,) = locate_all(report.findings, document)
    assert found.diagnostic.kind.code in ("AD002", "AD003", "AD005")
    assert not found.diagnostic.message.startswith("not TOML:"), "tomli's own words"
    lines = document.files["airdock.toml"].text.split("\n")
    for location in (found.location, *(other.location for other in found.related)):
        assert 1 <= location.line <= len(lines)
        assert 1 <= location.column < location.end_column <= len(lines[location.line - 1]) + 2


@pytest.mark.parametrize("path", [path for path in INVALID if name_of(path) in ACCEPTED_SINCE_1_1], ids=name_of)
def test_text_that_toml_1_1_reads_is_read(path: Path) -> None:
    check_marks(path.read_bytes().decode())
