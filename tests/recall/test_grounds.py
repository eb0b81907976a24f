"""What is easily forgotten of what an answer depends on: words that run together, git's own files, who asks."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from remembered import ask, ask_until_remembered, git, make_project

from airdock.load import git as asked_git
from airdock.recall import question, recall, record_of
from commands import WARNING, write_project


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without settings, and an empty memory; the working directory is above both."""
    (tmp_path / "home").mkdir()
    (tmp_path / "other").mkdir()
    for name, value in (("HOME", "home"), ("OTHER", "other"), ("AIRDOCK_CACHE_DIR", "cache")):
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setenv("API_TOKEN", "t0ken")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "home"


def remembered(folder: Path) -> tuple[str, ...]:
    """Build until the answer is remembered; return the command."""
    command = ("build", "-C", str(folder))
    assert ask(command) == 0
    ask_until_remembered(*command)
    return command


def ignored_at_home(folder: Path, home: Path) -> None:
    """Let nothing but the user's own settings of git say that .env is ignored."""
    (folder / ".gitignore").unlink()
    (home / ".config/git").mkdir(parents=True)
    (home / ".config/git/ignore").write_text(".env\n", encoding="utf-8")


def test_arguments_do_not_run_into_each_other() -> None:
    asked = question(["build", "-C", "a", "--check"])
    for mark in "\x1f\0\n\t ,'\"":
        assert question(["build", "-C", f"a{mark}--check"]) != asked
    assert question(["build", "-C", "a', '--check"]) != asked


def test_tab_in_the_path_of_a_repository(home: Path) -> None:
    folder = make_project(home.parent / "a\tb")
    command = ("build", "-C", str(folder))
    assert ask(command) == 0
    for _ in range(3):
        assert ask(command) == 0
    git(folder, "add", "-f", ".env")
    assert ask(command) == 1


def test_repository_that_a_file_names(home: Path) -> None:
    top = home.parent / "top"
    folder = make_project(top / "inner")
    shutil.rmtree(folder / ".git")
    git(home.parent, "init", "-q", "--separate-git-dir", str(home.parent / "one.git"), str(top))
    command = remembered(folder)
    shutil.copytree(home.parent / "one.git", home.parent / "two.git")
    (top / ".git").write_text(f"gitdir: {home.parent / 'two.git'}\n", encoding="utf-8")
    git(top, "add", "-f", "inner/.env")
    assert ask(command) == 1


@pytest.mark.parametrize("section", ["[include]", '[includeIf "gitdir:**"]'])
def test_settings_that_are_included_but_not_there_yet(home: Path, section: str) -> None:
    folder = make_project(home.parent / "project")
    ignored_at_home(folder, home)
    (home / ".gitconfig").write_text(f"{section}\n  path = extra\n", encoding="utf-8")
    command = remembered(folder)
    (home / "extra").write_text("[core]\n  excludesFile = /dev/null\n", encoding="utf-8")
    assert ask(command) == 1


def test_settings_that_a_branch_includes_are_not_remembered(home: Path) -> None:
    folder = make_project(home.parent / "project")
    ignored_at_home(folder, home)
    (home / ".gitconfig").write_text('[includeIf "onbranch:secret"]\n  path = extra\n', encoding="utf-8")
    (home / "extra").write_text("[core]\n  excludesFile = /dev/null\n", encoding="utf-8")
    command = ("build", "-C", str(folder))
    for _ in range(4):
        assert ask(command) == 0
    git(folder, "checkout", "-q", "-b", "secret")
    assert ask(command) == 1


def test_settings_of_one_work_tree(home: Path) -> None:
    folder = make_project(home.parent / "project")
    ignored_at_home(folder, home)
    git(folder, "config", "core.repositoryFormatVersion", "1")
    git(folder, "config", "extensions.worktreeConfig", "true")
    command = remembered(folder)
    git(folder, "config", "--worktree", "core.excludesFile", "/dev/null")
    assert ask(command) == 1


def test_git_config_that_reads_another_file(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_project(home.parent / "project")
    (folder / ".gitignore").unlink()
    (home / "rules").write_text(".env\n", encoding="utf-8")
    (home / ".gitconfig").write_text(f"[core]\n  excludesFile = {home / 'rules'}\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG", os.devnull)
    command = ("build", "-C", str(folder))
    for _ in range(4):
        assert ask(command) == 0
    (home / "rules").write_text("", encoding="utf-8")
    assert ask(command) == 1


def test_index_that_changes_after_git_was_asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_project(home.parent / "project")
    command = ("build", "-C", str(folder))
    assert ask(command) == 0
    exposed = asked_git.exposed

    def and_then_added(root: Path, name: str) -> asked_git.Exposed | None:
        answer = exposed(root, name)
        git(folder, "add", "-f", ".env")
        return answer

    for _ in range(20):
        git(folder, "rm", "-q", "--cached", "--ignore-unmatch", ".env")
        with monkeypatch.context() as patched:
            patched.setattr(asked_git, "exposed", and_then_added)
            ask(command)
        asked = question(command)
        assert asked is not None
        if Path(record_of(asked)).exists():
            break
    assert ask(command) == 1


def test_index_that_holds_folders_as_one_entry(home: Path) -> None:
    folder = make_project(home.parent / "project")
    command = remembered(folder)
    git(folder, "add", "airdock.toml")
    assert ask(command) is None
    index = folder / ".git/index"
    index.write_bytes(index.read_bytes()[:-20] + b"sdir\0\0\0\0" + b"\0" * 20)
    asked = question(command)
    assert asked is not None
    assert recall(asked) is None


def test_text_that_was_cut_off_is_no_answer(home: Path) -> None:
    folder = home.parent / "project"
    folder.mkdir()
    command = remembered(write_project(folder, WARNING))
    asked = question(command)
    assert asked is not None
    record = Path(record_of(asked))
    whole = record.read_bytes()
    for cut in (1, 20, 40, 60):
        record.write_bytes(whole[:-cut])
        assert recall(asked) is None
    record.write_bytes(whole)
    assert recall(asked) is not None


def test_pipe_in_the_place_of_a_record_is_not_waited_for(home: Path) -> None:
    asked = question(("build",))
    assert asked is not None
    path = Path(record_of(asked))
    path.parent.mkdir(parents=True)
    os.mkfifo(path)
    # In a process of its own: waiting for a writer would never end.
    code = f"from airdock.recall import recall; print(recall({asked!r}))"
    run = [sys.executable, "-c", code]
    assert subprocess.run(run, timeout=60, capture_output=True, check=True).stdout == b"None\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_record_of_another_user_is_no_answer(home: Path) -> None:
    folder = home.parent / "project"
    folder.mkdir()
    command = remembered(write_project(folder, WARNING))
    asked = question(command)
    assert asked is not None
    os.chown(record_of(asked), 12345, -1)
    assert recall(asked) is None


def test_groups_of_the_user_belong_to_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = question(("build",))
    monkeypatch.setattr(os, "getgroups", lambda: [4711])
    assert question(("build",)) != asked


def test_width_of_the_terminal_belongs_to_the_question(home: Path) -> None:
    shown, theirs = pty.openpty()

    def asked(columns: int) -> bytes:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        code = "from airdock.recall import question; print(question(['build']))"
        return subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=theirs, check=True).stdout

    try:
        assert asked(80) == asked(80)
        assert asked(80) != asked(60)
    finally:
        os.close(shown)
        os.close(theirs)
