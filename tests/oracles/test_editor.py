"""What an editor makes of airdock.toml: tombi as a linter, and as a language server. Nothing touches the network."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lsp import LanguageServer
from presence import required_or_skip

from conftest import CASES, REPOSITORY

TIMEOUT = 30  # seconds
SCHEMA_LINE = "#:schema ../schema/airdock.schema.json\n"
HEAD = SCHEMA_LINE + 'airdock = 1\n\n[project]\nname = "shop"\n\n[airflow]\nversion = "3.3.2"\n'
ODD_BUT_VALID = """
[variables]
table = { a = { b = [{ c = 1 }] } }

[dags.x]
start_date = 2026-01-01T06:00:00
end_date = 2026-12-31 06:00:00+02:00

[dags.x.params]
short = 3
text = "x"
list = [1, { a = 1 }]
table = { default = { a = { b = 1 } }, enum = [{ a = 1 }] }
long.default = [1]

[dags.x.tasks.y]
operator = "airflow.providers.standard.operators.empty.EmptyOperator"
arguments = { a = { b = 1 }, c = { output = "z" } }
"""


@dataclass(frozen=True)
class Editor:
    """tombi, and a folder `work` to edit in, beside the folder of the schema."""

    tombi: str
    folder: Path

    @property
    def environ(self) -> dict[str, str]:
        """No settings and no cache of the user, no colours, no network."""
        home = str(self.folder / "home")
        return {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_CACHE_HOME": home, "NO_COLOR": "1", "TOMBI_OFFLINE": "1"}

    def write(self, text: str, name: str = "airdock.toml") -> Path:
        """Write a file and return where it is."""
        path = self.folder / "work" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def lint(self, *paths: Path) -> list[str]:
        """Return what `tombi lint` reports, each as file:line:column code."""
        report = self.folder / "report.json"
        command = [self.tombi, "lint", "--offline", "--error-on-warnings", "--quiet"]
        command += ["--diagnostics-format", "json", "--diagnostics-file", str(report)]
        command += [path.relative_to(self.folder / "work").as_posix() for path in paths]
        done = subprocess.run(
            command,
            cwd=self.folder / "work",
            env=self.environ,
            timeout=TIMEOUT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert report.exists(), done.stderr
        found = json.loads(report.read_text(encoding="utf-8") or "[]")
        assert (done.returncode != 0) == bool(found), done.stderr
        return [_one_line(each) for each in found]


def _one_line(report: dict[str, Any]) -> str:
    start = report["range"]["start"]
    return f"{report['path']}:{start['line']}:{start['column']} {report['code']}"


@pytest.fixture
def editor(tmp_path: Path) -> Editor:
    """An editor on an empty folder."""
    tombi = shutil.which("tombi", path=sysconfig.get_path("scripts"))
    required_or_skip("tombi", tombi is not None, 'pip install -e ".[test]"')
    shutil.copytree(REPOSITORY / "schema", tmp_path / "schema")
    (tmp_path / "home").mkdir()
    return Editor(str(tombi), tmp_path)


@pytest.fixture
def server(editor: Editor) -> Iterator[LanguageServer]:
    """The language server on the folder of the editor."""
    (editor.folder / "work").mkdir()
    with LanguageServer([editor.tombi, "lsp", "--offline"], editor.folder / "work", editor.environ) as running:
        yield running


def test_the_example_names_the_schema_and_has_no_fault(editor: Editor) -> None:
    text = (REPOSITORY / "examples" / "airdock.toml").read_text(encoding="utf-8")
    assert text.startswith(SCHEMA_LINE)
    assert editor.lint(editor.write(text)) == []


def test_the_example_is_really_held_against_the_schema(editor: Editor) -> None:
    text = (REPOSITORY / "examples" / "airdock.toml").read_text(encoding="utf-8")
    number = text[: text.index("executor =")].count("\n") + 1
    path = editor.write(text.replace("executor =", "exekutor ="))
    assert editor.lint(path) == [f"airdock.toml:{number}:1 key-not-allowed"]


def test_no_case_has_a_fault(editor: Editor) -> None:
    paths = []
    for name, folder in CASES.items():
        text = (folder / "airdock.toml").read_text(encoding="utf-8")
        line = "#:schema ../../schema/airdock.schema.json\n"
        paths.append(editor.write(line + text.removeprefix(SCHEMA_LINE), f"{name}/airdock.toml"))
    assert editor.lint(*paths) == []


def test_odd_values_that_are_valid_have_no_fault(editor: Editor) -> None:
    assert editor.lint(editor.write(HEAD + ODD_BUT_VALID)) == []


@pytest.mark.parametrize(
    ("lines", "reported"),
    [
        pytest.param('imag = "a"', "10:1 key-not-allowed", id="a misspelt key"),
        pytest.param('retries = "2"', "10:11 type-mismatch", id="text for a number"),
        pytest.param('timeout = "5 minutes"', "10:11 string-pattern", id="no duration"),
        pytest.param('remove = "alway"', "10:10 enum", id="a word that is no choice"),
        pytest.param("params = { n = { defaul = 1 } }", "10:1 key-not-allowed", id="a key of a DAG in a task"),
        pytest.param("mounts = [{ mount = 'a', targt = '/' }]", "10:26 key-not-allowed", id="a key of a use"),
    ],
)
def test_a_fault_is_reported_at_its_place(editor: Editor, lines: str, reported: str) -> None:
    path = editor.write(f"{HEAD}[dags.x.tasks.y]\n{lines}\n")
    assert editor.lint(path) == [f"airdock.toml:{reported}"]


def labels(server: LanguageServer, uri: str, line: int, character: int) -> list[str]:
    """Return what the server offers at a place (0-based)."""
    place = {"textDocument": {"uri": uri}, "position": {"line": line, "character": character}}
    answer = server.request("textDocument/completion", place)
    return [item["label"] for item in answer]


def test_the_keys_of_a_task_are_offered_in_a_task(editor: Editor, server: LanguageServer) -> None:
    uri = server.open(editor.write(f"{HEAD}\n[dags.x.tasks.y]\nretries = 2\n\n"))
    offered = labels(server, uri, 11, 0)
    assert {"image", "command", "after", "operator", "python", "script", "env", "mounts"} <= set(offered)
    # What is written already, and keys of other tables.
    assert not {"retries", "schedule", "tasks", "ref"} & set(offered)


def test_the_sources_are_offered_in_a_value(editor: Editor, server: LanguageServer) -> None:
    uri = server.open(editor.write(f"{HEAD}\n[dags.x.tasks.y]\nenv = {{ A = {{  }} }}\n"))
    offered = labels(server, uri, 10, len("env = { A = { "))
    assert {"env", "file", "connection", "variable", "param", "output"} <= set(offered)


@pytest.mark.parametrize("written", ["executor = ", "executor = c", 'executor = ""'])
def test_the_choices_of_a_value_are_offered(editor: Editor, server: LanguageServer, written: str) -> None:
    uri = server.open(editor.write(f"{HEAD}{written}\n"))
    assert labels(server, uri, 8, len("executor = ")) == ['"celery"', '"local"']


def test_hovering_over_a_key_shows_its_description(editor: Editor, server: LanguageServer) -> None:
    uri = server.open(editor.write(f"{HEAD}\n[dags.x.tasks.y]\nretries = 2\n"))
    place = {"textDocument": {"uri": uri}, "position": {"line": 10, "character": 2}}
    answer = server.request("textDocument/hover", place)
    definitions = json.loads((editor.folder / "schema" / "airdock.schema.json").read_text(encoding="utf-8"))["$defs"]
    assert definitions["TaskSpec"]["properties"]["retries"]["description"] in answer["contents"]["value"]


def test_a_wrong_key_is_marked_while_typing(editor: Editor, server: LanguageServer) -> None:
    uri = server.open(editor.write(f'{HEAD}exekutor = "local"\n'))
    answer = server.request("textDocument/diagnostic", {"textDocument": {"uri": uri}})
    (item,) = answer["items"]
    assert item["range"]["start"] == {"line": 8, "character": 0}
    assert "exekutor" in item["message"]
