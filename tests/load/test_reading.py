"""Files that somebody else wrote: what does not end is not read, whichever command comes upon it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from airdock.load.reading import read_file
from commands import GOOD, write_project

pytestmark = pytest.mark.skipif(os.name != "posix", reason="pipes and devices with names are of POSIX")
Put = Callable[[Path], None]
NO_FILE = "it is a pipe or a device, not a file"
WITH_INCLUDE = GOOD.replace("airdock = 1\n", 'airdock = 1\ninclude = ["more.toml"]\n')
WITH_BASE = GOOD.replace("bundled = true", 'base = "docker-compose.yaml"')
WITH_SCRIPT = GOOD.replace('command = ["true"]', 'script = { file = "job.sh" }')
WITH_CONTEXT = GOOD.replace('ref = "alpine:3.20"', 'build = "image"')


@pytest.fixture(params=["pipe", "device"])
def put(request: pytest.FixtureRequest) -> Put:
    """Put something at a path that can be read for ever."""

    def at(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if request.param == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to("/dev/zero")

    return at


def airdock(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a process of its own, which could be ended if it waited for ever."""
    run = [sys.executable, "-m", "airdock", *arguments]
    return subprocess.run(run, cwd=folder, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("airdock.toml", "", f"error[AD001]: cannot read airdock.toml: {NO_FILE}"),
        ("more.toml", WITH_INCLUDE, 'error[AD004]: include "more.toml" matches more.toml, which is a pipe or a device'),
        (".env", GOOD, f"error[AD001]: cannot read .env: {NO_FILE}"),
        ("docker-compose.yaml", WITH_BASE, "error[AD904]: docker-compose.yaml is not a file"),
        ("job.sh", WITH_SCRIPT, "error[AD212]: script job.sh is not a file"),
        (".gitignore", GOOD, ""),
    ],
)
@pytest.mark.parametrize("command", ["check", "build"])
def test_what_does_not_end_is_not_read(command: str, name: str, text: str, said: str, put: Put, tmp_path: Path) -> None:
    if text:
        write_project(tmp_path, text)
    put(tmp_path / name)
    done = airdock(tmp_path, command)
    # A link to a device leads out of the project, which is said first of what airdock.toml names.
    leaves = (f"]: {name} leaves the project", f'include "{name}" leaves the project by the link {name}')
    assert said in done.stderr or any(words in done.stderr for words in leaves)
    assert "bug" not in done.stderr
    assert done.returncode == (1 if said else 0)


@pytest.mark.parametrize("name", [".env.example", "Dockerfile", "dags/first.py", "docker-compose.override.yaml"])
def test_pipe_in_the_place_of_an_output_stays(name: str, tmp_path: Path) -> None:
    write_project(tmp_path, GOOD)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tmp_path / name)
    done = airdock(tmp_path, "build")
    assert f"error[AD908]: {name} cannot be written: {NO_FILE}" in done.stderr
    assert done.returncode == 1
    assert (tmp_path / name).is_fifo()


def test_pipe_that_would_go_into_an_image(tmp_path: Path) -> None:
    write_project(tmp_path, WITH_CONTEXT)
    (tmp_path / "image").mkdir()
    (tmp_path / "image/Dockerfile").write_text("FROM alpine:3.20\nCOPY . /\n", encoding="utf-8")
    os.mkfifo(tmp_path / "image/pipe")
    done = airdock(tmp_path, "check")
    assert NO_FILE in done.stderr
    assert done.returncode == 1


@pytest.mark.parametrize(
    "name", ["dags/job.py", "plugins/more.py", "requirements.txt", "docker-compose.yaml", ".pre-commit-config.yaml"]
)
def test_init_passes_over_what_does_not_end(name: str, put: Put, tmp_path: Path) -> None:
    put(tmp_path / name)
    done = airdock(tmp_path, "init")
    assert (done.returncode, done.stderr) == (0, "")
    assert (tmp_path / "airdock.toml").is_file()
    if name == "dags/job.py":
        assert "dags/job.py" in done.stdout


def test_init_says_that_dotenv_does_not_end(put: Put, tmp_path: Path) -> None:
    put(tmp_path / ".env")
    done = airdock(tmp_path, "init")
    assert NO_FILE in done.stdout
    assert done.stderr == ""


def test_init_refuses_a_gitignore_that_does_not_end(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / ".gitignore")
    done = airdock(tmp_path, "init")
    assert done.stderr == f"airdock init: cannot read .gitignore: {NO_FILE}\n"
    assert done.returncode == 1
    assert not (tmp_path / "airdock.toml").exists()


def test_picture_is_not_drawn_over_a_pipe(tmp_path: Path) -> None:
    write_project(tmp_path, GOOD)
    os.mkfifo(tmp_path / "dags.svg")
    done = airdock(tmp_path, "graph", "-o", "dags.svg")
    assert done.stderr == f"airdock graph: cannot write dags.svg: {NO_FILE}\n"
    assert done.returncode == 1


def test_file_has_a_largest_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 2000)
    assert read_file(path, 2000) == read_file(path, None) == b"x" * 2000
    with pytest.raises(OSError, match="it is larger than 1 kB"):
        read_file(path, 1999)


@pytest.mark.parametrize(("name", "file"), [("airdock.toml", ""), (".env", GOOD)])
def test_file_larger_than_any_is_said_so(name: str, file: str, tmp_path: Path) -> None:
    if file:
        write_project(tmp_path, file)
    with (tmp_path / name).open("wb") as stream:
        stream.truncate(10**12)  # takes no room on the disk
    done = airdock(tmp_path, "check")
    assert f"error[AD001]: cannot read {name}: it is larger than 16000 kB" in done.stderr
    assert done.returncode == 1
