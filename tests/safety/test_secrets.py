"""A canary in every place that a secret comes from: it reaches `.env`, and nothing else that airdock writes or says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from airdock.cli import main
from airdock.diagnostics.formats import FORMATS
from airdock.emit import dotenv, registry
from airdock.load.dotenv import read_dotenv
from airdock.project.secret import Secret
from airdock.recall import question
from airdock.views import FORMATS as PICTURES

PLACES = (
    "PASSWORD", "LOGIN", "URI", "VARIABLE", "TASK", "ARGUMENT", "AIRFLOW", "EXTRA", "HOST", "PORT", "OPERATOR", "SWARM",
    "BUILD",
)  # fmt: skip
"""Variables of the host, each with a canary of its own."""
FILES = ("password.txt", "variable.txt", "task.txt", "airflow.txt", "uri.txt", "key.pem", "task.env")
PROJECT = """\
airdock = 1

[project]
name = "canaries"

[airflow]
version = "3.3.2"
python = "3.12"
executor = "local"
env = { A = { env = "C_AIRFLOW" }, B = { file = "s/airflow.txt" } }

[compose]
bundled = true

[images.shell]
ref = "alpine:3.20"

[images.python]
ref = "python:3.12-slim"

[connections.one]
type = "http"
host = { env = "C_HOST" }
port = { env = "C_PORT" }
login = { env = "C_LOGIN", default = "canary-default-login" }
password = { env = "C_PASSWORD" }
extra.key = { env = "C_EXTRA" }
extra.pem = { file = "s/key.pem" }
extra.other = { env = "C_NONE", default = "canary-default" }

[connections.two]
uri = { env = "C_URI" }

[connections.three]
type = "http"
password = { file = "s/password.txt" }

[connections.four]
uri = { file = "s/uri.txt" }

[connections.literal]
type = "http"
password = "canary-literal-password"
extra = { api_key = "canary-literal-key" }

[connections.literal_uri]
uri = "postgres://reader:canary-literal-uri@db/x"

[variables]
one = { env = "C_VARIABLE" }
two = { file = "s/variable.txt" }
three = { env = "C_NONE", default = "canary-default-variable" }
api_token = "magpie-literal-variable"
table = { deep = [{ client_secret = "magpie-literal-in-a-table" }] }

[compose.services.cache]
image = "redis:7"
environment = { REDIS_PASSWORD = "magpie-literal-service" }
command = ["--url", "redis://user:magpie-literal-url@cache"]

[defaults.task]
env_files = ["s/task.env"]

[dags.d]
params = { token = "magpie-literal-param" }

[dags.d.on_failure]
notifier = "company.Notifier"
args = { token = "magpie-literal-callback", url = "https://user:magpie-literal-hook@chat" }

[dags.d.tasks.e]
operator = "company.Operator"
arguments = { password = "magpie-literal-operator", headers = [{ api_key = "magpie-literal-header" }] }

[dags.d.tasks.a]
image = "shell"
command = ["true"]
env.A = { env = "C_TASK" }
env.B = { file = "s/task.txt" }
env.C = { connection = "one", get = "password" }
env.D = { env = "C_NONE", default = "canary-default-task" }

[dags.d.tasks.b]
image = "python"
python = "f.py:f"
args = { x = { connection = "two", get = "password" } }

[dags.d.tasks.c]
image = "shell"
command = ["true"]
runner = "swarm"
env = { A = "x" }
env_files = []
"""
LOGIN = '{ env = "C_LOGIN", default = "canary-default-login" }'
FAULTS = {
    "names": ('image = "shell"\ncommand', 'image = "shel"\ncommand'),
    "shape of the secret's table": ('password = { env = "C_PASSWORD" }', 'pasword = { env = "C_PASSWORD" }'),
    "source of the secret": ('{ env = "C_PASSWORD" }', '{ env = "C_PASSWORD", x = 1 }'),
    "type of the literal": ('password = "canary-literal-password"', 'password = ["canary-literal-password"]'),
    "beside the literal": ('password = "canary-literal-password"', 'password = "canary-literal-password"\nx = 1'),
    "literal uri": ("db/x\"", "db/x\"\ntype = \"x y\""),
    "not set": ('"C_VARIABLE"', '"C_NOT_SET"'),
    "argument": ('{ connection = "two", get = "password" }', '{ env = "C_ARGUMENT" }'),
    "argument file": ('{ connection = "two", get = "password" }', '{ file = "s/password.txt" }'),
    "label": ('env = { A = "x" }', 'labels = { l = { env = "C_TASK" } }'),
    "swarm": ('env = { A = "x" }', 'env = { A = { env = "C_SWARM" } }'),
    "build argument": ('ref = "alpine:3.20"', 'from = "alpine:3.20"\nargs = { T = { env = "C_BUILD" } }'),
    "operator": ('image = "shell"\ncommand = ["true"]\nrunner = "swarm"\nenv = { A = "x" }',
                 'operator = "a.b.C"\narguments = { x = { env = "C_OPERATOR" } }'),
    "param of another type": ('params = { token = "magpie-literal-param" }',
                              'schedule = "@daily"\nparams = { token = { default = "canary", type = "integer" } }'),
    "folder for a secret": ('"s/password.txt"', '"s"'),
    "two": ('[connections.two]', '[connections.ONE]'),
    "version": ('"3.3.2"', '"3.99.9"'),
    "misspelt": ('password = "canary-literal-password"', 'pasword = "canary-literal-password"'),
    "misspelt, with a letter swapped": ('password = "canary-literal-password"',
                                        'PGPASSWROD = "canary-literal-password"'),
    "misspelt, in a table": ('extra = { api_key = "canary-literal-key" }', 'etxra = { apikye = "canary-literal-key" }'),
    "misspelt, in several lines": ('password = "canary-literal-password"',
                                   'pasword = """\\\n  canary-literal-password"""'),
    "default": ('{ env = "C_PASSWORD" }', '{ env = "C_PASSWORD", default = "canary-default", x = 1 }'),
    "default of another type": (LOGIN, '{ env = "C_LOGIN", default = ["canary-default"] }'),
    "default in front": (LOGIN, '{ default = "canary-default", env = 1 }'),
    "default, misspelt": (LOGIN, '{ env = "C_LOGIN", defualt = "canary-default" }'),
    "default beside a misspelt env": ('{ env = "C_PASSWORD" }', '{ evn = "C_PASSWORD", default = "canary-default" }'),
    "default, in lines": ('{ env = "C_PASSWORD" }', '{ env = "C_PASSWORD",\n default = ["canary-default"] }'),
    "default, with a NUL": (LOGIN, '{ env = "C_LOGIN", default = "canary\\u0000default" }'),
    "default, in a table": (f'login = {LOGIN}\n', 'login.env = "C_LOGIN"\nlogin.default = ["canary-default"]\n'),
    "default in an argument": ('{ connection = "two", get = "password" }',
                               '{ env = "C_ARGUMENT", default = "canary" }'),
    "default in an environment": ('{ env = "C_TASK" }', '{ env = "C_TASK", default = "canary", x = 1 }'),
    "default of a variable": ('{ env = "C_VARIABLE" }', '{ env = "C_VARIABLE", default = 81973 }'),
    "default, toml syntax": (LOGIN, '{ env = "C_LOGIN", default = "canary-default }'),
    "default, toml without quotes": (LOGIN, '{ env = "C_LOGIN", default = canary }'),
    "list of literals": ('password = "canary-literal-password"', 'password = [\n  "canary-literal-password",\n]'),
    "table of literals": ('password = "canary-literal-password"', 'password = { value = "canary-literal-password" }'),
    "toml syntax in several lines": ('"canary-literal-password"', '"""\ncanary-literal-password \\q'),
    "toml syntax, misspelt": ('password = "canary-literal-password"', 'pasword = "canary-literal-password" x'),
    "toml without quotes, misspelt": ('password = "canary-literal-password"', 'pasword = canary'),
    "toml syntax": ('password = "canary-literal-password"', 'password = "canary-literal-password'),
    "toml twice": ('password = "canary-literal-password"', 'password = "x"\npassword = "canary-literal-password"'),
}  # fmt: skip
"""Faults near secrets: a finding shows the place, not what is in it."""


def canaries(number: int) -> dict[str, str]:
    """Return the variables of the host; the canaries of another number are others."""
    found = {f"C_{place}": f"canary{number}-of-{place.lower()}-$x'\"" for place in PLACES}
    return found | {"C_PORT": f"8{number}973", "C_URI": f"http://u:canary{number}-of-uri@h/x"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project on a host with all its secrets; one of them stands in the user's own lines of `.env`."""
    monkeypatch.delenv("C_NOT_SET", raising=False)
    folder = tmp_path / "demo"
    (folder / "s").mkdir(parents=True)
    (folder / "airdock.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "f.py").write_text("def f(x):\n    return x\n", encoding="utf-8")
    (folder / ".gitignore").write_text(".env\n", encoding="utf-8")
    plant(folder, 1, monkeypatch)
    return folder


def plant(folder: Path, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the canaries of a number where secrets come from."""
    for name, value in canaries(number).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("C_TASK")
    before = (folder / ".env").read_text(encoding="utf-8") if (folder / ".env").exists() else ""
    block = before[before.index("# >>>") :] if "# >>>" in before else ""
    own = f"C_TASK='canary{number}-of-task'\nMINE='canary{number}-of-mine'\n"
    (folder / ".env").write_text(own + block, encoding="utf-8")
    for file in FILES:
        (folder / "s" / file).write_text(f"canary{number}-in-{file}\n", encoding="utf-8")
    (folder / "s/key.pem").write_text(f"-----BEGIN\ncanary{number}-in-key.pem\n-----END\n", encoding="utf-8")
    (folder / "s/task.env").write_text(f"FROM_A_FILE=canary{number}-in-task.env\n", encoding="utf-8")


def sung(text: str, birds: str = "canary|magpie") -> list[str]:
    """Return the pieces of a text around each canary that got out."""
    # A port is a number, which the digest of a finding may hold by chance.
    hits = re.finditer(rf"{birds}|(?<![0-9a-f])8[12]973(?![0-9a-f])", text)
    return [text[max(0, hit.start() - 60) : hit.start() + 40] for hit in hits]


def without_names(text: str) -> str:
    return text.replace("canaries", "").replace("C_PORT", "")


def said(capsys: pytest.CaptureFixture[str], folder: Path) -> str:
    out, err = capsys.readouterr()
    return without_names((out + err).replace(str(folder), ""))


def files_but_inputs(folder: Path) -> Iterator[Path]:
    inputs = {"airdock.toml", "f.py", ".env", *(f"s/{name}" for name in (*FILES, "task.env"))}
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in inputs and ".git" not in path.parts:
            yield path


def assert_no_file_sings(folder: Path) -> None:
    for path in files_but_inputs(folder):
        assert sung(without_names(path.read_text(encoding="utf-8")), IN_FILES) == [], path


IN_FILES = "canary"
"""What no file holds. A magpie is a literal that becomes a part of a DAG or service: the user committed it already."""
COMMANDS: tuple[tuple[str, ...], ...] = (
    *(("check", "--output-format", form) for form in FORMATS),
    *(("build", "--check", "--output-format", form) for form in FORMATS),
    ("build", "--diff"),
    ("build", "--diff", "--force"),
    ("build",),
    ("doctor",),
    ("doctor", "--output-format", "json"),
    ("show",),
    ("show", "d"),
    *(("show", f"d.{task}") for task in "abce"),
    *(("graph", "--format", form) for form in PICTURES),
    ("graph", "d", "--with", "connections"),
    ("build", "--strict", "--exit-code"),
)


def test_secrets_reach_dotenv_and_nothing_else(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        plant(project, number, monkeypatch)
        for command in COMMANDS:
            code = main([command[0], "-C", str(project), *command[1:]])
            text = said(capsys, project)
            assert code in (0, 1), text
            # A difference shows what the files say.
            assert (sung(text, IN_FILES) if "--diff" in command else sung(text)) == [], command
            assert_no_file_sings(project)
        values = read_dotenv((project / ".env").read_text(encoding="utf-8"), {}).block
        held = "\n".join(values.values())
        wanted = [value for key, value in canaries(number).items() if key[2:] in PLACES[:3] + PLACES[6:10]]
        wanted += [f"canary{number}-in-{file}" for file in FILES]
        quoted = [json.dumps(value)[1:-1] for value in wanted]
        missing = [
            value for value, other in zip(wanted, quoted, strict=True) if value not in held and other not in held
        ]
        assert missing == [], "the canaries are alive"


@pytest.mark.parametrize("fault", FAULTS)
def test_findings_do_not_show_secrets(fault: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = FAULTS[fault]
    assert old in PROJECT
    (project / "airdock.toml").write_text(PROJECT.replace(old, new, 1), encoding="utf-8")
    for command in (("build",), *(("check", "--output-format", form) for form in FORMATS)):
        main([command[0], "-C", str(project), *command[1:]])
        text = said(capsys, project)
        assert "AD" in text
        assert sung(text) == [], command
    main(["doctor", "-C", str(project)])
    assert sung(said(capsys, project)) == []
    assert_no_file_sings(project)


@pytest.mark.parametrize("line", ["canary-one", "B canary-two", "'canary-three", "=canary-four", "B='canary-five"])
def test_lines_of_env_files_that_cannot_be_read_are_not_shown(
    line: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "s/task.env").write_text(f"A=1\n{line}\n", encoding="utf-8")
    for form in FORMATS:
        main(["check", "-C", str(project), "--output-format", form])
        assert sung(said(capsys, project)) == [], form


@pytest.mark.parametrize("place", ["an emitter", "the quoting", "a rule", "the writing"])
def test_report_of_a_crash_has_no_values(
    place: str, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    def crash(*arguments: object, **keywords: object) -> object:
        secret = "canary-of-the-crash"
        shown = [argument.reveal() for argument in arguments if isinstance(argument, Secret)]
        raise RuntimeError(f"{secret} {arguments!r} {keywords!r} {shown} {canaries(1)}") from ValueError(secret)

    match place:
        case "an emitter":
            monkeypatch.setattr(registry, "EMITTERS", (crash, *registry.EMITTERS))
        case "the quoting":
            monkeypatch.setattr(dotenv, "dotenv_quoted", crash)
        case "a rule":
            monkeypatch.setattr("airdock.rules.secrets.value_on", crash)
        case _:
            monkeypatch.setattr("airdock.output.apply._stage", crash)
    assert main(["build", "-C", str(project)]) == 3
    text = said(capsys, project)
    assert "airdock has a bug" in text
    assert "RuntimeError" in text
    assert [piece for piece in sung(text) if "canary-of-the-crash" not in piece or "secret =" not in piece] == []
    assert_no_file_sings(project)


def test_secret_cannot_be_shown_by_accident() -> None:
    secret = Secret("canary")
    shown: list[Callable[[], str]] = [
        lambda: str(secret),
        lambda: repr(secret),
        lambda: f"{secret}",
        lambda: f"{secret!r:>20}",
        lambda: "%s" % secret,  # noqa: UP031 - one of the ways
        lambda: "{}".format(secret),  # noqa: UP032 - one of the ways
        lambda: repr([secret, {"a": secret}]),
        lambda: json.dumps({"a": secret}, default=str),
        lambda: "".join(secret),
        lambda: "a" + secret,  # type: ignore[operator]
    ]
    for show in shown:
        try:
            text = show()
        except (TypeError, AttributeError) as error:
            text = str(error)
        assert "canary" not in text


def test_committed_files_of_the_whole_repository_hold_no_secret(project: Path) -> None:
    subprocess.run(["git", "init", "-q", str(project)], check=True)
    assert main(["build", "-C", str(project)]) == 0
    subprocess.run(["git", "-C", str(project), "add", "-A"], check=True)
    listed = subprocess.run(["git", "-C", str(project), "ls-files"], check=True, capture_output=True, text=True)
    assert ".env" not in listed.stdout.splitlines()
    assert ".env.example" in listed.stdout.splitlines()


@pytest.mark.parametrize(
    "place", ["a file that is no text", "a NUL", "a port", "a line of .env", "a variable that is no text", "two lines"]
)
def test_secrets_that_cannot_be_used_are_not_shown(
    place: str, project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    match place:
        case "a file that is no text":
            (project / "s/password.txt").write_bytes(b"canary\xff")
        case "a NUL":
            (project / "s/task.txt").write_bytes(b"canary\0canary")
        case "a port":
            monkeypatch.setenv("C_PORT", "canary-port")
        case "a line of .env":
            with (project / ".env").open("a", encoding="utf-8") as stream:
                stream.write("X='canary\nY=${canary\ncanary Z\n")
        case "a variable that is no text":
            monkeypatch.setitem(os.environ, "C_PASSWORD", "canary\udcff")
        case _:
            monkeypatch.setenv("C_URI", "http://u:canary\ncanary@h")
    for command in COMMANDS:
        assert main([command[0], "-C", str(project), *command[1:]]) in (0, 1)
        text = said(capsys, project)
        assert (sung(text, IN_FILES) if "--diff" in command else sung(text)) == [], command
    assert_no_file_sings(project)


def test_init_shows_nothing_of_what_is_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dags").mkdir()
    files = {
        "docker-compose.yaml": "image: ${AIRFLOW_IMAGE_NAME:-apache/airflow:3.3.2}\nx: canary\n",
        "docker-compose.override.yaml": "services: {a: {environment: {PASSWORD: canary}}}\n",
        ".env": "PASSWORD=canary\n",
        "dags/a.py": "DockerOperator(environment={'PASSWORD': 'canary'})\n",
        ".gitignore": "# canary\n.env\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert main(["init", str(tmp_path)]) == 0
    assert sung(said(capsys, tmp_path)) == []
    assert sung((tmp_path / "airdock.toml").read_text(encoding="utf-8")) == []
    assert (tmp_path / ".env").read_text(encoding="utf-8") == files[".env"]


def test_what_is_kept_of_a_run_has_no_secret(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    monkeypatch.setenv("AIRDOCK_CACHE_DIR", str(cache))
    assert main(["build", "-C", str(project)]) == 0
    deadline = time.monotonic() + 30
    # A run is kept only when the files that it looked at are old enough.
    while not any(path.is_file() for path in cache.rglob("*")):
        assert time.monotonic() < deadline, "nothing was kept"
        for command in (["build"], ["check"], ["check", "--output-format", "json"]):
            arguments = [command[0], "-C", str(project), *command[1:]]
            assert main(arguments, question(arguments)) == 0
        time.sleep(0.1)
    for path in cache.rglob("*"):
        if path.is_file():
            assert path.stat().st_mode & 0o777 == 0o600
            assert sung(without_names(path.read_text(encoding="utf-8", errors="replace"))) == []
