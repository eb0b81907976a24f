"""Prints what an installed Airflow and its docker provider say about templates, as JSON.

Run in an environment of airflow_environments.py, with a folder that holds `snippets.json`: a list of templates.
`rendered` are those of them that Airflow renders when each of its variables is the text "x". `variables` are the keys
of the context that a task instance builds, `dated` those of them that it has only if the run has a logical date. Both
are read from the source of the function: building a context takes a database on Airflow 2.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DOCKER = "airflow.providers.docker"


def first(*names: str) -> Any:
    """Return the first of some "module:name" that this Airflow has."""
    for name in names[:-1]:
        module, _, inside = name.partition(":")
        try:
            return getattr(importlib.import_module(module), inside)
        except ImportError:
            continue
    module, _, inside = names[-1].partition(":")
    return getattr(importlib.import_module(module), inside)


def keys(node: ast.AST, dated: bool) -> Iterator[tuple[str, bool]]:
    """Return the text keys of dicts and of assignments, but not those of dicts in dicts."""
    for child in ast.iter_child_nodes(node):
        inside = dated or (isinstance(child, ast.If) and "logical_date" in ast.unparse(child.test))
        if isinstance(child, ast.Dict):
            yield from ((str(key.value), dated) for key in child.keys if isinstance(key, ast.Constant))
            continue
        if isinstance(child, ast.Assign):
            for target in child.targets:
                if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
                    yield str(target.slice.value), dated
        yield from keys(child, inside)


def context() -> list[tuple[str, bool]]:
    """Return the keys of the context of templates, each with whether it takes a logical date."""
    task_instance = "airflow.sdk.execution_time.task_runner:RuntimeTaskInstance"
    builder = first(task_instance, "airflow.models.taskinstance:_get_template_context")
    builder = getattr(builder, "get_template_context", builder)
    return list(keys(ast.parse(textwrap.dedent(inspect.getsource(builder))), dated=False))


def rendered(snippets: list[str], variables: set[str]) -> list[str]:
    """Return the templates that the environment of a DAG renders."""
    environment = first("airflow.sdk:DAG", "airflow:DAG")("a", schedule=None).get_template_env()
    found = []
    for text in snippets:
        try:
            environment.from_string(text).render(dict.fromkeys(variables, "x"))
        except Exception:  # noqa: S112 - whatever it is, the task would fail
            continue
        found.append(text)
    return found


def main() -> None:
    # Airflow logs to standard output while it is imported.
    out, sys.stdout = sys.stdout, sys.stderr
    built = context()
    always = {name for name, dated in built if not dated}
    snippets = json.loads((Path(sys.argv[1]) / "snippets.json").read_text(encoding="utf-8"))
    answer = {
        "variables": sorted({name for name, _ in built}),
        "dated": sorted({name for name, dated in built if dated} - always),
        "filters": sorted(first("airflow.templates:FILTERS", "airflow.sdk.definitions._internal.templater:FILTERS")),
        "rendered": rendered(snippets, {name for name, _ in built}),
        "container": sorted(first(f"{DOCKER}.operators.docker:DockerOperator").template_fields),
        "python": sorted(first(f"{DOCKER}.decorators.docker:_DockerDecoratedOperator").template_fields),
        "swarm": sorted(first(f"{DOCKER}.operators.docker_swarm:DockerSwarmOperator").template_fields),
    }
    json.dump(answer, out)


main()
