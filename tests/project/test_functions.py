"""Functions of the user's: copied byte for byte from their file, or refused with the reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from airdock.diagnostics import Report
from airdock.load.files import ProjectFiles
from airdock.project.functions import resolve_function
from airdock.project.model import Function
from airdock.project.scope import Scope
from airdock.project.target import resolve_target
from airdock.spec import ProjectSpec

SPEC = ProjectSpec.model_validate({"airdock": 1, "project": {"name": "p"}, "airflow": {"version": "3.3.2"}})
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


def test_function_with_a_decorator_is_refused(tmp_path: Path) -> None:
    code, message, _ = refusal(tmp_path, b"import functools\n@functools.cache\ndef work(): ...\n")
    assert code == "AD213"
    assert message == 'jobs/work.py defines "work" with a decorator, which the container would not have'


def test_misspelt_function_is_refused_with_the_nearest(tmp_path: Path) -> None:
    found = refusal(tmp_path, b"def work(): ...\n", "jobs/work.py:wrok")
    assert found == ("AD213", 'jobs/work.py has no function "wrok" at its top level', 'did you mean "work"?')


@pytest.mark.parametrize(
    "text",
    ["async def work(): ...", "work = lambda: 1", "class work: ...", "class A:\n    def work(self): ...", ""],
    ids=["coroutine", "lambda", "class", "method", "empty file"],
)
def test_what_is_no_function_of_the_top_level_is_refused(text: str, tmp_path: Path) -> None:
    code, message, _ = refusal(tmp_path, text.encode())
    assert (code, message) == ("AD213", 'jobs/work.py has no function "work" at its top level')


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"def work():\n    return (\n", "is not Python: line 2"),
        (b"x = 1\ndef work(:\n", "is not Python: line 2"),
        (b"def work(): ...\n  x = 1\n", "is not Python: line 2"),
        (b"def work(): return '\0'\n", "is not Python"),
        (b"def work(): return " + b"(" * 500 + b")" * 500, "is not Python: line 1"),
    ],
    ids=["open bracket", "header", "indentation", "NUL", "too deep"],
)
def test_file_that_is_not_python_is_refused_with_its_line(data: bytes, reason: str, tmp_path: Path) -> None:
    code, message, _ = refusal(tmp_path, data)
    assert code == "AD213"
    assert message.startswith(f"jobs/work.py {reason}")


@pytest.mark.parametrize(
    ("named", "code"),
    [("jobs/none.py:work", "AD212"), ("jobs:work", "AD212"), ("../work.py:work", "AD906")],
    ids=["missing", "a folder", "outside"],
)
def test_file_that_cannot_be_had_is_refused(named: str, code: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, b"def work(): ...\n", named)[0] == code


def test_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"def work(): return '\xe9'\n")[:2] == ("AD212", "Python file jobs/work.py is not UTF-8")
