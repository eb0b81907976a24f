"""The forms that findings are printed in."""

from __future__ import annotations

import json
import os
import re
import sys

import pytest

from airdock.diagnostics import Diagnostic, FilePlace, Kind, Related, SpecPlace, TextPlace
from airdock.diagnostics.formats import FORMATS, concise, formatter, full
from airdock.diagnostics.formats import json as json_format
from airdock.diagnostics.formats.text import printable, width
from airdock.diagnostics.kind import CATALOGUE, Place, as_warning
from airdock.diagnostics.locate import Located, LocatedRelated, Location, locate_all
from conftest import REPOSITORY

ESCAPE = "\x1b[31mred\x1b[0m\x07\x08\r\x9b2J\u202e\u2028\x7f\U000e0001"
"""Colours, a bell, a backspace, a carriage return, an 8-bit sequence, a right-to-left mark, a line separator."""


@pytest.fixture(scope="module")
def kind() -> Kind:
    """A kind that is in no catalogue."""
    made = Kind("AD999", "for-tests", "error", "{text}", what="", why="", example="", fix="")
    del CATALOGUE["AD999"]
    return made


@pytest.fixture(autouse=True)
def unset_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test says for itself whether it wants colours."""
    for name in ("NO_COLOR", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)


FILE = FilePlace("airdock.toml")


def finding(kind: Kind, text: str = "bad", place: Place = FILE, help_text: str | None = None) -> Diagnostic:
    return kind.of(place, text=text, help=help_text)


def at(line: str, column: int, end_column: int, *, number: int = 1, end_line: int | None = None) -> Location:
    return Location("airdock.toml", number, column, end_line or number, end_column, line)


def shown(kind: Kind, location: Location, *related: LocatedRelated, text: str = "bad", **more: str) -> list[str]:
    """Return the lines of one finding in the full form."""
    one = Located(finding(kind, text, help_text=more.get("help_text")), location, related)
    return full.format_findings([one]).split("\n")


def test_caret_stands_under_the_value(kind: Kind) -> None:
    assert shown(kind, at('ref = "alpine"', 7, 15)) == [
        "error[AD999]: bad",
        " --> airdock.toml:1:7",
        "  |",
        '1 | ref = "alpine"',
        "  |       ^^^^^^^^",
        "",
        "1 error",
        "",
    ]


def test_caret_counts_the_cells_of_wide_characters_before_and_under_it(kind: Kind) -> None:
    lines = shown(kind, at('"日本" = "カ"', 8, 11))
    assert lines[3:5] == ['1 | "日本" = "カ"', "  |          ^^^^"]


def test_caret_counts_no_cell_for_combining_characters(kind: Kind) -> None:
    lines = shown(kind, at("cafe\u0301 = 1", 9, 10))
    assert lines[4] == "  | " + " " * 7 + "^"


def test_tabs_become_blanks_so_that_the_caret_fits(kind: Kind) -> None:
    lines = shown(kind, at("\tref\t= 1", 8, 9))
    assert lines[3:5] == ["1 |     ref = 1", "  |           ^"]


def test_value_over_several_lines_is_marked_to_the_end_of_its_first(kind: Kind) -> None:
    lines = shown(kind, at('script = """', 10, 4, end_line=3))
    assert lines[4] == "  |          ^^^ to line 3"


LONG = "x" * 2000


@pytest.mark.parametrize("mark", ["m", "mark", "日本語", "m" * 100, "m" * 3000])
@pytest.mark.parametrize("before", ["", "b", "日" * 2000, LONG])
@pytest.mark.parametrize("after", ["", "a", LONG])
def test_long_line_is_cut_around_the_mark(kind: Kind, before: str, mark: str, after: str) -> None:
    start = len(before) + 1
    source, under = shown(kind, at(f"{before}{mark}{after}", start, start + len(mark)))[3:5]
    assert width(source) <= full.WIDEST
    marks = under.count("^")
    column = under.index("^")
    # The same cells of both lines: what the marks stand under is the marked text, or its start.
    covered = "".join(char for cell, char in by_cell(source) if column <= cell < column + marks)
    assert covered == mark or (mark.startswith(covered) and len(covered) > 50)
    assert ("…" in source) == (width(before + mark + after) > full.WIDEST - 4)


def by_cell(line: str) -> list[tuple[int, str]]:
    """Return the characters of a line with the cell that each starts in."""
    return [(width(line[:index]), char) for index, char in enumerate(line)]


def test_long_line_shows_as_much_as_fits(kind: Kind) -> None:
    source = shown(kind, at(f"{LONG}mark", 2001, 2005))[3]
    assert source == "1 | …" + "x" * (full.WIDEST - 10) + "mark"
    source = shown(kind, at(f"mark{LONG}", 1, 5))[3]
    assert source == "1 | mark" + "x" * (full.WIDEST - 10) + "…"


def test_place_behind_the_end_of_a_long_line_has_a_caret(kind: Kind) -> None:
    source, under = shown(kind, at(LONG, 2001, 2002))[3:5]
    assert under.index("^") == width(source)


def test_line_is_as_long_as_the_terminal_is_wide(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stderr, "fileno", lambda: 2, raising=False)
    for columns, most in ((80, 80), (300, 300), (10, full.NARROWEST), (0, full.NARROWEST)):
        monkeypatch.setattr("os.get_terminal_size", lambda _, wide=columns: os.terminal_size((wide, 24)))
        assert width(shown(kind, at(f"{LONG}mark{LONG}", 2001, 2005))[3]) == most


@pytest.mark.parametrize("unknown", [OSError(25, "Inappropriate ioctl for device"), ValueError("closed")], ids=repr)
def test_terminal_that_tells_no_width_has_lines_of_the_usual_one(
    unknown: Exception, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_size(_: int) -> os.terminal_size:
        raise unknown

    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stderr, "fileno", lambda: 2, raising=False)
    monkeypatch.setattr("os.get_terminal_size", no_size)
    assert width(shown(kind, at(f"{LONG}mark{LONG}", 2001, 2005))[3]) == full.WIDEST


def test_tab_inside_the_marked_text_is_as_wide_as_in_the_line(kind: Kind) -> None:
    assert shown(kind, at("ab\tc = 1", 2, 5))[3:5] == ["1 | ab  c = 1", "  |  ^^^^"]


def test_place_at_the_end_of_a_line_has_a_caret(kind: Kind) -> None:
    assert shown(kind, at("ref =", 6, 7))[4] == "  |      ^"


def test_empty_line_ends_in_no_blank(kind: Kind) -> None:
    assert shown(kind, at("", 1, 1))[3:5] == ["1 |", "  | ^"]


def test_finding_about_a_whole_file_has_no_frame(kind: Kind) -> None:
    lines = shown(kind, Location("Dockerfile"), help_text="move it")
    assert lines == ["error[AD999]: bad", " --> Dockerfile", "  = help: move it", "", "1 error", ""]


def test_line_numbers_of_one_finding_are_in_one_column(kind: Kind) -> None:
    other = LocatedRelated("declared here", at("[a]", 1, 4, number=7))
    assert shown(kind, at("[a]", 1, 4, number=1234), other, help_text="rename it") == [
        "error[AD999]: bad",
        "    --> airdock.toml:1234:1",
        "     |",
        "1234 | [a]",
        "     | ^^^",
        "    ::: airdock.toml:7:1",
        "   7 | [a]",
        "     | --- declared here",
        "     |",
        "     = help: rename it",
        "",
        "1 error",
        "",
    ]


def test_other_place_that_is_a_whole_file_is_named(kind: Kind) -> None:
    lines = shown(kind, Location("a.toml"), LocatedRelated("the first", Location("b.toml")))
    assert lines[2] == " ::: b.toml the first"


@pytest.mark.parametrize("name", FORMATS)
def test_control_characters_cannot_reach_the_terminal(name: str, kind: Kind) -> None:
    related = LocatedRelated(ESCAPE, Location(ESCAPE, 2, 1, 2, 3, ESCAPE))
    one = Located(finding(kind, ESCAPE, help_text=ESCAPE), Location(ESCAPE, 1, 3, 1, len(ESCAPE), ESCAPE), (related,))
    printed = formatter(name)([one])
    assert [char for char in printed if char != "\n" and not char.isprintable()] == []
    if name == "json":
        assert json.loads(printed)["findings"][0]["message"] == ESCAPE


def test_printable_text_keeps_what_can_be_seen() -> None:
    text = "plain, a\tb, 日本, é, 🚢, no-break\u2003"
    assert printable(text).startswith("plain, a\tb, 日本, é, 🚢")
    assert printable("a\x1bb\n\u202e") == "a\\x1bb\\n\\u202e"


@pytest.mark.parametrize(
    ("text", "cells"),
    [("abc", 3), ("日本", 4), ("e\u0301", 1), ("", 0), ("🚢", 2), ("ｶ", 1), ("❤️", 1), ("\u1112\u1161\u11ab", 2)],
)
def test_width_is_in_cells(text: str, cells: int) -> None:
    assert width(text) == cells


@pytest.mark.parametrize(
    ("environment", "terminal", "wanted"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": ""}, False, False),
    ],
    ids=lambda value: " ".join(f"{key}={text}" for key, text in value.items()) if isinstance(value, dict) else None,
)
def test_colours_follow_the_environment_and_the_terminal(
    environment: dict[str, str], terminal: bool, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert full.colours_wanted() is wanted


def test_colours_change_no_character(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = "\n".join(shown(kind, at("[a]", 1, 4), help_text="rename it"))
    monkeypatch.setenv("FORCE_COLOR", "1")
    coloured = "\n".join(shown(kind, at("[a]", 1, 4), help_text="rename it"))
    assert coloured != plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain


def test_colours_tell_errors_warnings_and_help_apart(kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    other = LocatedRelated("here", at("[b]", 1, 4, number=7))
    assert shown(kind, at("[a]", 1, 4), other, help_text="rename it")[:-3] == [
        "\x1b[1;31merror[AD999]\x1b[0m\x1b[1m: bad\x1b[0m",
        " \x1b[1;34m-->\x1b[0m airdock.toml:1:1",
        "  \x1b[1;34m|\x1b[0m",
        "\x1b[1;34m1\x1b[0m \x1b[1;34m|\x1b[0m [a]",
        "  \x1b[1;34m|\x1b[0m \x1b[1;31m^^^\x1b[0m",
        " \x1b[1;34m:::\x1b[0m airdock.toml:7:1",
        "\x1b[1;34m7\x1b[0m \x1b[1;34m|\x1b[0m [b]",
        "  \x1b[1;34m|\x1b[0m \x1b[1;34m--- here\x1b[0m",
        "  \x1b[1;34m|\x1b[0m",
        "  = \x1b[1;36mhelp\x1b[0m: rename it",
    ]
    warning = Located(as_warning(finding(kind)), at("[a]", 1, 4), ())
    lines = full.format_findings([warning]).split("\n")
    assert lines[0] == "\x1b[1;33mwarning[AD999]\x1b[0m\x1b[1m: bad\x1b[0m"
    assert lines[4] == "  \x1b[1;34m|\x1b[0m \x1b[1;33m^^^\x1b[0m"


def test_no_finding_prints_nothing_for_people_and_an_object_for_programs() -> None:
    assert full.format_findings([]) == ""
    assert concise.format_findings([]) == ""
    assert json.loads(json_format.format_findings([])) == {"findings": [], "summary": {"errors": 0, "warnings": 0}}


def test_closing_count_names_errors_and_warnings(kind: Kind) -> None:
    error, warning = finding(kind), as_warning(finding(kind))
    places = [Located(one, Location("airdock.toml"), ()) for one in (error, error, warning)]
    assert full.format_findings(places).endswith("\n\n2 errors, 1 warning\n")
    assert full.format_findings(places[1:]).endswith("\n\n1 error, 1 warning\n")
    assert full.format_findings(places[2:]).endswith("\n\n1 warning\n")
    assert full.format_findings([*places[2:], *places[2:]]).endswith("\n\n2 warnings\n")


def test_findings_are_parted_by_an_empty_line(kind: Kind) -> None:
    one = Located(finding(kind), Location("a.toml"), ())
    block = "error[AD999]: bad\n --> a.toml"
    assert full.format_findings([one, one]) == f"{block}\n\n{block}\n\n2 errors\n"


def test_formats_are_those_of_the_readme() -> None:
    text = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    sentence = re.search(r"`--output-format` is (.*?)\.\n", text, re.DOTALL)
    assert sentence is not None
    assert tuple(re.findall(r"`(\w+)`", sentence[1])) == FORMATS
    assert all(callable(formatter(name)) for name in FORMATS)


def test_concise_form_is_one_line_each(kind: Kind) -> None:
    one = Located(finding(kind, "two\nlines", help_text="help"), at("[a]", 2, 3, number=27), ())
    whole = Located(as_warning(finding(kind)), Location("a file.toml"), ())
    assert concise.format_findings([one, whole]) == (
        "airdock.toml:27:2: error AD999 two\\nlines\na file.toml: warning AD999 bad\n"
    )


def test_json_form_has_every_field(kind: Kind) -> None:
    other = LocatedRelated("the first", at("[b]", 1, 4, number=3))
    one = Located(finding(kind, "日本 \x1b", help_text="help"), at("[a]", 2, 3, number=27), (other,))
    text = json_format.format_findings([one])
    assert "\\u65e5\\u672c \\u001b" in text
    assert json.loads(text) == {
        "findings": [
            {
                "code": "AD999",
                "slug": "for-tests",
                "severity": "error",
                "message": "日本 \x1b",
                "help": "help",
                "file": "airdock.toml",
                "line": 27,
                "column": 2,
                "end_line": 27,
                "end_column": 3,
                "related": [
                    {
                        "message": "the first",
                        "file": "airdock.toml",
                        "line": 3,
                        "column": 1,
                        "end_line": 3,
                        "end_column": 4,
                    }
                ],
            }
        ],
        "summary": {"errors": 1, "warnings": 0},
    }


class Positions:
    """A locator for places that are a line and a column already."""

    def locate(self, place: Place) -> Location:
        match place:
            case TextPlace(file, line, column):
                return Location(file, line, column, line, column + 1, "")
            case FilePlace(file):
                return Location(file)
            case SpecPlace():
                raise AssertionError("not in this test")


def test_findings_are_sorted_by_file_line_column_and_code(kind: Kind) -> None:
    earlier = Kind("AD998", "for-tests-too", "error", "{text}", what="", why="", example="", fix="")
    del CATALOGUE["AD998"]
    wanted: list[tuple[Kind, Place]] = [
        (kind, FilePlace("a.toml")),
        (kind, TextPlace("a.toml", 2, 1)),
        (earlier, TextPlace("a.toml", 2, 5)),
        (kind, TextPlace("a.toml", 2, 5)),
        (kind, TextPlace("a.toml", 10, 1)),
        (earlier, TextPlace("b.toml", 1, 1)),
    ]
    mixed = [wanted[index] for index in (4, 3, 0, 5, 2, 1)]
    located = locate_all([finding(one, place=place) for one, place in mixed], Positions())
    assert [(one.diagnostic.kind, one.diagnostic.place) for one in located] == wanted


def test_other_places_are_located_too_and_keep_their_order(kind: Kind) -> None:
    related = (Related("second", TextPlace("a.toml", 9, 1)), Related("first", TextPlace("a.toml", 3, 1)))
    one = kind.of(FilePlace("a.toml"), text="bad", related=related)
    (located,) = locate_all([one], Positions())
    assert [(other.message, other.location.line) for other in located.related] == [("second", 9), ("first", 3)]
