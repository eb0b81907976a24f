"""A finding that has only moved is the same finding: in GitLab's report and in SARIF."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from made_findings import at, found

from airdock.diagnostics.formats.fingerprint import fingerprints
from commands import run, write_project
from finding_inputs import FINDINGS, INPUTS, command, copied

TWICE = """\
airdock = 1

[project]
name = "demo"

[airflow]
version = "3.3.2"

[images.shell]
ref = "alpine:3.20"

[dags.first.tasks.a]
image = "shel"
retries = 1

[dags.first.tasks.b]
image = "shell"
mounts = ["raw", "raw"]
"""


def test_place_is_not_in_the_fingerprint() -> None:
    here, there = found("bad", at(line=3)), found("bad", at(5, 9, line=80))
    assert fingerprints([here]) == fingerprints([there])


def test_index_in_a_list_is_not_in_the_fingerprint() -> None:
    first, third = found(path=("dags", "a", "after", 0)), found(path=("dags", "a", "after", 2))
    assert fingerprints([first]) == fingerprints([third])


def test_file_sentence_and_keys_are_in_the_fingerprint() -> None:
    findings = [
        found(),
        found("worse"),
        found("bad", at(file="b.toml")),
        found(path=("dags", "a")),
        found(path=("dags", "b")),
    ]
    assert len(set(fingerprints(findings))) == len(findings)


def test_equal_findings_are_numbered() -> None:
    one, two, three = fingerprints([found("bad", at(line=number)) for number in (1, 2, 3)])
    assert len({one, two, three}) == 3
    assert fingerprints([found("bad", at(line=7)), found("bad", at(line=8))]) == [one, two]


def test_text_that_is_no_unicode_has_a_fingerprint() -> None:
    assert len(fingerprints([found("\udcff")])) == 1


def gitlab(report: str) -> list[str]:
    return [row["fingerprint"] for row in json.loads(report)]


def sarif(report: str) -> list[str]:
    return [result["partialFingerprints"]["airdockFinding/v1"] for result in json.loads(report)["runs"][0]["results"]]


@pytest.mark.parametrize(("form", "read"), [("gitlab", gitlab), ("sarif", sarif)])
def test_lines_that_are_inserted_above_change_no_fingerprint(
    form: str,
    read: Callable[[str], list[str]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(write_project(tmp_path, TWICE))
    seen = []
    moved = TWICE.replace("[airflow]", "\n\n# new\n[airflow]").replace("[dags.first.tasks.b]", "\n[dags.first.tasks.b]")
    for text in (TWICE, moved, moved.replace('"raw", "raw"', '\n  "raw",\n  "raw",\n')):
        write_project(tmp_path, text)
        assert run("check", "--output-format", form) == 1
        seen.append(read(capsys.readouterr().out))
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0]) == len(set(seen[0])) >= 3


@pytest.mark.parametrize("name", INPUTS)
def test_no_two_findings_of_an_input_have_one_fingerprint(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(copied(name, tmp_path))
    run(*command(name), "--output-format", "gitlab")
    made = gitlab(capsys.readouterr().out)
    assert len(made) == len(set(made)) > 0
    assert (FINDINGS / name).is_dir()
