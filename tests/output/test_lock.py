"""One build at a time: who has the folder, who waits for it, and that nobody keeps it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from demo import build, new_project, posix_only, said

from airdock.output.lock import WAITING, only_build

fcntl = pytest.importorskip("fcntl", reason="Windows has no such lock")
pytestmark = posix_only


def taken(folder: Path) -> bool:
    """Say whether somebody has the lock on a folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def test_folder_is_locked_as_long_as_the_build_lasts(tmp_path: Path) -> None:
    told: list[str] = []
    with only_build(tmp_path, told.append) as alone:
        assert alone
        assert taken(tmp_path)
    assert not taken(tmp_path)
    assert told == []


def test_second_build_says_that_it_waits_and_goes_on_when_the_first_is_done(tmp_path: Path) -> None:
    first = os.open(tmp_path, os.O_RDONLY)
    fcntl.flock(first, fcntl.LOCK_EX)
    told: list[str] = []

    def say(text: str) -> None:
        told.append(text)
        os.close(first)  # the first build is done

    with only_build(tmp_path, say) as alone:
        assert alone
        assert taken(tmp_path)
    assert told == [WAITING]
    assert WAITING == "waiting for another airdock build in this folder\n"


@pytest.mark.parametrize("ended", [KeyboardInterrupt(), OSError(28, "No space left on device")], ids=repr)
def test_build_that_fails_gives_the_folder_back(ended: BaseException, tmp_path: Path) -> None:
    with pytest.raises(type(ended)), only_build(tmp_path, str):
        raise ended
    assert not taken(tmp_path)


def test_file_system_without_locks_is_built_in_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*_: object) -> None:
        raise OSError(95, "Operation not supported")

    folder = new_project(tmp_path / "demo", monkeypatch)
    # Nobody can tell whether another build is at work, so its temporaries stay.
    left = folder / ".a.py.abcd1234.airdock"
    left.touch()
    monkeypatch.setattr(fcntl, "flock", refused)
    with only_build(folder, str) as alone:
        assert alone is False
    assert build(folder) == 0
    assert left.exists()
    assert "created   dags/first.py" in said(capsys).replace(f"{folder}/", "")


def test_folder_that_is_not_there_is_no_crash(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(tmp_path / "none") == 1
    assert "error[AD001]" in said(capsys)
