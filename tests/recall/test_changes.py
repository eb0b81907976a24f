"""Whatever a build depends on is changed, one thing at a time: then no answer may come from memory."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from remembered import ask, ask_until_remembered, git, make_project

import airdock
from airdock.load import seen

BUILD = ("build",)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose build is remembered; the working directory is in it."""
    folder = make_project(tmp_path / "project")
    monkeypatch.setenv("AIRDOCK_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("API_TOKEN", "t0ken")
    monkeypatch.setenv("OTHER", str(tmp_path / "other"))
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("FROM_OUTSIDE", "1")
    monkeypatch.chdir(folder)
    assert ask(BUILD) == 0
    ask_until_remembered(*BUILD)
    return folder


def append(name: str, text: str = "\n# more\n") -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return change


def write(name: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")

    return change


def delete(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def same_size_and_time(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / name
        before, data = path.stat(), path.read_bytes()
        path.write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        after = path.stat()
        assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)

    return change


def behind_a_link(name: str) -> Callable[[Path], None]:
    """Move a folder out of the project, and leave a link: every file in it is the same as before."""

    def change(folder: Path) -> None:
        moved = folder.parent / "moved"
        (folder / name).rename(moved)
        (folder / name).symlink_to(moved)

    return change


def file_behind_a_link(name: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).rename(folder / "moved")
        (folder / name).symlink_to("moved")

    return change


def commit(folder: Path) -> None:
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "all")


def through_git(*arguments: str) -> Callable[[Path], None]:
    return lambda folder: git(folder, *arguments)


CHANGES: dict[str, Callable[[Path], object]] = {
    "airdock.toml": append("airdock.toml"),
    "included file": append("parts/more.toml"),
    "another included file": write("parts/another.toml", '[dags.another.tasks.d]\nimage = "own"\n'),
    "included file gone": delete("parts/more.toml"),
    "script": append("job.sh"),
    "function": append("tasks.py"),
    "document": append("doc.md"),
    "file of variables": append("task.env", "B=2\n"),
    "value of a file": append("note.txt"),
    "requirements": append("requirements.txt"),
    "copied file": append("code/run.py"),
    "another copied file": write("code/new.py", ""),
    "another file, deep in a build context": write("own/deep/more/new.txt", ""),
    "file of a build context gone": delete("own/deep/data.txt"),
    "Dockerfile of the user's": append("own/Dockerfile"),
    "ignore file": append("own/.dockerignore", "*.txt\n"),
    "ignore file gone": delete("own/.dockerignore"),
    "ignore file of the Dockerfile": write("own/Dockerfile.dockerignore", "*.txt\n"),
    "executable bit": lambda folder: (folder / "code/run.py").chmod(0o755),
    "same size and time": same_size_and_time("job.sh"),
    "base file": append("docker-compose.yaml"),
    "base file gone": delete("docker-compose.yaml"),
    "a second override file": write("docker-compose.override.yml", "services: {}\n"),
    "source of a mount gone": lambda folder: (folder / "data").rmdir(),
    "source of a mount elsewhere gone": lambda folder: (folder.parent / "other").rmdir(),
    "line in .env": append(".env", "MINE=2\n"),
    ".env for all": lambda folder: (folder / ".env").chmod(0o644),
    "group of the socket": lambda folder: os.chown(folder / "socket", -1, (folder / "socket").stat().st_gid),
    "module edited": append("flows/first.py"),
    "module edited, same size and time": same_size_and_time("flows/first.py"),
    "module gone": delete("flows/first.py"),
    "override gone": delete("docker-compose.override.yaml"),
    "Dockerfile gone": delete("Dockerfile"),
    "left-over of an earlier build": lambda folder: shutil.copy(folder / "flows/first.py", folder / "flows/old.py"),
    "left-over of a killed build": write("flows/.first.py.abcdefgh.airdock", ""),
    "module in the default folder": write("dags/mine.py", "x = 1\n"),
    "link to an input": file_behind_a_link("job.sh"),
    "folder of inputs behind a link": behind_a_link("code"),
    "folder of outputs behind a link": behind_a_link("flows"),
    "what git ignores": write(".gitignore", ""),
    "what git ignores, in the repository": append(".git/info/exclude", "!.env\n"),
    "what git tracks": through_git("add", "-f", ".env"),
    "settings of git": through_git("config", "core.excludesFile", "/nowhere"),
    "no repository any more": lambda folder: (folder / ".git").rename(folder.parent / "gone"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_changed_world_is_looked_at_anew(project: Path, change: Callable[[Path], object]) -> None:
    change(project)
    assert ask(BUILD) is not None


@pytest.mark.parametrize("name", ["API_TOKEN", "OTHER", "FROM_OUTSIDE", "COMPOSE_FILE", "NO_COLOR", "GITHUB_ACTIONS"])
def test_changed_variable_is_looked_at_anew(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "true")
    assert ask(BUILD) is not None


def test_variable_that_is_gone_is_looked_at_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("API_TOKEN")
    assert ask(BUILD) is not None


@pytest.mark.parametrize(
    "other",
    [("build", "--strict"), ("build", "--exit-code"), ("build", "-C", "."), ("check",), ("build", "--force")],
    ids=" ".join,
)
def test_another_question_is_not_answered(project: Path, other: tuple[str, ...]) -> None:
    assert ask(other) is not None


@pytest.mark.parametrize("option", ["--force", "--forc", "--f"])
def test_force_takes_no_notice_of_the_last_build(project: Path, option: str) -> None:
    assert ask(("build", option)) == 0
    assert ask(("build", option)) == 0


def test_project_that_moved_is_looked_at_anew(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project.rename(project.parent / "moved")
    monkeypatch.chdir(project.parent / "moved")
    assert ask(BUILD) is not None


def test_link_to_the_project_that_leads_elsewhere(project: Path) -> None:
    link = project.parent / "link"
    link.symlink_to(project)
    ask_until_remembered("build", "-C", str(link))
    shutil.copytree(project, project.parent / "copy")
    link.unlink()
    link.symlink_to(project.parent / "copy")
    assert ask(("build", "-C", str(link))) is not None


@pytest.mark.parametrize("attribute", ["__version__"])
def test_another_version_looks_anew(project: Path, monkeypatch: pytest.MonkeyPatch, attribute: str) -> None:
    monkeypatch.setattr(f"airdock.recall.{attribute}", "0.0.0")
    assert ask(BUILD) is not None


def test_program_itself_belongs_to_what_was_looked_at(project: Path) -> None:
    here = Path(airdock.__file__).parent
    known = {os.fsdecode(path) for how, path in seen.looks if how == b"s"}
    assert {str(here / "facts/airflow/3.3.toml"), str(here / "cli.py"), str(here / "rules")} <= known


def test_libraries_belong_to_what_was_looked_at(project: Path) -> None:
    import pydantic

    assert (b"s", os.fsencode(Path(pydantic.__file__).parents[1])) in seen.looks


UNCONCERNED: dict[str, Callable[[Path], object]] = {
    "result of a task": write("data/result.txt", "1\n"),
    "another file in the index": through_git("add", "airdock.toml"),
    "commit": commit,
}


@pytest.mark.parametrize("change", UNCONCERNED.values(), ids=UNCONCERNED)
def test_what_a_build_does_not_depend_on_changes_nothing(project: Path, change: Callable[[Path], object]) -> None:
    change(project)
    assert ask(BUILD) is None
