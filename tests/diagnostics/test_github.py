"""GitHub workflow commands, read back by a parser of the rules that GitHub documents."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_findings import at, found

from airdock.diagnostics.formats.github import format_findings
from airdock.diagnostics.formats.text import printable
from airdock.diagnostics.locate import Located, LocatedRelated, Location

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
AWKWARD = st.text(st.sampled_from("%:,\r\n;=]0123ADd \té日🚢\x1b"))


@dataclass
class Command:
    name: str
    properties: dict[str, str]
    data: str


def parse(line: str) -> Command:
    """Read a command as the runner does: name, properties up to the next `::`, data."""
    match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
    assert match is not None
    properties = dict(one.split("=", 1) for one in match[2].split(",") if one)
    return Command(match[1], {key: _unescaped(value, True) for key, value in properties.items()}, _unescaped(match[3]))


def _unescaped(text: str, is_property: bool = False) -> str:
    pairs = [("%0D", "\r"), ("%0A", "\n"), *([("%3A", ":"), ("%2C", ",")] if is_property else []), ("%25", "%")]
    for escape, char in pairs:
        text = text.replace(escape, char)
    return text


def command(located: Located) -> Command:
    text = format_findings([located])
    assert text.endswith("\n")
    # Whatever a line reader takes for the end of a line, there is one line.
    assert len(text.splitlines()) == 1
    return parse(text[:-1])


def kept(text: str) -> str:
    """What is left of a text: line ends as they are, other control characters as escapes."""
    return "".join(char if char in "\r\n" else printable(char) for char in text)


@given(st.one_of(TEXTS, AWKWARD), st.one_of(TEXTS, AWKWARD), st.one_of(TEXTS, AWKWARD))
def test_texts_come_back(message: str, advice: str, file: str) -> None:
    read = command(found(message, at(file=f"x{file}"), help_text=f"h{advice}"))
    assert read.properties["file"] == kept(f"x{file}")
    assert read.data == f"{printable(f'x{file}')}:1:1: {kept(message)}\nhelp: h{kept(advice)}"


def test_command_has_what_github_shows() -> None:
    read = command(found("two\nlines", at(7, 12, line=27), help_text="do it"))
    assert read == Command(
        "error",
        {"title": "AD999 for-tests", "file": "a.toml", "line": "27", "endLine": "27", "col": "7", "endColumn": "11"},
        "a.toml:27:7: two\nlines\nhelp: do it",
    )


def test_warning_is_a_warning() -> None:
    assert command(found(warning=True)).name == "warning"


def test_columns_are_left_out_where_the_place_has_several_lines() -> None:
    # GitHub refuses them there, and the whole annotation with them.
    read = command(found("bad", at(3, 9, line=2, end_line=4)))
    assert (read.properties["line"], read.properties["endLine"]) == ("2", "4")
    assert not {"col", "endColumn"} & set(read.properties)


@pytest.mark.parametrize("end", [5, 6])
def test_last_column_is_never_before_the_first(end: int) -> None:
    read = command(found("bad", at(5, end)))
    assert (read.properties["col"], read.properties["endColumn"]) == ("5", "5")


def test_whole_file_has_no_line() -> None:
    read = command(found("bad", Location("Dockerfile")))
    assert read == Command("error", {"title": "AD999 for-tests", "file": "Dockerfile"}, "Dockerfile: bad")


def test_other_places_are_in_the_text() -> None:
    read = command(found("bad", at(), LocatedRelated("the other one", at(4, 5, line=9, file="b.toml")), help_text="x"))
    assert read.data == "a.toml:1:1: bad\nb.toml:9:4: the other one\nhelp: x"


def test_no_finding_is_no_command() -> None:
    assert format_findings([]) == ""
