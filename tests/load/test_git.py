"""What it depends on that git would not commit `.env`: noted, so that a remembered run is made anew when it changes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from airdock.load import git, seen
from finding_inputs import run_git


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No settings of this host, and nothing noted before or behind."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "XDG_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    seen.forget()
    yield
    seen.forget()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder of a repository that ignores `.env`."""
    folder = tmp_path / "repository/deep/project"
    folder.mkdir(parents=True)
    run_git(tmp_path / "repository", "init", "--quiet")
    (tmp_path / "repository/.gitignore").write_text(".env\n", encoding="utf-8")
    return folder


def noted() -> set[Path]:
    """Return the files and folders whose content was noted."""
    return {Path(os.path.normpath(os.fsdecode(path))) for how, path in seen.looks if how == b"s"}


def test_file_in_no_repository_depends_on_where_one_could_begin(tmp_path: Path) -> None:
    assert git.note_grounds(tmp_path, ".env") is None
    assert noted() == set()
    assert (b"k", os.fsencode(tmp_path / ".git")) in seen.looks
    assert (b"k", os.fsencode(tmp_path.parent / ".git")) in seen.looks


def test_index_is_that_of_the_repository_and_names_the_file_as_git_does(project: Path, tmp_path: Path) -> None:
    index = git.note_grounds(project, ".env")
    assert index is not None
    assert index.name == "deep/project/.env"
    assert not index.path.exists(), "nothing was ever added"
    run_git(tmp_path / "repository", "add", ".gitignore")
    assert index.path.samefile(tmp_path / "repository/.git/index")


def test_every_file_that_says_what_is_ignored_is_noted(project: Path, tmp_path: Path) -> None:
    top, home = tmp_path / "repository", tmp_path / "home"
    run_git(top, "config", "core.excludesFile", "rules/mine")
    git.note_grounds(project, ".env")
    ignore_files = {top / name for name in (".gitignore", "deep/.gitignore", "deep/project/.gitignore")}
    settings = {Path("/etc/gitconfig"), home / ".gitconfig", home / ".config/git/config", home / ".config/git/ignore"}
    own = {top / ".git/info/exclude", top / ".git/config", top / "rules/mine"}
    assert ignore_files | settings | own <= noted()
    assert {"PATH", "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CEILING_DIRECTORIES"} <= seen.variables


def test_settings_may_lie_elsewhere(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "all"))
    (tmp_path / "all").write_text("[include]\npath = more\n[core]\nexcludesFile = ~/ignored\n", encoding="utf-8")
    (tmp_path / "more").write_text("[user]\nname = a\n", encoding="utf-8")
    git.note_grounds(project, ".env")
    names = ("settings/git/config", "settings/git/ignore", "all", "more", "home/ignored")
    assert {tmp_path / name for name in names} <= noted()


def test_file_that_git_would_commit_has_no_grounds(project: Path, tmp_path: Path) -> None:
    (tmp_path / "repository/.gitignore").unlink()
    with pytest.raises(git.GroundsUnknown):
        git.note_grounds(project, ".env")


def test_settings_of_no_file_are_no_grounds(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "user.name")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", "a")
    with pytest.raises(git.GroundsUnknown):
        git.note_grounds(project, ".env")


def test_repository_that_git_refuses_is_no_ground(project: Path, tmp_path: Path) -> None:
    (tmp_path / "repository/.git/config").write_text("[core\n", encoding="utf-8")
    with pytest.raises(git.GroundsUnknown):
        git.note_grounds(project, ".env")


def test_host_without_git_knows_no_grounds(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert git.exposed(project, ".env") is None
    with pytest.raises(git.GroundsUnknown):
        git.note_grounds(project, ".env")
