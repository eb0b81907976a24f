"""From a place of pydantic's to what the annotations say of it: tables, keys, and the forms of a union."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import Tag

from airdock.diagnostics import SpecPath
from airdock.spec.base import Table
from airdock.spec.compiled import hints
from airdock.spec.language import keys_by_field
from airdock.spec.project import ProjectSpec

_FORMS = dict.fromkeys(("<text>", "<path>", "<name>", "<choice>", "<all>"), "text in quotes") | {
    "<list>": "a list",
    "<switch>": "true or false",
    "<number>": "an integer",
}
"""Tags of unions and the forms they stand for; every other tag is a table."""


def is_mark(part: object) -> bool:
    """Say whether a part of pydantic's location is no TOML key: the tag of a union, or "this dict's key"."""
    return isinstance(part, str) and (part == "[key]" or (part.startswith("<") and part.endswith(">")))


def path_of(location: SpecPath) -> SpecPath:
    """Return a place of pydantic's as a path of TOML."""
    return tuple(part for part in location if not is_mark(part))


def table_at(location: SpecPath) -> type[Table] | None:
    """Return the table that stands at a place; None where something else does."""
    return _table(_follow(location))


def entries_at(location: SpecPath) -> type[Table] | None:
    """Return the table that every entry of the place is, where names lead to tables."""
    found = _follow(location)
    return _table(_bare(get_args(found)[-1])) if get_origin(found) is dict else None


def owner_at(location: SpecPath) -> type[Table] | None:
    """Return the table whose key a value is an entry of, where that key leads from any name to a value."""
    while location and is_mark(location[-1]):
        location = location[:-1]
    free = get_origin(_follow(location[:-1])) is dict and entries_at(location[:-1]) is None
    return table_at(location[:-2]) if free and len(location) > 3 else None


def list_of_integers(location: SpecPath) -> bool:
    """Say whether a place takes a list of integers."""
    found = _follow(location)
    return get_origin(found) is list and _bare(get_args(found)[0]) is int


def forms_at(location: SpecPath) -> str | None:
    """Return what a union takes, where text is one form of several."""
    forms = dict.fromkeys(_FORMS.get(tag, "a table") for tag, _ in _tagged(_follow(location[:-1])))
    return " or ".join(forms) if len(forms) > 1 and is_mark(location[-1]) else None


def sources_at(location: SpecPath) -> list[str]:
    """Return the words of the sources that a union allows."""
    tags = [tag.strip("<>") for tag, _ in _tagged(_follow(location))]
    return [tag for tag in tags if tag != "text"]


def _table(annotation: Any) -> type[Table] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, Table) else None


def _follow(location: SpecPath) -> Any:
    """Return the annotation at a place of pydantic's, starting from the whole file."""
    annotation: Any = ProjectSpec
    for part in location:
        annotation = _bare(annotation)
        tagged = dict(_tagged(annotation))
        if part in tagged:
            annotation = tagged[part]
        elif isinstance(annotation, type) and issubclass(annotation, Table):
            keys = keys_by_field(annotation)
            annotation = {keys[name]: hint for name, hint in hints(annotation).items()}.get(str(part))
        elif get_args(annotation):
            annotation = get_args(annotation)[-1]
    return _bare(annotation)


def _bare(annotation: Any) -> Any:
    """Return an annotation without its marks and without "or None"."""
    while True:
        if get_origin(annotation) is Annotated:
            annotation = get_args(annotation)[0]
            continue
        members = [member for member in get_args(annotation) if member is not type(None)]
        if _is_union(annotation) and len(members) == 1:
            annotation = members[0]
            continue
        return annotation


def _tagged(annotation: Any) -> Iterator[tuple[str, Any]]:
    if not _is_union(annotation):
        return
    for member in get_args(annotation):
        for mark in getattr(member, "__metadata__", ()):
            if isinstance(mark, Tag):
                yield mark.tag, member
        if get_origin(member) is Annotated and _is_union(get_args(member)[0]):
            yield from _tagged(get_args(member)[0])


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) is Union or type(annotation).__name__ == "UnionType"
