"""The environment of a task's container: its own variables over those of files."""

from __future__ import annotations

from typing import Any

from airdock.diagnostics.shape import BAD_NAME, BAD_VALUE
from airdock.load.dotenv import parse_dotenv
from airdock.project.defaults import Layers
from airdock.project.scope import Scope
from airdock.project.secret import Secret
from airdock.project.task_values import TaskScope
from airdock.project.values import FileValue

_ENVIRONMENT_OF_AIRFLOW = frozenset({"__PYTHON_SCRIPT", "__PYTHON_INPUT"})
"""Variables by which the provider hands a function to its container."""


def resolve_environment(values: TaskScope, layers: Layers) -> tuple[tuple[str, Any], ...]:
    """Return the variables of a container; reports AD104, AD105 and AD212."""
    found: list[tuple[str, Any]] = []
    variables = layers.merged("env")
    own = {key for key, _, _ in variables}
    for key, (path, text) in _of_files(values.scope, layers).items():
        if key not in own:
            found.append((key, values.scope.carried(FileValue(path, Secret(text), key), f"{path}_{key}")))
    for key, value, place in variables:
        if key in _ENVIRONMENT_OF_AIRFLOW:
            expected = "Airflow uses this name itself"
            values.scope.report.add(BAD_NAME.at(place, "key", name=key, expected=expected))
        resolved = value if isinstance(value, str) else values.value(value, place)
        if resolved is not None:
            found.append((key, resolved))
    return tuple(found)


def _of_files(scope: Scope, layers: Layers) -> dict[str, tuple[str, str]]:
    """Return the variables of `env_files`, each with the file that has the last word on it, and its value.

    Like every text of a file they go by `.env`, and into no committed file.
    """
    found: dict[str, tuple[str, str]] = {}
    if not layers.is_set("env_files"):
        return found
    for index, path in enumerate(layers.get("env_files")):
        where = (*layers.place("env_files"), index)
        text = scope.read_text(path, where, "file of variables")
        for key, value in parse_dotenv(text or "", {}).items():
            if key in _ENVIRONMENT_OF_AIRFLOW or not key.isidentifier():
                expected = "Airflow uses this name itself" if key.isidentifier() else "it is no name of a variable"
                scope.report.add(BAD_VALUE.at(where, found=f'"{key}" in {path}', expected=expected))
            found[key] = (path, value)
    return found
