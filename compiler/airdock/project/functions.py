"""Python functions of the user's: found in their file, and copied as they stand."""

from __future__ import annotations

import ast

from airdock.diagnostics import SpecPath
from airdock.diagnostics.suggest import did_you_mean
from airdock.project.findings import NAMES_COLLIDE, NO_SUCH_FUNCTION
from airdock.project.model import Function
from airdock.project.scope import Scope

_IMPORTED = "CronDataIntervalTimetable CronTriggerTimetable DAG DeviceRequest DockerOperator Mount Param ZoneInfo"
_OWN = "HOST_DIR dag date datetime docker_task float functions os timedelta"
TAKEN = frozenset(f"{_IMPORTED} {_OWN}".split())
"""What a DAG module imports or sets itself, beside the functions that are copied into it."""


def resolve_function(scope: Scope, named: str, where: SpecPath) -> Function | None:
    """Return the function ``path/file.py:name``; reports AD212, AD213 and AD906."""
    file, _, name = named.rpartition(":")
    text = scope.read_text(file, where, "Python file")
    if text is None:
        return None
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None)
        reason = f"is not Python{f': line {line}' if line else ''}"
        scope.report.add(NO_SUCH_FUNCTION.at(where, file=file, reason=reason))
        return None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if name not in functions:
        advice = did_you_mean(name, functions, what="functions of the file")
        scope.report.add(
            NO_SUCH_FUNCTION.at(where, help=advice, file=file, reason=f'has no function "{name}" at its top level')
        )
        return None
    node = functions[name]
    if name in TAKEN:
        reason = "is a name that the DAG module has for itself"
        scope.report.add(NAMES_COLLIDE.at(where, name=name, other=named, reason=reason))
        return None
    if node.decorator_list:
        reason = f'defines "{name}" with a decorator, which the container would not have'
        scope.report.add(NO_SUCH_FUNCTION.at(where, file=file, reason=reason))
        return None
    # Lines as Python counts them; a form feed or U+2028 in a string ends none.
    lines = text.replace("\r", "\n").split("\n")[node.lineno - 1 : node.end_lineno]
    return Function(file, name, "\n".join(lines) + "\n")
