"""DAGs that others wrote by hand and the same in airdock.toml: Airflow stores the same, but for explained differences.

tests/equivalence/NAME holds airdock.toml and differences.toml. What it is compared with are examples of the docker
provider, read from its source archive (originals.py); or original.json, what Airflow stored of an example that no
package registry has, with its source.

A difference is a path in the stored DAG (a pattern, as of file names), what they have there, what we have (nothing
where a key is not set) and why; `whatever = true` stands for any values. tests/equivalence/differences.toml is for all.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import originals
import pytest
import tomli
from airflow_judge import Job, judge_all
from presence import required_or_skip
from test_airflow import environment_for, write_modules

from conftest import REPOSITORY, host_for_tests

FOLDER = REPOSITORY / "tests" / "equivalence"
NAMES = sorted(path.parent.name for path in FOLDER.glob("*/airdock.toml"))
WHERE_THE_MODULE_LIES = {"fileloc", "relative_fileloc", "_processor_dags_folder"}
OF_EVERY_OPERATOR = {"task_id", "task_type", "downstream_task_ids", "retries", "retry_delay", "trigger_rule", "owner"}
OF_EVERY_OPERATOR |= {"pool", "start_date", "inlets", "outlets", "params", "doc_md", "_needs_expansion"}
MISSING = "<not there>"


def leaves(dags: dict[str, Any]) -> dict[str, Any]:
    """Return what Airflow stores of DAGs by path, and the arguments of their operators that it does not store."""
    found: dict[str, Any] = {}
    for id_, dag in dags.items():
        stored = {key: value for key, value in dag["stored"]["dag"].items() if key not in WHERE_THE_MODULE_LIES}
        tasks = {task["__var"]["task_id"]: task["__var"] for task in stored.pop("tasks")}
        found |= dict(_groups(stored.pop("task_group"), f"{id_}/groups"))
        found |= {f"{id_}/{key}": value for key, value in stored.items()}
        for name, task in tasks.items():
            found |= {f"{id_}/tasks/{name}/{key}": value for key, value in task.items()}
            kept = dag["tasks"][name]["arguments"] if "tasks" in dag else {}
            found |= {f"{id_}/arguments/{name}/{key}": value for key, value in kept.items() if key not in task}
    return {path: value for path, value in found.items() if value is not None}


def _groups(group: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """Return what is stored of a group and of those in it."""
    for key, value in group.items():
        if key != "children":
            yield f"{path}/{key}", sorted(value) if isinstance(value, list) else value
    yield f"{path}/children", sorted(group["children"])
    for name, (kind, inner) in group["children"].items():
        if kind == "taskgroup":
            yield from _groups(inner, f"{path}/{name}")


def comparable(path: str, theirs: dict[str, Any], ours: dict[str, Any]) -> bool:
    """Say whether what stands at a path means the same in both: of other operators, what every operator has."""
    dag, table, *rest = path.split("/")
    if table not in ("tasks", "arguments"):
        return True
    if table == "arguments" and not any(other.startswith(f"{dag}/arguments/") for other in theirs):
        return False  # of a recorded DAG there is only what is stored
    kind = f"{dag}/tasks/{rest[0]}/task_type"
    return theirs.get(kind) == ours.get(kind) or (table == "tasks" and rest[1] in OF_EVERY_OPERATOR)


def renamed(value: Any, names: dict[str, str]) -> Any:
    """Return what they have with our names of tasks and groups."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, list):
        return [renamed(item, names) for item in value]
    if isinstance(value, dict):
        return {names.get(key, key): renamed(item, names) for key, item in value.items()}
    return value


@pytest.fixture(scope="module")
def read(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], tuple[dict[str, Any], dict[str, Any]]]:
    """Return a function that gives the DAGs of an example, as they wrote them and as airdock does."""
    environment = environment_for(originals.AIRFLOW)
    base = tmp_path_factory.mktemp("equivalence")
    jobs = [Job(originals.folder())] if originals.folder().exists() else []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("airdock.pipeline.read_host", host_for_tests)
        for name in NAMES:
            _, modules, environ = write_modules(Path(shutil.copytree(FOLDER / name, base / name)), {})
            jobs.append(Job(modules, environ))
    results = judge_all(environment, jobs)
    for result in results:
        assert result["import_errors"] == {}
    ours = dict(zip(NAMES, (result["dags"] for result in results[-len(NAMES) :]), strict=True))

    def give(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
        recorded = FOLDER / name / "original.json"
        if recorded.exists():
            return json.loads(recorded.read_text(encoding="utf-8"))["dags"], ours[name]
        how = "python tests/oracles/originals.py install"
        required_or_skip("the docker provider's source archive", originals.folder().exists(), how)
        return {id_: results[0]["dags"][id_] for id_ in ours[name]}, ours[name]

    return give


@pytest.mark.parametrize("name", NAMES)
def test_every_difference_is_explained(name: str, read: Callable[[str], tuple[dict[str, Any], dict[str, Any]]]) -> None:
    theirs, ours = read(name)
    assert set(theirs) == set(ours)
    told = tomli.loads((FOLDER / name / "differences.toml").read_text(encoding="utf-8"))
    own, everywhere = (_rows(FOLDER / name / "differences.toml"), _rows(FOLDER / "differences.toml"))
    before, after = leaves(renamed(theirs, told.get("names", {}))), leaves(ours)
    unused = {row["path"] for row in own}
    for path in sorted(path for path in {*before, *after} if comparable(path, before, after)):
        one, other = before.get(path, MISSING), after.get(path, MISSING)
        if one == other:
            continue
        row = next((row for row in (*own, *everywhere) if fnmatchcase(path, row["path"])), None)
        assert row is not None, f"{path}\n theirs: {one!r}\n ours: {other!r}"
        unused.discard(row["path"])
        if not row.get("whatever"):
            assert (row.get("theirs", MISSING), row.get("ours", MISSING)) == (one, other), path
    assert unused == set(), "a difference that is none any more"


def _rows(file: Path) -> list[dict[str, Any]]:
    """Return the explained differences of a file."""
    rows: list[dict[str, Any]] = tomli.loads(file.read_text(encoding="utf-8"))["difference"]
    assert all(row["why"] for row in rows)
    return rows
