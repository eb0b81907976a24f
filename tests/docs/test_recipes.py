"""docs/recipes.md: each recipe is built from the page itself, merged by Docker Compose, and loaded by Airflow."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow_judge import Job, judge_all
from compose import compose_config, need_compose
from pages import Reader, blocks_of
from test_airflow import environment_for

from airdock.cli import main

VERSION = "3.3.2"
BLOCKS = list(blocks_of("recipes.md"))
HEAD = "What each begins with"
RECIPES = [section for section in dict.fromkeys(block.section for block in BLOCKS) if section != HEAD]
EXECUTES = "airflow-scheduler"
OURS = ("AIRDOCK_", "AIRFLOW_CONN_", "AIRFLOW_VAR_")

each_recipe = pytest.mark.parametrize("recipe", RECIPES)


def write(recipe: str, folder: Path, *, result: bool) -> None:
    """Write the files of a recipe; or, for its result, look for what the page says that airdock makes of them."""
    folder.mkdir(exist_ok=True)
    somebody = Reader(folder)
    for block in BLOCKS:
        if block.section in (HEAD, recipe) and ("in" in block.options) == result:
            somebody.do(block)


def build(recipe: str, folder: Path) -> None:
    write(recipe, folder, result=False)
    with pytest.MonkeyPatch.context() as patch:
        # Not every machine has each of the sockets.
        patch.setattr("airdock.load.host._socket_gid", lambda _: 999)
        assert main(["build", "-C", str(folder), "--strict"]) == 0
    write(recipe, folder, result=True)


@each_recipe
def test_recipe_builds_without_a_finding(
    recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    build(recipe, tmp_path / "shop")
    assert capsys.readouterr().err == ""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[dict[str, Any], dict[str, Any]]]:
    """Return what Compose makes of a recipe, and what Airflow does; all are read in one process of Airflow."""
    need_compose()
    environment = environment_for(VERSION)
    merged, jobs = [], []
    for recipe in RECIPES:
        folder = tmp_path_factory.mktemp("recipe") / "shop"
        build(recipe, folder)
        merged.append(compose_config(folder))
        variables = merged[-1]["services"][EXECUTES]["environment"]
        environ = {key: value for key, value in variables.items() if key.startswith(OURS)}
        jobs.append(Job(folder / "dags", environ, render=True))
    found = dict(zip(RECIPES, zip(merged, judge_all(environment, jobs), strict=True), strict=True))
    return lambda recipe: found[recipe]


@each_recipe
def test_compose_takes_it_and_airflow_loads_it(
    recipe: str, judged: Callable[[str], tuple[dict[str, Any], dict[str, Any]]]
) -> None:
    merged, read = judged(recipe)
    assert merged["complaints"] == ""
    assert (read["import_errors"], read["warnings"]) == ({}, [])
    assert read["dags"]
    assert not [dag["serialization_error"] for dag in read["dags"].values() if dag["serialization_error"]]
    wrong = [
        (task, instance)
        for tasks in read["rendered"].values()
        for task, instances in tasks.items()
        for instance in instances
        if isinstance(instance, str)
    ]
    assert wrong == []
