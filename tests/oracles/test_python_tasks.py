"""Airflow and Python judge the functions of python tasks: what fails there is an error of airdock's, and nothing else.

Each case is a file with a function ``work``, the arguments that the task gives it, and what it returns. The docker
provider makes the script that would run in the container; it runs without one.
"""

from __future__ import annotations

import json
import textwrap
from pathlib import Path
from typing import Any

import pytest
from airflow_judge import judge
from test_airflow import VERSIONS, environment_for, write_modules

from airdock.diagnostics import Report, Stopped
from airdock.pipeline import analyse, load
from conftest import host_for_tests

RUNNER = Path(__file__).resolve().parent / "run_functions.py"
FAILS = object()
PROJECT = """\
airdock = 1
project = {{ name = "shop" }}
airflow = {{ version = "{version}", python = "3.11" }}
compose = {{ bundled = true }}
images = {{ etl = {{ ref = "python:3.11-slim" }} }}

[dags.d]
start_date = 2026-01-01

[dags.d.tasks.t]
image = "etl"
python = "work.py:work"
args = {args}
"""
MODULE = """\
from __future__ import annotations

from datetime import datetime, timezone

from airflow.providers.docker.decorators.docker import docker_task

try:
    from airflow.sdk import DAG
except ImportError:
    from airflow import DAG

{source}

with DAG("d{number}", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=timezone.utc), catchup=False):
    docker_task(task_id="t", image="x", multiple_outputs=False)(work)(**{args!r})
"""

CASES: dict[str, tuple[str, dict[str, Any], Any]] = {
    "plain": ("def work(a, b=2, *, c=3): return a + b + c", {"a": 1, "c": 5}, 8),
    "no result": ("def work(): pass", {}, None),
    "any by name": ("def work(**more): return sorted(more)", {"a": 1, "b": 2}, ["a", "b"]),
    "by position with a default": ("def work(a=1, /, b=2): return a + b", {"b": 5}, 6),
    "missing": ("def work(a, b): return a", {"a": 1}, FAILS),
    "missing by name only": ("def work(*, a): return a", {}, FAILS),
    "unknown": ("def work(a=1): return a", {"b": 1}, FAILS),
    "only by position": ("def work(a, /): return a", {"a": 1}, FAILS),
    "only by position, with any": ("def work(a, /, **more): return a", {"a": 1}, FAILS),
    "star takes no names": ("def work(*rest): return rest", {"rest": [1]}, FAILS),
    "import inside": ("def work():\n    import json\n    return json.dumps([1])", {}, "[1]"),
    "import outside": ("import json\n\ndef work(): return json.dumps([1])", {}, FAILS),
    "from import outside": ("from json import dumps as d\n\ndef work(): return d([1])", {}, FAILS),
    "constant outside": ("LIMIT = 3\n\ndef work(): return LIMIT", {}, FAILS),
    "other function": ("def helper(): return 1\n\ndef work(): return helper()", {}, FAILS),
    "itself": ("def work(n=3): return 1 if n == 0 else n * work(n - 1)", {}, 6),
    "default outside": ("LIMIT = 3\n\ndef work(n=LIMIT): return n", {}, FAILS),
    "default of its own": ("def work(n=len('abc')): return n", {}, 3),
    "annotation in the body": ("def work():\n    x: Missing = 1\n    return x", {}, 1),
    "scopes": (
        """
        def work(rows=(1, 2)):
            global counter
            counter = 1
            def inner(x):
                nonlocal total
                total += x + counter
                return [y for y in (x, total) if (z := y)]
            class Box:
                size = 2
                doubled = size * 2
                def get(self): return self.doubled
            total = 0
            first, *others = inner(rows[0])
            with open("/dev/null") as file, file:
                text = "x"
            try:
                raise ValueError(text)
            except ValueError as error:
                message = str(error)
            match {"a": [1, 2]}:
                case {"a": [one, *tail], **rest}:
                    pass
            for index in range(2):
                del text
                text = ""
            key = lambda value, scale=Box().get(): value * scale
            return [first, others, message, one, tail, rest, index, key(2), {k: v for k, v in [(1, 2)]}]
        """,
        {},
        [1, [2], "x", 1, [2], {}, 1, 8, {1: 2}],
    ),
    "comprehension of an outer name": ("ROWS = [1]\n\ndef work(): return [row for row in ROWS]", {}, FAILS),
    "outer name in a nested class": ("B = 1\n\ndef work():\n    class A:\n        b = B\n    return A.b", {}, FAILS),
    "outer name in a lambda": ("N = 1\n\ndef work(): return (lambda: N)()", {}, FAILS),
    "dead code": ("def work():\n    if False:\n        missing()\n    return 1", {}, 1),
    "builtins": ("def work(): return [str(1), __name__ and True, sorted({2, 1})]", {}, ["1", True, [1, 2]]),
    "generator": ("def work():\n    yield 1", {}, FAILS),
    "generator from": ("def work():\n    yield from [1]", {}, FAILS),
    "generator inside": ("def work():\n    def inner():\n        yield 1\n    return list(inner())", {}, [1]),
    "generator expression": ("def work(): return sum(x for x in (1, 2))", {}, 3),
    "coroutine": ("async def work(): return 1", {}, FAILS),
    "coroutine inside": (
        "def work():\n    import asyncio\n    async def inner(): return 1\n    return asyncio.run(inner())", {}, 1
    ),
    "not a function": ("work = lambda: 1", {}, FAILS),
    "context given": ("def work(ds): return ds", {"ds": "2026-01-01"}, "2026-01-01"),
    "context not given": ("def work(ds): return ds", {}, FAILS),
    "context with None": ("def work(ds=None): return ds", {}, None),
    "context behind": ("def work(path, params): return path + params", {"path": "a", "params": "b"}, "ab"),
    "context by name": ("def work(*, ds, path): return path + ds", {"path": "a", "ds": "b"}, "ab"),
    "comments": ("def work():\n    # one\n    x = [  # two\n        1,\n        # three\n    ]\n    return x", {}, [1]),
    "docstring": ('def work():\n    """Do it.\n\n    # Heading\n       \n    """\n    return 1', {}, 1),
    "number sign in a string": (
        'def work():\n    return """\\\n#!/bin/sh\n  # set\necho\n"""', {}, "#!/bin/sh\n  # set\necho\n"
    ),
    "number sign in a continued string": ("def work():\n    return 'a \\\n# b'", {}, "a # b"),
    "number sign in bytes": ('def work():\n    return b"""\n#x"""', {}, b"\n#x"),
    "number sign in an f-string": ('def work(n=1):\n    return f"""\n# {n} {{}}\n#{n!r:>3}"""', {}, "\n# 1 {}\n#  1"),
    "strings side by side": ("def work():\n    return ('a'\n            # not this\n            '# b')", {}, "a# b"),
    "blanks in a string": ('def work():\n    return """\n   \n\t\n x"""', {}, "\n   \n\t\n x"),
    "ends of lines in a string": ("def work():\n    return 'a\u2028b\x0cc\x85d'", {}, "a\u2028b\x0cc\x85d"),
    "ends of lines in a comment": ("def work():\n    x = 1  # one\u2028two\n    return x", {}, 1),
    "less indented string": ('def work():\n    return """\nx\n  y"""', {}, "\nx\n  y"),
    "odd indentation": ("def work():\n  if True:\n        return 1", {}, 1),
}  # fmt: skip
OF_SOME: dict[str, tuple[str, dict[str, Any], Any]] = {
    "annotation outside": ("import decimal\n\ndef work(x: decimal.Decimal) -> Missing: return x", {"x": 1}, 1),
    "annotation in a nested function": ("def work():\n    def f(x: Missing): return x\n    return f(1)", {}, 1),
    "context with a default": ("def work(ds='x'): return ds", {"ds": "y"}, "y"),
    "context in front": ("def work(params, path): return path + params", {"path": "a", "params": "b"}, "ab"),
    "two of the context": ("def work(ds, ts, path='', *, n): return ds + ts", {"ds": "a", "ts": "b", "n": 1}, "ab"),
    "raw string with a number sign": ('def work():\n    return r"""\n# x"""', {}, "\n# x"),
}  # fmt: skip
"""What some series refuse, and others run."""


def findings(folder: Path, version: str, source: str, args: dict[str, Any]) -> list[str]:
    """Return the codes that airdock finds in a function and its call."""
    (folder / "work.py").write_text(source, encoding="utf-8")
    given = ", ".join(f"{name} = {json.dumps(value)}" for name, value in args.items())
    (folder / "airdock.toml").write_text(PROJECT.format(version=version, args=f"{{ {given} }}"), encoding="utf-8")
    report = Report()
    try:
        analyse(load(folder, "airdock.toml", report), report)
    except Stopped:
        assert report.errors
    return [found.kind.code for found in report.findings if found.severity == "error"]


def clean(source: str) -> str:
    """Return a source without the indentation of the table above."""
    return textwrap.dedent(source).strip("\n") + "\n" if source.startswith("\n") else source + "\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_what_fails_in_the_container_is_found_and_nothing_else(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = environment_for(version)
    monkeypatch.setattr("airdock.pipeline.read_host", host_for_tests)
    modules = tmp_path / "dags"
    modules.mkdir()
    silent = {}
    cases = list((CASES | OF_SOME).items())
    for number, (name, (source, args, _)) in enumerate(cases):
        folder = tmp_path / str(number)
        folder.mkdir()
        codes = findings(folder, version, clean(source), args)
        assert set(codes) <= {"AD312", "AD213"}, name
        silent[name] = not codes
        module = MODULE.format(source=clean(source), number=number, args=args)
        if not codes:
            # The module that airdock writes: with the escapes that some strings need.
            _, built, _ = write_modules(folder, {})
            module = (built / "d.py").read_text(encoding="utf-8").replace('"d"', f'"d{number}"', 1)
        (modules / f"m{number}.py").write_text(module, encoding="utf-8")
    results = judge(environment, modules, {}, RUNNER)
    for number, (name, (_, _, expected)) in enumerate(cases):
        result = results[f"m{number}.py"]
        if name in OF_SOME:
            assert silent[name] == (result == repr(expected)), (name, result)
        else:
            assert result == (None if expected is FAILS else repr(expected)), name
            assert silent[name] == (expected is not FAILS), name
