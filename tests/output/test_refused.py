"""A disk that refuses something: a finding that says what, everything as it was, no trace of a crash."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from demo import MINE, build, change, new_project, posix_only, said, tree
from presence import required_or_skip
from test_killed import next_build

from airdock import pipeline
from airdock.cli import main
from airdock.rules.registry import check
from faults import NOTHING_REFUSED, build_refused_at, forked

pytestmark = posix_only
NOBODY = 65534


def contents(folder: Path) -> dict[str, Any]:
    """Return what is in a folder, without times."""
    return {path: entry[:2] if isinstance(entry, tuple) else entry for path, entry in tree(folder).items()}


@pytest.mark.parametrize(
    ("error", "for_good"), [(errno.EIO, False), (errno.ENOSPC, True)], ids=["once", "full from then on"]
)
@pytest.mark.parametrize("first", [True, False], ids=["first build", "later build"])
def test_refusal_of_any_step_leaves_everything_as_it_was(
    first: bool, error: int, for_good: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, pristine = new_project(tmp_path / "demo", monkeypatch), tmp_path / "pristine"
    if not first:
        assert build(folder) == 0
        next_build(folder)
    shutil.copytree(folder, pristine)
    before = contents(folder)
    for step in range(1, 500):
        code = build_refused_at(folder, step, error, for_good=for_good)
        if code == NOTHING_REFUSED:
            break
        if code == 0:
            # Refused was what does not matter: making a folder that is there, or deleting one that is empty now.
            assert build(folder, "--check") == 0
            shutil.rmtree(folder)
            shutil.copytree(pristine, folder)
            continue
        assert code == 1
        assert contents(folder) == before, step
    assert step > 30
    assert code == NOTHING_REFUSED


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    """Put a file system of that size in the place of a folder; skips where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = bool(shutil.which("mount")) and not subprocess.run(command, capture_output=True, check=False).returncode
    required_or_skip("the right to mount a small file system", mounted, "run as root")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_full_disk_stops_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, disk = new_project(tmp_path / "demo", monkeypatch), tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, "160k"):
        shutil.copy(source / "airdock.toml", disk)
        assert build(disk) == 0
        next_build(disk)
        room = os.statvfs(disk)
        (disk / "ballast").write_bytes(b"x" * (room.f_bavail - 2) * room.f_frsize)
        before = contents(disk)
        capsys.readouterr()
        assert build(disk) == 1
        assert "cannot be written: No space left on device" in said(capsys)
        assert contents(disk) == before
        (disk / "ballast").unlink()
        assert build(disk) == 0


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


def texts(folder: Path) -> dict[str, Any]:
    """Return what the files of a folder hold."""
    return {path: entry[0] for path, entry in tree(folder).items() if isinstance(entry, tuple)}


def built_without_rights(folder: Path) -> int:
    """Build as a user whom rights stop: root becomes another one."""
    return forked(lambda: build(folder), uid=NOBODY if os.geteuid() == 0 else None)


def close(path: Path, mode: int) -> None:
    """Take the rights to a file or folder from the user who builds."""
    if os.geteuid() == 0:
        os.chown(path, 0, 0)
    path.chmod(mode)


def open_again(path: Path) -> None:
    """Give a file back to the user who builds."""
    if os.geteuid() == 0:
        os.chown(path, NOBODY, NOBODY)
    path.chmod(0o600)


@pytest.mark.parametrize("closed", [".", "dags", "images/etl", "data"])
def test_folder_that_belongs_to_another_stops_the_build(
    closed: str, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_project(open_folder / "demo", monkeypatch)
    folder.chmod(0o777)
    assert built_without_rights(folder) == 0
    change(folder, '"true"', '"false"')
    change(folder, "python:3.12-slim", "python:3.13-slim")
    change(folder, '"data/in"', '"data/deep"')
    close(folder / closed, 0o555)
    before = contents(folder)
    try:
        assert built_without_rights(folder) == 1
        assert contents(folder) == before
    finally:
        (folder / closed).chmod(0o755)


@pytest.mark.parametrize("mode", [0, 0o444], ids=["closed", "names only"])
@pytest.mark.parametrize("closed", ["dags", "images", "images/etl", "data"])
def test_folder_that_may_not_be_looked_into_stops_the_build(
    closed: str, mode: int, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_project(open_folder / "demo", monkeypatch)
    folder.chmod(0o777)
    assert built_without_rights(folder) == 0
    before = contents(folder)
    close(folder / closed, mode)
    assert built_without_rights(folder) == 1
    (folder / closed).chmod(0o755)
    assert contents(folder) == before


def test_output_that_may_not_be_read_stops_the_build(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_project(open_folder / "demo", monkeypatch)
    folder.chmod(0o777)
    assert built_without_rights(folder) == 0
    change(folder, '"true"', '"false"')
    for path in ("dags/first.py", ".env", "docker-compose.yaml"):
        before = texts(folder)
        close(folder / path, 0)
        assert built_without_rights(folder) == 1
        open_again(folder / path)
        assert texts(folder) == before
    assert built_without_rights(folder) == 0


def test_read_only_output_is_replaced_as_the_folder_allows_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    assert build(folder) == 0
    (folder / "dags/first.py").chmod(0o444)
    change(folder, '"true"', '"false"')
    assert build(folder) == 0
    assert b"false" in (folder / "dags/first.py").read_bytes()


@pytest.mark.parametrize("saved", ["dags/first.py", ".env", "Dockerfile", "dags/second.py", "new"])
def test_file_that_is_saved_during_the_build_is_not_lost(
    saved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    assert build(folder) == 0
    change(folder, '"true"', '"false"')
    change(folder, "3.3.2", "3.3.1")
    change(folder, "[dags.second.", "[dags.zweite.")
    change(folder, "[compose]\n", '[variables]\nv = { env = "HOME" }\n\n[compose]\n')
    path = folder / ("dags/zweite.py" if saved == "new" else saved)
    original = pipeline.build

    def planned_then_saved(*arguments: Any, **keywords: Any) -> Any:
        changes = original(*arguments, **keywords)
        path.write_bytes(MINE)
        return changes

    monkeypatch.setattr(pipeline, "build", planned_then_saved)
    before = contents(folder)
    capsys.readouterr()
    assert build(folder) == 1
    assert " cannot be written: it was changed while airdock was building; build again\n" in said(capsys)
    after = contents(folder)
    assert path.read_bytes() == MINE
    key = path.relative_to(folder).as_posix()
    assert {**after, key: 0} == {**before, key: 0}


@pytest.mark.parametrize("kind", ["link", "file"])
def test_what_takes_the_place_of_an_output_during_the_build_is_not_lost(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    assert build(folder) == 0
    change(folder, "3.3.2", "3.3.1")
    text = (folder / "airdock.toml").read_text(encoding="utf-8")
    if kind == "file":  # where the folder of a file was that is to be deleted
        text = text[: text.index("[dags.second.")].replace('[images.etl]\nfrom = "python:3.12-slim"\n', "")
    else:  # that leads nowhere, where a file is to be made
        text = text.replace("[dags.second.", "[dags.zweite.")
    (folder / "airdock.toml").write_text(text, encoding="utf-8")
    path = folder / ("images/etl" if kind == "file" else "dags/zweite.py")
    original = pipeline.build

    def planned_then_replaced(*arguments: Any, **keywords: Any) -> Any:
        changes = original(*arguments, **keywords)
        if kind == "file":
            shutil.rmtree(path)
            path.write_bytes(MINE)
        else:
            path.symlink_to("nowhere")
        return changes

    monkeypatch.setattr(pipeline, "build", planned_then_replaced)
    before = contents(folder)
    capsys.readouterr()
    assert build(folder) == 1
    named = "images/etl/Dockerfile" if kind == "file" else "dags/zweite.py"
    reason = "it was changed while airdock was building" if kind == "file" else "No such file or directory"
    assert f"{named} cannot be written: {reason}" in said(capsys)
    after = contents(folder)
    assert path.read_bytes() == MINE if kind == "file" else path.is_symlink()
    key = path.relative_to(folder).as_posix()
    kept = {name for name in before if not name.startswith(key)}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert set(after) == {*kept, key}


def test_folder_that_appears_during_the_build_stops_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    original = pipeline.build

    def planned_then_made(*arguments: Any, **keywords: Any) -> Any:
        changes = original(*arguments, **keywords)
        (folder / "dags/first.py").mkdir(parents=True)
        return changes

    monkeypatch.setattr(pipeline, "build", planned_then_made)
    assert build(folder) == 1
    assert "dags/first.py cannot be written: Is a directory" in said(capsys)
    assert set(tree(folder)) == {"airdock.toml", "dags", "dags/first.py"}


@pytest.mark.parametrize("line", [b"MINE=1\n", b"MINE='\xff'\n"], ids=["text", "no text"])
def test_dotenv_that_is_saved_between_two_readings_is_not_lost(
    line: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    assert build(folder) == 0

    def checked_then_saved(*arguments: Any) -> None:
        check(*arguments)
        with (folder / ".env").open("ab") as stream:
            stream.write(line)

    monkeypatch.setattr(pipeline, "check", checked_then_saved)
    assert build(folder) == 1
    assert ".env cannot be written: it was changed while airdock was building; build again\n" in said(capsys)
    assert (folder / ".env").read_bytes().endswith(line)


@pytest.mark.parametrize("lost", ["clean.sh", "source", "airdock.toml", "."])
def test_input_that_vanishes_during_the_build_is_no_crash(
    lost: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    change(folder, 'command = ["true"]\nmounts', 'script = { file = "clean.sh" }\nmounts')
    change(
        folder, 'from = "python:3.12-slim"\n', 'from = "python:3.12-slim"\ncopy = [{ from = "source", to = "/s" }]\n'
    )
    (folder / "clean.sh").write_text("true\n", encoding="utf-8")
    (folder / "source").mkdir()
    original = pipeline.build

    def gone(*arguments: Any, **keywords: Any) -> Any:
        path = folder / lost
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return original(*arguments, **keywords)

    monkeypatch.setattr(pipeline, "build", gone)
    code = main(["build", "-C", str(folder)])
    assert code in (0, 1)
    assert "airdock has a bug" not in said(capsys)
