"""Airflow itself judges: every case loads on both majors, and the operators hold what airdock.toml says."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow_environments import REQUIRED, Environment, find
from airflow_judge import judge
from expected import arguments_of, fields_of
from presence import required_or_skip

from airdock.diagnostics import Report
from airdock.pipeline import Checked, analyse, build, load
from airdock.project.host_values import value_on
from airdock.project.model import Task
from conftest import CASES, copy_case, host_for_tests

INSTALL = "python tests/oracles/airflow_environments.py install"
VERSIONS = tuple(os.environ.get("AIRDOCK_AIRFLOWS", "").split()) or REQUIRED
"""The Airflows that judge; AIRDOCK_AIRFLOWS="2.8.4 3.0.6" names others, which have to be installed first."""
BARE = """\
from datetime import datetime, timezone

from airflow.providers.docker.decorators.docker import docker_task
from airflow.providers.docker.operators.docker import DockerOperator

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG


def function():
    return 1


with DAG("bare", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=timezone.utc), catchup=False):
    DockerOperator(task_id="container", image="x")
    docker_task(task_id="python", image="x")(function)()
"""
OF_THE_DAG = {
    "task_display_name",
    "owner",
    "start_date",
    "end_date",
    "params",
    "default_args",
    "doc_md",
    "sla",
    "python_callable",
}
"""Arguments that a task has from its DAG or from its function's docstring; compared apart, or in the DAG."""


def environment_for(version: str) -> Environment:
    """Return an Airflow, or skip (fail in CI) where it is not installed."""
    found = find(version)
    required_or_skip(f"Airflow {version}", found is not None, INSTALL)
    assert found is not None
    return found


def retarget(folder: Path, version: str) -> None:
    """Make a case one for another Airflow, by the few edits that a person would make too."""
    file = folder / "airdock.toml"
    text = re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', file.read_text(encoding="utf-8"), count=1)
    text = re.sub(r"(?m)^docker_provider = .*\n", "", text)
    text = re.sub(r'(?m)^python = "3.*"$', 'python = "3.11"', text)
    if version.startswith("2.8."):
        text = re.sub(r"(?m)^labels = .*\n", "", text)  # its docker provider knows none
    if version.startswith("2."):
        text = text.replace("airflow.providers.standard.operators", "airflow.operators")
        if "[defaults.dag]" not in text:
            text += "\n[defaults.dag]\nstart_date = 2026-01-01\n"
    file.write_text(text, encoding="utf-8")


def write_modules(folder: Path, environ: dict[str, str]) -> tuple[Checked, Path, dict[str, str]]:
    """Build a folder's DAG modules; return the project, their folder, and the environment of the services."""
    report = Report()
    document = load(folder, "airdock.toml", report)
    checked = analyse(document, report)
    for change in build(checked, folder, report, force=False):
        if change.new is not None and change.path.endswith(".py"):
            (folder / change.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / change.path).write_bytes(change.new)
    given = {"AIRDOCK_HOST_DIR": "/srv/project", "AIRDOCK_HOST_UID": "1000"} | environ
    for carried in checked.project.host_variables:
        value = value_on(checked.host, carried.value)
        given[carried.variable] = value.reveal() if value else ""
    return checked, folder / checked.project.airflow.dags_folder, given


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, dict[str, Any]]]:
    """Return a function that gives the arguments of operators for which nothing was set, by kind."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "bare.py").write_text(BARE, encoding="utf-8")
    known: dict[str, dict[str, dict[str, Any]]] = {}

    def of(version: str) -> dict[str, dict[str, Any]]:
        if version not in known:
            tasks = judge(environment_for(version), folder, {})["dags"]["bare"]["tasks"]
            known[version] = {kind: tasks[kind]["arguments"] for kind in ("container", "python")}
        return known[version]

    return of


def check_task(task: Task, read: dict[str, Any], expected: dict[str, Any], defaults: dict[str, Any] | None) -> None:
    """Compare every argument of an operator: what the task sets, and the defaults of all others."""
    assert read["upstream"] == sorted(needed.id for needed in task.upstream)
    found = read["arguments"]
    for key, value in expected.items():
        assert found.get(key) == value, f"{task.id}: {key}"
    if defaults is not None:
        for key in found.keys() - expected.keys() - OF_THE_DAG - {"template_ext"}:
            assert found[key] == defaults.get(key), f"{task.id}: {key} should be the operator's default"
    if task.function is not None:
        assert _without_comments(found["python_callable"]["source"]) == _without_comments(task.function.source)


def _without_comments(source: str) -> list[str]:
    """Return the lines that every Airflow sends; from 3.2 it leaves out those that start with a number sign."""
    return [line for line in source.strip().splitlines() if not line.lstrip().startswith("#")]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", CASES)
def test_case_loads_and_means_what_it_says(
    name: str,
    version: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    bare: Callable[[str], dict[str, dict[str, Any]]],
) -> None:
    environment = environment_for(version)
    folder = copy_case(name, tmp_path)
    retarget(folder, version)
    monkeypatch.setattr("airdock.pipeline.read_host", host_for_tests)
    checked, modules, environ = write_modules(folder, {})
    result = judge(environment, modules, environ)
    assert result["import_errors"] == {}
    assert result["warnings"] == []
    assert set(result["dags"]) == {dag.id for dag in checked.project.dags}
    for dag in checked.project.dags:
        read = result["dags"][dag.id]
        assert read["serialized"], read
        if isinstance(read["fields"]["doc_md"], str):
            read["fields"]["doc_md"] = read["fields"]["doc_md"].rstrip("\n")
        for key, value in fields_of(dag).items():
            assert read["fields"].get(key) == value, f"{dag.id}: {key}"
        assert set(read["tasks"]) == {task.id for task in dag.tasks}
        for task in dag.tasks:
            defaults = bare(version).get(task.kind)
            check_task(task, read["tasks"][task.id], arguments_of(task, environ), defaults)
