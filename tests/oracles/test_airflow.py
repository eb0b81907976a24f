"""Airflow itself judges: every case loads on every series, and DAGs and operators hold what airdock.toml says."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import airflow_environments
import pytest
from airflow_environments import REQUIRED, find
from airflow_judge import Job, judge_all
from expected import arguments_of, fields_of, instances, mapped_over, unmarked
from expected_schedule import schedule_of, schedule_read
from jinja2 import Environment
from jinja2.nativetypes import NativeEnvironment
from presence import required_or_skip
from render_tasks import OUTPUT, context_for
from retarget import retarget

from airdock.diagnostics import Report, Stopped
from airdock.pipeline import Checked, analyse, build, load
from airdock.project.dag_parts import Group
from airdock.project.host_values import value_on
from airdock.project.model import Dag, Task
from conftest import CASES, copy_case, host_for_tests

INSTALL = "python tests/oracles/airflow_environments.py install"
VERSIONS = tuple(os.environ.get("AIRDOCK_AIRFLOWS", "").split()) or REQUIRED
"""The Airflows that judge; AIRDOCK_AIRFLOWS="2.8.3 3.3.2" names others, which have to be installed first."""
BARE = """\
from datetime import datetime, timezone

from airflow.providers.docker.decorators.docker import docker_task
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.providers.docker.operators.docker_swarm import DockerSwarmOperator

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG


def function():
    return 1


with DAG("bare", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=timezone.utc), catchup=False):
    DockerOperator(task_id="container", image="x")
    DockerSwarmOperator(task_id="service", image="x")
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
NOT_COMPARED = {"dag_display_name", "timezone", "schedule", "schedule_interval", "timetable", "full_filepath"}
NOT_COMPARED |= {"concurrency"}
"""Fields of a DAG that follow from others."""
PROCESSES = 2
"""How many Airflows are asked at a time."""


@dataclass
class Judged:
    """A case made for one Airflow, and what that Airflow makes of it."""

    environment: airflow_environments.Environment
    checked: Checked
    environ: dict[str, str]
    read: dict[str, Any]
    bare: dict[str, Any]
    """A DAG of that Airflow with a task of each kind for which nothing is set."""
    alone: dict[str, dict[str, Any]]
    """What a process reads that needs one DAG only, by that DAG, where DAGs are bundled."""

    @property
    def named(self) -> bool:
        """Say whether this Airflow knows names of assets."""
        return "name" in self.checked.project.target.airflow.assets.keywords


def environment_for(version: str) -> airflow_environments.Environment:
    """Return an Airflow, or skip (fail in CI) where it is not installed."""
    found = find(version)
    required_or_skip(f"Airflow {version}", found is not None, f"{INSTALL} {version}")
    assert found is not None
    return found


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


def judge_cases(environment: airflow_environments.Environment, folder: Path) -> dict[str, Judged | Stopped]:
    """Make every case one for an Airflow, and have all of them read in one process of it."""
    written: dict[str, tuple[Checked, Path, dict[str, str]] | Stopped] = {}
    (folder / "bare").mkdir(parents=True)
    (folder / "bare" / "bare.py").write_text(BARE, encoding="utf-8")
    keys: list[tuple[str, str | None]] = [("bare", None)]
    jobs = [Job(folder / "bare")]
    for name in CASES:
        retarget(copy_case(name, folder), environment.airflow)
        try:
            checked, modules, environ = written[name] = write_modules(folder / name, {})
        except Stopped as stopped:
            written[name] = stopped
            continue
        bundled = [dag.id for dag in checked.project.dags] if checked.project.airflow.dags_per_file > 1 else []
        for only in (None, *bundled):
            keys.append((name, only))
            jobs.append(Job(modules, environ, only, render=only is None))
    read = dict(zip(keys, judge_all(environment, jobs), strict=True))
    bare = read["bare", None]["dags"]["bare"]
    return {
        name: made
        if isinstance(made, Stopped)
        else Judged(
            environment, made[0], made[2], read[name, None], bare,
            {only: found for (case, only), found in read.items() if case == name and only is not None},
        )
        for name, made in written.items()
    }  # fmt: skip


@pytest.fixture(scope="module")
def judged(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str, str], Judged]]:
    """Return a function that gives a case as an Airflow has read it. All that the tests need is begun at once."""
    items = [item for item in request.session.items if item.path == request.path]
    wanted = dict.fromkeys(item.callspec.params["version"] for item in items if hasattr(item, "callspec"))
    environments = {version: found for version in wanted if (found := find(version)) is not None}
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(PROCESSES) as pool:
        patch.setattr("airdock.pipeline.read_host", host_for_tests)
        running = {
            version: pool.submit(judge_cases, found, tmp_path_factory.mktemp("cases") / version)
            for version, found in environments.items()
        }

        def give(version: str, name: str) -> Judged:
            environment_for(version)
            found = running[version].result()[name]
            if isinstance(found, Stopped):
                pytest.fail(f"airdock does not build {name} for Airflow {version}: {found}")
            return found

        yield give


each_case = pytest.mark.parametrize("name", CASES)
each_version = pytest.mark.parametrize("version", VERSIONS)


@each_case
@each_version
def test_case_loads_and_means_what_it_says(name: str, version: str, judged: Callable[[str, str], Judged]) -> None:
    found = judged(version, name)
    project = found.checked.project
    provider = project.target.provider
    assert found.environment.provider == provider.version
    installed = airflow_environments.requirements(version, provider.version)
    assert {*provider.forgotten()} <= {*installed}, "the image has what the judge has"
    assert found.read["import_errors"] == {}
    assert found.read["warnings"] == []
    assert set(found.read["dags"]) == {dag.id for dag in project.dags}
    for dag in project.dags:
        check_dag(dag, found)
        for task in dag.tasks:
            check_task(dag, task, found)


def check_dag(dag: Dag, judged: Judged) -> None:
    """Compare every field of a DAG: what it sets, and the defaults of all others; its schedule and its groups."""
    read = judged.read["dags"][dag.id]
    assert read["serialization_error"] is None
    fields = {key: as_list(key, value) for key, value in read["fields"].items()}
    fields["doc_md"] = fields["doc_md"] and fields["doc_md"].rstrip("\n")
    expected = fields_of(dag, judged.checked.project.target.airflow.renamed)
    for key, value in expected.items():
        assert seen(fields.get(key), value) == value, f"{dag.id}: {key}"
    for key in fields.keys() - expected.keys() - NOT_COMPARED:
        assert fields[key] == as_list(key, judged.bare["fields"].get(key)), f"{dag.id}: {key} should be the default"
    wanted = schedule_of(dag, named=judged.named)
    assert schedule_read(read["timetable"], wanted) == wanted, dag.id
    nodes: list[Task | Group] = [*dag.groups, *dag.tasks]
    inside = {group.id: [one.id for one in nodes if parent(one) == group.id] for group in dag.groups}
    assert read["groups"] == {
        group.id: {"parent": parent(group), "tooltip": group.tooltip or "", "children": sorted(inside[group.id])}
        for group in dag.groups
    }
    assert set(read["tasks"]) == {task.id for task in dag.tasks}


def parent(node: Task | Group) -> str | None:
    """Return the group that a task or group stands in."""
    around = node.group if isinstance(node, Task) else node.parent
    return None if around is None else around.id


def check_task(dag: Dag, task: Task, judged: Judged) -> None:
    """Compare every argument of an operator: what the task sets, and the defaults of all others."""
    read = judged.read["dags"][dag.id]["tasks"][task.id]
    assert read["upstream"] == sorted(needed.id for needed in task.upstream), task.id
    assert (read["group"], read["setup"], read["teardown"]) == (parent(task), task.setup, task.teardown is not None)
    clean = unmarked if task.expand else _same
    over = mapped_over(task)
    assert clean(read["expand"]) == (over or None), task.id
    first = {key: value[0] if isinstance(value, list) else value for key, value in over.items()}
    expected = arguments_of(task, judged.environ, first, named=judged.named)
    found = {key: clean(as_list(key, value)) for key, value in read["arguments"].items()}
    for key, value in expected.items():
        assert seen(found.get(key), value) == value, f"{task.id}: {key}"
    if task.kind != "operator":
        bare = judged.bare["tasks"]["service" if task.swarm else task.kind]["arguments"]
        for key in found.keys() - expected.keys() - OF_THE_DAG - {"template_ext"}:
            default = as_list(key, bare.get(key))
            assert found[key] == default, f"{task.id}: {key} should be the operator's default"
    if task.function is not None:
        assert _without_comments(found["python_callable"]["source"]) == _without_comments(task.function.source)


def _same(value: Any) -> Any:
    return value


def as_list(key: str, value: Any) -> Any:
    """Return callbacks as a list of them; some Airflows keep a single one as it is."""
    return value if not key.endswith("_callback") or value is None or isinstance(value, list) else [value]


def seen(found: Any, wanted: Any) -> Any:
    """Return what was found as far as it is to be compared: of a notifier, the arguments that are set."""
    if isinstance(wanted, list) and isinstance(found, list) and len(found) == len(wanted):
        return [seen(*pair) for pair in zip(found, wanted, strict=True)]
    if isinstance(wanted, dict) and "notifier" in wanted and isinstance(found, dict):
        set_ = {key: value for key, value in found.get("arguments", {}).items() if key in wanted["arguments"]}
        return {**found, "arguments": set_}
    return found


def _without_comments(source: str) -> list[str]:
    """Return the lines that every Airflow sends; from 3.2 it leaves out those that start with a number sign."""
    return [line for line in source.strip().splitlines() if not line.lstrip().startswith("#")]


@each_case
@each_version
def test_tasks_run_with_the_texts_that_are_written(
    name: str, version: str, judged: Callable[[str, str], Judged]
) -> None:
    found = judged(version, name)
    for dag in found.checked.project.dags:
        for task in dag.tasks:
            read = found.read["rendered"][dag.id][task.id]
            errors = [instance for instance in read if isinstance(instance, str)]
            assert errors == [], task.id
            if task.kind == "operator":
                continue
            for instance, mapped in zip(read, instances(task, OUTPUT), strict=True):
                expected = arguments_of(task, found.environ, mapped)
                for key, value in instance.items():
                    wanted = running(dag, task, expected[key]) if key in expected else None
                    assert (value or None) == (wanted or None), f"{task.id}: {key}"


def running(dag: Dag, task: Task, value: Any) -> Any:
    """Return a value as it is when the task runs: with templates filled in."""
    params = {param.name: SimpleNamespace(value=param.default) for param in dag.params}
    shape = SimpleNamespace(dag_id=dag.id, task_id=task.id, dag=SimpleNamespace(params=params))
    native = dag.options.get("render_template_as_native_obj")
    environment = NativeEnvironment() if native else Environment(autoescape=False)  # noqa: S701 - no page
    context = context_for(shape, 0)

    def fill(part: Any) -> Any:
        match part:
            case str():
                return part if part == OUTPUT else environment.from_string(part).render(context)
            case {"xcom": _}:
                return [OUTPUT]
            case {"param": name}:
                return params[name].value
            case {"Mount": inner}:
                return fill(inner)
            case list():
                return [fill(item) for item in part]
            case dict():
                return {key: fill(item) for key, item in part.items()}
            case _:
                return part

    return fill(value)


@each_version
def test_process_that_needs_one_dag_builds_no_other(version: str, judged: Callable[[str, str], Judged]) -> None:
    found = judged(version, "bundle")
    assert set(found.alone) == {dag.id for dag in found.checked.project.dags}
    for only, read in found.alone.items():
        assert read["import_errors"] == {}
        assert read["dags"] == {only: found.read["dags"][only]}
