"""The JSON Schema of airdock.toml, for editors: generated from the models, closed at every table."""

from __future__ import annotations

import json
from typing import Any

from airdock.spec.base import For, Table
from airdock.spec.compiled import model
from airdock.spec.image import ImageSpec
from airdock.spec.language import keys_by_field, marked
from airdock.spec.mount import MountSpec
from airdock.spec.project import ProjectSpec
from airdock.spec.task import TaskKeys, TaskSpec

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WITH_KINDS: tuple[type[Table], ...] = (ImageSpec, MountSpec, TaskKeys, TaskSpec)
_ANY = {"additionalProperties": True}
"""Any value. An empty schema says the same, but tombi then warns of every key in a table."""
_DATES: list[dict[str, Any]] = [
    {"type": "string", "format": "date"},
    {"type": "string", "format": "date-time"},
]
_LOCAL_TIME = {
    "type": "string",
    "format": "date-time-local",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9.]+)?$",
}
"""A date-time without an offset. The format is tombi's word; the pattern is for those who do not know it."""
_NO_TABLE = {
    "anyOf": [
        {"type": "string"},
        {"type": "number"},
        {"type": "boolean"},
        {"type": "array", "items": _ANY},
    ]
}
"""Any value of JSON but a table: beside the schema of a table, so that only one of the two fits."""


def json_schema() -> dict[str, Any]:
    """Return the schema. It is an output: never edited, compared in a test."""
    schema = model(ProjectSpec).model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    for table in _WITH_KINDS:
        _name_kinds(definitions[table.__name__], table)
    _close(schema)
    # tomli reads TOML 1.1, and so shall the editor.
    head = {"$schema": _DIALECT, "title": "airdock.toml", "x-tombi-toml-version": "v1.1.0"}
    return head | {key: value for key, value in schema.items() if key != "title"}


def schema_text() -> str:
    """Return the schema as text, ending in one line end."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _name_kinds(node: dict[str, Any], table: type[Table]) -> None:
    """Say in the description which kinds have a key: one flat table is kinder to an editor than a union."""
    for field, mark in marked(table, For).items():
        entry = node["properties"][keys_by_field(table)[field]]
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
    # "or null" is Python's way to say "may be left out"; TOML has no null.
    options = node.get("anyOf")
    if isinstance(options, list):
        options[:] = [option for option in options if option != {"type": "null"}]
        if len(options) == 1:
            del node["anyOf"]
            node.update({**options[0], **node})
    if "patternProperties" in node:
        node["additionalProperties"] = False
    for key, value in list(node.items()):
        if key in ("properties", "patternProperties", "$defs"):
            for inner in value.values():
                _close(inner)
        elif isinstance(value, dict | list):
            _close(value)
    _open(node)


def _open(node: dict[str, Any]) -> None:
    """Say outright where any value may stand: pydantic writes an empty schema there."""
    for key in ("properties", "patternProperties"):
        for name, inner in node.get(key, {}).items():
            if not inner.keys() - {"description"}:
                node[key][name] = inner | _ANY
    if node.get("items") == {}:
        node["items"] = _ANY
    if isinstance(node.get("oneOf"), list):
        node["oneOf"] = [option or _NO_TABLE for option in node["oneOf"]]
    if node.get("anyOf") == _DATES:
        node["anyOf"] = [*_DATES, _LOCAL_TIME]
