"""Two builds at once end as one of them, and what keeps them apart leaves nothing behind."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from demo import PROJECT, new_project, posix_only

from airdock.cli import main
from airdock.output.lock import WAITING
from faults import at_once

pytestmark = posix_only


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".toml"
    }


def test_two_builds_at_once_end_as_one_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    other = (
        PROJECT.replace('"true"', '"false"').replace("dags.second.", "dags.zweite.").replace("3.12-slim", "3.13-slim")
    )
    (folder / "airdock.toml").unlink()
    (folder / "a.toml").write_text(PROJECT, encoding="utf-8")
    (folder / "b.toml").write_text(other, encoding="utf-8")

    def of(file: str) -> int:
        return main(["build", "-C", str(folder), "-f", file])

    assert of("a.toml") == 0
    results = [contents(folder)]
    assert of("b.toml") == 0
    results.append(contents(folder))
    assert results[0] != results[1]
    ends = set()
    for number in range(10):
        names = ["a.toml", "b.toml", "a.toml", "b.toml"] if number % 2 else ["b.toml", "a.toml", "b.toml", "a.toml"]
        assert at_once([lambda name=name: of(name) for name in names]) == [0, 0, 0, 0]  # type: ignore[misc]
        assert contents(folder) in results
        ends.add(results.index(contents(folder)))
    assert ends


def test_two_first_builds_at_once_make_one_set_of_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        folder = new_project(tmp_path / f"demo{number}", monkeypatch)
        build = ["build", "-C", str(folder)]
        assert at_once([lambda build=build: main(build)] * 2) == [0, 0]  # type: ignore[misc]
        before = contents(folder)
        assert main([*build, "--exit-code"]) == 0
        assert contents(folder) == before


def test_build_that_waits_says_so_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    command = [sys.executable, "-m", "airdock", "build", "-C", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == WAITING
        assert [path.name for path in folder.iterdir()] == ["airdock.toml"]
        os.close(descriptor)
        process.communicate(timeout=60)
    assert process.returncode == 0
    before = {path.name for path in folder.iterdir()}
    assert before == {
        ".env", ".env.example", "Dockerfile", "airdock.toml", "dags", "data", "docker-compose.override.yaml",
        "docker-compose.yaml", "images",
    }  # fmt: skip


@pytest.mark.parametrize("error", [OSError(95, "Operation not supported"), ImportError("no module named fcntl")])
def test_folder_that_cannot_be_locked_is_built(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = new_project(tmp_path / "demo", monkeypatch)
    if isinstance(error, ImportError):
        monkeypatch.setitem(sys.modules, "fcntl", None)
    else:

        def refused(*_: object) -> None:
            raise error

        monkeypatch.setattr(fcntl, "flock", refused)
    assert main(["build", "-C", str(folder)]) == 0
