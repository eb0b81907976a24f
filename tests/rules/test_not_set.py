"""AD503: what is not set on this host, and was when `.env` was written."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import GOOD, run, write_project

CONNECTION = """\
[connections.db]
type = "postgres"
host = "db"
login = { env = "DB_LOGIN" }
password = { env = "DB_PASSWORD" }
extra = { sslmode = "require" }
"""
REST = """\
[connections.api]
uri = { env = "API_URI" }
[variables]
tier = { env = "TIER" }
[dags.first.tasks.b]
image = "shell"
env = { TOKEN = { env = "TASK_TOKEN" } }
[lint]
ignore = ["AD601"]
"""
SET = {"DB_LOGIN": "me", "DB_PASSWORD": "x", "API_URI": "http://x", "TIER": "gold", "TASK_TOKEN": "x"}


@pytest.fixture
def warned(
    tmp_path: Path, fixed_host: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> Callable[..., set[str]]:
    """Return a function that builds on a host with these variables, and returns which it is warned of."""

    def build(text: str, environ: dict[str, str]) -> set[str]:
        fixed_host(environ)
        write_project(tmp_path, text)
        assert run("build", "-C", tmp_path, "--output-format", "concise") == 0
        return set(re.findall(r"warning AD503 (\w+) is not set", capsys.readouterr().err))

    return build


def test_value_of_an_earlier_build_is_enough(warned: Callable[..., set[str]]) -> None:
    text = GOOD + CONNECTION + REST
    assert warned(text, {}) == set(SET)
    assert warned(text, SET) == set()
    assert warned(text, {}) == set()


def test_one_of_two_uses_that_has_no_value_is_said(
    warned: Callable[..., set[str]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warned(GOOD + REST, SET)
    assert warned(GOOD + REST + '[connections.new]\nuri = { env = "TIER" }\n', {}) == {"TIER"}
    assert run("check", "-C", tmp_path) == 0
    assert "used here too" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("old", "new", "environ", "names"),
    [
        ('"postgres"', '"mysql"', {}, {"DB_LOGIN", "DB_PASSWORD"}),
        ('host = "db"', 'host = "other"', {}, {"DB_LOGIN", "DB_PASSWORD"}),
        ('host = "db"', 'host = "db"\nport = 5432', {}, {"DB_LOGIN", "DB_PASSWORD"}),
        ('"require"', '"disable"', {}, {"DB_LOGIN", "DB_PASSWORD"}),
        ("extra", "#", {}, {"DB_LOGIN", "DB_PASSWORD"}),
        ('host = "db"', 'host = "db"', {"DB_LOGIN": "you"}, {"DB_PASSWORD"}),
        ("[connections.db]", "# a comment\n[connections.db]", {}, set()),
    ],
)
def test_connection_that_is_kept_as_it_was_and_declared_otherwise(
    old: str, new: str, environ: dict[str, str], names: set[str], warned: Callable[..., set[str]]
) -> None:
    lint = '[lint]\nignore = ["AD601"]\n'
    assert warned(GOOD + CONNECTION + lint, SET) == set()
    assert warned(GOOD + CONNECTION.replace(old, new) + lint, environ) == names


def test_own_line_is_what_counts(warned: Callable[..., set[str]], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("AIRFLOW_CONN_DB={}\nAIRFLOW_VAR_TIER=x\n", encoding="utf-8")
    assert warned(GOOD + CONNECTION + REST, {}) == {"API_URI", "TASK_TOKEN"}
