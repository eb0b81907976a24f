"""Dynamic task mapping, and text that Airflow would take for the name of a template file."""

from __future__ import annotations

import pytest
from real_run import Run

pytest_plugins = ["ran"]

WORDS = ["printf %s one", "echo two three"]
OUTPUTS: dict[str, list[object]] = {
    "commands": ["ran 1", "/etc/app.env 2026-01-01 {{", "x.env", "$HOME 'q' \"d\"", "2026-01-01"],
    "over-output": ["one", "two three"],
    "over-lists": ["a b", "c.sh"],
    "environments": ["1|/x.env", "a 'b' $c|"],
    "over-tables": ["x", "y z"],
    "both-keys": ["c1 e1", "c1 e2", "c2 e1", "c2 e2"],
    "arguments": [
        ["/data/run.sh", "2026-01-01", 5, WORDS, value]
        for value in (1, "two.sh", [3, {"x": 4.5}], {"a": True, "b": "/x.env"}, "2026-01-01")
    ],
    "products": ["p", "q", "pp", "qq"],
    "over-mapped": ["P", "Q", "PP", "QQ"],
    "operators": ["1", "two words"],
}


@pytest.mark.parametrize("task", OUTPUTS)
def test_instances(ran: Run, task: str) -> None:
    assert ran.mapped("mapped", task) == OUTPUTS[task]


def test_one_task_takes_what_all_instances_gave(ran: Run) -> None:
    products = OUTPUTS["products"]
    assert ran.output("mapped", "gathers") == [sorted(map(str, products)), sorted(map(str, OUTPUTS["commands"]))]
    assert ran.output("mapped", "gathers-deep") == [{"texts": [["one", "two three"], "plain"]}, 5, [5]]
    assert ran.output("mapped", "gathers-in-container") == str(products)


def test_each_instance_has_its_own_end(ran: Run) -> None:
    assert [found["state"] for found in ran.tasks("mapped", "some-fail")] == ["success", "failed", "skipped"]


def test_labels_of_instances(ran: Run) -> None:
    assert ran.tasks("mapped", "commands")[2]["label"] == "x.env"


def test_text_that_ends_like_a_template_file(ran: Run) -> None:
    assert ran.output("endings", "command") == "ran a.bash b.env param.sh"
    assert ran.output("endings", "last-word") == "/x/a.env b.sh param.sh x.bash"
    assert ran.output("endings", "script") == "ran from.sh"
    assert ran.output("endings", "function") == [["a.sh", "param.sh"], ["b.env"]]
