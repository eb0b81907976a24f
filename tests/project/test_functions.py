"""Functions of the user's: copied byte for byte from their file, or refused with the reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from airdock.diagnostics import Report, SpecPlace, TextPlace
from airdock.emit.dag import names
from airdock.load.files import ProjectFiles
from airdock.project.functions import TAKEN, resolve_function
from airdock.project.model import Function
from airdock.project.scope import Scope
from airdock.project.target import resolve_target
from airdock.spec import ProjectSpec
from spec_tables import table_of

SPEC = table_of(ProjectSpec, {"airdock": 1, "project": {"name": "p"}, "airflow": {"version": "3.1.8"}})
BODY = '''\
def work(a: int, /, b: "str" = "é",
         *rest, **more) -> dict:
    """Say "hi"."""
    # comment of the body: 日本\u2028 and on

    def inner(x):
        return f"{x!r}{a}"

    text = """
  less indented\tthan the rest
"""
    return {"a": [inner(a), text, '\\\\ \\n']}  # at the end
'''


def resolved(folder: Path, data: bytes, named: str = "jobs/work.py:work") -> tuple[Function | None, Report]:
    """Resolve a function of a file, and return it with what was found."""
    (folder / "jobs").mkdir()
    (folder / "jobs/work.py").write_bytes(data)
    report = Report()
    target = resolve_target(SPEC.airflow, report)
    assert target is not None
    scope = Scope(SPEC, ProjectFiles(folder), report, target)
    return resolve_function(scope, named, ("dags", "d", "tasks", "t", "python")), report


def source(folder: Path, data: bytes) -> str:
    """Return the source of the function of a file without faults."""
    function, report = resolved(folder, data)
    assert report.findings == []
    assert function is not None
    assert (function.file, function.name, function.key) == ("jobs/work.py", "work", "jobs/work.py:work")
    lines = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    assert lines[function.line - 1] == function.source.split("\n")[0]
    return function.source


def refusal(folder: Path, data: bytes, named: str = "jobs/work.py:work") -> tuple[str, str, str | None]:
    """Return code, sentence and help of the one finding."""
    function, report = resolved(folder, data, named)
    assert function is None
    (found,) = report.findings
    return found.kind.code, found.message, found.help


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", ""),
        ("import os\n\n\n", "\n\n# behind it\nX = 1\n"),
        ("\f\n'''\n\f a form feed\n'''\nX = '\u2028\x85\x1c'\n\f\n", "\fY = 2\n"),
        ("\ufeff# -*- coding: utf-8 -*-\n", ""),
        ("def work():\n    return 'an earlier one'\n\n", "def other(): pass\n"),
        ("class A:\n    def work(self): ...\n", "if True:\n    def work(): ...\n"),
    ],
    ids=["alone", "in the middle", "form feed and odd line ends", "mark", "defined twice", "others of its name"],
)
def test_function_is_copied_as_it_stands(before: str, after: str, tmp_path: Path) -> None:
    assert source(tmp_path, (before + BODY + after).encode()) == BODY


def test_file_with_crlf_gives_the_same_source(tmp_path: Path) -> None:
    assert source(tmp_path, ("X = 1\n\n" + BODY + "Y = 2\n").replace("\n", "\r\n").encode()) == BODY


def test_file_with_cr_alone_gives_the_same_source(tmp_path: Path) -> None:
    assert source(tmp_path, ("X = 1\n\n" + BODY + "Y = 2\n").replace("\n", "\r").encode()) == BODY


def test_function_at_the_end_of_a_file_without_a_line_end_gets_one(tmp_path: Path) -> None:
    assert source(tmp_path, b"def work(): return 1") == "def work(): return 1\n"


def test_copied_source_means_the_same(tmp_path: Path) -> None:
    (copied,) = ast.parse(source(tmp_path, ("import os\n\f\n" + BODY).encode())).body
    assert ast.dump(copied) == ast.dump(ast.parse(BODY).body[0])


def place(report: Report) -> tuple[str, int, int, int]:
    """Return the place of the one finding, which is in the file of the function."""
    (found,) = report.findings
    assert isinstance(found.place, TextPlace)
    (related,) = found.related
    assert (related.message, related.place) == ("named here", SpecPlace(("dags", "d", "tasks", "t", "python")))
    return found.place.file, found.place.line, found.place.column, found.place.width


def test_function_with_a_decorator_is_refused_at_the_decorator(tmp_path: Path) -> None:
    _, report = resolved(tmp_path, b"import functools\n@functools.cache\ndef work(): ...\n")
    assert report.findings[0].kind.code == "AD213"
    assert report.findings[0].message == (
        'jobs/work.py defines "work" with a decorator, which the container would not have'
    )
    assert place(report) == ("jobs/work.py", 2, 2, len("functools.cache"))


def test_coroutine_is_refused_where_it_is(tmp_path: Path) -> None:
    _, report = resolved(tmp_path, b"\nasync def work(): ...\n", "./jobs/work.py:work")
    assert report.findings[0].message == (
        './jobs/work.py defines "work" with async def, and nothing awaits it in the container'
    )
    assert place(report) == ("jobs/work.py", 2, 1, len("async def"))


def test_misspelt_function_is_refused_with_the_nearest(tmp_path: Path) -> None:
    found = refusal(tmp_path, b"def work(): ...\n", "jobs/work.py:wrok")
    assert found == ("AD213", 'jobs/work.py has no function "wrok" at its top level', 'did you mean "work"?')


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("work = lambda: 1", "it is a lambda"),
        ("work: int = 1", "it is a variable"),
        ("a, (work, b) = 1, (2, 3)", "it is a variable"),
        ("class work: ...", "it is a class"),
        ("from os import walk as work", "it is imported"),
        ("if 1:\n    def work(): ...", "it is defined under a condition"),
        ("class A:\n    def work(self): ...", 'it is a method of class "A"'),
        ("def outer():\n    async def work(): ...", 'it is inside function "outer"'),
    ],
)
def test_what_is_no_function_of_the_top_level_is_refused(text: str, what: str, tmp_path: Path) -> None:
    _, report = resolved(tmp_path, text.encode())
    (found,) = report.findings
    assert (found.kind.code, found.message) == ("AD213", 'jobs/work.py has no function "work" at its top level')
    assert [related.message for related in found.related] == [what]


def test_file_without_the_name_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"work()\n") == (
        "AD213",
        'jobs/work.py has no function "work" at its top level',
        "functions of the file: none",
    )


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"def work():\n    return (\n", 2),
        (b"x = 1\ndef work(:\n", 2),
        (b"def work(): ...\n  x = 1\n", 2),
        (b"x = 1\r\r\ndef work(a, a): ...\n", 3),
        (b"\ndef work():\n    x = 1\n    nonlocal y\n", 4),
        (b"\ndef work():\n\n    continue\n", 4),
        ("x = 'é日'; def work(): ...\n".encode(), 1),
    ],
    ids=["open bracket", "header", "indentation", "twice", "nonlocal", "continue", "not ASCII"],
)
def test_file_that_is_not_python_is_refused_at_its_line(data: bytes, line: int, tmp_path: Path) -> None:
    function, report = resolved(tmp_path, data)
    assert function is None
    assert report.findings[0].kind.code == "AD213"
    assert report.findings[0].message.startswith("jobs/work.py is not Python: ")
    file, found, column, width = place(report)
    assert (file, found) == ("jobs/work.py", line)
    text = data.decode().replace("\r\n", "\n").replace("\r", "\n").split("\n")[line - 1]
    assert 1 <= column <= len(text) + 1
    assert width >= 1


@pytest.mark.parametrize("data", [b"def work(): return '\0'\n", b"def work(): return " + b"-" * 100_000 + b"1"])
def test_file_that_cannot_be_read_as_python_is_refused(data: bytes, tmp_path: Path) -> None:
    code, message, _ = refusal(tmp_path, data)
    assert code == "AD213"
    assert message.startswith("jobs/work.py is not Python")


def test_file_with_odd_escapes_is_read_without_a_word(tmp_path: Path) -> None:
    body = b"def work():\n    return '\\d' is '\\d'\n"
    assert source(tmp_path, body) == body.decode()


@pytest.mark.parametrize(
    ("named", "code"),
    [("jobs/none.py:work", "AD212"), ("jobs:work", "AD212"), ("../work.py:work", "AD906")],
    ids=["missing", "a folder", "outside"],
)
def test_file_that_cannot_be_had_is_refused(named: str, code: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, b"def work(): ...\n", named)[0] == code


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"def work(): return '\xe9'\n")[:2] == ("AD212", "Python file jobs/work.py is not UTF-8")


def test_names_of_the_dag_module_are_known() -> None:
    assert {*names.MODULES, *names._OWN_NAMES} == TAKEN


@pytest.mark.parametrize("name", ["datetime", "DAG", "functions", "str", "isinstance"])
def test_function_that_would_take_a_name_of_the_dag_module_is_refused(name: str, tmp_path: Path) -> None:
    found = refusal(tmp_path, f"def {name}(): ...\n".encode(), f"jobs/work.py:{name}")
    assert found[0] == "AD214"
