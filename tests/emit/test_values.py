"""Values that are known when a task runs: what Airflow gets, in each place that takes them, is what was asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import pytest

from commands import run, write_project

PROJECT = """\
airdock = 1
project = { name = "demo" }
airflow = { version = "3.3.2", python = "3.12" }
compose = { bundled = true }
images = { shell = { ref = "alpine:3.20" }, python = { ref = "python:3.12-slim" } }
connections = { api = { type = "http", host = "example.org", extra = { tier = "gold", "a 'b'" = "odd" } } }
variables = { where = "/srv" }
lint = { ignore = ["AD316", "AD601"] }

[dags.first.params]
level = 3

[dags.first.tasks.one]
image = "shell"
[dags.first.tasks.parts]
image = "python"
python = "job.py:parts"
multiple_outputs = true
[dags.first.tasks.many]
image = "shell"
expand = { command = [["a"], ["b"]] }
"""
SOURCES = {
    '{ connection = "api", get = "uri" }': "http://example.org",
    '{ connection = "api", get = "host" }': "example.org",
    '{ connection = "api", get = "login" }': "",
    '{ connection = "api", get = "extra.tier" }': "gold",
    """{ connection = "api", get = "extra.a 'b'" }""": "odd",
    '{ variable = "where" }': "/srv",
    '{ param = "level" }': "3",
    '{ output = "one" }': "of one: None",
    '{ output = "parts", key = "x" }': "of parts: x",
    '{ output = "many" }': "['of many 1', 'of many 2']",
}
"""Sources of values, and the text that each is in the context below."""


def pulled(task_ids: str, key: str | None = None) -> object:
    return (f"of many {number}" for number in (1, 2)) if task_ids == "many" else f"of {task_ids}: {key}"


API = SimpleNamespace(
    host="example.org", login=None, extra_dejson={"tier": "gold", "a 'b'": "odd"}, get_uri=lambda: "http://example.org"
)
CONTEXT: dict[str, Any] = {
    "conn": SimpleNamespace(api=API),
    "var": SimpleNamespace(value=SimpleNamespace(where="/srv")),
    "params": {"level": 3},
    "ti": SimpleNamespace(xcom_pull=pulled),
}


def rendered(node: ast.expr) -> str:
    """Return what Airflow makes of an argument when the task runs; of code, its text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return jinja2.Environment(autoescape=False).from_string(node.value).render(CONTEXT)  # noqa: S701 - as Airflow
    return ast.unparse(node)


@pytest.fixture
def built(tmp_path: Path, fixed_host: Callable[..., None]) -> Callable[[str], ast.Module]:
    """Return a function that builds a project and returns the module of its DAG."""
    fixed_host()
    text = "def parts():\n    return {'x': 1}\n\n\ndef job(given, more=None):\n    return given\n"
    (tmp_path / "job.py").write_text(text, encoding="utf-8")

    def build(text: str) -> ast.Module:
        assert run("build", "-C", write_project(tmp_path, PROJECT + text)) == 0
        return ast.parse((tmp_path / "dags" / "first.py").read_text(encoding="utf-8"))

    return build


def argument(module: ast.Module, name: str) -> ast.expr:
    """Return the value of the only argument of that name."""
    (found,) = (node.value for node in ast.walk(module) if isinstance(node, ast.keyword) and node.arg == name)
    return found


def in_dict(node: ast.expr, key: str) -> ast.expr:
    assert isinstance(node, ast.Dict)
    return {
        ast.literal_eval(one or ast.Constant(None)): value for one, value in zip(node.keys, node.values, strict=True)
    }[key]


each_source = pytest.mark.parametrize("source", SOURCES)
each_argument = pytest.mark.parametrize("source", [source for source in SOURCES if '"uri"' not in source])
"""A URI is refused as an argument, which Airflow stores and shows (AD502)."""
TWICE = "{{ given = {0}, more = [{{ a = {0} }}] }}"


@each_source
def test_source_in_the_environment_of_a_container(source: str, built: Callable[[str], ast.Module]) -> None:
    module = built(f'[dags.first.tasks.last]\nimage = "shell"\nenv = {{ GIVEN = {source} }}\n')
    if "connection" in source:
        looked_up = argument(module, "private_environment")
        assert isinstance(looked_up, ast.Call)
        get = source.partition("get = ")[2].strip(' }"')
        assert ast.literal_eval(argument(ast.parse(ast.unparse(looked_up)), "connections")) == {"GIVEN": ["api", get]}
        assert "environment" not in {node.arg for node in ast.walk(module) if isinstance(node, ast.keyword)}
    else:
        assert rendered(in_dict(argument(module, "environment"), "GIVEN")) == SOURCES[source]


@each_source
def test_source_in_the_environment_of_a_service_of_swarm(source: str, built: Callable[[str], ast.Module]) -> None:
    module = built(f'[dags.first.tasks.last]\nimage = "shell"\nrunner = "swarm"\nenv = {{ GIVEN = {source} }}\n')
    assert rendered(in_dict(argument(module, "environment"), "GIVEN")) == SOURCES[source]
    assert "private_environment" not in ast.unparse(module)


OUTPUTS = {
    '{ output = "one" }': "one.output",
    '{ output = "parts", key = "x" }': "parts['x']",
    '{ output = "many" }': "many.output",
}
"""Outputs of other tasks, as Airflow's own handles."""


@each_argument
def test_source_as_argument_of_an_operator(source: str, built: Callable[[str], ast.Module]) -> None:
    module = built(f'[dags.first.tasks.last]\noperator = "company.things.Run"\narguments = {TWICE.format(source)}\n')
    wanted = OUTPUTS.get(source, SOURCES[source])
    assert rendered(argument(module, "given")) == wanted
    more = argument(module, "more")
    assert isinstance(more, ast.List)
    assert rendered(in_dict(more.elts[0], "a")) == wanted


@each_argument
def test_source_as_argument_of_a_function(source: str, built: Callable[[str], ast.Module]) -> None:
    module = built(f'[dags.first.tasks.last]\nimage = "python"\npython = "job.py:job"\nargs = {TWICE.format(source)}\n')
    # A param comes as the number that it is.
    wanted = "dag.param('level')" if "param" in source else OUTPUTS.get(source, SOURCES[source])
    assert rendered(argument(module, "given")) == wanted
    more = argument(module, "more")
    assert isinstance(more, ast.List)
    assert rendered(in_dict(more.elts[0], "a")) == wanted
    assert ("pre_execute=outputs_as_lists" in ast.unparse(module)) == ("many" in source)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("2026-01-02", "date.fromisoformat('2026-01-02')"),
        ("2026-01-02T03:04:05", "datetime.fromisoformat('2026-01-02T03:04:05')"),
        ("inf", "float('inf')"),
        ("-inf", "float('-inf')"),
        ("true", "True"),
        ("[]", "[]"),
        ("{}", "{}"),
        ("1e300", "1e+300"),
    ],
)
def test_other_values_as_arguments(value: str, written: str, built: Callable[[str], ast.Module]) -> None:
    module = built(f'[dags.first.tasks.last]\noperator = "company.things.Run"\narguments = {{ given = {value} }}\n')
    assert ast.unparse(argument(module, "given")) == written
    imports = [ast.unparse(node) for node in module.body if isinstance(node, ast.ImportFrom)]
    name = written.partition(".")[0]
    assert (f"from datetime import {name}" in imports) == ("fromisoformat" in written)
