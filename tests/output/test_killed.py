"""A build that is killed, at every step it makes and at any time: no file is half of one, and the next build mends."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from demo import build, change, keys_of, new_project, posix_only, tree

from airdock.load.dotenv import BLOCK_END
from faults import KILLED, build_killed_at

pytestmark = posix_only
EMPTIED = "images/etl"
"""A folder that the second build deletes."""


def next_build(folder: Path) -> None:
    """Prepare a build that creates, updates and deletes files, deletes folders, and changes rights."""
    change(folder, '"true"', '"false"')
    change(folder, "[dags.second.", "[dags.zweite.")
    change(folder, '[images.etl]\nfrom = "python:3.12-slim"\n', '[images.big]\nfrom = "python:3.13-slim"\n')
    change(folder, 'image = "etl"', 'image = "big"')
    change(folder, 'source = "data/in"', 'source = "data/deep/in"')
    change(folder, "[compose]\n", '[variables]\nv = { env = "HOME" }\n\n[compose]\n')
    (folder / ".env").chmod(0o640)


def contents(folder: Path) -> dict[str, Any]:
    """Return what is in a folder, without times."""
    return {path: entry[:2] if isinstance(entry, tuple) else entry for path, entry in tree(folder).items()}


def temporaries(folder: Path) -> list[str]:
    return [path for path in contents(folder) if path.endswith(".airdock")]


def restored(folder: Path, pristine: Path) -> None:
    shutil.rmtree(folder)
    shutil.copytree(pristine, folder)


def test_build_killed_at_any_step_leaves_whole_files_and_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, pristine = new_project(tmp_path / "demo", monkeypatch), tmp_path / "pristine"
    assert build(folder) == 0
    next_build(folder)
    shutil.copytree(folder, pristine)
    old = contents(folder)
    assert build(folder) == 0
    new = contents(folder)
    seen_temporary = False
    for step in range(1, 500):
        restored(folder, pristine)
        code = build_killed_at(folder, step, umask=0o077)
        left = contents(folder)
        for path in left:
            if path in temporaries(folder):
                seen_temporary = True
                continue
            assert left[path] in (old.get(path), new.get(path)), (step, path)
        assert {path for path in old if path in new} <= set(left), step
        if code == 0:
            break
        assert code == KILLED
        assert build(folder) == 0
        mended = contents(folder)
        # Between its last file and itself a folder looks like one of the user's, who may want it empty.
        if mended.get(EMPTIED) == "a folder" and not any((folder / EMPTIED).iterdir()):
            del mended[EMPTIED]
        assert mended == new, step
    assert code == 0
    assert step > 50
    assert seen_temporary


def test_first_build_killed_at_any_step_keeps_the_keys_it_has_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    (folder / ".env").write_bytes(b"MINE='1'\n")
    pristine = tmp_path / "pristine"
    shutil.copytree(folder, pristine)
    for step in range(1, 500):
        restored(folder, pristine)
        code = build_killed_at(folder, step)
        dotenv = (folder / ".env").read_bytes()
        assert dotenv == b"MINE='1'\n" or (dotenv.startswith(b"MINE='1'\n") and BLOCK_END.encode() in dotenv)
        keys = keys_of(folder)
        if code == 0:
            break
        assert build(folder) == 0
        assert build(folder, "--check") == 0
        assert temporaries(folder) == []
        assert keys.items() <= keys_of(folder).items()
    assert code == 0


def test_build_killed_at_any_time_leaves_whole_files_and_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, pristine = new_project(tmp_path / "demo", monkeypatch), tmp_path / "pristine"
    assert build(folder) == 0
    next_build(folder)
    shutil.copytree(folder, pristine)
    old = contents(folder)
    command = [sys.executable, "-m", "airdock", "build", "-C", str(folder)]
    start = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    took = time.monotonic() - start
    new = contents(folder)
    chance = random.Random(11)  # noqa: S311 - no secret is made of it
    killed = 0
    for _ in range(20):
        restored(folder, pristine)
        # The files are written in the last third.
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(took * chance.uniform(0.6, 1.05))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        left = contents(folder)
        assert all(left[path] in (old.get(path), new.get(path)) for path in set(left) - set(temporaries(folder)))
        assert build(folder) == 0
        assert {**contents(folder), EMPTIED: "a folder"} == {**new, EMPTIED: "a folder"}
    assert killed
