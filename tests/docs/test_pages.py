"""That a page which is wrong is found out, and that links between pages lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pages import Block, Reader, matches

from conftest import REPOSITORY

PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").glob("*.md"), *REPOSITORY.glob("compiler/*.md")])
CONSOLE = Block("page.md", 1, "", "console", {}, frozenset(), "$ echo one; echo two\none\ntwo\n")
FILE = replace(CONSOLE, language="toml", options={"file": "a/b.toml"}, text="x = 1\ny = 2\n")


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ("a\nb\n", "a\nb\n", True),
        ("a\n", "a\n\n", True),
        ("", "", True),
        ("a\n", "a\nb\n", False),
        ("a\nb\n", "a\n", False),
        ("", "a\n", False),
        ("a … c\n", "a b c\n", True),
        ("a … c\n", "a b\nc\n", False),
        ("a\n…\nc\n", "a\nb\nb\nc\n", True),
        ("a\n…\nc\n", "a\nc\n", True),
        ("a\n…\n", "b\n", False),
        ("a.c\n", "abc\n", False),
    ],
)
def test_text_is_compared_but_for_three_dots(wanted: str, found: str, same: bool) -> None:
    assert matches(wanted, found) is same


def test_steps_are_carried_out(tmp_path: Path) -> None:
    somebody = Reader(tmp_path)
    change = {"change": "a/b.toml"}
    somebody.do(FILE)
    somebody.do(replace(FILE, options={"add": "a/b.toml"}, text="z = 3\n"))
    somebody.do(replace(FILE, options=change, text=" x = 1\n-y = 2\n+y = 4\n"))
    assert (tmp_path / "a/b.toml").read_text(encoding="utf-8") == "x = 1\ny = 4\n\nz = 3\n"
    somebody.do(CONSOLE)
    somebody.do(replace(CONSOLE, options={"exit": "3"}, text="$ exit 3\n"))


@pytest.mark.parametrize(
    "wrong",
    [
        replace(CONSOLE, text="$ echo one\ntwo\n"),
        replace(CONSOLE, text="$ false\n"),
        replace(CONSOLE, options={"exit": "1"}, text="$ true\n"),
        replace(CONSOLE, text="$ echo one\n$ true\n"),
        replace(CONSOLE, text="printed by nothing\n"),
        replace(CONSOLE, language="text", text="what is this\n"),
        replace(FILE, options={"in": "a/b.toml"}, text="x = 1\nz = 3\n"),
        replace(FILE, options={"change": "a/b.toml"}, text="-y = 3\n+y = 4\n"),
    ],
    ids=lambda block: block.text,
)
def test_step_that_goes_otherwise_is_found_out(wrong: Block, tmp_path: Path) -> None:
    somebody = Reader(tmp_path)
    somebody.do(FILE)
    with pytest.raises(AssertionError):
        somebody.do(wrong)


def inline(page: Path) -> Iterator[tuple[str, Token]]:
    """Return the pieces of running text of a page, each with the kind of what it stands in."""
    around = ""
    for token in MarkdownIt().enable("table").parse(page.read_text(encoding="utf-8")):
        if token.type == "inline":
            yield around, token
        around = token.type


def anchors(page: Path) -> set[str]:
    """Return the names that GitHub gives to the headings of a page."""
    titles = (
        "".join(part.content for part in token.children or []) for kind, token in inline(page) if kind == "heading_open"
    )
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    parts = (part for _, token in inline(page) for part in token.children or [] if part.type == "link_open")
    links = [str(part.attrs["href"]) for part in parts]
    for link in links:
        path, _, anchor = unquote(link).partition("#")
        if ":" in path:
            continue
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in anchors(target), f"{page.name}: {link}"
