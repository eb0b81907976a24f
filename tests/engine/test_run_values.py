"""Environment variables: each source arrives exactly, and what is secret is seen nowhere else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from real_run import HERE, SECRETS, Run

pytest_plugins = ["ran"]

TOKEN = (HERE / "project" / "secrets" / "token.txt").read_text(encoding="utf-8").removesuffix("\n")
FROM_FIRST = 'se$cret of "first" # no comment, canaryfile'
ARRIVES = {
    "FROM_DEFAULTS": "default",
    "OVER": "own",
    "PLAIN": "a b \"c\" 'd' $HOME \\n # x {{ }} é",
    "EMPTY": "",
    "MACRO": "values/environment",
    "SECRET": SECRETS["SECRET"],
    "DEFAULTED": "the default $X",
    "TOKEN": TOKEN,
    "CONN_HOST": "db.internal",
    "CONN_PORT": "5433",
    "CONN_LOGIN": "us er@x",
    "CONN_PASSWORD": SECRETS["PASSWORD"],
    "CONN_SCHEMA": "sales",
    "CONN_SSL": "require",
    "CONN_OPTIONS": "-c a='b'",
    "CONN_NO_LOGIN": "",
    "CONN_BY_URI": "by@uri canaryuri",
    "VARIABLE": "EUR $1 'x' \"y\" {{ no_template }}",
    "NUMBER": "3",
    "SETTINGS": '{"deep": ["a", 1, true]}',
    "HIDDEN": SECRETS["VARIABLE"],
    "PARAM": "w'o\"r$d",
    "COUNT": "7",
    "OUTPUT": "a 'b' $c",
    "PART": "r'i\"g$ht",
    "FROM_FIRST": FROM_FIRST,
    "TWICE": "sec\nond",
    "FILE_WINS": "own",
}
FILES = ("project/.env", "project/conf/first.env", "project/secrets/token.txt")
"""Where secrets belong, below the folder of a run."""


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize("name", ARRIVES)
def test_value_arrives(ran: Run, name: str) -> None:
    found = json.loads(ran.output("values", "environment"))
    assert found[name] == digest(ARRIVES[name])


def test_values_arrive_in_a_function(ran: Run) -> None:
    names = ("SECRET", "TOKEN", "FROM_FIRST", "CONN_PASSWORD")
    assert ran.output("values", "function") == {name: digest(ARRIVES[name]) for name in names}


def test_values_arrive_in_mapped_tasks(ran: Run) -> None:
    assert ran.mapped("mapped", "mapped-secret") == [f"{number} {digest(FROM_FIRST)}" for number in (1, 2)]
    assert ran.mapped("mapped", "mapped-function") == [digest(SECRETS["SECRET"]), digest("mapped-function")]


def test_a_uri_arrives(ran: Run) -> None:
    assert ran.output("values", "uri") == f"http me {digest(SECRETS['QUOTED'])} example.org"


def test_rendered_fields_are_there_and_hold_no_secret(ran: Run) -> None:
    rendered = ran.task("values", "environment")["rendered"]["environment"]
    assert rendered["PLAIN"] == ARRIVES["PLAIN"]
    private = {"SECRET", "TOKEN", "FROM_FIRST", "TWICE", "HIDDEN", "CONN_PASSWORD", "CONN_BY_URI"}
    assert not private & rendered.keys()


@pytest.mark.parametrize("canary", ["password", "uri", "variable", "secret", "token", "file"])
def test_secret_is_seen_nowhere_else(ran: Run, canary: str) -> None:
    assert seen_in(ran, f"canary{canary}") == []


# Airflow would mask the password as it is, and not (3.x), or not quite (2.11: a slash), as a URI writes it.
def test_password_of_a_uri_is_seen_nowhere_else(ran: Run) -> None:
    assert seen_in(ran, "canaryquoted") == []


def seen_in(run: Run, canary: str) -> list[str]:
    """Return the files of a run that hold a secret and should not: Airflow's database, logs, what airdock wrote."""
    top = run.folder.parent
    assert run.home.is_relative_to(top)
    found = [path for path in top.rglob("*") if path.is_file() and canary.encode() in path.read_bytes()]
    names = [path.relative_to(top).as_posix() for path in found if path.relative_to(top).as_posix() not in FILES]
    return [*names, *(["what Airflow prints"] if canary in run.log else [])]


def test_what_is_stored_of_a_mapped_task_names_its_secrets(ran: Run) -> None:
    stored = json.dumps(ran.outcome["dags"]["mapped"]["stored"])
    assert "AIRDOCK_FILE_CONF_FIRST_ENV_FROM_FIRST" in stored
    assert "canary" not in stored


def test_secrets_are_in_the_file_for_them(ran: Run) -> None:
    dotenv = (ran.folder / ".env").read_text(encoding="utf-8")
    for canary in ("password", "quoted", "uri", "variable", "secret", "token", "file"):
        assert f"canary{canary}" in dotenv
    assert Path(ran.home / "airflow.db").is_file()
