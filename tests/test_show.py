"""`airdock show`: every value has the place that set it, and nothing secret is among them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airdock.diagnostics import Report
from airdock.load.document import load_document
from commands import CANARY, ERROR, GOOD, WARNING, run, write_project
from conftest import CASES

Shown = dict[str, Any]


@pytest.fixture
def show(fixed_host: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> Callable[..., Shown]:
    """Return a function that gives what is shown of a folder."""

    def shown(folder: Path, *name: str) -> Shown:
        fixed_host()
        assert run("show", "-C", folder, *name) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        found: Shown = json.loads(printed.out)
        return found

    return shown


def leaves(shown: Any) -> Iterator[Shown]:
    if isinstance(shown, dict) and "from" in shown and "value" in shown:
        yield shown
    elif isinstance(shown, dict | list):
        for inner in shown.values() if isinstance(shown, dict) else shown:
            yield from leaves(inner)


def line_of(leaf: Shown) -> str:
    file, line, column = leaf["from"].rsplit(":", 2)
    text = Path(file).read_text(encoding="utf-8-sig").splitlines()[int(line) - 1]
    assert int(column) <= len(text)
    return text


def stands_there(leaf: Shown) -> bool:
    """Say whether the last word of a key, or the mount at an index, stands in the line."""
    last = leaf["key"].rpartition(".")[2].strip('"')
    return (leaf["value"]["mount"] if last.isdigit() and "mount" in leaf["value"] else last) in line_of(leaf)


@pytest.mark.parametrize("name", CASES)
def test_every_key_of_a_task_is_shown_with_the_line_where_it_stands(name: str, show: Callable[..., Shown]) -> None:
    dags: Any = load_document(CASES[name], "airdock.toml", Report()).values.get("dags", {})
    shown = show(CASES[name])["dags"]
    for dag, written in dags.items():
        for task, keys in written.get("tasks", {}).items():
            found = shown[dag]["tasks"][task]
            for key, value in keys.items():
                own = [leaf for leaf in leaves(found.get(key)) if leaf.get("key", "").startswith(f"dags.{dag}.tasks.")]
                assert value in ({}, []) or (own and all(map(stands_there, own))), (dag, task, key, found.get(key))


@pytest.mark.parametrize("name", CASES)
def test_every_place_is_one(name: str, show: Callable[..., Shown]) -> None:
    found = list(leaves(show(CASES[name])))
    assert found
    for leaf in found:
        assert ("key" in leaf) == (leaf["from"] != "built-in")
        assert leaf["from"] == "built-in" or stands_there(leaf), leaf


@pytest.mark.parametrize("defaults", ["", "[defaults.dag]\ncatchup = true\n[defaults.task]\ntty = true\n"])
def test_keys_stand_in_the_order_of_the_language(defaults: str, tmp_path: Path, show: Callable[..., Shown]) -> None:
    # A set of texts, such as pydantic gives of the keys that are written, has another order in each run.
    dag = {"owner": "o", "tags": ["x"], "description": "d", "timezone": "Asia/Tokyo", "schedule": "@daily"}
    task = {"hostname": "h", "memory": "64m", "workdir": "/x", "retries": 1, "command": ["true"], "image": "shell"}
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in dag.items())
    text += "[dags.first.tasks.one]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in task.items())
    shown = show(write_project(tmp_path, f"{GOOD}{defaults}[dags.first]\n{text}"))["dags"]["first"]
    assert [key for key in shown if key in dag] == list(reversed(dag))
    assert [key for key in shown["tasks"]["one"] if key in task] == list(reversed(task))


def test_nearest_place_is_shown(show: Callable[..., Shown]) -> None:
    folder = CASES["defaults"]
    lines = (folder / "airdock.toml").read_text().splitlines()
    tasks = show(folder)["dags"]["near"]["tasks"]

    def keys(task: str, name: str) -> tuple[object, str, str]:
        leaf = tasks[task][name]
        return leaf["value"], leaf["key"], lines[int(leaf["from"].split(":")[-2]) - 1]

    assert keys("overrides", "retries") == (3, "dags.near.tasks.overrides.retries", "retries = 3")
    assert keys("inherits", "retries") == (2, "dags.near.defaults.retries", "retries = 2")
    assert keys("operator", "retries")[1] == "dags.near.defaults.retries"
    assert keys("inherits", "memory") == ("64m", "defaults.task.memory", 'memory = "64m"')
    assert keys("inherits", "owner") == ("data", "defaults.dag.owner", 'owner = "data"')
    assert tasks["inherits"]["remove"] == {"value": "always", "from": "built-in"}
    assert tasks["inherits"]["network"] == {"value": "defaults_default", "from": "built-in"}
    assert tasks["inherits"]["shell"] == {"value": ["/bin/sh", "-ec"], "from": "built-in"}
    environment = {name: (leaf["value"], leaf["key"]) for name, leaf in tasks["overrides"]["env"].items()}
    assert environment == {
        "TIER": ({"variable": "tier"}, "defaults.task.env.TIER"),
        "LEVEL": ("task", "dags.near.tasks.overrides.env.LEVEL"),
        "OWN": ("1", "dags.near.tasks.overrides.env.OWN"),
    }
    # A default that a nearer key rules out, or that the kind has no key for, is none of the task's.
    assert "script" not in tasks["overrides"]
    assert not {"script", "image", "mounts", "env", "memory"} & set(tasks["operator"])
    assert "script" not in tasks["function"]


def test_values_are_what_is_meant(show: Callable[..., Shown]) -> None:
    shown = show(CASES["example"])
    task = shown["dags"]["orders"]["tasks"]["load"]
    assert task["image"]["name"] == "etl"
    assert task["image"]["value"] == shown["images"]["etl"]["reference"]["value"]
    assert task["image"]["value"].startswith("shop-etl:")
    assert task["upstream"] == {"value": ["clean"], "from": "built-in"}
    assert task["mounts"][0]["value"]["target"] == "/data"
    assert task["mounts"][0]["key"] == "defaults.task.mounts.0"
    assert shown["airflow"]["dags_folder"] == {"value": "dags", "from": "built-in"}
    assert shown["variables"]["currency"]["value"] == "EUR"


def test_included_file_is_named(show: Callable[..., Shown]) -> None:
    files = {leaf["from"].rsplit(":", 2)[0] for leaf in leaves(show(CASES["includes"]))} - {"built-in"}
    assert len(files) > 1
    assert all(Path(file).is_file() for file in files)


def test_one_dag_or_task_is_at_the_same_place(show: Callable[..., Shown]) -> None:
    whole = show(CASES["groups"])["dags"]
    assert show(CASES["groups"], "cluster") == {"dags": {"cluster": whole["cluster"]}}
    task = show(CASES["groups"], "cluster.drop-it")
    assert task == {"dags": {"cluster": {"tasks": {"drop-it": whole["cluster"]["tasks"]["drop-it"]}}}}


def test_nothing_secret_is_shown(
    tmp_path: Path, fixed_host: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    fixed_host({"HOST_SECRET": f"{CANARY}-host"})
    (tmp_path / "secret.txt").write_text(f"{CANARY}-file")
    (tmp_path / "task.env").write_text(f"A={CANARY}-variables\n")
    text = f"""
[connections.one]
type = "http"
host = "example.org"
login = {{ env = "LOGIN", default = "{CANARY}-default" }}
password = "{CANARY}-password"
extra = {{ api_key = "{CANARY}-extra", region = "eu", token = {{ file = "secret.txt" }} }}

[connections.two]
uri = "postgres://me:{CANARY}-uri@db/x"

[variables]
service_token = "{CANARY}-variable"
address = "https://me:{CANARY}-address@example.org/"

[compose.services.db]
image = "postgres:16"
environment = {{ POSTGRES_PASSWORD = "{CANARY}-service" }}

[dags.first.tasks.b]
image = "shell"
env_files = ["task.env"]
env = {{ DB_PASSWORD = "{CANARY}-literal", FROM = {{ env = "HOST_SECRET", default = "{CANARY}-or" }} }}
"""
    write_project(tmp_path, GOOD + text)
    (tmp_path / ".gitignore").write_text(".env\n")
    assert run("show", "-C", tmp_path) == 0
    printed = capsys.readouterr()
    assert CANARY not in printed.out + printed.err
    shown = json.loads(printed.out)
    assert shown["connections"]["one"]["password"]["value"] == "***"
    assert shown["connections"]["one"]["login"]["value"] == {"env": "LOGIN", "default": "***"}
    assert shown["connections"]["one"]["extra"]["region"]["value"] == "eu"
    assert shown["connections"]["one"]["extra"]["token"]["value"] == {"file": "secret.txt"}
    assert shown["dags"]["first"]["tasks"]["b"]["env"]["A"]["value"] == {"file": "task.env"}


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("frist", ['there is no DAG "frist"', 'did you mean "first"?']),
        ("first.b", ['DAG "first" has no task "b"', "tasks: a"]),
        ("first.", ['DAG "first" has no task ""']),
    ],
)
def test_unknown_name_is_exit_code_2(
    name: str,
    sentences: list[str],
    tmp_path: Path,
    fixed_host: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    fixed_host()
    assert run("show", "-C", write_project(tmp_path, GOOD), name) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    for sentence in sentences:
        assert sentence in printed.err


def test_errors_go_to_standard_error_and_warnings_nowhere(
    tmp_path: Path,
    fixed_host: Callable[..., None],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fixed_host()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert run("show", "-C", write_project(tmp_path, ERROR)) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "error[AD201]" in printed.err
    assert run("show", "-C", write_project(tmp_path, WARNING)) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert json.loads(printed.out)
