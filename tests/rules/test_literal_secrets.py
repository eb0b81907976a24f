"""AD501, and that no output shows the secret that it is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from airdock.cli import main
from airdock.diagnostics.formats import FORMATS
from airdock.diagnostics.hiding import without_secrets
from airdock.facts import names_secret, secret_names
from finding_inputs import FINDINGS, copied

INPUT = "AD501-literal-secret"
WRITTEN = re.findall(r"canary-\w+-5d0c", (FINDINGS / INPUT / "airdock.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("command", ["check", "build"])
def test_no_format_shows_a_secret(
    form: str, command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    assert len(set(WRITTEN)) == 20
    folder = copied(INPUT, tmp_path)
    main([command, "-C", str(folder), "--output-format", form])
    printed = capfd.readouterr()
    assert "AD501" in printed.out + printed.err
    assert "canary" not in printed.out + printed.err


def test_other_finding_in_the_same_line_does_not_show_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (FINDINGS / INPUT / "airdock.toml").read_text(encoding="utf-8")
    for line in text.splitlines():
        if "canary" in line and "PEM" not in line and "-----" not in line and not line.startswith("canary"):
            broken = re.sub(r"(.*)", r"\1", line) + " x"
            (tmp_path / "airdock.toml").write_text(text.replace(line, broken, 1), encoding="utf-8")
            assert main(["check", "-C", str(tmp_path)]) == 1
            assert "canary" not in capsys.readouterr().err


@pytest.mark.parametrize("name", secret_names())
@pytest.mark.parametrize("form", ["{}", "DB_{}", "db-{}", '"{}"'])
def test_every_name_of_a_secret_is_hidden_in_a_source_line(name: str, form: str) -> None:
    for key in {form.format(name), form.format(name.upper()), form.format(name.replace("_", "-"))}:
        assert names_secret(key.strip('"'))
        for value in ('"hunter2"', "'hunter2'", '"""hunter2', '["hunter2", "x"]', "'''hunter2"):
            line = f"a = {{ {key} = {value} }}"
            assert "hunter2" not in without_secrets(line)
            assert len(without_secrets(line)) == len(line)


@pytest.mark.parametrize(
    "line",
    [
        'uri = "postgres://shop:hunter2@db/shop"',
        "uri = 'http://x?token=hunter2'",
        'uri = """http://u:hunter2@x',
        r'uri = "http://u:hunter2\"x@y"',
        'DATABASE_URL = "mysql://shop:hun\'hunter2@db"',
        'AIRFLOW_CONN_DB = \'{"password": "hunter2"}\'',
        "password = 'hunter2",
        'clientSecret="hunter2"',
    ],
)
def test_secret_is_hidden(line: str) -> None:
    assert "hunter2" not in without_secrets(line)


@pytest.mark.parametrize(
    "line",
    [
        'password = { env = "DB_PASSWORD" }',
        'uri = "s3://shop/orders"',
        'TOKEN_URL = "https://example.org/token"',
        'hosts = ["http://a:8080", "http://b:8080"]',
        "secret = true",
    ],
)
def test_line_without_a_secret_stays(line: str) -> None:
    assert without_secrets(line) == line


PROJECT = (
    'airdock = 1\n[project]\nname = "s"\n[airflow]\nversion = "3.3.2"\n[compose]\nbundled = true\n'
    '[images.etl]\nref = "alpine:3.20"\n[dags.a.tasks.load]\nimage = "etl"\nenv = { API_TOKEN = '
)


@pytest.mark.parametrize(
    "value",
    [
        *("true", "False", "YES", "no", "On", "off", "None", "NULL", "never", "Always", "required", "Optional"),
        *("disabled", "Enabled", "0", "3.11", "********", "xxxx", "", "https://x/token"),
        *("/run/secrets/token", "./token.txt", "$TOKEN", "<your token>", "[token]", "{token}", "airflow"),
    ],
)
def test_switches_numbers_and_references_are_no_secrets(
    value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "airdock.toml").write_text(f"{PROJECT}'{value}' }}\n", encoding="utf-8")
    assert main(["check", "-C", str(tmp_path), "--strict"]) == 0, capsys.readouterr().err


@pytest.mark.parametrize("value", ["hunter2", "truest", "x-none", "8x", "xxxy", "token/", "a$b", "Airflow"])
def test_other_values_are_secrets(value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "airdock.toml").write_text(f"{PROJECT}'{value}' }}\n", encoding="utf-8")
    assert main(["check", "-C", str(tmp_path)]) == 0
    assert 'warning[AD501]: "API_TOKEN" holds a secret in plain text' in capsys.readouterr().err


def test_long_line_is_hidden_in_good_time() -> None:
    for text in ("a." * 100_000, "password" * 50_000, "://:" * 50_000, 'uri = "' * 20_000, 'token = "' * 20_000):
        assert len(without_secrets(text)) == len(text)
    for text in (
        "--token " * 50_000,
        '"--token", ' * 20_000,
        "token: '" * 50_000,
        "-a" * 100_000,
        "token: a\\" * 50_000,
    ):
        assert len(without_secrets(text)) == len(text)


def test_defaults_of_a_host_value_are_no_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The example of the repository has one: its database is reached by nobody outside of the stack."""
    text = (
        'airdock = 1\n[project]\nname = "s"\n[airflow]\nversion = "3.3.2"\n[compose]\nbundled = true\n'
        '[connections.db]\ntype = "postgres"\npassword = { env = "P", default = "shop" }\n'
    )
    (tmp_path / "airdock.toml").write_text(text, encoding="utf-8")
    assert main(["check", "-C", str(tmp_path), "--strict"]) == 0


@pytest.mark.parametrize(
    "value", ['"hunter22"', '["hunter22"]', '[["hunter22"]]', '[[["hunter22"]]]', '[[1, ["hunter22"]]]']
)
def test_text_in_lists_is_called_by_the_key_of_the_lists(
    value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        f'airdock = 1\nproject.name = "x"\nairflow.version = "3.3.2"\n[variables]\nother = {{ password = {value} }}\n'
    )
    (tmp_path / "airdock.toml").write_text(text, encoding="utf-8")
    main(["check", "-C", str(tmp_path)])
    assert '[AD501]: "password" holds a secret in plain text' in capsys.readouterr().err
