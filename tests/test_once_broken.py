"""Inputs that once crashed airdock, or became something that fails later: each gets its finding, or its meaning."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from airdock.cli import main

IMAGE = '[images.s]\nref = "python:3.12-slim"\n'
TASK = f'{IMAGE}[dags.d.tasks.t]\nimage = "s"\n'
OPERATOR = "airflow.providers.standard.operators.empty.EmptyOperator"
REFUSED = {
    "key that looks like a mark of ours": ("AD101", '"<x>" = 1\n'),
    "source without its second key": (
        "AD102",
        (
            f'{IMAGE}[connections.db]\ntype = "http"\n[dags.d.tasks.t]\nimage = "s"\npython = "f.py:f"\n'
            'args = { p = { connection = "db" } }\n'
        ),
    ),
    "include of the folder itself": ("AD004", 'include = ["."]\n'),
    "number of thousands of digits": ("AD003", f"x = {'9' * 5000}\n"),
    "date before the first year in UTC": (
        "AD103",
        f"{TASK}[dags.e]\nstart_date = 0001-01-01T00:00:00+02:00\n",
    ),
    "lists in lists without end": ("AD104", f"[compose.services.x]\na = {'[' * 200}{']' * 200}\n"),
    "whole project copied into an image": ("AD104", '[images.s]\nfrom = "x:1"\ncopy = [{ from = ".", to = "/" }]\n'),
    "requirements outside the build context": ("AD104", '[images.s]\nfrom = "x:1"\npip = "/etc/passwd"\n'),
    "external volume with a driver": (
        "AD106",
        '[mounts.v]\nvolume = "v"\nexternal = true\ndriver = "local"\ntarget = "/v"\n',
    ),
    "override that is the base file": ("AD104", '[compose]\nbase = "a.yaml"\noverride = "a.yaml"\n'),
    "image name that Docker refuses": ("AD104", '[images.etl-]\nfrom = "x:1"\n'),
    "option of pip as a requirement": ("AD104", '[images.s]\nfrom = "x:1"\npip = ["-r x"]\n'),
    "function that the module has already": (
        "AD214",
        f'{IMAGE}[dags.d.tasks.t]\nimage = "s"\npython = "f.py:functions"\n',
    ),
    "mount on the root": ("AD104", '[mounts.v]\nvolume = "v"\ntarget = "/"\n'),
    "login that is no docker connection": (
        "AD104",
        '[images.s]\nref = "alpine:3.20"\nconnection = "c"\n[connections.c]\ntype = "http"\n',
    ),
    "field that connections do not have": (
        "AD104",
        (
            f'{IMAGE}[connections.c]\ntype = "http"\n[dags.d.tasks.t]\nimage = "s"\npython = "f.py:f"\n'
            'args = { p = { connection = "c", get = "pasword" } }\n'
        ),
    ),
    "key that an operator from the defaults has no use for": (
        "AD106",
        f'[defaults.task]\noperator = "{OPERATOR}"\n[dags.d.tasks.t]\nenv = {{ A = "1" }}\n',
    ),
}


def project(folder: Path, body: str) -> Path:
    """Write a project; a body without a table is keys of the top level."""
    keys, tables = (body, "") if not body.startswith("[") else ("", body)
    text = (
        f'airdock = 1\n{keys}\n[project]\nname = "p"\n\n[airflow]\nversion = "3.3.2"\n\n{tables}\n'
        '[lint]\nignore = ["AD316", "AD903"]\n'
    )
    (folder / "airdock.toml").write_text(text, encoding="utf-8")
    (folder / "f.py").write_text("def f(p):\n    return p\n\n\ndef functions():\n    return 1\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("name", REFUSED)
def test_input_gets_its_finding(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, body = REFUSED[name]
    assert main(["build", "-C", str(project(tmp_path, body)), "--output-format", "concise"]) == 1
    printed = capsys.readouterr().err
    assert f" error {code} " in printed
    assert "Traceback" not in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["airdock.toml", "f.py"]


@pytest.fixture
def built(tmp_path: Path, fixed_host: Callable[..., None]) -> Callable[[str, str], str]:
    """Return a function that builds a project silently and gives the text of one of its files."""

    def build(body: str, path: str) -> str:
        fixed_host()
        assert main(["build", "-C", str(project(tmp_path, body)), "--strict"]) == 0
        return (tmp_path / path).read_text(encoding="utf-8")

    return build


def test_preset_keeps_its_time_zone(built: Callable[[str, str], str]) -> None:
    body = f'{IMAGE}[dags.e]\nschedule = "@daily"\ntimezone = "Europe/Paris"\n[dags.e.tasks.t]\nimage = "s"\n'
    module = built(body, "dags/e.py")
    assert 'schedule=CronTriggerTimetable("@daily", timezone="Europe/Paris")' in module


def test_environment_as_a_list_is_merged(built: Callable[[str, str], str]) -> None:
    body = f'{TASK}[compose.services.airflow-worker]\nenvironment = ["A=b"]\n'
    override = built(body, "docker-compose.override.yaml")
    worker = override.split("  airflow-worker:")[1].split("  airflow-triggerer:")[0]
    assert "AIRDOCK_HOST_DIR:" in worker
    assert 'A: "b"' in worker


def test_function_from_the_defaults_takes_own_arguments(built: Callable[[str, str], str]) -> None:
    body = f'{IMAGE}[defaults.task]\npython = "f.py:f"\n[dags.d.tasks.t]\nimage = "s"\nargs = {{ p = 3 }}\n'
    assert "docker_task(" in built(body, "dags/d.py")


def test_sources_inside_a_table_are_sources(built: Callable[[str, str], str]) -> None:
    body = (
        f'{IMAGE}[variables]\nv = "x"\n[dags.d.tasks.a]\nimage = "s"\n[dags.d.tasks.b]\nimage = "s"\n'
        'python = "f.py:f"\nargs = { p = { one = [{ output = "a" }], two = { variable = "v" } } }\n'
    )
    module = built(body, "dags/d.py")
    assert 'p={"one": [a.output], "two": "{{ var.value.v }}"}' in module
    assert "a >> b" in module


def test_secrets_made_once_outlive_a_base_file_of_ones_own(tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    fixed_host()
    bundled = f"[compose]\nbundled = true\n{TASK}"
    main(["build", "-C", str(project(tmp_path, bundled))])
    first = (tmp_path / ".env").read_text(encoding="utf-8")
    main(["build", "-C", str(project(tmp_path, TASK))])
    main(["build", "-C", str(project(tmp_path, bundled))])
    kept = (tmp_path / ".env").read_text(encoding="utf-8")
    assert {line for line in first.splitlines() if "made-once" in line} <= set(kept.splitlines())


def test_literal_password_is_not_shown_beside_a_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    body = '[connections]\nreg = { type = "docker", password = "hunter2" }\n'
    assert main(["check", "-C", str(project(tmp_path, body))]) == 1
    printed = capsys.readouterr().err
    assert "AD102" in printed
    assert "hunter2" not in printed
