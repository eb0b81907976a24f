"""DAG modules that `airdock init` has read: made live in airdock.toml, Airflow has the same DAGs of them."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow_environments import QUICK, find
from airflow_judge import judge
from presence import required_or_skip

from commands import files, run
from conftest import REPOSITORY
from starting_situations import uncommented

BEGUN = REPOSITORY / "tests" / "begun"
AIRFLOW = QUICK[-1]
SECRETS = {"API_TOKEN": "s3cr3t-value", "SHOP_HOME": "/home/shop"}
SAME: tuple[str, ...] = (
    "retries",
    "retry_delay",
    "execution_timeout",
    "mem_limit",
    "working_dir",
    "cap_add",
    "extra_hosts",
    "owner",
)
SAME += ("device_requests", "ulimits", "shm_size", "skip_on_exit_code", "xcom_all", "tty", "trigger_rule", "user")
SAME += ("do_xcom_push", "force_pull", "depends_on_past", "multiple_outputs", "bash_command", "entrypoint")
"""Arguments that have to be as they were, where an operator has them."""
OF_DAG = ("dag_id", "description", "start_date", "catchup", "max_active_runs", "dagrun_timeout", "doc_md", "params")


@pytest.fixture
def begun(tmp_path: Path, fixed_host: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> Path:
    """A folder with DAG modules of the user's, in which a project was begun."""
    fixed_host(SECRETS)
    folder = tmp_path / "shop"
    shutil.copytree(BEGUN, folder)
    for module in (folder / "dags").rglob("*.py"):
        module.write_text(module.read_text(encoding="utf-8").replace("@ROOT@", str(folder)), encoding="utf-8")
    before = files(folder)
    assert run("init", folder) == 0
    assert {name: data for name, data in files(folder).items() if name in before} == before
    assert run("build", "-C", folder, "--strict") == 0
    assert capsys.readouterr().err == ""
    return folder


def make_live(folder: Path) -> None:
    """Do what the comments in airdock.toml say: number signs away, functions moved, modules deleted."""
    path = folder / "airdock.toml"
    text = path.read_text(encoding="utf-8")
    for dag in ("classic", "assigned-one", "decorated"):
        text = uncommented(text, f"## DAG {dag}.")
    path.write_text(text, encoding="utf-8")
    moves = re.findall(r"(?m)^## First move the function (\w+) \((\S+):(\d+)\) to (\S+), without", text)
    for name, module, line, target in moves:
        source = (folder / module).read_text(encoding="utf-8")
        (function,) = (
            node
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.FunctionDef) and (node.name, str(node.lineno)) == (name, line)
        )
        function.decorator_list = []
        (folder / target).parent.mkdir(exist_ok=True)
        with (folder / target).open("a", encoding="utf-8") as stream:
            stream.write(f"{ast.unparse(function)}\n\n\n")
    assert [name for name, *_ in moves] == ["make", "use"]
    for module in re.findall(r"(?m)^## delete (\S+), and run", text):
        (folder / module).unlink()


def test_what_airflow_makes_of_them_is_the_same(begun: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = find(AIRFLOW)
    required_or_skip(f"Airflow {AIRFLOW}", environment is not None, "tests/oracles/airflow_environments.py install")
    assert environment is not None
    before = judge(environment, begun / "dags", SECRETS)
    assert before["import_errors"] == {}
    make_live(begun)
    assert run("build", "-C", begun) == 0, capsys.readouterr().err
    assert set(re.findall(r"AD\d+", capsys.readouterr().err)) == {"AD316"}
    values = dict(re.findall(r"(?m)^(AIRDOCK\w+)='(.*)'$", (begun / ".env").read_text(encoding="utf-8")))
    values["AIRDOCK_HOST_DIR"] = str(begun)
    after = judge(environment, begun / "dags", values)
    assert after["import_errors"] == {}
    assert after["dags"].keys() == before["dags"].keys() == {"classic", "assigned-one", "decorated"}
    for name, old in before["dags"].items():
        new = after["dags"][name]
        assert new["timetable"] == old["timetable"]
        for key in OF_DAG:
            assert new["fields"].get(key) == old["fields"].get(key), (name, key)
        assert sorted(new["fields"]["tags"]) == sorted(old["fields"]["tags"])
        tasks = {id_.rpartition(".")[2]: task for id_, task in old["tasks"].items()}
        assert new["tasks"].keys() == tasks.keys()
        for id_, task in tasks.items():
            check_task(new["tasks"][id_], task)


def check_task(new: dict[str, Any], old: dict[str, Any]) -> None:
    """Compare a task of airdock's with the one it came from."""
    assert new["upstream"] == sorted(id_.rpartition(".")[2] for id_ in old["upstream"])
    assert (new["group"] or "").rpartition(".")[2] == (old["group"] or "").rpartition(".")[2]
    made, given = new["arguments"], old["arguments"]
    for key in SAME:
        # A function is started by the operator, so airdock takes an image's entrypoint away.
        if key in given and not (key == "entrypoint" and "op_kwargs" in given):
            assert lower(made.get(key)) == lower(given[key]), (given["task_id"], key)
    if "image" not in given:
        assert new["type"] == old["type"]
        return
    assert made["image"] == given["image"]
    if "op_kwargs" in given:
        # Positions have become names.
        assert sorted(map(str, made["op_kwargs"].values())) == sorted(
            map(str, [*given.get("op_args", []), *given["op_kwargs"].values()])
        )
    else:
        command = given["command"]
        assert made["command"] == (shlex.split(command) if isinstance(command, str) else command)
    assert [settled(mount) for mount in made["mounts"]] == [settled(mount) for mount in given["mounts"]]
    assert made["environment"] | made["private_environment"] == {
        key: f'{{{{ ti.xcom_pull(task_ids="{value["xcom"][0]}") }}}}' if isinstance(value, dict) else value
        for key, value in (given["environment"] | given["private_environment"]).items()
    }
    assert made["network_mode"] == (given["network_mode"] or "shop_default")


def lower(value: Any) -> Any:
    """Return a value that is said in two ways as one: sizes with a unit, users by number."""
    same = {"512m": 512 * 1024**2, "1000": 1000}
    return same.get(value.lower(), value) if isinstance(value, str) else value


def settled(mount: dict[str, Any]) -> dict[str, Any]:
    """Return a mount with nothing where a default is written out."""
    return {key: value for key, value in mount["Mount"].items() if value not in (None, False)}


def test_secrets_are_not_copied(begun: Path) -> None:
    for name, data in files(begun).items():
        if not name.startswith("dags/classic.py"):
            assert b"s3cr3t-value" not in data, name


OF_AIRFLOW_2 = """\
from datetime import datetime

from airflow import DAG
from airflow.providers.docker.operators.docker import DockerOperator

with DAG("unsaid", start_date=datetime(2024, 1, 1), default_args={"retries": 1, "owner": "me"}):
    DockerOperator(task_id="t", image="alpine:3.20", command="echo {{ ds }}")
with DAG("said", schedule="0 3 * * *", start_date=datetime(2024, 1, 1), catchup=False):
    DockerOperator(task_id="t", image="alpine:3.20", command="echo {{ ds }}")
"""


def test_what_airflow_2_does_unasked_stays(tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    environment = find(QUICK[0])
    required_or_skip(f"Airflow {QUICK[0]}", environment is not None, "tests/oracles/airflow_environments.py install")
    assert environment is not None
    fixed_host()
    module = tmp_path / "dags" / "m.py"
    module.parent.mkdir()
    module.write_text(OF_AIRFLOW_2, encoding="utf-8")
    (tmp_path / "Dockerfile").write_text(f"FROM apache/airflow:{QUICK[0]}\n", encoding="utf-8")
    before = judge(environment, tmp_path / "dags", {})
    assert run("init", tmp_path) == 0
    path = tmp_path / "airdock.toml"
    path.write_text(re.sub(r"(?m)^#(?: |$)", "", path.read_text(encoding="utf-8")), encoding="utf-8")
    for gone in (module, tmp_path / "Dockerfile"):
        gone.unlink()
    assert run("build", "-C", tmp_path, "--strict") == 0
    after = judge(environment, tmp_path / "dags", {"AIRDOCK_HOST_DIR": str(tmp_path)})
    assert before["import_errors"] == after["import_errors"] == {}
    assert before["dags"].keys() == after["dags"].keys() == {"said", "unsaid"}
    for name, old in before["dags"].items():
        new = after["dags"][name]
        assert new["timetable"] == old["timetable"]
        for key in OF_DAG:
            assert new["fields"].get(key) == old["fields"].get(key), (name, key)
        assert new["tasks"]["t"]["arguments"]["retries"] == old["tasks"]["t"]["arguments"]["retries"]
        assert new["tasks"]["t"]["arguments"]["owner"] == old["tasks"]["t"]["arguments"]["owner"]
