"""Callbacks and timetables: classes and functions of Python that Airflow imports by name."""

from __future__ import annotations

from typing import Any

from airdock.diagnostics import SpecPath
from airdock.diagnostics.shape import WRONG_TYPE, describe
from airdock.project.argument_names import check_name
from airdock.project.connections import leaves
from airdock.project.dag_parts import Callback
from airdock.project.defaults import Layers
from airdock.project.scope import Scope
from airdock.spec.callback import CALLBACK_KEYS, CallbackSpec

KEYWORDS = {key: f"{key}_callback" for key in CALLBACK_KEYS}
"""Key of airdock.toml to keyword of a DAG or operator."""


def resolve_callbacks(scope: Scope, layers: Layers, keys: tuple[str, ...]) -> dict[str, tuple[Callback, ...]]:
    """Return what runs for each keyword."""
    found = {}
    for key in keys:
        if not layers.is_set(key):
            continue
        written = layers.get(key)
        specs = written if isinstance(written, list) else [written]
        places = [
            (*layers.place(key), index) if isinstance(written, list) else layers.place(key)
            for index in range(len(specs))
        ]
        found[KEYWORDS[key]] = tuple(_callback(scope, spec, place) for spec, place in zip(specs, places, strict=True))
    return found


def _callback(scope: Scope, spec: CallbackSpec, where: SpecPath) -> Callback:
    if spec.notifier is None:
        return Callback(spec.callable or "", None)
    check_arguments(scope, spec.args, (*where, "args"))
    return Callback(spec.notifier, dict(spec.args))


def check_arguments(scope: Scope, arguments: dict[str, Any], where: SpecPath) -> None:
    """Report names that no argument can have, and values that Python source cannot be made of."""
    for key in arguments:
        check_name(scope, key, (*where, key))
    for place, leaf in leaves(arguments, where):
        if not isinstance(leaf, str | int | float) and not hasattr(leaf, "year"):
            expected = "text, a number, a boolean, a date, a list or a table"
            scope.report.add(WRONG_TYPE.at(place, expected=expected, found=describe(leaf)))
