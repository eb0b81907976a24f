"""Projects by chance: every artifact parses, holds the values of airdock.toml, and a second build changes nothing."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from projects import ENV_FILE, FILES, HOST, Table, projects
from read_modules import Call, ReadTask, read_module
from ruamel.yaml import YAML

from airdock.cli import main
from airdock.load.dotenv import read_dotenv
from conftest import host_for_tests
from mutants import document

SETTINGS = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # A failing project is read as it is: making it smaller takes a build for each try.
    phases=(Phase.explicit, Phase.generate),
)


def text_of(values: Table) -> str:
    """Return values as TOML; dates are dates."""
    return document(values).replace('start_date = "2026-01-01"', "start_date = 2026-01-01")


def built(values: Table, folder: Path) -> dict[str, bytes]:
    """Build the project twice, and return what was written."""
    put_files(folder)
    (folder / "airdock.toml").write_text(text_of(values), encoding="utf-8", newline="\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("airdock.pipeline.read_host", lambda root: host_for_tests(root, HOST))
        said = io.StringIO()
        with redirect_stderr(said), redirect_stdout(said):
            assert main(["build", "-C", str(folder)]) == 0, said.getvalue()
            said.truncate(0)
            assert main(["build", "-C", str(folder), "--exit-code"]) == 0, said.getvalue()
        assert "nothing to do" in said.getvalue()
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {path: data for path, data in found.items() if path not in ("airdock.toml", *FILES)}


def put_files(folder: Path) -> None:
    for path, text in FILES.items():
        (folder / path).write_text(text, encoding="utf-8", newline="\n")


def check_modules(values: Table, sources: list[str]) -> None:
    dags = {dag.arguments["dag_id"]: dag for source in sources for dag in read_module(source)}
    assert set(dags) == set(values["dags"])
    for id_, wanted in values["dags"].items():
        found = dags[id_]
        assert found.arguments["description"] == wanted["description"]
        assert found.arguments["catchup"] == wanted["catchup"]
        assert found.arguments.get("tags", []) == wanted["tags"]
        assert {name: group["tooltip"] for name, group in found.groups.items()} == {
            name: group["tooltip"] for name, group in wanted["groups"].items()
        }
        assert found.groups["inner"]["parent_group"] == "<agroup>"
        check_params(wanted["params"], found.arguments["params"])
        assert called(found.arguments["on_success_callback"]) == callbacks(wanted["on_success"])
        check_schedule(values, wanted["schedule"], found.arguments)
        assert set(found.tasks) == set(wanted["tasks"])
        for task_id, task in wanted["tasks"].items():
            assert differences(values, found.tasks[task_id], task) == [], (id_, task_id)


def check_params(wanted: Table, found: Table) -> None:
    param = found["aparam"]
    assert param.name == "Param"
    assert param.keywords == wanted["aparam"]
    assert found["chosen"].keywords == wanted["chosen"]
    assert found["short"] == wanted["short"]


def called(value: Any) -> Any:
    """Return notifiers and functions as names with their arguments."""
    match value:
        case list():
            return [called(item) for item in value]
        case Call():
            return {value.name.rpartition(".")[2]: value.keywords}
        case _:
            return value.strip("<>").rpartition(".")[2]


def callbacks(value: Any) -> Any:
    if isinstance(value, list):
        found = [callbacks(item) for item in value]
        return found if len(found) > 1 else found[0]
    return {"Notifier": value["args"]} if "notifier" in value else "notify"


def check_schedule(values: Table, wanted: Any, dag: Table) -> None:
    text = repr(dag["schedule"])
    match wanted:
        case str():
            assert wanted in text
        case {"timetable": _, "args": args}:
            assert called(dag["schedule"]) == {"Table": args}
        case {"every": _}:
            assert dag["schedule"].keywords == {"seconds": 6 * 3600}
        case _:
            names = wanted.get("assets", wanted.get("any", []))
            assert wanted.get("cron", "") in text
            assert wanted.get("timezone", "") in text
            assert assets_in(dag["schedule"]) == [wanted_asset(values, name) for name in names]


def wanted_asset(values: Table, name: str) -> Table:
    """Return the uri and extra of an asset; without the extra where it is empty."""
    return {key: value for key, value in values["assets"][name].items() if value != {}}


def assets_in(value: Any) -> list[Table]:
    """Return the uri and extra of each asset that is made in a value."""
    if isinstance(value, Call):
        if value.name in ("Asset", "Dataset"):
            return [{key: inner for key, inner in value.keywords.items() if key != "name"}]
        return assets_in([*value.positional, *value.keywords.values()])
    return [asset for inner in value for asset in assets_in(inner)] if isinstance(value, list) else []


def differences(values: Table, found: ReadTask, task: Table) -> list[Any]:
    """Return what an operator's arguments hold otherwise than a task says."""
    have = found.arguments
    wanted: Table = {"retries": task["retries"], "doc_md": task["doc"], "task_display_name": task["display_name"]}
    if "pool" in task:
        wanted["pool"] = task["pool"]
    if "on_failure" in task:
        have = {**have, "on_failure_callback": called(have.get("on_failure_callback"))}
        wanted["on_failure_callback"] = callbacks(task["on_failure"])
    wrong: list[Any] = [(key, value, have.get(key)) for key, value in wanted.items() if have.get(key) != value]
    for key in ("inlets", "outlets"):
        pair = [wanted_asset(values, name) for name in task[key]], assets_in(have.get(key))
        wrong += [(key, *pair)] if pair[0] != pair[1] else []
    environment, labels = have.get("environment", {}), have.get("labels", {})
    private = have.get("private_environment", {})
    for key, value in task.get("env", {}).items():
        if isinstance(value, str):
            wrong += [(key, value)] if environment.get(key) != value else []
        elif "param" in value or "variable" in value:
            wrong += [(key, value)] if value.get("param", value.get("variable")) not in environment[key] else []
        else:
            wrong += [(key, value)] if repr(key) not in repr(private) else []
    wrong += [(key, text) for key, text in task.get("labels", {}).items() if labels.get(key) != text]
    wrong += [key for path in task.get("env_files", []) for key in ENV_FILE[path] if repr(key) not in repr(private)]
    return wrong + [(key, *both) for key, both in of_kind(found, task).items() if both[0] != both[1]]


def of_kind(found: ReadTask, task: Table) -> dict[str, tuple[Any, Any]]:
    """Return what a task says in a key of its kind, and what the module has there."""
    have, expand = found.arguments, task.get("expand", {})
    pairs: dict[str, tuple[Any, Any]] = {}
    if "operator" in task:
        pairs = {"class": ("Operator", found.operator), "given": (task["arguments"]["given"], have.get("given"))}
        if expand:
            pairs["mapped"] = (expand["arguments"]["mapped"], found.expand.get("mapped"))
    elif "python" in task:
        pairs = {"multiple_outputs": (task["multiple_outputs"], have.get("multiple_outputs"))}
        given = found.expand if expand else found.given
        pairs["first"] = (expand["args"]["first"] if expand else task["args"]["first"], given.get("first"))
        pairs["second"] = ("second" in task["args"], "second" in found.given)
    elif "script" in task:
        pairs["script"] = ([*task["shell"], task["script"]], have.get("command"))
    elif isinstance(expand.get("command"), list):
        pairs["command"] = (expand["command"], found.expand.get("command"))
    elif "command" in expand:
        # A function's task is its own output, in Airflow's words.
        output = str(found.expand.get("command")).replace(".output>", ">")
        pairs["command"] = (f"<{expand['command']['output']}>", output)
    else:
        pairs["command"] = (task["command"], have.get("command"))
        if "env" in expand:
            pairs["env"] = (expand["env"], found.expand.get("environment"))
    if "swarm" in task:
        pairs |= of_swarm(task["swarm"], have)
    return pairs


def of_swarm(swarm: Table, have: Table) -> dict[str, tuple[Any, Any]]:
    return {
        "args": (swarm["args"], have.get("args", [])),
        "constraints": (swarm["constraints"], have["placement"].keywords["constraints"]),
        "log_options": (swarm["log_options"], have.get("logging_driver_opts")),
        "configs": (
            [one["filename"] for one in swarm["configs"]],
            [one.keywords["filename"] for one in have["configs"]],
        ),
        "secrets": (
            [one["filename"] for one in swarm["secrets"]],
            [one.keywords["filename"] for one in have["secrets"]],
        ),
    }


def check_artifacts(values: Table, written: dict[str, bytes]) -> None:
    sources = []
    for path, data in written.items():
        text = data.decode("utf-8")
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert "\r" not in text, path
        if path.endswith(".py"):
            sources.append(text)
        elif path.endswith(".yaml"):
            plain = yaml.safe_load(text)
            assert YAML(typ="safe", pure=True).load(text) == plain, path
            for service in plain["services"].values():
                assert isinstance(service, dict)
    check_modules(values, sources)
    override = yaml.safe_load(written["docker-compose.override.yaml"])
    assert override["x-description"] == values["project"]["description"].replace("$", "$$")
    environment = override["services"]["airflow-scheduler"].get("environment", {})
    for key, text in values["airflow"]["env"].items():
        assert environment[key] == text.replace("$", "$$")
    extra = values["compose"]["services"]["extra"]
    assert {key: override["services"]["extra"][key] for key in extra} == extra
    executes = "airflow-worker" if values["airflow"]["executor"] == "celery" else "airflow-scheduler"
    environment = override["services"][executes]["environment"]
    check_dotenv(values, read_dotenv(written[".env"].decode(), {}).block, environment)
    instructions = ("FROM", "ENV", "LABEL", "CMD", "RUN", "USER", "COPY", "ARG", "WORKDIR", "ENTRYPOINT", "SHELL")
    for path, data in written.items():
        if path.endswith("Dockerfile"):
            lines = data.decode().split("\n")
            joined = [line for line, before in zip(lines, ["", *lines], strict=False) if not before.endswith("\\")]
            assert all(not line or line.startswith(("#", *instructions)) for line in joined), path


def check_dotenv(values: Table, block: Mapping[str, str], environment: Table) -> None:
    assert block["AIRDOCK_HOST_DIR"] == "/srv/project"
    assert block["AIRFLOW_VAR_HOSTS"] == HOST["HOST_TWO"]
    for key, value in values["variables"].items():
        if key != "hosts":
            written = environment[f"AIRFLOW_VAR_{key.upper()}"].replace("$$", "$")
            assert (written if isinstance(value, str) else json.loads(written)) == value, key
    api = json.loads(block["AIRFLOW_CONN_API"])
    wanted = values["connections"]["api"]
    assert (api["password"], api["description"]) == (HOST["HOST_ONE"], wanted["description"])
    assert api["extra"] == {**wanted["extra"], "hosts": FILES["secret.txt"].removesuffix("\n")}


@SETTINGS
@given(projects())
def test_any_project_comes_out_as_it_is_meant(values: Table) -> None:
    with tempfile.TemporaryDirectory() as name:
        check_artifacts(values, built(values, Path(name)))


ELSEWHERE: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Pacific/Kiritimati", "UMASK": "0"},
    {"PYTHONHASHSEED": "77", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/St_Johns", "UMASK": "63", "PYTHONUTF8": "0"},
)
DRIVER = """
import os, sys
os.umask(int(os.environ["UMASK"]))
from airdock.cli import main
sys.exit(max(main(["build", "-C", folder]) for folder in sys.argv[1:]))
"""


@pytest.mark.parametrize("environ", ELSEWHERE, ids=["one", "another"])
def test_same_bytes_elsewhere(environ: dict[str, str], tmp_path: Path) -> None:
    samples: list[Table] = []

    @settings(SETTINGS, max_examples=8)
    @given(projects())
    def collect(values: Table) -> None:
        samples.append(values)

    collect()
    wanted, folders = [], []
    for number, values in enumerate(samples):
        for kind in ("here", "there"):
            folder = tmp_path / f"{kind}{number}"
            folder.mkdir()
            put_files(folder)
            (folder / "airdock.toml").write_text(text_of(values), encoding="utf-8", newline="\n")
        wanted.append(built(values, tmp_path / f"here{number}"))
        folders.append(tmp_path / f"there{number}")
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, *(os.path.relpath(folder, tmp_path) for folder in folders)],
        cwd=tmp_path, env={**os.environ, **environ, **HOST}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for folder, files in zip(folders, wanted, strict=True):
        for path, data in files.items():
            assert path == ".env" or (folder / path).read_bytes() == data, path
