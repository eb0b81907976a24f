"""All or nothing: a build that cannot be made leaves everything as it was, and no temporary."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from demo import (
    MINE,
    build,
    change,
    each_output,
    new_project,
    said,
    tree,
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was never built."""
    return new_project(tmp_path / "demo", monkeypatch)


@pytest.fixture
def built(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The project, built once."""
    assert build(project) == 0
    capsys.readouterr()
    return project


@each_output
@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "forced"])
def test_folder_in_the_place_of_an_output_stops_the_build(
    path: str, force: tuple[str, ...], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / path).mkdir(parents=True)
    before = tree(project)
    assert build(project, *force) == 1
    assert f"error[AD908]: {path} cannot be written" in said(capsys)
    assert tree(project) == before


def test_file_in_the_place_of_a_folder_stops_the_build(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "images").write_bytes(MINE)
    before = tree(project)
    assert build(project) == 1
    assert "error[AD908]: images/etl/Dockerfile" in said(capsys)
    assert tree(project) == before


def untimed(entries: dict[str, Any]) -> dict[str, Any]:
    """Return a tree without the times."""
    return {path: entry[:2] if isinstance(entry, tuple) else entry for path, entry in entries.items()}


def failing(fault: BaseException, at: int) -> Callable[..., None]:
    """Return an `os.replace` that fails at its n-th call, and works again after it."""
    calls = iter(range(1, 1000))
    replace = os.replace

    def broken(*arguments: Any) -> None:
        if next(calls) == at:
            raise fault
        replace(*arguments)

    return broken


def changed_project(folder: Path, *, first: bool) -> None:
    """Prepare a build that creates, updates and deletes; or leave the first build to come."""
    if not first:
        assert build(folder) == 0
        change(folder, '"true"', '"false"')
        change(folder, "[dags.second.", "[dags.zweite.")
        change(folder, "python:3.12-slim", "python:3.13-slim")
        (folder / ".env").chmod(0o640)


@pytest.mark.parametrize("first", [True, False], ids=["first build", "later build"])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_failed_replacement_puts_everything_back(
    first: bool, at: int, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed_project(project, first=first)
    before = tree(project)
    monkeypatch.setattr(os, "replace", failing(OSError(28, "No space left on device"), at))
    assert build(project) == 1
    assert "cannot be written: No space left on device" in said(capsys)
    assert untimed(tree(project)) == untimed(before)


def test_file_that_cannot_be_put_back_keeps_no_other_from_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed_project(project, first=False)
    before = untimed(tree(project))
    replace = os.replace
    refused: list[str] = []

    def broken(source: Any, target: Any) -> None:
        name = Path(target).relative_to(project).as_posix()
        if name == "images/etl/Dockerfile" or (refused and name == "docker-compose.override.yaml"):
            refused.append(name)
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", broken)
    assert build(project) == 1
    assert "images/etl/Dockerfile cannot be written: No space left on device" in said(capsys)
    assert refused == ["images/etl/Dockerfile", "docker-compose.override.yaml"]
    after = untimed(tree(project))
    left = {path for path in after.keys() ^ before.keys() if not path.endswith(".airdock")}
    changed = {path for path in after.keys() & before.keys() if after[path] != before[path]}
    assert (left, changed) == (set(), {"docker-compose.override.yaml"})


@pytest.mark.parametrize("first", [True, False], ids=["first build", "later build"])
def test_interrupted_build_puts_everything_back(first: bool, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_project(project, first=first)
    before = tree(project)
    monkeypatch.setattr(os, "replace", failing(KeyboardInterrupt(), 3))
    assert build(project) == 130
    assert untimed(tree(project)) == untimed(before)


def test_failed_deletion_puts_everything_back(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(built, "[dags.first.", "[dags.erst.")
    change(built, "[dags.second.", "[dags.zweite.")
    before = tree(built)
    unlink = Path.unlink

    def broken(path: Path, missing_ok: bool = False) -> None:
        if path.name == "second.py":
            raise OSError(1, "Operation not permitted")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", broken)
    assert build(built) == 1
    monkeypatch.undo()
    assert untimed(tree(built)) == untimed(before)


def test_failed_flush_to_the_disk_leaves_no_temporary(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(project)

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    assert build(project) == 1
    assert tree(project) == before


def test_file_in_the_place_of_a_folder_for_a_mount_stops_the_build(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "data").write_bytes(MINE)
    before = tree(project)
    assert build(project) == 1
    assert "error[AD908]: data/in cannot be written" in said(capsys)
    assert tree(project) == before


def test_folder_that_was_made_stays_where_something_has_come_into_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    replace = os.replace

    def broken(source: Any, target: Any) -> None:
        if Path(target).name == "first.py":
            (project / "dags/mine.py").write_bytes(MINE)
            raise OSError(28, "No space left on device")
        replace(source, target)

    monkeypatch.setattr(os, "replace", broken)
    assert build(project) == 1
    assert "error[AD908]: dags/first.py cannot be written: No space left on device" in said(capsys)
    assert [path for path, entry in tree(project).items() if entry != "a folder"] == ["airdock.toml", "dags/mine.py"]
    assert not (project / "images").exists()


def test_interrupt_while_folders_are_deleted_puts_everything_back(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(built, '[images.etl]\nfrom = "python:3.12-slim"\n', "")
    change(built, 'image = "etl"', 'image = "shell"')
    before = tree(built)
    rmdir = Path.rmdir

    def interrupted(path: Path) -> None:
        if path.name == "images":
            raise KeyboardInterrupt
        rmdir(path)

    monkeypatch.setattr(Path, "rmdir", interrupted)
    assert build(built) == 130
    assert untimed(tree(built)) == untimed(before)
