"""Text of the user's comes back unchanged from every consumer, whatever is in it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow_environments import QUICK
from airflow_judge import judge
from compose import compose_config, need_compose, need_engine
from test_airflow import environment_for, write_modules

from airdock.cli import main
from conftest import host_for_tests
from hostile import HOSTILE, ONE_LINE, numbered, toml_list, toml_string, toml_table

HEAD = """\
airdock = 1

[project]
name = "hostile"

[airflow]
version = "{version}"
python = "3.12"
executor = "local"

[compose]
bundled = true

[lint]
ignore = ["AD316", "AD404", "AD408"]

"""


def write_project(folder: Path, body: str, version: str = "3.3.2") -> Path:
    """Write a project whose stack needs nothing else."""
    (folder / "airdock.toml").write_text(HEAD.format(version=version) + body, encoding="utf-8", newline="\n")
    return folder


def path_of(text: str) -> str:
    """Return a text as an absolute path that Docker's own normalising leaves alone."""
    return "/p" + text.replace("/", "_").strip(".")


def dags_body() -> str:
    """Return a DAG with every text in every place that takes one."""
    values = numbered(HOSTILE)
    operator = "airflow.operators.empty.EmptyOperator"
    parts = [
        '[images.shell]\nref = "alpine:3.20"\n[images.python]\nref = "python:3.12-slim"\n',
        "[dags.texts]",
        f"description = {toml_string(' '.join(ONE_LINE))}",
        f"doc = {toml_string(chr(10).join(HOSTILE))}",
        f"owner = {toml_string(ONE_LINE[1])}",
        f"tags = {toml_list([text for text in dict.fromkeys(HOSTILE) if 0 < len(text) <= 100])}",
        "[dags.texts.params]",
        *(f"{key} = {toml_string(text)}" for key, text in values.items()),
        "[dags.texts.params.described]",
        f"default = {toml_string(HOSTILE[4])}",
        f"enum = {toml_list(HOSTILE)}",
        f"title = {toml_string(HOSTILE[8])}",
        f"description = {toml_string(HOSTILE[10])}",
        "[dags.texts.tasks.container]",
        'image = "shell"',
        f"command = {toml_list(HOSTILE)}",
        f"entrypoint = {toml_list(HOSTILE)}",
        f"env = {toml_table(values)}",
        f"labels = {toml_table(values)}",
    ]
    for number, text in enumerate(HOSTILE):
        parts += [f"[dags.texts.tasks.script{number}]", 'image = "shell"', f"script = {toml_string(text)}"]
        parts += [f"workdir = {toml_string(path_of(text))}", f"xcom = {{ pickle = {toml_string(path_of(text))} }}"]
        parts += [f"mounts = [{{ mount = 'm', target = {toml_string(path_of(text))} }}]"]
    parts += [
        "[mounts.m]\nsource = '/srv'\ntarget = '/m'",
        "[dags.texts.tasks.function]",
        'image = "python"\npython = "job.py:job"',
        f"args = {{ texts = {toml_list(HOSTILE)}, table = {toml_table({text: text for text in HOSTILE})} }}",
        "[dags.texts.tasks.operator]",
        f"operator = {toml_string(operator)}",
        f"arguments = {{ doc = {toml_string(chr(10).join(HOSTILE))}, params = {toml_table(values)} }}",
    ]
    return "\n".join(parts) + "\n"


@pytest.mark.parametrize("version", QUICK)
def test_operators_hold_the_texts(version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    environment = environment_for(version)
    body = dags_body()
    if version.startswith("3."):
        body = body.replace("airflow.operators", "airflow.providers.standard.operators")
    folder = write_project(tmp_path, body, version)
    (folder / "job.py").write_text("def job(texts, table):\n    return texts\n", encoding="utf-8")
    monkeypatch.setattr("airdock.pipeline.read_host", host_for_tests)
    _, modules, environ = write_modules(folder, {})
    result = judge(environment, modules, environ)
    assert result["import_errors"] == {}
    assert result["warnings"] == []
    dag = result["dags"]["texts"]
    values = numbered(HOSTILE)
    assert dag["serialized"]
    assert dag["fields"]["description"] == " ".join(ONE_LINE)
    assert dag["fields"]["doc_md"] == "\n".join(HOSTILE)
    assert dag["fields"]["tags"] == sorted({text for text in HOSTILE if 0 < len(text) <= 100})
    params = dag["fields"]["params"]
    assert {name: params[name]["value"] for name in values} == values
    assert params["described"]["schema"] == {"enum": HOSTILE, "title": HOSTILE[8]}
    assert params["described"]["description"] == HOSTILE[10]
    tasks = {name: task["arguments"] for name, task in dag["tasks"].items()}
    assert tasks["container"]["command"] == HOSTILE
    assert tasks["container"]["entrypoint"] == HOSTILE
    assert tasks["container"]["environment"] == values
    assert values.items() <= tasks["container"]["labels"].items()
    assert tasks["container"]["template_ext"] == []
    assert tasks["container"]["owner"] == ONE_LINE[1]
    for number, text in enumerate(HOSTILE):
        task = tasks[f"script{number}"]
        assert task["command"] == ["/bin/sh", "-ec", text]
        assert task["working_dir"] == task["retrieve_output_path"] == path_of(text)
        assert task["mounts"][0]["Mount"]["Target"] == path_of(text)
    assert tasks["function"]["op_kwargs"] == {"texts": HOSTILE, "table": {text: text for text in HOSTILE}}
    assert tasks["operator"]["doc"] == "\n".join(HOSTILE)


def compose_body() -> str:
    """Return everything that reaches Compose's files or `.env`, with every text."""
    values = numbered(HOSTILE)
    secrets = "".join(f'SECRET{number} = {{ env = "HOST{number}" }}\n' for number in range(len(HOSTILE)))
    connections = "".join(
        f"[connections.c{number}]\ntype = 'http'\nhost = {toml_string(text)}\nlogin = {toml_string(text)}\n"
        f"password = {toml_string(text)}\ndescription = {toml_string(text)}\nextra = {{ k = {toml_string(text)} }}\n"
        for number, text in enumerate(HOSTILE)
    )
    return (
        f"[airflow.env]\n{secrets}"
        + "".join(f"{key} = {toml_string(text)}\n" for key, text in values.items())
        + f"[airflow.config]\nsection = {toml_table(values)}\n"
        + f"[variables]\n{''.join(f'{key} = {toml_string(text)}{chr(10)}' for key, text in values.items())}"
        + connections
        + f"[images.args]\nbuild = 'folder'\nargs = {toml_table(values)}\n"
        + "[mounts.v]\nvolume = 'v'\ntarget = '/v'\n"
        + f"driver_opts = {toml_table(values)}\nlabels = {toml_table(values)}\n"
    )


def test_compose_hands_on_the_texts(tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    need_compose()
    fixed_host(numbered(HOSTILE, "HOST"))
    folder = write_project(tmp_path, compose_body())
    (folder / "folder").mkdir()
    (folder / "folder" / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    assert main(["build", "-C", str(folder)]) == 0
    data = compose_config(folder)
    assert data["complaints"] == ""
    environment = data["services"]["airflow-scheduler"]["environment"]
    for number, text in enumerate(HOSTILE):
        assert environment[f"V{number}"] == text
        assert environment[f"SECRET{number}"] == text
        assert environment[f"AIRFLOW__SECTION__V{number}"] == text
        assert environment[f"AIRFLOW_VAR_V{number}"] == text
        sent = json.loads(environment[f"AIRFLOW_CONN_C{number}"])
        assert sent["host"] == sent["login"] == sent["password"] == sent["description"] == text
        assert sent["extra"] == {"k": text}
    assert data["services"]["image-args"]["build"]["args"] == numbered(HOSTILE)
    assert data["volumes"]["v"]["driver_opts"] == numbered(HOSTILE)
    assert data["volumes"]["v"]["labels"].items() >= numbered(HOSTILE).items()


def test_connections_and_variables_survive_a_second_build(tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    # The host no longer has the variables, so what the last build wrote is read back from .env.
    folder = write_project(tmp_path, compose_body())
    (folder / "folder").mkdir()
    (folder / "folder" / "Dockerfile").write_text("FROM scratch\n", encoding="utf-8")
    fixed_host(numbered(HOSTILE, "HOST"))
    assert main(["build", "-C", str(folder)]) == 0
    first = (folder / ".env").read_bytes()
    fixed_host()
    assert main(["build", "-C", str(folder)]) == 0
    assert (folder / ".env").read_bytes() == first


def test_dockerfile_holds_the_texts(tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    need_engine()
    fixed_host()
    # A Dockerfile has no way to write a line break in ENV or LABEL; airdock refuses it (next test).
    values = numbered(ONE_LINE)
    body = (
        "[images.texts]\nfrom = 'scratch'\n"
        f"env = {toml_table(values)}\nlabels = {toml_table(values)}\n"
        f"entrypoint = {toml_list(HOSTILE)}\ncmd = {toml_list(HOSTILE)}\n"
        f"workdir = {toml_string('/a b $HOME')}\n"
    )
    folder = write_project(tmp_path, body)
    assert main(["build", "-C", str(folder)]) == 0
    config = built_config(folder, "images/texts/Dockerfile")
    environment = dict(entry.split("=", 1) for entry in config["Env"])
    assert {key: environment[key] for key in values} == values
    assert {key: config["Labels"][key] for key in values} == values
    assert config["Entrypoint"] == HOSTILE
    assert config["Cmd"] == HOSTILE
    assert config["WorkingDir"] == "/a b $HOME"


def built_config(folder: Path, dockerfile: str) -> dict[str, Any]:
    """Build a Dockerfile with the real engine, and return the configuration of the image. Removes the image."""
    marker = folder / "image-id"
    command = ["docker", "build", "--quiet", "--iidfile", str(marker), "-f", dockerfile, "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    image = marker.read_text(encoding="utf-8")
    inspected = subprocess.run(["docker", "image", "inspect", image], capture_output=True, text=True, check=True)
    subprocess.run(["docker", "image", "rm", "--force", image], capture_output=True, check=True)
    config: dict[str, Any] = json.loads(inspected.stdout)[0]["Config"]
    return config


def test_copied_files_arrive_under_their_names(tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    need_engine()
    fixed_host()
    # Not what Docker's own rules for the end of a path, or the file system, would change.
    names = [text for text in ONE_LINE if text.strip(" .") == text and 0 < len(text) < 100 and "/" not in text]
    (tmp_path / "files").mkdir()
    copies = []
    for number, name in enumerate(names):
        source = f"files/{number} $HOME 'x'"
        (tmp_path / source).write_text(name, encoding="utf-8")
        copies.append(f"{{ from = {toml_string(source)}, to = {toml_string('/out/' + name)} }}")
    folder = write_project(tmp_path, f"[images.texts]\nfrom = 'scratch'\ncmd = ['x']\ncopy = [{', '.join(copies)}]\n")
    assert main(["build", "-C", str(folder)]) == 0
    command = ["docker", "build", "--quiet", "-f", "images/texts/Dockerfile", "--output", "exported", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    arrived = {path.name: path.read_text(encoding="utf-8") for path in (folder / "exported" / "out").iterdir()}
    assert arrived == {name: name for name in names}


@pytest.mark.parametrize("key", ["env", "labels"])
def test_line_break_in_a_dockerfile_word_is_refused(
    key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_project(tmp_path, f'[images.x]\nfrom = "scratch"\n{key} = {{ A = "one\\ntwo" }}\n')
    assert main(["build", "-C", str(folder), "--output-format", "concise"]) == 1
    assert "error AD104 this text is not allowed here: text in one line" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["airdock.toml"]
