"""Which keys go together, where defaults say the kind of a task."""

from __future__ import annotations

from typing import Any

import pytest

from airdock.spec.surplus import shape_findings


@pytest.mark.parametrize(
    ("task", "defaults", "found"),
    [
        ({"script": "true", "shell": ["sh"]}, {"python": "a.py:f"}, []),
        ({"command": ["true"], "runner": "docker"}, {"operator": "a.B"}, []),
        ({"shell": ["sh"]}, {"python": "a.py:f"}, ['"shell" has no meaning in a python task']),
        ({"shell": ["sh"]}, {"script": "true"}, []),
        ({"args": {}}, {}, ['"args" has no meaning in a container task']),
    ],
    ids=["own script", "own command", "function of defaults", "script of defaults", "no defaults"],
)
def test_kind_of_defaults_counts_where_no_key_of_the_task_says_one(
    task: dict[str, Any], defaults: dict[str, Any], found: list[str]
) -> None:
    values: dict[str, object] = {"defaults": {"task": defaults}, "dags": {"d": {"tasks": {"t": task}}}}
    assert [one.message for one in shape_findings(values)] == found
