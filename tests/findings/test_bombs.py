"""Files that are too large or too deep: findings, or a clean build, within two seconds of this process's time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from airdock.diagnostics import Report, Stopped
from airdock.diagnostics.formats import FORMATS, formatter
from airdock.diagnostics.locate import locate_all
from airdock.pipeline import analyse, build, load
from airdock.spec import ProjectSpec
from airdock.spec.compiled import model

SECONDS = 2
BASE = """\
airdock = 1
[project]
name = "p"
[airflow]
version = "3.3.2"
[compose]
bundled = true
[images.s]
ref = "alpine:3.20"
[dags.d.tasks.t]
image = "s"
"""
HUGE = f"0x{'f' * 6000}"
"""tomli reads it; Python refuses to write it in decimal."""
DEEP = 390
"""As deep as tomli reads lists and tables in each other, less some."""


def lists(depth: int, core: str = "") -> str:
    return "[" * depth + core + "]" * depth


def tables(depth: int) -> str:
    return "{a=" * depth + "1" + "}" * depth


TEXTS: dict[str, tuple[str, set[str]]] = {
    "10,000 lists": (f"x = {lists(10_000)}\n", {"AD003"}),
    "10,000 tables": (f"x = {tables(10_000)}\n", {"AD003"}),
    "10,000 brackets": ("[" * 10_000, {"AD003"}),
    "header of 5,000 parts": (f"{BASE}[{'.'.join('a' * 5_000)}]\n", {"AD003"}),
    "header of 900 parts": (f"{BASE}[{'.'.join('a' * 900)}]\n", {"AD104"}),
    "deep lists in a variable": (f"{BASE}[variables]\nx = {lists(DEEP)}\n", {"AD104"}),
    "deep tables in a service": (f"{BASE}[compose.services.x]\na = {tables(DEEP)}\n", {"AD104"}),
    "deep lists in an argument": (
        f'{BASE}[dags.d.tasks.o]\noperator = "a.B"\narguments.x = {lists(DEEP)}\n',
        {"AD104"},
    ),
    "deep tables for a text": (f"{BASE}env.A = {tables(DEEP)}\n", {"AD104"}),
    "deep lists in a param": (f"{BASE}[dags.d.params]\nx = {{ default = {lists(DEEP)} }}\n", {"AD104"}),
    "number of 5,000 digits": (f"{BASE}retries = {'9' * 5_000}\n", {"AD003"}),
    "number of 4,000 digits": (f"{BASE}retries = {'9' * 4_000}\n", {"AD104"}),
    "huge number": (f"{BASE}retries = {HUGE}\n", {"AD104"}),
    "huge number for the language": (f"airdock = {HUGE}\n", {"AD104"}),
    "huge number for a text": (f"{BASE}hostname = {HUGE}\n", {"AD104"}),
    "huge number in a variable": (f"{BASE}[variables]\nx = [{{ a = -{'9' * 30} }}]\n", {"AD104"}),
    "huge number in a service": (f"{BASE}[compose.services.x]\na = {HUGE}\n", {"AD104"}),
    "huge number in an argument": (f'{BASE}[dags.d.tasks.o]\noperator = "a.B"\narguments.x = {HUGE}\n', {"AD104"}),
    "largest numbers": (f"{BASE}[variables]\nx = [{2**63 - 1}, -{2**63}]\n", {"AD601"}),
    "text of a megabyte": (f"{BASE}labels = {{ a = '{'x' * 10**6}' }}\n", set()),
    "command of one word of a megabyte": (f"{BASE}command = 'echo {'x' * 10**6}'\n", set()),
    "command of 300,000 quoted parts": (BASE + "command = '''" + '"x"' * 300_000 + "'''\n", set()),
    "comment of a megabyte": (f"{BASE}# {'x' * 10**6}\n", set()),
    "key of a megabyte": (f"{BASE}{'x' * 10**6} = 1\n", {"AD101"}),
    "text without an end": (f'{BASE}command = "{"x" * 10**6}\n', {"AD003"}),
    "long text without an end": (f"{BASE}command = '''{'x' * 10**6}\n", {"AD003"}),
    "value without quotes": (f"{BASE}command = {'x' * 10**6}\n", {"AD003"}),
    "megabyte of escapes": (f'{BASE}hostname = "{chr(92) * 10**6}{chr(92)}q"\n', {"AD003"}),
    "megabyte of line ends": ("\n" * 10**6 + BASE, set()),
    "100,000 keys on one line": (f"{BASE}x = {{{','.join(f'k{i}=1' for i in range(100_000))}}}\n", {"AD101"}),
    "30,000 variables of a task": (f"{BASE}env = {{{','.join(f'k{i}=TEXT' for i in range(30_000))}}}\n", set()),
    "20,000 tables, one twice": ("".join(f"[x.k{i}]\n" for i in range(20_000)) + "[x.k1]\n", {"AD005"}),
    "3,000 unknown keys": (BASE + "".join(f"retris{i} = 1\n" for i in range(3_000)), {"AD101"}),
    "1,000 unknown keys on one line": (
        f"{BASE}swarm = {{{', '.join(f'replica{i} = 1' for i in range(1_000))}}}\n",
        {"AD101"},
    ),
    "1,000 unknown images of 2,000": (
        BASE
        + "".join(f'[images.etl{i}]\nref = "a:{i}"\n' for i in range(2_000))
        + "".join(f'[dags.d.tasks.t{i}]\nimage = "elt{i}"\n' for i in range(1_000)),
        {"AD201"},
    ),
    "3,000 bad durations": (
        BASE + "".join(f'[dags.d.tasks.t{i}]\nimage = "s"\ntimeout = "5 {i}"\n' for i in range(3_000)),
        {"AD107"},
    ),
    "cycle of 1,000 tasks": (
        BASE + "".join(f'[dags.d.tasks.t{i}]\nimage = "s"\nafter = ["t{(i - 1) % 1_000}"]\n' for i in range(1_000)),
        {"AD205"},
    ),
    "path of 300 characters": (f'{BASE}[mounts.m]\nsource = "{"9" * 300}"\ntarget = "/m"\n', {"AD104"}),
    "path of 300 characters from the host": (
        f'{BASE}[mounts.m]\nsource = {{ env = "UNSET", default = "{"9" * 300}" }}\ntarget = "/m"\n',
        {"AD408", "AD601"},
    ),
    "folder of 300 characters": (BASE.replace("[compose]", f'dags_folder = "{"9" * 300}"\n[compose]'), {"AD104"}),
    "Dockerfile of 300 characters": (f'{BASE}[images.x]\nbuild = "x"\ndockerfile = "{"9" * 300}"\n', {"AD104"}),
    "path of 3,000 folders": (f'include = ["{"a/" * 3_000}*.toml"]\n{BASE}', {"AD004"}),
}


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Have pydantic's compiler imported, which a fault asks for: that takes its time with any file."""
    model(ProjectSpec)


@pytest.mark.parametrize("name", TEXTS)
def test_bomb_does_not_go_off(name: str, tmp_path: Path) -> None:
    text, codes = TEXTS[name]
    text = text.replace("TEXT", '"x"')
    (tmp_path / "airdock.toml").write_text(text, encoding="utf-8")
    report, started = Report(), time.process_time()
    document = load(tmp_path, "airdock.toml", report)
    try:
        build(analyse(document, report), tmp_path, report, force=False)
    except Stopped:
        assert report.errors
    located = locate_all(report.findings, document)
    printed = formatter("full")(located)
    assert time.process_time() - started < SECONDS
    assert {found.kind.code for found in report.findings} == codes
    places = sum(1 + len(found.related) for found in located)
    assert len(printed) < 2_000 * max(1, places), "a long line is shown in part, and a long name too"
    for other in FORMATS:
        formatter(other)(located)
