"""What stands beside may be broken, huge, elsewhere or not to be read: a sentence, and nothing is lost."""

from __future__ import annotations

import errno
import os
import random
import shutil
from pathlib import Path

import pytest
import tomli

from airdock.cli import main
from commands import files, run
from conftest import REPOSITORY
from faults import NOTHING_REFUSED, forked, refused_at
from starting_situations import OVERRIDE

NOBODY = 65534
COMPOSE = """\
x-airflow-common: &common
  image: apache/airflow:2.9.3
services:
  airflow-scheduler: { <<: *common }
  airflow-worker: { <<: *common }
  airflow-init: { <<: *common }
  airflow-webserver: { <<: *common }
"""
BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)
)


def said(folder: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Begin a project, which has to work and to leave everything as it was; return what was printed."""
    before = files(folder)
    assert run("init", folder) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    tomli.loads((folder / "airdock.toml").read_text(encoding="utf-8"))
    assert {name: data for name, data in files(folder).items() if name in before} == before
    return printed.out


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"with DAG(:\n# DockerOperator", "dags/x.py:1: is no Python"),
        (b"# DockerOperator\n\xff", "dags/x.py"),
        (b"# DockerOperator\n\0", "dags/x.py"),
        (b"# DockerOperator\nx = " + b"(" * 5000, "dags/x.py"),
        (b"# DockerOperator\nx = " + b"-" * 5000 + b"1", "dags/x.py"),
        (b"# DockerOperator\n" + b"#" * 1_000_001, "dags/x.py: larger than 1000 kB: not read"),
        (b"# -*- coding: nonsense -*-\n# DockerOperator", "dags/x.py"),
    ],
    ids=["syntax", "no UTF-8", "NUL", "deep", "long", "large", "coding"],
)
def test_module(data: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "x.py").write_bytes(data)
    assert f"  {told}" in said(tmp_path, capsys)


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("docker-compose.yaml", b"a: [", "docker-compose.yaml:1: is no YAML"),
        ("docker-compose.yaml", b"\xff", "docker-compose.yaml: is not UTF-8"),
        ("docker-compose.yaml", b"a: 1\na: 2\n", "docker-compose.yaml:2: is no YAML"),
        ("docker-compose.yaml", b"a: *b\n", "docker-compose.yaml:1: is no YAML"),
        ("docker-compose.override.yaml", b"a: [", "docker-compose.override.yaml:1: is no YAML"),
        ("docker-compose.override.yaml", (BOMB + "services: { w: { command: *y } }").encode(), "it has to stay"),
        ("docker-compose.override.yaml", (BOMB + "services: { w: { environment: *y } }").encode(), "it has to stay"),
        (".env", b"A=\xff\n", ".env: is not UTF-8"),
    ],
)
def test_other_file(name: str, data: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if name != "docker-compose.yaml":
        (tmp_path / "docker-compose.yaml").write_text(COMPOSE, encoding="utf-8")
    (tmp_path / name).write_bytes(data)
    assert told in said(tmp_path, capsys)


def test_links_are_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project, outside = tmp_path / "project", tmp_path / "outside"
    (project / "dags").mkdir(parents=True)
    outside.mkdir()
    (outside / "x.py").write_text("# DockerOperator\n", encoding="utf-8")
    (outside / "ignore").write_text("mine\n", encoding="utf-8")
    (project / "dags" / "x.py").symlink_to(outside / "x.py")
    (project / "dags" / "loop").symlink_to(project / "dags")
    (project / "dags" / "self.py").symlink_to("self.py")
    (project / ".gitignore").symlink_to(outside / "ignore")
    assert run("init", project) == 0
    printed = capsys.readouterr().out
    assert "dags/x.py: a link that leaves the project is not read" in printed
    assert f"add to    {project / '.gitignore'}: .env .*.airdock __pycache__/ (a link: it stays)" in printed
    assert (outside / "ignore").read_text(encoding="utf-8") == "mine\n"
    assert (project / ".gitignore").is_symlink()
    (project / "airdock.toml").unlink()
    (project / "airdock.toml").symlink_to(outside / "new")
    assert run("init", project) == 1
    assert not (outside / "new").exists()


def test_folder_in_the_place_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".gitignore").mkdir()
    assert run("init", tmp_path) == 1
    assert capsys.readouterr().err.startswith("airdock init: cannot read ")
    assert not (tmp_path / "airdock.toml").exists()


@pytest.mark.skipif(not hasattr(os, "fork") or os.getuid() != 0, reason="needs another user")
def test_rights_that_are_missing(tmp_path: Path) -> None:
    project = tmp_path / "project"
    (project / "dags" / "closed").mkdir(parents=True)
    (project / "dags" / "x.py").write_text("# DockerOperator\n", encoding="utf-8")
    for path in (project / "dags" / "x.py", project / "dags" / "closed"):
        path.chmod(0)
    for parent in tmp_path.parents:
        if parent.stat().st_uid == 0 and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    tmp_path.chmod(0o755)
    before = sorted(path.name for path in project.iterdir())
    assert run("init", tmp_path / "other") == 0  # what is imported late is imported now
    assert forked(lambda: main(["init", str(project)]), NOBODY) == 1
    assert sorted(path.name for path in project.iterdir()) == before
    project.chmod(0o777)
    assert forked(lambda: main(["init", str(project)]), NOBODY) == 0
    assert (project / "airdock.toml").is_file()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process of its own")
@pytest.mark.parametrize("there", [True, False])
def test_refusal_of_any_step_leaves_nothing(there: bool, tmp_path: Path) -> None:
    project = tmp_path / "new" / "project"
    for step in range(1, 100):
        if there:
            project.mkdir(parents=True)
            (project / ".gitignore").write_bytes(b"mine")
        before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
        code = refused_at(["init", str(project)], step, errno.EIO, for_good=False)
        if code == NOTHING_REFUSED:
            break
        # What is refused may not matter: making a folder that is there.
        assert code in (0, 1)
        after = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
        assert (after == before) is (code == 1), step
        shutil.rmtree(tmp_path / "new", ignore_errors=True)
    assert step > 10
    assert code == NOTHING_REFUSED


TOKENS = [b"*", b"&a", b": ", b"[", b"]", b"{", b'"', b"'", b"\n", b"\0", b"\xff", b"${", b"!reset ", b"(", b",", b"\\"]
TOKENS += [b"**", b"lambda: ", b"{{ x }}", b'"\\ud800"', b"9" * 30, b"for x in y:\n    ", b'"""', b"\x7f", b"1e400"]


@pytest.mark.parametrize("seed", range(12))
def test_anything_may_stand_beside(seed: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(seed)  # noqa: S311 - for a test
    shutil.copytree(REPOSITORY / "tests" / "begun", tmp_path, dirs_exist_ok=True)
    (tmp_path / "docker-compose.yaml").write_text(COMPOSE, encoding="utf-8")
    (tmp_path / "docker-compose.override.yaml").write_text(OVERRIDE, encoding="utf-8")
    for path in sorted(tmp_path.rglob("*.*")):
        data = bytearray(path.read_bytes())
        for _ in range(chance.choice([0, 1, 2, 5])):
            at = chance.randrange(len(data) + 1)
            data[at : at + chance.choice([0, 0, 1, 20, 200])] = chance.choice(TOKENS)
        path.write_bytes(bytes(data))
    said(tmp_path, capsys)
