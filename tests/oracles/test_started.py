"""What `airdock init` writes beside official Compose files: it builds at once, and Compose has nothing against it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli
from compose import compose_config, need_compose, official_file
from presence import required_or_skip
from test_official_files import VERSIONS

from airdock.load.dotenv import read_dotenv
from commands import files, run
from starting_situations import SITUATIONS, do_steps, uncommented

GENERATED = {"airdock.toml", ".gitignore", ".env", ".env.example", "Dockerfile", "dags/hello.py", "stack/dags/hello.py"}
EXECUTES = "airflow-worker"


@pytest.fixture
def begin(
    tmp_path: Path, fixed_host: Callable[..., None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, str], str]:
    """Return a function that fills a folder, begins a project in it and builds it; it returns what init printed."""
    need_compose()
    fixed_host()
    monkeypatch.delenv("COMPOSE_FILE", raising=False)

    def do(situation: str, official: str) -> str:
        text = (
            official_file(official)
            .read_text(encoding="utf-8")
            .replace("apache/airflow:3.3-next", "apache/airflow:3.3.2")
        )
        SITUATIONS[situation](tmp_path, text, VERSIONS[official])
        before = files(tmp_path)
        assert run("init", tmp_path) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        moved = do_steps(printed.out)
        assert run("build", "-C", tmp_path, "--strict") == 0
        assert capsys.readouterr().err == ""
        after = files(tmp_path)
        for name, data in before.items():
            kept = (
                after[name]
                if f"{name} (" not in "".join(moved) and name != "Dockerfile"
                else after.get(f"{name}.before", data)
            )
            # .env gets a block of airdock's; all other lines stay.
            assert kept.startswith(data) if name == ".env" else kept == data, name
        return printed.out

    return do


EVERYWHERE = ("plain", "override", "edited base")
"""Situations that depend on what stands in the official file."""


@pytest.mark.parametrize(
    ("situation", "official"),
    [(one, official) for one in SITUATIONS for official in (VERSIONS if one in EVERYWHERE else ("2.9.3", "3.3-next"))],
)
def test_it_builds_at_once_and_compose_takes_it(
    situation: str, official: str, tmp_path: Path, begin: Callable[[str, str], str]
) -> None:
    printed = begin(situation, official)
    found = compose_config(tmp_path, "--profile", "*")
    assert found["complaints"] == ""
    project = tomli.loads((tmp_path / "airdock.toml").read_text(encoding="utf-8"))
    assert project["airflow"]["version"] == VERSIONS[official]
    assert f"(Airflow {VERSIONS[official]})" in printed
    airflow = {name: one for name, one in found["services"].items() if name.startswith("airflow-")}
    images = {one["image"] for one in airflow.values()}
    assert len(images) == 1
    assert [name for name, one in airflow.items() if "build" in one] == ["airflow-init"]
    assert airflow["airflow-init"]["build"] == {"context": str(tmp_path), "dockerfile": "Dockerfile"}
    groups = airflow[EXECUTES]["group_add"]
    assert len(groups) == len(set(groups))
    assert "999" in {group.lstrip("0") for group in groups}


def test_override_of_the_user_takes_part(tmp_path: Path, begin: Callable[[str, str], str]) -> None:
    printed = begin("override", "2.10.5")
    services = compose_config(tmp_path)["services"]
    assert services["db"]["ports"][0]["published"] == "5432"
    environment = services[EXECUTES]["environment"]
    assert environment["AIRFLOW_CONN_DB"] == "postgres://shop:hunter2@db/shop"
    assert environment["PRICE"] == "5$"
    assert "/data" in {volume["target"] for volume in services[EXECUTES]["volumes"]}
    for what, line in (
        ("the engine's socket", 12),
        ("groups, as far as they are the socket's", 9),
        ("Airflow's image", 8),
    ):
        assert f"  docker-compose.override.yaml:{line}: {what}\n" in printed
    data = tomli.loads((tmp_path / "airdock.toml").read_text(encoding="utf-8"))
    assert data["airflow"]["apt"] == ["vim", "libgomp1=12.2*"]
    assert data["airflow"]["requirements"] == ["humanize==4.9.0"]
    assert "hunter2" not in (tmp_path / "airdock.toml").read_text(encoding="utf-8")


def test_override_can_be_brought_into_airdock_toml(
    tmp_path: Path, begin: Callable[[str, str], str], capsys: pytest.CaptureFixture[str]
) -> None:
    begin("override", "2.10.5")
    before = compose_config(tmp_path)
    path = tmp_path / "airdock.toml"
    text = uncommented(path.read_text(encoding="utf-8"), "## What docker-compose.override.yaml says")
    kept = [line for line in text.splitlines() if not line.startswith("override = ")]
    path.write_text("\n".join(line for line in kept if line != "[compose]") + "\n", encoding="utf-8")
    (tmp_path / "docker-compose.override.yaml").unlink()
    with (tmp_path / ".env").open("a", encoding="utf-8") as stream:
        stream.write("AIRFLOW_CONN_DB=postgres://shop:hunter2@db/shop\n")
    assert run("build", "-C", tmp_path, "--strict") == 0
    assert capsys.readouterr().err == ""
    assert not (tmp_path / "docker-compose.airdock.yaml").exists()
    after = compose_config(tmp_path)
    for name in before["services"]:
        assert _settled(after["services"][name]) == _settled(before["services"][name]), name
    assert after["volumes"]["dbdata"]["name"] == before["volumes"]["dbdata"]["name"]


def _settled(service: dict[str, Any]) -> dict[str, Any]:
    """Return a service without what differs for good reason: a volume that init mounts too, a group that was twice."""
    volumes = [one for one in service.get("volumes", []) if not one["target"].startswith("/mnt/airdock/")]
    groups = sorted({group.lstrip("0") for group in service.get("group_add", [])})
    # How a text in quotes and one without are merged is Compose's own affair.
    return service | {"volumes": sorted(volumes, key=lambda one: str(one["target"])), "group_add": groups}


@pytest.mark.parametrize("official", ["2.9.3", "3.2.2"])
def test_settings_keep_their_effect(official: str, tmp_path: Path, begin: Callable[[str, str], str]) -> None:
    printed = begin("settings", official)
    found = compose_config(tmp_path)
    assert found["name"] == "oldname"
    text = (tmp_path / "airdock.toml").read_text(encoding="utf-8")
    data = tomli.loads(text)
    assert data["project"]["name"] == "oldname"
    assert data["airflow"]["requirements"] == ["humanize==4.9.0", "lxml>=5"]
    assert data["airflow"]["dags_folder"] == "stack/dags"
    environment = found["services"][EXECUTES]["environment"]
    assert json.loads(environment["AIRFLOW_CONN_SHOP"])["password"] == "hunter2"
    assert (environment.get("SHOP_URL"), environment.get("AIRFLOW_CONN_FORGOTTEN")) == (
        ("http://shop", "http://nobody") if official == "3.2.2" else (None, None)
    )
    assert ("# [connections.forgotten]\n" in text) is (official == "2.9.3")
    assert "hunter2" not in text + printed
    mounted = {one["target"]: one["source"] for one in found["services"]["airflow-scheduler"]["volumes"]}
    assert mounted["/opt/airflow/dags"] == str(tmp_path / "stack" / "dags")
    assert ".env:4: installed at each start" in printed
    own = read_dotenv((tmp_path / ".env").read_text(encoding="utf-8"), {}).own
    assert own["AIRFLOW_UID"] == "1000"


def test_groups_of_the_user_stay(tmp_path: Path, begin: Callable[[str, str], str]) -> None:
    begin("edited base", "3.1.7")
    services = compose_config(tmp_path)["services"]
    assert services[EXECUTES]["group_add"] == ["999", "44", "0999"]
    assert services["airflow-scheduler"]["group_add"] == ["999", "44"]


@pytest.mark.parametrize("official", ["3.3-next"])
@pytest.mark.parametrize("situation", SITUATIONS)
def test_tombi_would_change_nothing_and_finds_nothing(
    situation: str, official: str, tmp_path: Path, begin: Callable[[str, str], str]
) -> None:
    begin(situation, official)
    check_with_tombi(tmp_path)


def check_with_tombi(folder: Path) -> None:
    """Format and lint airdock.toml with the schema beside it."""
    from conftest import REPOSITORY

    tombi = shutil.which("tombi", path=sysconfig.get_path("scripts"))
    required_or_skip("tombi", tombi is not None, 'pip install -e ".[test]"')
    work = folder / "checked"
    work.mkdir()
    shutil.copytree(REPOSITORY / "schema", work / "schema")
    text = (folder / "airdock.toml").read_text(encoding="utf-8")
    (work / "airdock.toml").write_text(text, encoding="utf-8")
    (work / "linted.toml").write_text(f"#:schema schema/airdock.schema.json\n{text}", encoding="utf-8")
    environ = {"HOME": str(work), "XDG_CONFIG_HOME": str(work), "XDG_CACHE_HOME": str(work), "TOMBI_OFFLINE": "1"}
    for command in (["format", "--offline", "--check", "--diff", "airdock.toml"], ["lint", "--offline", "linted.toml"]):
        done = subprocess.run(
            [str(tombi), *command], cwd=work, env=environ, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning" not in done.stdout.lower()
