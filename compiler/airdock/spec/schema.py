"""The JSON Schema of airdock.toml, for editors: generated from the models, closed at every table."""

from __future__ import annotations

import json
from typing import Any

from airdock.spec.base import For, Table, key_of, mark_of
from airdock.spec.image import ImageSpec
from airdock.spec.mount import MountSpec
from airdock.spec.project import ProjectSpec
from airdock.spec.scalars import ID, IDENTIFIER, NAME
from airdock.spec.task import TaskKeys, TaskSpec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_NAMES = (NAME, IDENTIFIER, ID)
_WITH_KINDS: tuple[type[Table], ...] = (ImageSpec, MountSpec, TaskKeys, TaskSpec)


def json_schema() -> dict[str, Any]:
    """Return the schema. It is an output: never edited, compared in a test."""
    schema = ProjectSpec.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    for table in _WITH_KINDS:
        _name_kinds(definitions[table.__name__], table)
    for node in (schema, *definitions.values()):
        _close(node)
    # tomli reads TOML 1.1, and so shall the editor.
    head = {"$schema": _DIALECT, "title": "airdock.toml", "x-tombi-toml-version": "v1.1.0"}
    return head | {key: value for key, value in schema.items() if key != "title"}


def schema_text() -> str:
    """Return the schema as text, ending in one line end."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _name_kinds(node: dict[str, Any], table: type[Table]) -> None:
    """Say in the description which kinds have a key: one flat table is kinder to an editor than a union."""
    for field in table.model_fields:
        mark = mark_of(table, field, For)
        if mark is not None:
            entry = node["properties"][key_of(table, field)]
            order = [kind for kind in ("ref", "build", "from", "source", "volume", "tmpfs") if kind in mark.kinds]
            kinds = " and ".join(order or sorted(mark.kinds))
            entry["description"] = f"({kinds}) {entry['description']}"


def _close(node: Any) -> None:
    """Refuse unknown keys beside every pattern, drop titles, and keep defaults out of what they would clutter."""
    if isinstance(node, list):
        for item in node:
            _close(item)
    if not isinstance(node, dict):
        return
    if isinstance(node.get("title"), str):
        del node["title"]
    if ("default" in node and node["default"] in (None, {}, [])) or isinstance(node.get("default"), dict):
        del node["default"]
    if "patternProperties" in node:
        node["additionalProperties"] = False
    # "or null" is Python's way to say "may be left out"; TOML has no null.
    options = node.get("anyOf")
    if isinstance(options, list):
        options[:] = [option for option in options if option != {"type": "null"}]
        if len(options) == 1:
            del node["anyOf"]
            node.update({**options[0], **node})
    for key, value in list(node.items()):
        if key in ("properties", "patternProperties", "$defs"):
            for inner in value.values():
                _close(inner)
        elif isinstance(value, dict | list):
            _close(value)
