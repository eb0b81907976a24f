"""Write docs/language.md: every table and key of airdock.toml, from the models that also make the JSON Schema.

python scripts/language_reference.py > docs/language.md
"""

from __future__ import annotations

import sys
from typing import Any

from airdock.spec.schema import json_schema

OF_TASKS = (
    "A container (`image`), a function in a container (`image` and `python`), or an operator in Airflow (`operator`). "
    "`[defaults.task]` and `[dags.ID.defaults]` take the same keys but `after`, `group`, `setup`, `teardown`, `expand` "
    "and `map_label`; the nearest wins, key by key; `env` and `labels` are merged."
)
TABLES = (
    ("Top level", "", "whole"),
    ("[project]", "ProjectTable", ""),
    ("[airflow]", "AirflowTable", ""),
    ("[compose]", "ComposeTable", ""),
    ("[docker]", "DockerTable", ""),
    ("[engines.NAME]", "EngineSpec", ""),
    ("tls of [docker] and [engines.NAME]", "TlsSpec", ""),
    ("[images.NAME]", "ImageSpec", "One of `ref`, `build` and `from` says what kind of image it is."),
    ("copy of an image", "CopySpec", ""),
    ("[mounts.NAME]", "MountSpec", "One of `source`, `volume` and `tmpfs` says what kind of mount it is."),
    (
        "A mount in a list of mounts",
        "MountUseSpec",
        "A name alone is enough; the table changes how one container uses it.",
    ),
    ("[connections.ID]", "ConnectionSpec", ""),
    ("[pools.NAME]", "PoolSpec", ""),
    ("[assets.NAME]", "AssetSpec", ""),
    ("[dags.ID]", "DagSpec", "`[defaults.dag]` takes the same keys but `defaults`, `groups` and `tasks`."),
    ("schedule of a DAG", "ScheduleSpec", ""),
    ("[dags.ID.params.NAME]", "ParamSpec", "`NAME = value` alone is a param with that default."),
    ("[dags.ID.groups.NAME]", "GroupSpec", ""),
    (
        "[dags.ID.tasks.ID]",
        "TaskSpec",
        OF_TASKS,
    ),
    ("script and doc from a file", "FileText", "`doc` has `file` alone."),
    ("xcom of a task, as a file", "PickleOutput", ""),
    ("A limit in ulimits", "UlimitSpec", "A number alone is both."),
    ("expand of a task", "ExpandSpec", ""),
    ("on_success, on_failure, on_retry, on_skipped", "CallbackSpec", ""),
    ("[dags.ID.tasks.ID.swarm]", "SwarmSpec", ""),
    ("configs and secrets of a service", "SwarmReference", ""),
    ("{ env }", "EnvSource", "A value that is looked up on the host, when airdock builds."),
    ("{ file }", "FileSource", "A value that is read on the host, when airdock builds."),
    ("{ connection }", "ConnectionSource", "A value that is read when the task runs."),
    ("{ variable }", "VariableSource", "A value that is read when the task runs."),
    ("{ param }", "ParamSource", "A value that is read when the task runs."),
    ("{ output }", "OutputSource", "A value that is read when the task runs."),
    ("[defaults]", "DefaultsTable", ""),
    ("[lint]", "LintTable", ""),
)
HEAD = """\
# The language of airdock.toml

Every table and every key. Generated from the models of the language by `scripts/language_reference.py`, as the JSON
Schema is; a test compares it. Durations are `90s`, `5m`, `1h30m`, `2d`; sizes `512m`, `2g`, or bytes; dates stand
without quotes.
"""


def page() -> str:
    """Return the text of the page."""
    schema = json_schema()
    lines = [HEAD]
    for title, name, note in TABLES:
        table = schema if not name else schema["$defs"][name]
        required = set(table.get("required", ()))
        lines += [f"## {title}", "", *([note, ""] if note and name else [])]
        lines += ["| key | | |", "| --- | --- | --- |"]
        for key, node in table["properties"].items():
            must = "required" if key in required else _default(node)
            kind = ", ".join(part for part in (_type(node), must) if part)
            meaning = node.get("description") or _target(node, schema).get("description", "")
            lines.append(f"| `{key}` | {_cell(kind)} | {_cell(meaning)} |")
        lines.append("")
    return "\n".join(lines)


def _target(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = str(node.get("$ref", "")).rpartition("/")[2]
    found: dict[str, Any] = schema["$defs"].get(name, {})
    return found


def _default(node: dict[str, Any]) -> str:
    value = node.get("default")
    if value in (None, {}, [], ""):
        return ""
    return f"default `{'true' if value is True else 'false' if value is False else value}`"


def _type(node: dict[str, Any]) -> str:
    """Return what may stand there, in a word or a few."""
    if "$ref" in node:
        return "table"
    if "enum" in node:
        return " or ".join(f'"{value}"' for value in node["enum"])
    if "const" in node:
        return f"`{node['const']}`"
    for key in ("anyOf", "oneOf"):
        if key in node:
            return " or ".join(dict.fromkeys(_type(option) for option in node[key]))
    if node.get("type") == "array":
        return f"list of {_type(node.get('items', {}))}"
    if "patternProperties" in node or node.get("type") == "object":
        return "table"
    words = {"string": "text", "integer": "number", "number": "number", "boolean": "true or false"}
    if node.get("format", "").startswith("date"):
        return "date"
    return words.get(node.get("type", ""), "any value")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.stdout.write(page())
