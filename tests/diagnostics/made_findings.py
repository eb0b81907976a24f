"""Findings that are made for a test."""

from __future__ import annotations

from airdock.diagnostics import FilePlace, Kind, SpecPath, SpecPlace
from airdock.diagnostics.kind import CATALOGUE, as_warning
from airdock.diagnostics.locate import Located, LocatedRelated, Location

KIND = Kind(
    "AD999",
    "for-tests",
    "error",
    "{text}",
    what="What `it` is.",
    why="Why <it> matters.",
    example="[lint]\n",
    fix="Mend *it*.",
)
del CATALOGUE["AD999"]


def at(
    column: int = 1, end_column: int = 2, *, line: int = 1, end_line: int | None = None, file: str = "a.toml"
) -> Location:
    return Location(file, line, column, end_line or line, end_column)


def found(
    text: str = "bad",
    location: Location | None = None,
    *related: LocatedRelated,
    help_text: str | None = None,
    path: SpecPath | None = None,
    warning: bool = False,
) -> Located:
    place = FilePlace("a.toml") if path is None else SpecPlace(path)
    diagnostic = KIND.of(place, text=text, help=help_text)
    return Located(as_warning(diagnostic) if warning else diagnostic, location or at(), related)
