"""Projects by chance: every artifact parses, holds the values of airdock.toml, and a second build changes nothing."""

from __future__ import annotations

import ast
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from projects import Table, projects
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
    (folder / "airdock.toml").write_text(text_of(values), encoding="utf-8", newline="\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("airdock.pipeline.read_host", host_for_tests)
        said = io.StringIO()
        with redirect_stderr(said), redirect_stdout(said):
            assert main(["build", "-C", str(folder)]) == 0, said.getvalue()
            said.truncate(0)
            assert main(["build", "-C", str(folder), "--exit-code"]) == 0, said.getvalue()
        assert "nothing to do" in said.getvalue()
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    del found["airdock.toml"]
    return found


def calls(tree: ast.Module, name: str) -> Iterator[dict[str, Any]]:
    """Return the keyword arguments of each call of a name, or of its `partial` with `expand`, as values."""
    expanded: dict[ast.Call, ast.Call] = {}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Call)
        ):
            expanded[node.func.value] = node
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in (name, f"{name}.partial"):
            keywords = [*node.keywords, *(expanded[node].keywords if node in expanded else ())]
            yield {keyword.arg: said(value_of(keyword.value)) for keyword in keywords if keyword.arg}


def value_of(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def check_module(values: Table, trees: list[ast.Module]) -> None:
    dags = {dag["dag_id"]: dag for tree in trees for dag in calls(tree, "DAG")}
    assert set(dags) == set(values["dags"])
    for id_, dag in values["dags"].items():
        assert dags[id_]["description"] == dag["description"]
        assert dags[id_]["catchup"] == dag["catchup"]
    tasks = [task for tree in trees for task in calls(tree, "DockerOperator")]
    wanted = [(id_, task) for dag in values["dags"].values() for id_, task in dag["tasks"].items()]
    assert sorted(task["task_id"] for task in tasks) == sorted(id_ for id_, _ in wanted)
    # Texts may be written in pieces to keep a template from rendering them: none of these has a template.
    have = sorted(repr((task["task_id"], task.get("retries", 0))) for task in tasks)
    assert have == sorted(repr((id_, task["retries"])) for id_, task in wanted)
    for id_, task in wanted:
        wrong = [differences(found, task) for found in tasks if found["task_id"] == id_]
        assert [] in wrong, (id_, wrong)


def said(value: Any) -> Any:
    """Return a value without the empty comments of Jinja that keep Airflow from taking a text for a file's name."""
    match value:
        case str():
            return value.removesuffix("{# #}")
        case list():
            return [said(inner) for inner in value]
        case dict():
            return {key: said(inner) for key, inner in value.items()}
        case _:
            return value


def differences(found: Table, task: Table) -> list[Any]:
    """Return what an operator's arguments hold otherwise than a task says."""
    environment, labels = found.get("environment", {}), found.get("labels", {})
    wrong: list[Any] = [(key, text) for key, text in task["env"].items() if environment.get(key) != text]
    wrong += [(key, text) for key, text in task["labels"].items() if labels.get(key) != text]
    if "expand" in task:
        wanted, have = task["expand"]["command"], found["command"]
    elif "command" in task:
        wanted, have = task["command"], found["command"]
    else:
        wanted, have = task["script"], found["command"]
        have = have[-1] if isinstance(have, list) else have
    return wrong if wanted == have else [*wrong, (wanted, have)]


def check_artifacts(values: Table, written: dict[str, bytes]) -> None:
    trees = []
    for path, data in written.items():
        text = data.decode("utf-8")
        assert text.endswith("\n"), path
        assert not text.endswith("\n\n"), path
        assert "\r" not in text, path
        if path.endswith(".py"):
            trees.append(ast.parse(text))
        elif path.endswith(".yaml"):
            plain = yaml.safe_load(text)
            assert YAML(typ="safe", pure=True).load(text) == plain, path
            for service in plain["services"].values():
                assert isinstance(service, dict)
    check_module(values, trees)
    override = yaml.safe_load(written["docker-compose.override.yaml"])
    assert override["x-description"] == values["project"]["description"].replace("$", "$$")
    environment = override["services"]["airflow-scheduler"].get("environment", {})
    for key, text in values["airflow"]["env"].items():
        assert environment[key] == text.replace("$", "$$")
    assert read_dotenv(written[".env"].decode(), {}).block["AIRDOCK_HOST_DIR"] == "/srv/project"
    instructions = ("FROM", "ENV", "LABEL", "CMD", "RUN", "USER", "COPY", "ARG", "WORKDIR", "ENTRYPOINT", "SHELL")
    for path, data in written.items():
        if path.endswith("Dockerfile"):
            lines = data.decode().split("\n")
            joined = [line for line, before in zip(lines, ["", *lines], strict=False) if not before.endswith("\\")]
            assert all(not line or line.startswith(("#", *instructions)) for line in joined), path


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
            (folder / "airdock.toml").write_text(text_of(values), encoding="utf-8", newline="\n")
        wanted.append(built(values, tmp_path / f"here{number}"))
        folders.append(tmp_path / f"there{number}")
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, *(os.path.relpath(folder, tmp_path) for folder in folders)],
        cwd=tmp_path, env={**os.environ, **environ}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    for folder, files in zip(folders, wanted, strict=True):
        for path, data in files.items():
            assert path == ".env" or (folder / path).read_bytes() == data, path
