"""What runs in a container, and what it hands back."""

from __future__ import annotations

import os

import pytest
from real_run import Run

pytest_plugins = ["ran"]

OUTPUTS: dict[str, object] = {
    "argv": "a b|$HOME && \"x\" 'y'||commands",
    "text": "one|two three",
    "script": "6th",
    "own-shell": "reached",
    "plain-file": ["keeps {{ braces }} and {% percent %} {# too #} {% endraw %} \\n $HOME", "é"],
    "template-file": 'its "a" $WORD|yes',
    "of-image": "swallowed the command",
    "entrypoint": ["the image's own $HOME", "/srv/tool/work", "4321", "copied"],
    "no-entrypoint": "copied",
    "place": ["/var/some where", "1234", "2345", "place"],
    "terminal": "terminal",
    "no-terminal": "none",
    "last": "  three",
    "all": ["one", "", "  two", "three"],
    "silent": None,
    "none": None,
    "pickle": {"rows": [1, 2.5, None, True], "text": "é\nü"},
    "reads": "got three",
}


def test_modules_load(ran: Run) -> None:
    assert ran.outcome["import_errors"] == {}
    assert {dag: found["error"] for dag, found in ran.outcome["dags"].items() if found["error"]} == {}


@pytest.mark.parametrize("task", OUTPUTS)
def test_output(ran: Run, task: str) -> None:
    assert ran.output("commands", task) == OUTPUTS[task]


def test_none_keeps_nothing(ran: Run) -> None:
    assert "return_value" in ran.task("commands", "last")["outputs"]
    assert ran.task("commands", "none")["outputs"] == {}


def test_a_script_stops_at_the_first_error(ran: Run) -> None:
    assert ran.state("commands", "stops-at-first-error") == "failed"


def test_user_of_the_host(ran: Run) -> None:
    owner = os.getuid() or 50000  # Airflow itself does not run as root
    assert ran.output("commands", "as-host-user") == str(owner)
