"""The statements that make a task: with a variable of its own name or not, of a function or not, mapped or not."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commands import run, write_project

PROJECT = """\
airdock = 1
project = { name = "demo" }
airflow = { version = "3.3.2", python = "3.12" }
compose = { bundled = true }
images = { python = { ref = "python:3.12-slim" } }
lint = { ignore = ["AD316"] }
"""
FUNCTION = 'image = "python"\npython = "job.py:job"\n'
Call = tuple[str, set[str]]


@pytest.fixture
def built(tmp_path: Path, fixed_host: Callable[..., None]) -> Callable[..., list[ast.stmt]]:
    """Return a function that builds a project and returns the statements of its DAG."""
    fixed_host()
    (tmp_path / "job.py").write_text("def job(one=None, two=None):\n    return one\n", encoding="utf-8")

    def build(text: str, per_file: int = 1) -> list[ast.stmt]:
        head = PROJECT.replace('"3.12"', f'"3.12", dags_per_file = {per_file}')
        assert run("build", "-C", write_project(tmp_path, head + text)) == 0
        (file,) = (tmp_path / "dags").glob("*.py")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        return next(node for node in ast.walk(tree) if isinstance(node, ast.With)).body

    return build


def calls(node: ast.expr) -> Iterator[Call]:
    """Return what is called, the innermost last, with the names of the arguments; `(f)` is a call with one such."""
    while isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        given = {keyword.arg or "**" for keyword in node.keywords} | {ast.unparse(value) for value in node.args}
        yield name, given
        node = node.func.value if isinstance(node.func, ast.Attribute) else node.func


@pytest.mark.parametrize("per_file", [1, 2], ids=["", "in a bundle"])
@pytest.mark.parametrize("id_", ["plain", "with-dash", "class"])
@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("", [("", set())]),
        ('args.one = "a"\n', [("", {"one"})]),
        ("expand = { args.one = [1, 2] }\n", [("expand", {"one"})]),
        ("args.two = 1\nexpand = { args.one = [1, 2] }\n", [("expand", {"one"}), ("partial", {"two"})]),
    ],
    ids=["plain", "arguments", "mapped", "mapped with arguments"],
)
def test_function_is_called_with_what_it_gets(
    keys: str, wanted: list[Call], id_: str, per_file: int, built: Callable[..., list[ast.stmt]]
) -> None:
    made, *_ = built(f'[dags.first.tasks."{id_}"]\n{FUNCTION}{keys}', per_file)
    assert isinstance(made, ast.Assign | ast.Expr)
    *outer, function, factory = calls(made.value)
    assert outer == wanted
    assert function == ("", {"functions['job.py:job']"})
    assert factory[0] == "docker_task"
    assert {"task_id", "image"} <= factory[1]
    assert isinstance(made, ast.Assign) == (id_ != "class" and "-" not in id_)


@pytest.mark.parametrize("id_", ["plain", "with-dash"])
@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        ("arguments.one = 1\n", ["Run"]),
        ("arguments.one = 1\nexpand = { arguments.two = [1, 2] }\n", ["expand", "partial"]),
    ],
    ids=["plain", "mapped"],
)
def test_operator_is_made_with_what_it_gets(
    keys: str, wanted: list[str], id_: str, built: Callable[..., list[ast.stmt]]
) -> None:
    made, *_ = built(f'[dags.first.tasks."{id_}"]\noperator = "company.Run"\n{keys}')
    assert isinstance(made, ast.Assign | ast.Expr)
    found = list(calls(made.value))
    assert [name for name, _ in found] == wanted
    assert {"task_id", "one"} <= found[-1][1]
    assert ("two" in found[0][1]) == ("expand" in wanted)


@pytest.mark.parametrize(
    ("id_", "keys", "operator"),
    [
        ("plain", FUNCTION + 'args.one = "run.sh"\n', "plain.operator"),
        ("with-dash", FUNCTION + 'args.one = "run.sh"\n', "with_dash"),
        ("plain", 'image = "python"\ncommand = ["run.sh"]\n', "plain"),
        ("with-dash", 'image = "python"\ncommand = ["run.sh"]\n', "with_dash"),
    ],
)
def test_operator_itself_is_told_that_it_has_no_template_files(
    id_: str, keys: str, operator: str, built: Callable[..., list[ast.stmt]]
) -> None:
    """The task of a function is a handle for its output; the operator of another name is fetched from the DAG."""
    lines = [ast.unparse(line) for line in built(f'[dags.first.tasks."{id_}"]\n{keys}')[1:]]
    fetched = ["with_dash = dag.get_task('with-dash')"] if "-" in id_ else []
    assert lines == [*fetched, f"{operator}.template_ext = ()"]


def test_setup_and_teardown_are_told_and_a_teardown_waits_by_being_one(built: Callable[..., list[ast.stmt]]) -> None:
    tasks = '[dags.first.tasks."make-it"]\nimage = "python"\nsetup = true\n'
    tasks += '[dags.first.tasks.work]\nimage = "python"\nafter = ["make-it"]\n'
    tasks += '[dags.first.tasks.clear]\nimage = "python"\nteardown = "make-it"\nafter = ["work", "make-it"]\n'
    lines = [ast.unparse(line) for line in built(tasks)]
    assert "make_it.as_setup()" in lines
    assert "clear.as_teardown(setups=make_it)" in lines
    assert lines[-2:] == ["make_it >> work", "work >> clear"]


@pytest.mark.parametrize(
    ("param", "written"),
    [
        ("3", "3"),
        ("{ default = 3 }", "3"),
        ("{ default = 3, minimum = 1 }", "Param(default=3, minimum=1)"),
        ('{ type = "string" }', "Param(type='string')"),
        ('{ default = "a", enum = ["a", "b"] }', "Param(default='a', enum=['a', 'b'])"),
    ],
)
def test_param_has_a_default_or_none(
    param: str, written: str, tmp_path: Path, built: Callable[..., list[ast.stmt]]
) -> None:
    built(f"[dags.first]\nparams.level = {param}\ntasks.a.image = 'python'\n")
    source = (tmp_path / "dags" / "first.py").read_text(encoding="utf-8")
    found = [
        ast.unparse(node.value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.keyword) and node.arg == "params"
    ]
    assert found == [f"{{'level': {written}}}"]
    assert ("import DAG, Param" in source) == ("Param(" in written)


def test_path_of_a_function_may_be_any_text(tmp_path: Path, built: Callable[..., list[ast.stmt]]) -> None:
    (tmp_path / 'a\nb\'s "c".py').write_text("def job():\n    return 1\n", encoding="utf-8")
    made, *_ = built("""[dags.first.tasks.a]\nimage = "python"\npython = "a\\nb's \\"c\\".py:job"\n""")
    assert isinstance(made, ast.Assign)
    key = 'a\nb\'s "c".py:job'
    assert list(calls(made.value))[1] == ("", {f"functions[{key!r}]"})


@pytest.mark.parametrize("per_file", [1, 2], ids=["", "in a bundle"])
def test_arguments_are_broken_where_a_formatter_would(
    per_file: int, tmp_path: Path, built: Callable[..., list[ast.stmt]]
) -> None:
    tasks = [
        f'[dags.first.tasks.a{width}]\nimage = "python"\nowner = "{"o" * width}"\nlabels = {{ a = "{"l" * width}" }}\n'
        f'command = ["{"x" * width}", "y"]\ndoc = "{"z" * width}\\n{"z" * 9}"\n'
        for width in range(46, 82)
    ]
    built("".join(tasks), per_file)
    (file,) = (tmp_path / "dags").glob("*.py")
    # The header tells formatters to leave the file alone.
    source = "".join(file.read_text(encoding="utf-8").partition("from __future__")[1:])
    # A formatter would not join a list again that was broken without need.
    assert max(len(line) for line in source.splitlines() if "command=[" in line) == 88
    (tmp_path / "bare.py").write_text(source, encoding="utf-8")
    command = [sys.executable, "-m", "ruff", "format", "--diff", "--isolated", "--no-cache", "bare.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:4000] + done.stderr
