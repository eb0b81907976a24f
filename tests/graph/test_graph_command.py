"""`airdock graph`: what it prints and writes, and what it refuses."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from commands import ERROR, GOOD, WARNING, run, write_project
from conftest import CASES

GROUPS = """\
cluster: started by hand, 5 tasks

level  task                             kind       images  next
1      ├─ create [setup]                container  tool    → first, drop-it
       ├─ work/                                            → drop-it, tell
2      │  ├─ first                      container  tool    → second
3      │  └─ second                     container  tool
4      ├─ drop-it [teardown of create]  container  tool    → tell
5      └─ tell                          container  tool

images
  tool  alpine:3.20  create, first, second, drop-it, tell
"""
ORDERS = """\
orders: 0 6 * * *, 4 tasks
  Fetch, clean, load and report the orders of a day

level  task                     kind            mounts  connections  next
1      ├─ fetch                 container       data                 → clean
2      ├─ clean                 python clean()  data                 → load, report
3      ├─ load                  container       data    warehouse    → report
4      └─ report [none_failed]  container       data

mounts
  data  ./data → /data  fetch, clean, load, report

connections
  warehouse  postgres  load
"""


@pytest.fixture(autouse=True)
def _host(fixed_host: Callable[..., None]) -> None:
    fixed_host()


def test_text_shows_groups_levels_and_what_comes_next(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "-C", CASES["groups"], "cluster") == 0
    assert capsys.readouterr() == (GROUPS, "")


def test_parts_can_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "-C", CASES["example"], "--with", "connections,mounts") == 0
    assert capsys.readouterr().out == ORDERS
    assert run("graph", "-C", CASES["example"], "--with", "none") == 0
    assert "data" not in capsys.readouterr().out


def test_terminal_without_unicode_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    assert run("graph", "-C", CASES["groups"], "cluster") == 0
    plain = raw.getvalue().decode("ascii")
    assert "       |- work/                                            -> drop-it, tell\n" in plain
    assert "3      |  `- second                     container  tool\n" in plain
    assert "\\u" not in plain


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("form", ["text", "mermaid", "dot", "svg"])
def test_every_case_can_be_drawn_always_alike(name: str, form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "-C", CASES[name], "--format", form) == 0
    first = capsys.readouterr()
    assert first.err == ""
    assert first.out.endswith("\n")
    assert run("graph", "-C", CASES[name], "--format", form) == 0
    assert capsys.readouterr() == first


@pytest.mark.parametrize(
    ("name", "start"), [("a.svg", "<svg "), ("a.dot", "digraph "), ("a.gv", "digraph "), ("a.mmd", "flowchart LR\n")]
)
def test_file_is_written_as_its_name_says(
    name: str, start: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new" / name
    assert run("graph", "-C", CASES["groups"], "-o", path) == 0
    assert capsys.readouterr() == (f"created   {path}\n", "")
    assert path.read_text(encoding="utf-8").startswith(start)
    assert [file.name for file in path.parent.iterdir()] == [name]


def test_name_that_says_no_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.png"
    assert run("graph", "-C", CASES["groups"], "-o", path) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"airdock graph: {path}: no format ends like this; .txt, ")
    assert not path.exists()
    assert run("graph", "-C", CASES["groups"], "-o", path, "--format", "svg") == 0
    assert path.read_text(encoding="utf-8").startswith("<svg ")


def test_file_that_is_there_is_kept(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "picture.txt"
    path.write_text("mine")
    assert run("graph", "-C", CASES["groups"], "-o", path) == 1
    assert capsys.readouterr() == ("", f"airdock graph: {path} is there already; --force overwrites it\n")
    assert path.read_text() == "mine"
    assert run("graph", "-C", CASES["groups"], "cluster", "-o", path, "--force") == 0
    assert path.read_text(encoding="utf-8") == GROUPS


def test_folder_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "-C", CASES["groups"], "-o", tmp_path, "--force") == 1
    assert capsys.readouterr().err.startswith(f"airdock graph: cannot write {tmp_path}: ")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["clutser"], 'there is no DAG "clutser"\ndid you mean "cluster"?'),
        (["--format", "png"], "invalid choice: 'png'"),
        (["--with", "pools"], "'pools' is none of images, mounts, connections, none"),
    ],
)
def test_wrong_request_is_exit_code_2(arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "-C", CASES["groups"], *arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert sentence in printed.err


def test_errors_go_to_standard_error_and_warnings_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "-C", write_project(tmp_path, ERROR), "-o", tmp_path / "a.svg") == 1
    assert "error[AD201]" in capsys.readouterr().err
    assert not (tmp_path / "a.svg").exists()
    assert run("graph", "-C", write_project(tmp_path, WARNING)) == 0
    assert capsys.readouterr().err == ""


def test_no_dags_is_no_fault(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(tmp_path, GOOD.partition("[images.")[0])
    assert run("graph", "-C", tmp_path) == 0
    assert capsys.readouterr().out == "no DAGs\n"
    for form in ("mermaid", "dot", "svg"):
        assert run("graph", "-C", tmp_path, "--format", form) == 0
