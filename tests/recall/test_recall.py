"""What is remembered, where, and what answering from memory costs."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from remembered import ask, ask_until_remembered, make_project

from airdock.load import seen
from airdock.output.remember import _RUNS, _superfluous
from airdock.recall import question, recall, record_of
from commands import GOOD, WARNING, files, write_project
from conftest import CASES, copy_case

START = """\
import os, sys
sys.argv[0], end = "airdock", os._exit
os._exit = lambda code: (print(*sys.modules, flush=True), end(code))
from airdock.start import run
run()
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty memory."""
    monkeypatch.setenv("AIRDOCK_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> Path:
    """A small project that is built; the working directory is in it."""
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(write_project(tmp_path / "project", GOOD))
    assert ask(("build",)) == 0
    return tmp_path / "project"


def started(folder: Path, *arguments: str) -> tuple[str, set[str]]:
    """Run airdock in a process of its own as the console script does: what it said, and what it imported."""
    run = [sys.executable, "-c", START, *arguments]
    done = subprocess.run(run, cwd=folder, capture_output=True, text=True, check=True)
    *lines, modules = done.stdout.splitlines()
    return "\n".join(lines) + done.stderr, set(modules.split())


def test_remembered_run_imports_next_to_nothing(project: Path) -> None:
    run = [sys.executable, "-c", "import sys; print(*sys.modules)"]
    bare = set(subprocess.run(run, capture_output=True, text=True, check=True).stdout.split())
    deadline = time.monotonic() + 20
    said, modules = started(project, "build")
    while "airdock.cli" in modules:
        assert time.monotonic() < deadline
        said, modules = started(project, "build")
    assert said == "nothing to do"
    assert modules - bare == {"airdock", "airdock.start", "airdock.recall", "_blake2", "__future__"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
def test_remembered_answer_for_which_there_is_no_room(project: Path) -> None:
    run = [sys.executable, "-c", START.replace("*sys.modules", "*sys.modules, file=sys.stderr"), "build"]
    deadline = time.monotonic() + 20
    modules = "airdock.cli"
    while "airdock.cli" in modules:
        assert time.monotonic() < deadline
        with open("/dev/full", "wb") as full:  # noqa: PTH123
            done = subprocess.run(run, cwd=project, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        said, modules = done.stderr.splitlines()
        assert (done.returncode, said) == (1, "airdock: standard output cannot be written: No space left on device")
        started(project, "build")


@pytest.mark.parametrize(
    "command", [("build",), ("build", "--check"), ("build", "--exit-code"), ("check",)], ids=" ".join
)
def test_remembered_run_says_the_same(
    project: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    write_project(project, WARNING)
    assert ask(("build",)) == 0
    ask_until_remembered(*command)
    asked = question(command)
    assert asked is not None
    said = recall(asked)
    capsys.readouterr()
    Path(record_of(asked)).unlink()
    assert ask(command) == 0
    done = capsys.readouterr()
    assert said == (done.out, done.err)
    assert "AD404" in done.err


def test_errors_are_not_remembered(project: Path) -> None:
    write_project(project, GOOD.replace('image = "shell"', 'image = "shel"'))
    for _ in range(3):
        assert ask(("check",)) == 1
        time.sleep(0.11)


def test_warnings_that_count_are_not_remembered(project: Path) -> None:
    write_project(project, WARNING)
    for _ in range(3):
        assert ask(("check", "--strict")) == 1
        time.sleep(0.11)


def test_run_that_writes_is_not_remembered(project: Path, cache: Path) -> None:
    assert not list(cache.glob("runs/*"))


def test_young_file_is_not_trusted(project: Path) -> None:
    # A change in the same tick of the kernel's clock would not be seen.
    assert ask(("build",)) == 0
    assert ask(("build",)) == 0


def test_memory_is_for_its_owner_alone_and_holds_no_value(
    project: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "canary-5f3a")
    write_project(project, GOOD + '\n[airflow.env]\nTOKEN = { env = "API_TOKEN" }\n')
    assert ask(("build",)) == 0
    ask_until_remembered("build")
    (record,) = cache.glob("runs/*")
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700
    assert b"API_TOKEN" in record.read_bytes()
    assert b"canary-5f3a" not in record.read_bytes()


@pytest.mark.parametrize("damage", [b"", b"\0", b"\0" * 6, os.urandom(400)], ids=["empty", "short", "hollow", "random"])
def test_damaged_record_is_no_answer(project: Path, cache: Path, damage: bytes) -> None:
    ask_until_remembered("build")
    (record,) = cache.glob("runs/*")
    record.write_bytes(damage)
    assert ask(("build",)) == 0
    for length in range(0, len(record.read_bytes()), 997):
        whole = record.read_bytes()
        record.write_bytes(whole[:length])
        assert ask(("build",)) == 0
        record.write_bytes(whole)


def test_memory_that_cannot_be_written_stops_nothing(project: Path, cache: Path) -> None:
    cache.write_text("a file in its place", encoding="utf-8")
    before = files(project)
    for _ in range(2):
        assert ask(("build",)) == 0
        time.sleep(0.11)
    assert files(project) == before


def test_memory_can_be_switched_off(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRDOCK_CACHE_DIR", "")
    assert question(["build"]) is None


@pytest.mark.parametrize(
    "command", [["init"], ["show"], ["doctor"], ["explain"], ["build", "--force"], []], ids=" ".join
)
def test_other_commands_are_not_remembered(command: list[str]) -> None:
    assert question(command) is None


def test_old_records_go_and_nothing_else(tmp_path: Path) -> None:
    for number in range(_RUNS + 1):
        (tmp_path / f"{number:032x}").touch()
        os.utime(tmp_path / f"{number:032x}", (number, number))
    (tmp_path / "letter.txt").touch()
    (tmp_path / f"{_RUNS:032x}").rename(tmp_path / "one-more.txt")
    assert not list(_superfluous(tmp_path, _RUNS))
    (tmp_path / "one-more.txt").rename(tmp_path / f"{_RUNS:032x}")
    gone = sorted(path.name for path in _superfluous(tmp_path, _RUNS))
    assert gone == [f"{number:032x}" for number in range(_RUNS // 2)]


Looked = list[str]


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[Looked]:
    """Note every path that Python's own functions are asked to look at."""
    paths: Looked = []

    def wrap(module: Any, name: str) -> None:
        original: Callable[..., Any] = getattr(module, name)

        def noted(path: Any = ".", *rest: Any, **options: Any) -> Any:
            if isinstance(path, str | bytes | os.PathLike):
                paths.append(os.path.join(os.getcwd(), os.fsdecode(path)))  # noqa: PTH109, PTH118
            return original(path, *rest, **options)

        patched.setattr(module, name, noted)

    with monkeypatch.context() as patched:
        for name in ("stat", "lstat", "open", "scandir", "listdir", "readlink", "access"):
            wrap(os, name)
        wrap(io, "open")
        yield paths


@pytest.mark.parametrize("case", CASES)
def test_everything_a_build_looks_at_is_noted(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fixed_host: Callable[..., None]
) -> None:
    fixed_host()
    folder = copy_case(case, tmp_path)
    for _ in range(2):
        with watched(monkeypatch) as paths:
            assert ask(("build", "-C", str(folder))) == 0
    noted = {os.path.normpath(os.fsdecode(path)) for _, path in seen.looks}
    ways = {str(parent) for path in noted for parent in Path(path).parents}
    inside = {os.path.normpath(path) for path in paths if path.startswith(str(tmp_path))}
    assert inside - noted - ways == set()
    assert str(folder / "airdock.toml") in inside


def test_watch_would_find_what_is_not_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").touch()
    with watched(monkeypatch) as paths:
        (tmp_path / "a").exists()
        (tmp_path / "b").is_dir()
        (tmp_path / "a").read_bytes()
        list(tmp_path.iterdir())
    assert {str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path)} <= set(paths)


def test_whole_project_is_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    folder = make_project(tmp_path / "project")
    monkeypatch.setenv("OTHER", str(tmp_path))
    monkeypatch.chdir(folder)
    assert ask(("build",)) == 0
    with watched(monkeypatch) as paths:
        assert ask(("build",)) == 0
    noted = {os.path.normpath(os.fsdecode(path)) for _, path in seen.looks}
    ways = {str(parent) for path in noted for parent in Path(path).parents}
    inside = {os.path.normpath(path) for path in paths if path.startswith(str(folder))}
    # The index is kept apart: every commit changes it. It is not even looked at while files are young.
    assert inside - noted - ways <= {str(folder / ".git" / "index")}
    assert len(inside) > 25
