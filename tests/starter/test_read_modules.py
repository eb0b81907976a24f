"""What `airdock init` reads of DAG modules: each call to its table, and what cannot be read to its line."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import tomli

from commands import files, run

HEAD = """\
from airflow import DAG
from airflow.models.baseoperator import chain, cross_downstream
from airflow.decorators import dag, task
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.providers.docker.operators.docker_swarm import DockerSwarmOperator
from airflow.operators.empty import EmptyOperator
from airflow.utils.task_group import TaskGroup
from datetime import datetime, timedelta
from docker.types import Mount
import os, pendulum
"""


def begin(folder: Path, source: str, capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    """Begin a project beside a module; return airdock.toml with all of it live, and what was printed."""
    (folder / "dags").mkdir(exist_ok=True)
    (folder / "dags" / "x.py").write_text(HEAD + textwrap.dedent(source), encoding="utf-8")
    assert run("init", folder) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    text = (folder / "airdock.toml").read_text(encoding="utf-8")
    live = re.sub(r"(?m)^#(?: |$)", "", text) if "## DAG" in text else text
    return tomli.loads(live), printed.out


def in_dag(tasks: str) -> str:
    return 'with DAG("d", schedule=None) as dag:\n' + textwrap.indent(textwrap.dedent(tasks), "    ")


TASK = 'DockerOperator(task_id="t", image="a:1", {})'


@pytest.mark.parametrize(
    ("argument", "table"),
    [
        ('command="echo hi"', {"command": "echo hi"}),
        ("command=['a', f'{1}b', 'c' + 'd']", {"command": ["a", "1b", "cd"]}),
        ('command=\'["a", "b"]\'', {"command": ["a", "b"]}),
        ("environment={'A': 1, 'B': os.environ['C'], **{'D': 'x'}}", {"env": {"A": "1", "B": {"env": "C"}, "D": "x"}}),
        ("environment={'A': os.getenv('B', 'c')}", {"env": {"A": {"env": "B", "default": "c"}}}),
        ("environment={'API_KEY': 'k-123'}", {"env": {"API_KEY": {"env": "API_KEY"}}}),
        ("environment={'API_KEY': '{{ conn.a.password }}'}", {"env": {"API_KEY": "{{ conn.a.password }}"}}),
        ("environment={'URL': 'http://u:pa55w0rd@h'}", {"env": {"URL": {"env": "URL"}}}),
        ("environment={'A': 'b'}, private_environment={'C': 'd'}", {"env": {"A": "b", "C": {"env": "C"}}}),
        ("retries=2, retry_delay=timedelta(minutes=90)", {"retries": 2, "retry_delay": "1h30m"}),
        ("execution_timeout=timedelta(days=8, seconds=1)", {"timeout": "1w1d1s"}),
        ("timeout=60", {"api_timeout": "1m"}),
        ("mem_limit='2GB', shm_size='64M'", {"memory": "2g", "shm_size": "64m"}),
        ("port_bindings={8080: 80}", {"ports": {"8080": 80}}),
        ("skip_on_exit_code=[1, 2]", {"skip_exit_codes": [1, 2]}),
        ("auto_remove='never'", {"remove": "never"}),
        ("auto_remove=True", {}),
        ("xcom_all=True", {"xcom": "all"}),
        ("do_xcom_push=False", {"xcom": "none"}),
        ("retrieve_output=True, retrieve_output_path='/o'", {"xcom": {"pickle": "/o"}}),
        ("network_mode='host'", {"network": "host"}),
        ("docker_url='unix:///var/run/docker.sock', api_version='auto', mount_tmp_dir=False", {}),
        ("trigger_rule='all_done', hostname=None", {"trigger_rule": "all_done"}),
        ("mounts=[]", {}),
        ('doc_md="x" if False else None', None),
        ("command=open('x').read()", None),
        ("command='/run.sh'", None),
        ("command=['a', os.environ['B']]", None),
        ("user=Mount('/a', 'b')", None),
        ("labels={'a': os.environ['B']}", None),
        ("command=['a', 1]", {"command": ["a", "1"]}),
        ("docker_conn_id='reg'", None),
        ("docker_url='tcp://h:2375'", None),
        ("pool='gpu'", None),
        ("on_failure_callback=print", None),
        ("retry_delay=timedelta(milliseconds=5)", None),
        ("mounts=[Mount(source='rel', target='/x', type='bind')]", None),
        ("image=os.environ['I']", None),
        ("**ARGS", None),
    ],
)
def test_argument(
    argument: str, table: dict[str, Any] | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = TASK.format(argument) if "image=" not in argument else f'DockerOperator(task_id="t", {argument})'
    data, printed = begin(tmp_path, in_dag(call), capsys)
    if table is None:
        assert f"  dags/x.py:{HEAD.count(chr(10)) + 2}: " in printed
        return
    assert data["dags"]["d"]["tasks"]["t"] == {"image": "a"} | table
    secret = [line for line in printed.splitlines() if "into .env" in line]
    assert ("dags/x.py" in printed.split("For you to look at")[-1]) is bool(secret) or "For you" not in printed


@pytest.mark.parametrize(
    ("mount", "table", "use"),
    [
        ("Mount('/t', 'vol')", {"volume": "vol", "external": True, "target": "/t"}, "vol"),
        ("Mount('/t', 'shop_vol')", {"volume": "vol", "target": "/t"}, "vol"),
        ("Mount(target='/t', source='/etc', type='bind')", {"source": "/etc", "target": "/t"}, "etc"),
        (
            "Mount(target='/t', source='@/in', type='bind', read_only=True)",
            {"source": "in", "create": True, "target": "/t", "read_only": True},
            "in",
        ),
        ("Mount('/t', os.environ['DIR'], 'bind')", {"source": {"env": "DIR"}, "target": "/t"}, "dir"),
        ("Mount('/t', None, 'tmpfs', tmpfs_size=100, tmpfs_mode=0o1777)", None, "t"),
    ],
)
def test_mount(
    mount: str, table: dict[str, Any] | None, use: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    call = TASK.format(f"mounts=[{mount}]").replace("@", str(folder))
    data, _ = begin(folder, in_dag(call), capsys)
    assert data["dags"]["d"]["tasks"]["t"]["mounts"] == [use]
    assert data["mounts"][use] == (table or {"tmpfs": 100, "mode": "1777", "target": "/t"})


def test_mount_that_appears_in_two_places_is_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mounts = "[Mount('/a', 'v'), Mount('/b', 'v', read_only=True)]"
    data, _ = begin(tmp_path, in_dag(TASK.format(f"mounts={mounts}")), capsys)
    assert list(data["mounts"]) == ["v"]
    assert data["dags"]["d"]["tasks"]["t"]["mounts"] == ["v", {"mount": "v", "target": "/b", "read_only": True}]


THREE = "".join(f'{name} = DockerOperator(task_id="{name}", image="a:1")\n' for name in "abc")


@pytest.mark.parametrize(
    ("lines", "after"),
    [
        ("a >> b >> c", {"b": ["a"], "c": ["b"]}),
        ("a << [b, c]", {"a": ["b", "c"]}),
        ("[a, b] >> c", {"c": ["a", "b"]}),
        ("a.set_downstream([b, c])", {"b": ["a"], "c": ["a"]}),
        ("a.set_upstream(b)", {"a": ["b"]}),
        ("chain(a, [b], c)", {"b": ["a"], "c": ["b"]}),
        ("cross_downstream([a], [b, c])", {"b": ["a"], "c": ["a"]}),
        ("both = [a, b]\nboth >> c", {"c": ["a", "b"]}),
        ("a >> EmptyOperator(task_id='e') >> b", {"e": ["a"], "b": ["e"]}),
        ("a >> b\na >> b", {"b": ["a"]}),
    ],
)
def test_order(lines: str, after: dict[str, list[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, printed = begin(tmp_path, in_dag(THREE + lines), capsys)
    tasks = data["dags"]["d"]["tasks"]
    assert {id_: task["after"] for id_, task in tasks.items() if "after" in task} == after
    assert "For you to look at" not in printed


@pytest.mark.parametrize(
    "lines",
    ["a >> other", "for x in (a, b):\n    x >> c", "if c:\n    a >> b", "sum([a]) >> b"],
)
def test_order_that_cannot_be_read_has_its_line(lines: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, printed = begin(tmp_path, in_dag(THREE + lines), capsys)
    assert re.search(r"(?m)^  dags/x\.py:\d+: who waits for whom: ", printed)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('with DAG("d") as dag:\n    for x in "ab":\n        DockerOperator(task_id=x, image="a:1")', "made by a loop"),
        ('with DAG("d") as dag:\n    if dag:\n        DockerOperator(task_id="x", image="a:1")', "made by a condition"),
        (
            'def make():\n    return DockerOperator(task_id="x", image="a:1")',
            "in no DAG that can be read|function make",
        ),
        ('with DAG("d"):\n    [DockerOperator(task_id=x, image="a:1") for x in "ab"]', "made by an expression"),
        ('with DAG("d"):\n    DockerOperator.partial(task_id="x", image="a:1").expand(command=["a"])', "is mapped"),
        ("class Mine(DockerOperator):\n    pass", "an operator of your own"),
        ('@task.docker(image="a:1")\ndef f():\n    pass', r"f\(\) runs in a container, in no DAG"),
        ('with DAG("d.e"):\n    DockerOperator(task_id="x", image="a:1")', "an id that airdock.toml cannot have"),
        ('with DAG("d"):\n    DockerOperator(task_id="x.y", image="a:1")', "an id that airdock.toml cannot have"),
        ('with DAG(ID()):\n    DockerOperator(task_id="x", image="a:1")', "an id that airdock.toml cannot have"),
        ('with DAG("d"):\n    DockerSwarmOperator(task_id="x", image="a:1")', "swarm"),
    ],
)
def test_what_is_made_when_the_module_runs_is_told(
    source: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, printed = begin(tmp_path, source, capsys)
    assert re.search(rf"(?m)^  dags/x\.py:\d+: .*({told})", printed), printed


@pytest.mark.parametrize(
    ("arguments", "table"),
    [
        ('schedule="@daily", start_date=datetime(2024, 1, 2)', {"schedule": "@daily", "start_date": "2024-01-02"}),
        ("schedule_interval=timedelta(hours=6)", {"schedule": {"every": "6h"}}),
        ("tags=['a'], max_active_runs=1, concurrency=2", {"tags": ["a"], "max_active_runs": 1, "max_active_tasks": 2}),
        ("dagrun_timeout=timedelta(hours=1), is_paused_upon_creation=True", {"timeout": "1h", "paused": True}),
        ("default_args={'owner': 'me', 'retries': 1}", {"owner": "me", "defaults": {"retries": 1}}),
        ("params={'a': 1}", {"params": {"a": 1}}),
        (
            "start_date=pendulum.datetime(2024, 1, 2, 3, tz='Asia/Tokyo')",
            {"start_date": "2024-01-02 03:00:00", "timezone": "Asia/Tokyo"},
        ),
    ],
)
def test_dag(arguments: str, table: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call = f'with DAG("d", {arguments}) as dag:\n    {TASK.format("retries=0")}\n'
    data, printed = begin(tmp_path, call, capsys)
    found = data["dags"]["d"]
    del found["tasks"]
    assert {key: str(value) if key == "start_date" else value for key, value in found.items()} == table
    assert "For you to look at" not in printed


def test_what_airflow_2_takes_by_default_is_written_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "FROM apache/airflow:2.10.5\n"
    (tmp_path / "Dockerfile").write_text(text, encoding="utf-8")
    data, _ = begin(tmp_path, in_dag(TASK.format("retries=0")).replace(", schedule=None", ""), capsys)
    assert data["airflow"]["version"] == "2.10.5"
    assert data["dags"]["d"] == data["dags"]["d"] | {"catchup": True, "schedule": {"every": "1d"}}


@pytest.mark.parametrize(
    "source",
    [
        "IMAGE = 'a:1'\nIMAGE = 'b:1'\n",
        "IMAGE = 'a:1'\nif IMAGE:\n    IMAGE = 'b:1'\n",
        "IMAGE = 'a:1'\nfor IMAGE in 'bc':\n    pass\n",
        "IMAGE = 'a:1'\nIMAGE += 'b'\n",
        "ALL = {'i': 'a:1'}\nALL['i'] = 'b:1'\nIMAGE = ALL['i']\n",
        "ALL = ['a:1']\nALL.append('b:1')\nIMAGE = ALL[-1]\n",
        "IMAGE = 'a:1'\ndef f(IMAGE):\n    pass\n",
        "from mine import IMAGE\n",
        "IMAGE = IMAGE\n",
    ],
)
def test_name_that_may_stand_for_something_else_is_not_read(
    source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = in_dag('DockerOperator(task_id="t", image=IMAGE)')
    data, printed = begin(tmp_path, source + call, capsys)
    assert re.search(r"image: .* is known only when the module runs", printed)
    assert "image" not in data["dags"]["d"]["tasks"]["t"]


def test_variable_that_holds_something_else_by_now_is_no_task(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, printed = begin(tmp_path, in_dag(f"{THREE}a = object()\na >> b"), capsys)
    assert "who waits for whom: a >> b cannot be read" in printed
    assert "after" not in data["dags"]["d"]["tasks"]["b"]


def test_mounts_that_do_not_go_together_are_comments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    # One key of Compose cannot be the project's own volume and one that is there already.
    data, _ = begin(folder, in_dag(TASK.format("mounts=[Mount('/a', 'shop_v'), Mount('/b', 'v')]")), capsys)
    assert list(data["mounts"]) == ["v", "v-2"]
    text = (folder / "airdock.toml").read_text(encoding="utf-8")
    assert "mounts" not in tomli.loads(text)
    assert run("build", "-C", folder, "--strict") == 0


def test_documentation_of_the_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dags").mkdir()
    source = f'"""# Title"""\n{HEAD}with DAG("d", doc_md=__doc__):\n    {TASK.format("retries=0")}\n'
    (tmp_path / "dags" / "x.py").write_text(source, encoding="utf-8")
    assert run("init", tmp_path) == 0
    assert '\n# doc = "# Title"\n' in (tmp_path / "airdock.toml").read_text(encoding="utf-8")
    assert "For you to look at" not in capsys.readouterr().out


def test_login_in_dotenv_is_the_connection_of_the_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".env").write_text("AIRFLOW_CONN_REG=docker://robot:hunter2@registry.example.org\n", encoding="utf-8")
    data, printed = begin(tmp_path, in_dag(TASK.format("docker_conn_id='reg'")), capsys)
    assert data["connections"] == {"reg": {"uri": {"env": "AIRFLOW_CONN_REG"}}}
    assert data["dags"]["d"]["tasks"]["t"]["connection"] == "reg"
    assert "For you to look at" not in printed
    text = re.sub(r"(?m)^#(?: |$)", "", (tmp_path / "airdock.toml").read_text(encoding="utf-8"))
    (tmp_path / "airdock.toml").write_text(text, encoding="utf-8")
    (tmp_path / "dags" / "x.py").unlink()
    assert run("build", "-C", tmp_path, "--strict") == 0


def test_nothing_is_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trap = tmp_path / "trap"
    source = f'open({str(trap)!r}, "w")\nimport no_such_module\n' + in_dag(TASK.format("retries=1"))
    data, _ = begin(tmp_path, source, capsys)
    assert data["dags"]["d"]["tasks"]["t"] == {"image": "a", "retries": 1}
    assert not trap.exists()


def test_two_dags_of_a_module_have_to_be_taken_out_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = in_dag(TASK.format("retries=0"))
    begin(tmp_path, f"{one}\n" + one.replace('"d"', '"e"'), capsys)
    text = (tmp_path / "airdock.toml").read_text(encoding="utf-8")
    assert text.count("## take it out of dags/x.py, which has others, and run airdock build.\n") == 2
    assert "## delete" not in text


def test_folders_that_hold_no_dags_are_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    module = HEAD + in_dag(TASK.format("retries=0"))
    for folder in ("node_modules", "logs", ".venv", "env", "__pycache__", "kept"):
        (tmp_path / "dags" / folder).mkdir(parents=True)
        (tmp_path / "dags" / folder / "m.py").write_text(module, encoding="utf-8")
    (tmp_path / "dags" / "env" / "pyvenv.cfg").touch()
    assert run("init", tmp_path) == 0
    printed = capsys.readouterr().out
    assert "dags/kept/m.py: DAG d" in printed
    assert printed.count("m.py") == 1
    assert "dags/kept/m.py" in files(tmp_path)
