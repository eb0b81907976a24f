"""Collecting findings, and the catalogue of kinds."""

from __future__ import annotations

import re
import string

import pytest

from airdock.diagnostics import CATALOGUE, FilePlace, Kind, Report, Stopped
from airdock.diagnostics.kind import as_warning
from airdock.explain import sorted_kinds

ERROR = next(kind for kind in sorted_kinds() if kind.code == "AD003")
WARNING = next(kind for kind in sorted_kinds() if kind.code == "AD404")
HERE = FilePlace("airdock.toml")


def test_ignored_code_silences_warnings_and_never_errors() -> None:
    report = Report()
    report.add(WARNING.of(HERE, reference="alpine"))
    report.add(ERROR.of(HERE, reason="bad"))
    report.add(as_warning(ERROR.of(HERE, reason="doubtful")))
    report.ignored = frozenset({"AD003", "AD404"})
    assert [found.message for found in report.findings] == ["bad"]
    assert report.errors == 1


def test_finding_is_kept_once_for_its_place() -> None:
    report = Report()
    report.extend([ERROR.of(HERE, reason="bad"), ERROR.of(HERE, reason="bad"), ERROR.of(HERE, reason="worse")])
    report.add(ERROR.of(FilePlace("other.toml"), reason="bad"))
    assert [(found.message, found.place) for found in report.findings] == [
        ("bad", HERE),
        ("worse", HERE),
        ("bad", FilePlace("other.toml")),
    ]


def test_stage_ends_the_run_only_if_it_had_an_error() -> None:
    report = Report()
    report.add(WARNING.of(HERE, reference="alpine"))
    report.gate()
    report.add(ERROR.of(HERE, reason="bad"))
    with pytest.raises(Stopped):
        report.gate()


def test_braces_of_the_user_are_no_placeholders() -> None:
    assert ERROR.of(HERE, reason="{key} {0} {").message == "{key} {0} {"


def test_code_has_one_meaning() -> None:
    with pytest.raises(ValueError, match="AD003 is declared twice: toml-syntax and again"):
        Kind("AD003", "again", "error", "", what="", why="", example="", fix="")
    assert CATALOGUE["AD003"] is ERROR


@pytest.mark.parametrize("kind", sorted_kinds(), ids=lambda kind: kind.code)
def test_kind_is_described_in_whole_sentences(kind: Kind) -> None:
    assert re.fullmatch(r"AD\d{3}", kind.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", kind.slug)
    for text in (kind.what, kind.why, kind.fix):
        assert text.endswith((".", ":…."))
        assert "\n" not in text
    assert not kind.message.endswith(".")
    assert kind.example


def test_slugs_are_unique() -> None:
    slugs = [kind.slug for kind in sorted_kinds()]
    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("kind", sorted_kinds(), ids=lambda kind: kind.code)
def test_message_has_named_placeholders_alone(kind: Kind) -> None:
    names = [name for _, name, _, _ in string.Formatter().parse(kind.message) if name is not None]
    assert all(name.isidentifier() for name in names)
