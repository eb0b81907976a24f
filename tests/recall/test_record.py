"""What is kept of a run, and what is not because nobody could tell that it has changed."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from airdock.load import seen
from airdock.output.remember import _COARSE_TICK, _RUNS, _TICK, _note_program, _settled, remember
from airdock.recall import question, recall
from finding_inputs import run_git

LATER = time.time_ns() + 3600 * 10**9
"""When a run begins for which no file is young."""


@pytest.fixture(autouse=True)
def nothing_noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Begin with an empty memory, in a folder that nothing was noted of."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("AIRDOCK_CACHE_DIR", str(tmp_path / "cache"))
    seen.forget()
    yield
    seen.forget()


def kept(stdout: str = "out", stderr: str = "err", began: int = LATER) -> tuple[str, str] | None:
    """Keep a run that asked for a variable, as every run does, and return what is answered to the same question."""
    seen.variables.add("HOME")
    asked = question(["build"])
    assert asked is not None
    remember(asked, began, stdout, stderr)
    return recall(asked)


def test_run_is_answered_with_what_it_said() -> None:
    seen.content(Path("file"))
    assert kept("é\n", "") == ("é\n", "")


def test_files_that_changed_during_the_run_are_not_trusted() -> None:
    seen.content(Path("file"))
    Path("file").touch()
    assert kept() is None


def test_files_that_changed_when_the_run_began_are_not_trusted() -> None:
    Path("file").touch()
    seen.content(Path("file"))
    assert kept(began=time.time_ns()) is None
    assert kept() is not None


@pytest.mark.parametrize(
    ("changed", "least"), [(1_700_000_000_000_000_001, _TICK), (1_700_000_000 * 10**9, _COARSE_TICK)]
)
def test_file_is_old_enough_when_its_clock_has_ticked(changed: int, least: int) -> None:
    # mode, size, mtime, ctime, inode, device; see recall.look
    known = b"s81a4 5 0 %d 7 8" % changed
    assert not _settled(known, changed + least)
    assert _settled(known, changed + least + 1)


@pytest.mark.parametrize("known", [b"s!2", b"k4", b"a8", b"k!2"])
def test_kind_of_a_file_has_no_age(known: bytes) -> None:
    assert _settled(known, 0)


@pytest.mark.parametrize("name", ["a\nb", "a\0b"], ids=["line end", "NUL"])
def test_names_that_a_record_cannot_hold_are_not_kept(name: str) -> None:
    seen.looks[b"k", os.fsencode(name)] = b"k!2"
    assert kept() is None


def test_variable_that_a_record_cannot_hold_is_not_kept() -> None:
    seen.variables.add("A\nB")
    assert kept() is None


@pytest.mark.parametrize(("stdout", "stderr"), [("a\0b", ""), ("", "a\0b")])
def test_words_that_a_record_cannot_hold_are_not_kept(stdout: str, stderr: str) -> None:
    assert kept(stdout, stderr) is None


def test_link_on_the_way_is_a_part_of_the_answer(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
    (tmp_path / "link").symlink_to("one")
    seen.kind(tmp_path / "link/deep")
    assert kept() is not None
    (tmp_path / "link").unlink()
    (tmp_path / "link").symlink_to("two")
    asked = question(["build"])
    assert asked is not None
    assert recall(asked) is None


def test_folder_on_the_way_may_become_a_link(tmp_path: Path) -> None:
    (tmp_path / "one/deep").mkdir(parents=True)
    seen.kind(tmp_path / "one/deep")
    assert kept() is not None
    (tmp_path / "one").rename(tmp_path / "two")
    (tmp_path / "one").symlink_to("two")
    asked = question(["build"])
    assert asked is not None
    assert recall(asked) is None


def test_file_that_git_would_commit_is_asked_for_every_time() -> None:
    run_git(Path.cwd(), "init", "--quiet")
    seen.repositories.add((Path.cwd(), ".env"))
    assert kept() is None
    Path(".gitignore").write_text(".env\n", encoding="utf-8")
    seen.forget()
    seen.repositories.add((Path.cwd(), ".env"))
    assert kept() is not None
    run_git(Path.cwd(), "add", "--force", ".gitignore")
    asked = question(["build"])
    assert asked is not None
    assert recall(asked) is not None
    Path(".env").touch()
    run_git(Path.cwd(), "add", "--force", ".env")
    assert recall(asked) is None


def test_user_without_a_home_has_nothing_kept_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    run_git(Path.cwd(), "init", "--quiet")
    Path(".gitignore").write_text(".env\n", encoding="utf-8")
    seen.repositories.add((Path.cwd(), ".env"))

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert kept() is None


def test_index_of_another_format_is_trusted_until_it_changes() -> None:
    run_git(Path.cwd(), "init", "--quiet")
    Path(".gitignore").write_text(".env\n", encoding="utf-8")
    run_git(Path.cwd(), "add", ".gitignore")
    run_git(Path.cwd(), "update-index", "--index-version", "4")
    seen.repositories.add((Path.cwd(), ".env"))
    assert kept() is not None
    Path("other").touch()
    run_git(Path.cwd(), "add", "other")
    asked = question(["build"])
    assert asked is not None
    assert recall(asked) is None, "paths of this format are not read"


def test_record_that_cannot_be_put_in_its_place_leaves_no_other_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "replace", refused)
    assert kept() is None
    assert not list((tmp_path / "cache/runs").iterdir())


def test_where_a_library_is_installed_counts_and_nothing_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def loaded(name: str, file: Path, *, package: bool = False) -> None:
        module = ModuleType(name)
        module.__file__ = str(file)
        if package:
            module.__path__ = [str(file.parent)]
        monkeypatch.setitem(sys.modules, name, module)

    loaded("a_package", tmp_path / "one/a_package/__init__.py", package=True)
    loaded("a_package.part", tmp_path / "two/a_package/part.py")
    loaded("a_module", tmp_path / "three/inner/a_module.py")
    loaded("__main__", tmp_path / "four/inner/airdock")
    loaded("this", tmp_path / "five/inner/this.py")  # one of the standard library
    monkeypatch.setitem(sys.modules, "without_a_file", ModuleType("without_a_file"))
    _note_program()
    monkeypatch.undo()
    looked = {Path(os.fsdecode(path)) for how, path in seen.looks if how == b"s"}
    assert {path for path in looked if path.is_relative_to(tmp_path)} == {tmp_path / "one", tmp_path / "three/inner"}


def test_what_a_killed_run_leaves_goes_with_the_oldest_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = tmp_path / "cache/runs"
    replace = os.replace
    names: list[str] = []

    def noted(source: str | Path, target: str | Path) -> None:
        assert Path(source).parent == runs, "from another file system it could not be put in its place at once"
        names.append(Path(source).name)
        replace(source, target)

    monkeypatch.setattr(os, "replace", noted)
    assert kept() is not None
    left = names[0].rpartition(".")[0] + ".1"  # of another process
    for name in (left, *(f"{number:032x}" for number in range(_RUNS))):
        (runs / name).touch()
        os.utime(runs / name, (5, 5))
    os.utime(runs / left, (4, 4))
    assert kept() is not None
    assert not (runs / left).exists()
    assert _RUNS // 2 <= len(list(runs.iterdir())) <= _RUNS // 2 + 2


def test_interrupt_when_a_record_is_in_its_place_is_no_failure_to_keep_it(monkeypatch: pytest.MonkeyPatch) -> None:
    replace = os.replace

    def interrupted(source: str, target: str) -> None:
        replace(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        kept()


def test_record_that_another_run_has_deleted_keeps_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = tmp_path / "old"
    old.touch()
    monkeypatch.setattr("airdock.output.remember._superfluous", lambda *_: iter([tmp_path / "gone", old]))
    assert kept() is not None
    assert not old.exists()
