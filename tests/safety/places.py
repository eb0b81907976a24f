"""Every place of the schema where text may stand, and where the cases have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Node = Any
Place = tuple[str, ...]
"""A table of the schema, and keys from there: `*` is a name of the user's, `[]` an item of a list, `…` what is inside
of any value. The same table is the same place wherever it stands."""
_ALIKE = {"TaskKeys": "TaskSpec", "DagKeys": "DagSpec"}
"""Tables that have the keys of another one."""
NodePath = tuple[str | int, ...]


def options(schema: Node, definitions: Node, place: Place) -> Iterator[tuple[Node, Place]]:
    """Return a schema without references and alternatives: each thing that a value may be."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield from options(definitions[name], definitions, (_ALIKE.get(name, name),))
        return
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        for choice in choices:
            yield from options(choice, definitions, place)
    else:
        yield schema, place


def is_any(schema: Node) -> bool:
    """Say whether a schema takes any value."""
    return (
        not schema.keys() - {"description", "additionalProperties"} and schema.get("additionalProperties") is not False
    )


def texts_of(schema: Node, definitions: Node, place: Place = ()) -> Iterator[Place]:
    """Return each place of a schema where a text may stand that is not one of a few words, or a date."""
    for option, here in options(schema, definitions, place):
        if is_any(option):
            yield (*here, "…")
        elif option.get("type") == "string" and not {"enum", "const", "format"} & option.keys():
            yield here
        elif option.get("type") == "array":
            yield from texts_of(option["items"], definitions, (*here, "[]"))
        for key, inner in option.get("properties", {}).items():
            yield from texts_of(inner, definitions, (*here, key))
        for inner in others(option):
            yield from texts_of(inner, definitions, (*here, "*"))


def others(schema: Node) -> list[Node]:
    """Return the schemas of what stands under names of the user's."""
    found = list(schema.get("patternProperties", {}).values())
    rest = schema.get("additionalProperties")
    return [*found, rest] if isinstance(rest, dict) else found


def written(
    values: Node, schema: Node, definitions: Node, path: NodePath = (), place: Place = ()
) -> Iterator[tuple[Place, NodePath]]:
    """Return the texts of a document, each with its place in the schema and its path in the document."""
    for option, here in options(schema, definitions, place):
        if is_any(option):
            yield from (((*here, "…"), inner) for inner in leaves(values, path))
        elif isinstance(values, str) and option.get("type") == "string":
            yield here, path
        elif isinstance(values, list) and option.get("type") == "array":
            for index, item in enumerate(values):
                yield from written(item, option["items"], definitions, (*path, index), (*here, "[]"))
        elif isinstance(values, dict):
            for key, inner in values.items():
                if key in option.get("properties", {}):
                    yield from written(inner, option["properties"][key], definitions, (*path, key), (*here, key))
                    continue
                for other in others(option):
                    yield from written(inner, other, definitions, (*path, key), (*here, "*"))


def named(
    values: Node, schema: Node, definitions: Node, path: NodePath = (), place: Place = ()
) -> Iterator[tuple[Place, NodePath]]:
    """Return the names in a document that the user chooses, each with its place in the schema and its path."""
    for option, here in options(schema, definitions, place):
        if is_any(option):
            yield from (((*here, "…"), inner) for inner in names(values, path))
        elif isinstance(values, list) and option.get("type") == "array":
            for index, item in enumerate(values):
                yield from named(item, option["items"], definitions, (*path, index), (*here, "[]"))
        elif isinstance(values, dict):
            for key, inner in values.items():
                if key in option.get("properties", {}):
                    yield from named(inner, option["properties"][key], definitions, (*path, key), (*here, key))
                    continue
                for other in others(option):
                    yield (*here, "*"), (*path, key)
                    yield from named(inner, other, definitions, (*path, key), (*here, "*"))


def names(values: Node, path: NodePath) -> Iterator[NodePath]:
    """Return the paths of all entries of tables in a value."""
    if isinstance(values, dict | list):
        for key, inner in values.items() if isinstance(values, dict) else enumerate(values):
            if isinstance(key, str):
                yield (*path, key)
            yield from names(inner, (*path, key))


def leaves(values: Node, path: NodePath) -> Iterator[NodePath]:
    """Return the paths of all texts in a value."""
    if isinstance(values, str):
        yield path
    elif isinstance(values, dict | list):
        for key, inner in values.items() if isinstance(values, dict) else enumerate(values):
            yield from leaves(inner, (*path, key))
