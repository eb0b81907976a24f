"""Literals of Python: they evaluate to the value again, need no formatter, and are the only way into a module."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from math import inf, isnan, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.meta import find_undeclared_variables

from airdock.cli import main
from airdock.emit.dag import module
from airdock.emit.dag.pycode import Code, Group, Lines, Node, call, literal, mapping, render, sequence
from conftest import copy_case
from hostile import HOSTILE

TEXTS = st.text() | st.sampled_from(HOSTILE) | st.text("ab'\"\\\n\t{}é日 ", max_size=120)
# Seconds of a duration stay exact to the microsecond within this range.
DURATIONS = st.timedeltas(min_value=timedelta(days=-36500), max_value=timedelta(days=36500))
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.just(-(2**200)) | st.floats(allow_nan=False) | TEXTS | DURATIONS
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=6) | st.dictionaries(TEXTS, inner, max_size=6), max_leaves=25
)


def evaluated(source: str) -> Any:
    """Return the value of an expression; only what a module has imported is known to it."""
    return eval(source, {"__builtins__": {"float": float}, "timedelta": timedelta})  # noqa: S307 - what is tested


@settings(max_examples=600, derandomize=True, database=None, deadline=None)
@given(VALUES, st.integers(0, 100), st.sampled_from([0, 4, 8]))
@example(HOSTILE, 0, 0)
@example({text: [text] for text in HOSTILE}, 20, 4)
@example([inf, -inf, -0.0, 1e300, 5e-324, 1e16, [], {}, "", [[]], [{}], True, 2**200], 80, 0)
def test_rendered_literal_is_the_value_again(value: Any, column: int, indent: int) -> None:
    text = render(literal(value), column=column, indent=indent, argument=True)
    again = evaluated(f"({text})")
    assert again == value
    assert repr(again) == repr(value)


def test_not_a_number_stays_one() -> None:
    assert isnan(evaluated(render(literal(nan), column=0, indent=0)))


def test_tuple_becomes_a_list() -> None:
    assert evaluated(render(literal((1, ("a",))), column=0, indent=0)) == [1, ["a"]]


@pytest.mark.parametrize("value", [b"bytes", {1, 2}, object(), 1j, len], ids=lambda value: type(value).__name__)
def test_other_values_have_no_literal(value: object) -> None:
    with pytest.raises(TypeError, match="no literal for"):
        literal(value)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(TEXTS)
def test_source_of_a_text_is_printable_and_of_one_line_for_each_of_its_lines(text: str) -> None:
    source = render(literal(text), column=80, indent=0, argument=True)
    assert all(char.isprintable() or char == "\n" for char in source)
    tree = ast.parse(f"({source})", mode="eval")
    assert isinstance(tree.body, ast.Constant)
    # Between the parentheses: one line for each line of the text.
    assert source.count("\n") <= text.count("\n") + 2


def random_value(chance: random.Random, depth: int = 0) -> object:
    """Return a value as DAGs have them, often near the width at which a line is broken."""
    kind = chance.randrange(9 if depth < 3 else 6)
    if kind in (0, 1):
        return chance.choice(HOSTILE)
    if kind == 2:
        return "".join(chance.choices("ab \"'\\é日\n\u0301{}", k=chance.choice([3, 20, 60, 75, 80, 90])))
    if kind == 3:
        return chance.choice([None, True, 0, -1, 2**70, 1.5, 1e16, 1e-7, inf, -0.0])
    if kind == 4:
        return timedelta(seconds=chance.choice([0, 90, 3600, 0.5]))
    if kind == 5:
        return "x" * chance.randint(50, 90)
    size = chance.randint(0, 5)
    if kind == 6:
        return [random_value(chance, depth + 1) for _ in range(size)]
    return {random_key(chance): random_value(chance, depth + 1) for _ in range(size)}


def random_key(chance: random.Random) -> str:
    return chance.choice(["key", "a b", "é", 'quo"te', "it's", "k" * chance.randint(1, 70)])


def random_statement(chance: random.Random, number: int) -> str:
    """Return an assignment of a list or table, or of a call with arguments."""
    name = f"name_{number}" + "_" * chance.choice([0, 0, 30])
    node: Node
    if chance.random() < 0.5:
        node = literal(chance.choice([[], {}]) or [random_value(chance) for _ in range(chance.randint(0, 4))])
    else:
        arguments = {f"argument{index}": literal(random_value(chance)) for index in range(chance.randint(0, 4))}
        node = call(chance.choice(["f", "DockerOperator", "module.function"]), arguments)
    return f"{name} = " + render(node, column=len(name) + 3, indent=0, after=0) + "\n"


def test_formatter_finds_nothing_to_change(tmp_path: Path) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret is made of it
    file = tmp_path / "module.py"
    source = "".join(random_statement(chance, number) for number in range(300))
    file.write_text(source, encoding="utf-8", newline="\n")
    command = [sys.executable, "-m", "ruff", "format", "--diff", "--isolated", "--no-cache", "module.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[:4000] + done.stderr
    assert len(ast.parse(source).body) == 300


def test_text_cannot_reach_a_module_around_literal() -> None:
    template = module._template()
    text = Path(str(template.filename)).read_text(encoding="utf-8")
    switches = find_undeclared_variables(template.environment.parse(text))

    def rendered(**changed: Any) -> str:
        dag = {
            "id": Code("'a'"),
            "function": Code("dag_a"),
            "pad": Code(""),
            "arguments": (Code("dag_id='a'"),),
            "blocks": (Code("x = 1"),),
            "order": (Code("x >> y"),),
        }
        function = {"key": Code("'f.py:f'"), "name": Code("f"), "text": Code("def f(): ...")}
        good: dict[str, Any] = dict.fromkeys(switches, False) | {"imports": [Code("import os")], "bundle": True}
        parts = {"functions": [function | changed.pop("function", {})], "dags": [dag | changed.pop("dag", {})]}
        return template.render(**(good | parts | changed))

    assert "x >> y" in rendered()
    places: list[dict[str, Any]] = [{"imports": ["import os"]}]
    places += [{"dag": {key: "x"}} for key in ("id", "function", "pad")]
    places += [{"dag": {key: ("x",)}} for key in ("arguments", "blocks", "order")]
    places += [{"function": {key: "x"}} for key in ("key", "name", "text")]
    for place in places:
        with pytest.raises(TypeError, match="may print source only, not str"):
            rendered(**place)
    for value in (1, None, b"x", ["a"], Lines("x"), Group("[", (), "]")):
        with pytest.raises(TypeError, match="may print source only"):
            rendered(dag={"order": [value]})


def test_template_fails_where_something_that_it_prints_is_missing() -> None:
    template = module._template()
    text = Path(str(template.filename)).read_text(encoding="utf-8")
    whole: dict[str, Any] = dict.fromkeys(find_undeclared_variables(template.environment.parse(text)), ())
    assert template.render(**whole).startswith("from __future__ import annotations\n")
    for name in whole:
        with pytest.raises(UndefinedError, match=name):
            template.render(**{other: value for other, value in whole.items() if other != name})


@pytest.mark.parametrize("name", ["_argument", "literal", "Code"])
def test_emitter_that_forgets_literal_fails_and_writes_nothing(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fixed_host: Callable[..., None]
) -> None:
    fixed_host()
    folder = copy_case("example", tmp_path)
    before = sorted(folder.rglob("*"))
    argument = lru_cache(module._argument.__wrapped__)  # what is kept of it is gone with it
    forgetful = {
        "_argument": lambda *arguments: ("".join(argument(*arguments)[0]), argument(*arguments)[1]),
        "literal": str,
        "Code": "".join,
    }
    monkeypatch.setattr(module, "_argument", argument)
    monkeypatch.setattr(module, name, forgetful[name])
    assert main(["build", "-C", str(folder)]) == 3
    assert sorted(folder.rglob("*")) == before


def test_text_for_an_argument_is_refused_although_a_source_is_equal() -> None:
    source = "os.getpid()"
    assert module._argument("x", Code(source), 4)[0] == f"    x={source},"
    with pytest.raises(AttributeError):
        module._argument("x", source, 4)


def test_text_for_a_node_is_refused_where_nodes_are_joined() -> None:
    with pytest.raises(AttributeError):
        render(call("f", {"a": "os.system('id')"}), column=0, indent=0)  # type: ignore[dict-item]
    with pytest.raises(AttributeError):
        render(sequence(["os.system('id')"]), column=0, indent=0)  # type: ignore[list-item]


@pytest.mark.parametrize("value", [[], {}])
def test_what_is_empty_is_never_broken(value: object) -> None:
    assert render(literal(value), column=200, indent=4) == str(value)


def test_keys_of_a_table_are_quoted() -> None:
    source = render(mapping({'"}, os.system("id")': literal(1)}), column=0, indent=0)
    assert evaluated(source) == {'"}, os.system("id")': 1}
