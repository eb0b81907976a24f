"""Defaults in layers: the nearest wins, key by key; what is merged is merged; what excludes each other does so."""

from __future__ import annotations

from typing import Any

import pytest

from airdock.diagnostics import SpecPath
from airdock.project.defaults import Layers, fields_for
from airdock.spec.language import keys_by_field
from airdock.spec.task import TaskKeys, TaskSpec
from spec_tables import table_of

TASK, DAG, ALL = ("dags", "d", "tasks", "t"), ("dags", "d", "defaults"), ("defaults", "task")


def layers(task: dict[str, Any], dag: dict[str, Any] | None = None, all_: dict[str, Any] | None = None) -> Layers:
    """Return the layers of a task, of its DAG's defaults, and of all tasks' defaults."""
    return Layers(
        (table_of(TaskSpec, task), TASK),
        (table_of(TaskKeys, dag or {}), DAG),
        (table_of(TaskKeys, all_ or {}), ALL),
    )


def place(where: SpecPath, *keys: str) -> SpecPath:
    return (*where, *keys)


@pytest.mark.parametrize(
    ("task", "dag", "all_", "value", "where"),
    [
        ({"retries": 1}, {"retries": 2}, {"retries": 3}, 1, TASK),
        ({}, {"retries": 2}, {"retries": 3}, 2, DAG),
        ({}, {}, {"retries": 3}, 3, ALL),
        ({"retries": 0}, {"retries": 2}, {}, 0, TASK),
        ({}, {}, {}, None, TASK),
    ],
    ids=["task", "DAG", "all", "zero is a value", "nowhere"],
)
def test_nearest_table_that_says_it_wins(
    task: dict[str, Any], dag: dict[str, Any], all_: dict[str, Any], value: object, where: SpecPath
) -> None:
    found = layers(task, dag, all_)
    assert found.get("retries") == value
    assert found.place("retries") == place(where, "retries")
    assert found.is_set("retries") == (value is not None)


def test_value_equal_to_the_built_in_default_still_counts_as_said() -> None:
    found = layers({"remove": "always"}, {"remove": "never"})
    assert found.get("remove") == "always"
    assert layers({}, {"remove": "never"}).get("remove") == "never"
    assert layers({}).get("remove") == "always"
    assert not layers({}).is_set("remove")


def test_lists_replace() -> None:
    assert layers({"mounts": ["a"]}, {"mounts": ["b"]}).get("mounts") == ["a"]
    assert layers({"mounts": []}, {"mounts": ["b"]}).get("mounts") == []
    assert layers({}, {"mounts": ["b"]}, {"mounts": ["c"]}).get("mounts") == ["b"]


def test_env_is_merged_by_name_with_the_place_of_each_value() -> None:
    found = layers(
        {"env": {"A": "task", "D": "task"}},
        {"env": {"A": "dag", "B": "dag"}},
        {"env": {"A": "all", "B": "all", "C": "all"}},
    )
    assert {key: (value, where) for key, value, where in found.merged("env")} == {
        "A": ("task", place(TASK, "env", "A")),
        "B": ("dag", place(DAG, "env", "B")),
        "C": ("all", place(ALL, "env", "C")),
        "D": ("task", place(TASK, "env", "D")),
    }


def test_merged_names_stand_in_the_order_of_the_farthest_table_first() -> None:
    found = layers({"labels": {"z": "1", "c": "1"}}, {"labels": {"b": "2"}}, {"labels": {"c": "3", "a": "3"}})
    assert [key for key, _, _ in found.merged("labels")] == ["c", "a", "b", "z"]


def test_keys_that_exclude_each_other_do_so_across_tables() -> None:
    found = layers({"image": "i", "command": ["a"]}, {"script": "s"}, {"command": ["b"]})
    assert found.get("command") == ["a"]
    assert found.get("script") is None
    found = layers({"image": "i"}, {"script": "s"}, {"command": ["b"]})
    assert found.get("script") == "s"
    assert found.get("command") is None
    assert found.place("command") == place(TASK, "command")
    found = layers({"image": "i", "script": "near"}, {"command": ["b"]}, {"script": "far"})
    assert found.get("script") == "near"
    assert found.get("command") is None


@pytest.mark.parametrize(
    ("task", "dag", "all_", "kind"),
    [
        ({"image": "i"}, {}, {}, "container"),
        ({"image": "i", "python": "a.py:f"}, {}, {}, "python"),
        ({"operator": "a.B"}, {}, {}, "operator"),
        ({}, {"operator": "a.B"}, {}, "operator"),
        ({}, {"python": "a.py:f"}, {"operator": "a.B"}, "python"),
        ({"image": "i"}, {"operator": "a.B"}, {}, "container"),
        ({"script": "true"}, {"python": "a.py:f"}, {}, "container"),
        ({"operator": "a.B"}, {"python": "a.py:f", "image": "i"}, {}, "operator"),
        ({}, {"image": "i"}, {"operator": "a.B"}, "operator"),
        ({}, {}, {}, "container"),
    ],
    ids=str,
)
def test_kind_is_what_the_nearest_table_says(
    task: dict[str, Any], dag: dict[str, Any], all_: dict[str, Any], kind: str
) -> None:
    assert layers(task, dag, all_).kind == kind


def test_place_of_the_nearest_table() -> None:
    assert layers({}).own == TASK


def test_each_kind_has_the_fields_marked_for_it() -> None:
    fields = {kind: set(fields_for(kind)) for kind in ("container", "python", "operator")}
    assert {"retries", "timeout", "trigger_rule"} <= set.intersection(*fields.values())
    assert {"image", "env", "mounts", "memory"} <= fields["container"] & fields["python"]
    assert not {"image", "env", "mounts", "memory", "command", "args"} & fields["operator"]
    assert {"command", "script"} <= fields["container"] - fields["python"]
    assert "args" in fields["python"] - fields["container"]
    assert "arguments" in fields["operator"] - fields["container"]
    assert set.union(*fields.values()) == set(keys_by_field(TaskKeys))


def test_place_names_the_key_and_not_the_field() -> None:
    for field in keys_by_field(TaskKeys):
        assert layers({}).place(field) == place(TASK, keys_by_field(TaskSpec)[field])
