"""From the facts of a finding to lines and columns: the form that every output format prints from."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol

from airdock.diagnostics.kind import Diagnostic, Place


class Location(NamedTuple):
    """Where something stands. Lines and columns are 1-based, in characters; ``end_column`` is exclusive.

    ``line`` is 0 for a file as a whole. ``text`` is the source line, without its line end, and with asterisks for what
    may be a secret.
    """

    file: str
    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0
    text: str = ""


class Locator(Protocol):
    """Knows where places are: the loaded document."""

    def locate(self, place: Place) -> Location:
        """Return the location of a place; the nearest table around it when the place itself is not written."""


class LocatedRelated(NamedTuple):
    """Another place of a finding, located."""

    message: str
    location: Location


class Located(NamedTuple):
    """A finding with its location."""

    diagnostic: Diagnostic
    location: Location
    related: tuple[LocatedRelated, ...]


def locate_all(
    diagnostics: list[Diagnostic], locator: Locator, printed: Callable[[str], str] | None = None
) -> list[Located]:
    """Return the findings sorted by file, line, column and code; ``printed`` turns a file into what is shown of it."""

    def locate(place: Place) -> Location:
        location = locator.locate(place)
        return location._replace(file=printed(location.file)) if printed else location

    located = [
        Located(
            found,
            locate(found.place),
            tuple(LocatedRelated(other.message, locate(other.place)) for other in found.related),
        )
        for found in diagnostics
    ]
    return sorted(
        located,
        key=lambda one: (one.location.file, one.location.line, one.location.column, one.diagnostic.kind.code),
    )
