"""`.env` and `.env.example`: what stands in them of a host, of a connection, and of an earlier build."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from airdock.load.dotenv import read_dotenv
from commands import run, write_project
from conftest import host_for_tests

PROJECT = """\
airdock = 1
project = { name = "demo" }
airflow = { version = "3.3.2", python = "3.12" }
compose = { bundled = true }
images = { shell = { ref = "alpine:3.20" } }
lint = { ignore = ["AD601", "AD408"] }

[dags.first.tasks.a]
image = "shell"
"""
Built = Callable[..., dict[str, str]]


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Built:
    """Return a function that builds a project and returns the variables of airdock's block in `.env`."""

    def build(text: str, **changed: Any) -> dict[str, str]:
        monkeypatch.setattr("airdock.pipeline.read_host", lambda root: host_for_tests(root)._replace(**changed))
        assert run("build", "-C", write_project(tmp_path, text)) == 0
        return dict(read_dotenv((tmp_path / ".env").read_text(encoding="utf-8"), {}).block)

    return build


def test_group_is_that_of_the_socket_that_the_project_names(built: Built) -> None:
    groups = {"/var/run/docker.sock": 12, "/run/user/7/docker.sock": 34}.get
    assert built(PROJECT, socket_gid=groups)["DOCKER_GID"] == "12"
    named = PROJECT + '[docker]\nsocket = "/run/user/7/docker.sock"\n'
    assert built(named, socket_gid=groups)["DOCKER_GID"] == "34"
    assert built(named + "gid = 0\n", socket_gid=groups)["DOCKER_GID"] == "0"


def test_group_of_a_socket_that_is_gone_stays_as_it_was(built: Built) -> None:
    assert "DOCKER_GID" not in built(PROJECT, socket_gid=lambda _: None)
    built(PROJECT, socket_gid=lambda _: 12)
    assert built(PROJECT, socket_gid=lambda _: None)["DOCKER_GID"] == "12"


@pytest.mark.parametrize("first", [True, False], ids=["bundled first", "bundled last"])
def test_secrets_that_are_not_needed_now_are_kept(first: bool, built: Built) -> None:
    other = PROJECT.replace("compose = { bundled = true }\n", "")
    before = built(PROJECT if first else other)
    between = built(other if first else PROJECT)
    after = built(PROJECT if first else other)
    made = {key: value for key, value in (before | between).items() if value.startswith("made-once")}
    assert len(made) >= 3
    assert {key: value for key, value in after.items() if value.startswith("made-once")} == made


def test_secrets_of_each_kind_of_project_are_those_that_it_needs(built: Built, tmp_path: Path) -> None:
    assert "AIRFLOW_ADMIN_PASSWORD" in built(PROJECT)
    (tmp_path / ".env").unlink()
    assert "AIRFLOW_ADMIN_PASSWORD" not in built(PROJECT.replace("compose = { bundled = true }\n", ""))


def example(folder: Path) -> list[str]:
    return (folder / ".env.example").read_text(encoding="utf-8").splitlines()


def test_variable_of_the_host_has_a_default_if_each_use_has_one(built: Built, tmp_path: Path) -> None:
    uses = {
        "BOTH": ['{ env = "BOTH", default = "a" }', '{ env = "BOTH", default = "b" }'],
        "FIRST": ['{ env = "FIRST", default = "a" }', '{ env = "FIRST" }'],
        "LAST": ['{ env = "LAST" }', '{ env = "LAST", default = "" }'],
        "EMPTY": ['{ env = "EMPTY", default = "" }'],
        "NONE": ['{ env = "NONE" }'],
    }
    lines = [f"{name}_{number} = {use}\n" for name, all_of_it in uses.items() for number, use in enumerate(all_of_it)]
    built(PROJECT + "[dags.first.tasks.a.env]\n" + "".join(lines))
    head = example(tmp_path)[: example(tmp_path).index("# Written to .env by `airdock build`:")]
    assert head[-6:-1] == [
        "# BOTH=  (has a default)",
        "# FIRST=",
        "# LAST=",
        "# EMPTY=  (has a default)",
        "# NONE=",
    ]
    assert head[-7] == "# Yours to set, here in your own lines of .env or in the environment of `airdock build`:"
    assert head[-1] == ""


def test_example_asks_for_nothing_where_the_project_asks_for_nothing(built: Built, tmp_path: Path) -> None:
    built(PROJECT)
    assert not [line for line in example(tmp_path) if "Yours to set" in line]
    assert not [line for line in example(tmp_path)[2:] if line and not line.startswith("# ")]


CONNECTIONS = """
[connections.parts]
type = "http"
host = { env = "HOST_OF", default = "example.org" }
password = { env = "API_TOKEN" }
extra = { plain = 1, key = { file = "key.txt" }, inner = { list = ["a", true] } }

[connections.plain]
type = "http"
host = "é.example.org"

[connections.whole]
uri = { env = "WHOLE" }

[connections.written]
uri = "http://example.org/?a=$b"
"""


def test_connections_are_whole_or_not_there(built: Built, tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_text("k\n", encoding="utf-8")
    block = built(PROJECT + CONNECTIONS, environ={"API_TOKEN": "it's", "WHOLE": "http://u:p@h"})
    assert json.loads(block["AIRFLOW_CONN_PARTS"]) == {
        "conn_type": "http",
        "host": "example.org",
        "password": "it's",
        "extra": {"plain": 1, "key": "k", "inner": {"list": ["a", True]}},
    }
    assert block["AIRFLOW_CONN_PLAIN"] == '{"conn_type": "http", "host": "é.example.org"}'
    assert block["AIRFLOW_CONN_WHOLE"] == "http://u:p@h"
    assert block["AIRFLOW_CONN_WRITTEN"] == "http://example.org/?a=$b"
    (tmp_path / ".env").unlink()
    block = built(PROJECT + CONNECTIONS, environ={"HOST_OF": "elsewhere"})
    assert {key for key in block if "CONN" in key} == {"AIRFLOW_CONN_PLAIN", "AIRFLOW_CONN_WRITTEN"}


def test_origin_of_a_variable_is_told_in_one_line(built: Built, tmp_path: Path) -> None:
    (tmp_path / "a\nb.txt").write_text("x", encoding="utf-8")
    (tmp_path / "é.txt").write_text("x", encoding="utf-8")
    env = r'env = { A = { file = "a\nb.txt" }, B = { file = "é.txt" }, C = { env = "MINE" } }'
    built(PROJECT + env)
    told = [line for line in example(tmp_path) if "What containers get of" in line]
    assert told == [
        '#   What containers get of "a\\nb.txt".',
        "#   What containers get of é.txt.",
        "#   What containers get of MINE of this host.",
    ]
