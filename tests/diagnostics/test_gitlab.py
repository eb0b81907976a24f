"""GitLab's code quality report."""

from __future__ import annotations

import json
from typing import Any

from made_findings import at, found

from airdock.diagnostics.formats.gitlab import format_findings
from airdock.diagnostics.locate import Located, Location


def violations(*findings: Located) -> list[dict[str, Any]]:
    text = format_findings(list(findings))
    assert text.isascii()
    return list(json.loads(text))


def test_violation_has_what_gitlab_asks_for() -> None:
    (row,) = violations(found("bad", at(3, 9, line=2, end_line=4), help_text="mend it"))
    assert len(row.pop("fingerprint")) == 64
    assert row == {
        "check_name": "AD999",
        "description": "bad; mend it",
        "severity": "major",
        "location": {
            "path": "a.toml",
            "positions": {"begin": {"line": 2, "column": 3}, "end": {"line": 4, "column": 9}},
        },
    }


def test_warning_is_minor() -> None:
    assert violations(found(warning=True))[0]["severity"] == "minor"


def test_whole_file_is_its_first_line() -> None:
    (row,) = violations(found("bad", Location("Dockerfile")))
    start = {"line": 1, "column": 1}
    assert row["location"] == {"path": "Dockerfile", "positions": {"begin": start, "end": start}}


def test_no_finding_is_an_empty_list() -> None:
    assert violations() == []
