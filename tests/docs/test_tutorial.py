"""docs/tutorial.md, done as it is written: by the real command line, Compose, Airflow, pre-commit and a real engine."""

from __future__ import annotations

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from airflow_judge import Job, judge_all
from compose import compose_config, need_compose, official_file
from one_stack import Stack, free_port, fresh_name
from pages import Block, Reader, blocks_of, commands_of, environment
from public_images import AIRFLOWS
from stacks import need_images
from test_airflow import environment_for

from airdock.facts import newest_series
from conftest import REPOSITORY

VERSION = "3.3.2"
OFFICIAL = "3.3-next"
"""The official file that stands for the one of VERSION."""
BLOCKS = list(blocks_of("tutorial.md"))
DOWNLOAD = f"curl -LfO 'https://airflow.apache.org/docs/apache-airflow/{VERSION}/docker-compose.yaml'"
OF_THIS_REPOSITORY = {"<this repository>": "https://example.invalid/airdock", "<a tag or commit of it>": "v0"}


def steps(*needs: str) -> Iterator[Block]:
    """Return the blocks that need nothing, or one of these."""
    return (block for block in BLOCKS if block.words <= set(needs))


def reader(folder: Path, words: dict[str, str] | None = None, edits: dict[str, str] | None = None) -> Reader:
    """Return somebody in a new folder who gets the official file, with some edits, from a place on this machine."""
    base = official_file(OFFICIAL)
    folder.mkdir()

    def download(to: Path) -> None:
        text = base.read_text(encoding="utf-8")
        for old, new in (edits or {}).items():
            assert old in text
            text = text.replace(old, new)
        (to / "docker-compose.yaml").write_text(text, encoding="utf-8")

    return Reader(folder, {}, {DOWNLOAD: download}, OF_THIS_REPOSITORY | (words or {}))


@pytest.fixture
def this_repository(tmp_path: Path) -> tuple[str, str]:
    """Return the working tree as a git repository, and its commit."""
    copy = tmp_path / "airdock"
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (REPOSITORY / name).is_file():  # a deleted one is listed until that is committed
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(REPOSITORY / name, copy / name)
    git = "git init -q && git add -A && git commit -qm all && git rev-parse HEAD"
    done = subprocess.run(
        ["sh", "-c", git], cwd=copy, env=environment(copy), capture_output=True, text=True, check=True
    )
    return str(copy), done.stdout.strip()


def test_every_block_says_what_it_is() -> None:
    known = {"compose", "airflow", "engine", "pre-commit"}
    assert {word for block in BLOCKS for word in block.words} == known
    assert [block.place for block in BLOCKS if not block.options and block.language != "console"] == []
    commands = [command for block in BLOCKS if block.language == "console" for command, _ in commands_of(block)]
    assert DOWNLOAD in commands, "the test knows where the page gets the official file"
    assert newest_series().latest == VERSION, "the page is about the newest Airflow"


def test_each_step_goes_as_it_is_written(tmp_path: Path) -> None:
    somebody = reader(tmp_path / "forecast")
    for block in steps():
        somebody.do(block)


def test_the_stack_comes_up_as_it_is_written(tmp_path: Path) -> None:
    need_images(AIRFLOWS[VERSION], "redis:7.2-bookworm", "postgres:16", "alpine:3.20", "python:3.12-slim")
    # Many stacks may run on one engine, and on one machine, which is slow then.
    name, port = fresh_name("tutorial"), free_port()
    edits = {'"8080:8080"': f'"127.0.0.1:{port}:8080"', "start_period: 30s": "start_period: 300s"}
    # A reader keeps the volume without a name that redis makes; nobody could tell later whose it was.
    words = {"forecast": name, "docker compose down": "docker compose down --volumes"}
    somebody = reader(tmp_path / name, words, edits)
    with Stack(somebody.folder, name, tmp_path / "stack.log"):
        for block in steps("compose", "engine"):
            somebody.do(block)


def test_compose_airflow_and_pre_commit_do_as_it_is_written(tmp_path: Path, this_repository: tuple[str, str]) -> None:
    need_compose()
    programs = environment_for(VERSION).python.parent
    words = dict(zip(OF_THIS_REPOSITORY, this_repository, strict=True))
    somebody = reader(tmp_path / "forecast", words)
    somebody.environ = {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit"), "PRE_COMMIT_COLOR": "never"}
    mine = {"PATH": os.pathsep.join([str(programs), os.environ["PATH"]]), "AIRFLOW_HOME": str(tmp_path / "home")}
    in_airflow = Reader(somebody.folder, mine)
    for block in steps("compose", "airflow", "pre-commit"):
        (in_airflow if "airflow" in block.words else somebody).do(block)
    check_what_it_ends_with(somebody.folder)
    check_workflow(somebody.folder, tmp_path / "clone")


def check_what_it_ends_with(folder: Path) -> None:
    """Check that Compose merges what the page ends with, and that Airflow loads it."""
    merged = compose_config(folder)
    assert merged["complaints"] == ""
    worker = merged["services"]["airflow-worker"]
    assert worker["group_add"]
    assert "group_add" not in worker["environment"]
    environ = {key: value for key, value in worker["environment"].items() if key.startswith(("AIRDOCK_", "AIRFLOW_C"))}
    (read,) = judge_all(environment_for(VERSION), [Job(folder / "dags", environ, render=True)])
    assert (read["import_errors"], read["warnings"]) == ({}, [])
    tasks = read["dags"]["readings"]["tasks"]
    assert {name: task["upstream"] for name, task in tasks.items()} == {
        "fetch": [],
        "summary": ["fetch"],
        "report": ["summary"],
    }
    assert not [one for rendered in read["rendered"]["readings"].values() for one in rendered if isinstance(one, str)]


def check_workflow(folder: Path, clone: Path) -> None:
    """Check the workflow by GitHub's schema, and that what it runs passes in a clone and sees what was forgotten."""
    file = folder / ".github/workflows/airdock.yaml"
    schema = [f"{sysconfig.get_path('scripts')}/check-jsonschema", "--builtin-schema", "vendor.github-workflows"]
    subprocess.run([*schema, str(file)], check=True, capture_output=True)
    *_, step = yaml.safe_load(file.read_text(encoding="utf-8"))["jobs"]["check"]["steps"]
    subprocess.run(["git", "clone", "-q", str(folder), str(clone)], check=True, env=environment(folder))

    def run() -> subprocess.CompletedProcess[str]:
        command = ["sh", "-c", step["run"]]
        return subprocess.run(command, cwd=clone, env=environment(clone), capture_output=True, text=True, check=False)

    assert run().returncode == 0
    (clone / "dags/readings.py").unlink()
    assert run().returncode == 1
