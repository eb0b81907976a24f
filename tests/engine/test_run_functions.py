"""Functions that run in containers: they get what is meant, and do what they do here."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from real_run import HERE, Run

pytest_plugins = ["ran"]


def here(file: str, name: str) -> Callable[..., Any]:
    """Return a function of the project, to be run by the test itself."""
    spec = importlib.util.spec_from_file_location(f"engine_project_{file}", HERE / "project" / "jobs" / f"{file}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    function: Callable[..., Any] = getattr(module, name)
    return function


@pytest.mark.parametrize(("file", "name"), [("shapes", "shapes"), ("texts", "texts"), ("shapes", "documented")])
def test_a_function_does_what_it_does_here(ran: Run, file: str, name: str) -> None:
    assert ran.output("functions", name) == here(file, name)()


def test_arguments_keep_their_types(ran: Run) -> None:
    expected = {
        "text": "a 'b' \"c\" $HOME \\n é",
        "whole": 2**53 + 1,
        "ratio": 0.1,
        "flag": False,
        "items": [1, "two", [3.5, True], {"four": 4}],
        "table": {"plain": 1, "with space": ["x"], "inner": {"{{ dag.dag_id }}": "functions"}},
        "day": date(2026, 2, 28),
        "moment": datetime(2026, 2, 28, 13, 14, 15, 123456, tzinfo=timezone(timedelta(hours=2))),
        "naive": datetime(2026, 2, 28, 13, 14, 15),
        "macro": "arguments",
        "output": [1, 2, 3],
        "part": "L",
        "param": 7,
        "params": [["a", "b"], {"nested": [1, 2, 3]}],
        "variable": "EUR $1 'x' \"y\" {{ no_template }}",
    }
    found = ran.output("functions", "arguments")
    assert found == {name: [type(value).__name__, repr(value)] for name, value in expected.items()}


def test_defaults_and_names_only(ran: Run) -> None:
    assert ran.output("functions", "defaults") == [1, ["a", {"b": [2]}], 3, None]


def test_outputs(ran: Run) -> None:
    assert ran.output("functions", "numbers") == [1, 2, 3]
    assert ran.output("functions", "same-name") == ["of another file"]
    assert ran.task("functions", "parts")["outputs"].items() >= {"left": "L", "right": [1, {"deep": None}]}.items()
    assert ran.output("functions", "joined") == ["L", [1, {"deep": None}], "from a container"]
    assert ran.output("functions", "read-by-container") == "2 L"


def test_no_output(ran: Run) -> None:
    assert ran.output("functions", "nothing") is None
    assert ran.output("functions", "not-kept") is None
    assert ran.task("functions", "not-kept")["outputs"] == {}


def test_an_image_that_swallows_commands(ran: Run) -> None:
    found = ran.output("functions", "swallowing-image")
    assert found == {
        "of_image": "the image's own $HOME",
        "given": "functions",
        "folder": "/srv/tool/work",
        "user": 4321,
    }


def test_a_function_that_raises(ran: Run) -> None:
    assert ran.state("functions", "raises") == "failed"
    assert "ValueError: a bad raises" in ran.log
