"""SARIF: what the schema cannot say. tests/oracles/test_formats.py holds it against the schema."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from made_findings import KIND, at, found

from airdock import __version__
from airdock.diagnostics import Kind
from airdock.diagnostics.formats.sarif import format_findings
from airdock.diagnostics.kind import CATALOGUE
from airdock.diagnostics.locate import Located, LocatedRelated, Location
from commands import WARNING, run, write_project


def report(*findings: Located) -> dict[str, Any]:
    text = format_findings(list(findings))
    assert text.isascii()
    data = json.loads(text)
    assert data["version"] == "2.1.0"
    (one,) = data["runs"]
    return dict(one)


def result(located: Located) -> dict[str, Any]:
    return dict(report(located)["results"][0])


def test_run_says_how_columns_count_and_where_paths_start() -> None:
    one = report()
    assert one["columnKind"] == "unicodeCodePoints"
    text = "The folder that the relative paths start at: the repository, or where airdock was started."
    assert one["originalUriBaseIds"] == {"%SRCROOT%": {"description": {"text": text}}}, "no uri: it is of this host"
    assert one["tool"]["driver"] == {"name": "airdock", "semanticVersion": __version__, "rules": []}
    assert one["results"] == []


def test_rule_says_what_explain_says() -> None:
    (rule,) = report(found())["tool"]["driver"]["rules"]
    assert (rule["id"], rule["name"]) == ("AD999", "ForTests")
    assert rule["shortDescription"]["text"] == KIND.what
    assert rule["defaultConfiguration"] == {"level": "error"}
    for text in (KIND.what, KIND.why, KIND.example.strip(), KIND.fix):
        assert text in rule["help"]["text"]
    assert rule["help"]["markdown"] == (
        "What `it` is.\n\nWhy \\<it> matters.\n\nExample:\n\n```toml\n[lint]\n```\n\nFix: Mend \\*it\\*."
    )
    assert "helpUri" not in rule


def test_results_name_their_rules_by_index() -> None:
    other = Kind("AD998", "another", "warning", "{text}", what="a.", why="b.", example="c", fix="d.")
    del CATALOGUE["AD998"]
    second = Located(other.of(found().diagnostic.place, text="x"), at(), ())
    one = report(found(), second, found("worse"))
    rules = [rule["id"] for rule in one["tool"]["driver"]["rules"]]
    assert rules == ["AD998", "AD999"]
    assert [rules[each["ruleIndex"]] for each in one["results"]] == [each["ruleId"] for each in one["results"]]
    assert [each["level"] for each in one["results"]] == ["error", "warning", "error"]


def test_region_counts_from_1_and_ends_behind_the_last_character() -> None:
    physical = result(found("bad", at(3, 9, line=2, end_line=4)))["locations"][0]["physicalLocation"]
    assert physical == {
        "artifactLocation": {"uri": "a.toml", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2, "startColumn": 3, "endLine": 4, "endColumn": 9},
    }


def test_whole_file_is_its_first_line() -> None:
    physical = result(found("bad", Location("Dockerfile")))["locations"][0]["physicalLocation"]
    assert physical["region"] == {"startLine": 1}


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("dags/a b.py", "dags/a%20b.py"),
        ("100%.toml", "100%25.toml"),
        ("café/日本.toml", "caf%C3%A9/%E6%97%A5%E6%9C%AC.toml"),
        ("a:b#c?d.toml", "a%3Ab%23c%3Fd.toml"),
        ("[a].toml", "%5Ba%5D.toml"),
        ("not-utf8-\udcff.toml", "not-utf8-%FF.toml"),
    ],
)
def test_relative_path_is_a_percent_encoded_uri(file: str, uri: str) -> None:
    artifact = result(found("bad", at(file=file)))["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_absolute_path_is_a_uri_without_a_base() -> None:
    artifact = result(found("bad", at(file="/srv/a b.toml")))["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": "file:///srv/a%20b.toml"}


@pytest.mark.parametrize(
    ("message", "advice", "text"),
    [
        ("bad", None, "bad."),
        ("bad", 'did you mean "x"?', 'bad. Did you mean "x"?'),
        ("starts with AIRFLOW_CONN_…", "rename one of them", "starts with AIRFLOW_CONN_… Rename one of them."),
        ("[a] is (bad)", None, "[a] is (bad)."),
        ("[a](1)", None, "\\[a](1)."),
    ],
)
def test_message_is_plain_sentences(message: str, advice: str | None, text: str) -> None:
    assert result(found(message, help_text=advice))["message"] == {"text": text}


def test_other_places_are_related_locations() -> None:
    others = [LocatedRelated("first", at(line=7)), LocatedRelated("second", Location("b.toml"))]
    related = result(found("bad", at(), *others))["relatedLocations"]
    assert [(one["id"], one["message"]["text"]) for one in related] == [(0, "first"), (1, "second")]
    assert related[0]["physicalLocation"]["region"]["startLine"] == 7
    assert "relatedLocations" not in result(found())


def test_warning_of_a_project_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_project(tmp_path, WARNING))
    assert run("check", "--output-format", "sarif") == 0
    (one,) = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    assert (one["ruleId"], one["level"]) == ("AD404", "warning")
