"""AD505: what a real git says of `.env`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from airdock.cli import main
from airdock.load import git
from finding_inputs import run_git

SPEC = 'airdock = 1\n[project]\nname = "shop"\n[airflow]\nversion = "3.3.2"\n[compose]\nbundled = true\n'


@pytest.fixture(autouse=True)
def no_settings_of_this_host(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in list(os.environ):
        if name.startswith("GIT_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))


def repository(folder: Path, ignored: str | None = None) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    run_git(folder, "init", "--quiet")
    if ignored is not None:
        (folder / ".gitignore").write_text(ignored, encoding="utf-8")
    return folder


def test_folder_outside_of_any_repository_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("git was run"))
    assert git.exposed(tmp_path, ".env") is None


@pytest.mark.parametrize("there", [True, False], ids=["written", "not-yet-written"])
def test_file_that_nothing_ignores_would_be_committed(tmp_path: Path, there: bool) -> None:
    folder = repository(tmp_path / "r", "*.log\n")
    if there:
        (folder / ".env").write_text("A=1\n", encoding="utf-8")
    assert git.exposed(folder, ".env") == "not ignored"


@pytest.mark.parametrize("ignored", [".env\n", "/.env\n", "*.env\n", ".env*\n!.env.example\n", ".*\n"])
def test_ignored_file_is_safe(tmp_path: Path, ignored: str) -> None:
    assert git.exposed(repository(tmp_path / "r", ignored), ".env") is None


@pytest.mark.parametrize("ignored", ["", "# .env\n", ".env.example\n", "sub/.env\n", ".env\n!.env\n"])
def test_lines_that_only_look_like_it_do_not_ignore(tmp_path: Path, ignored: str) -> None:
    assert git.exposed(repository(tmp_path / "r", ignored), ".env") == "not ignored"


def test_tracked_file_would_be_committed_whatever_is_ignored(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", ".env\n")
    (folder / ".env").write_text("A=1\n", encoding="utf-8")
    run_git(folder, "add", "--force", ".env")
    assert git.exposed(folder, ".env") == "tracked"


def test_project_may_be_a_folder_of_the_repository(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r", "/project/.env\n") / "project"
    folder.mkdir()
    assert git.exposed(folder, ".env") is None
    (tmp_path / "r" / ".gitignore").write_text("/other/.env\n", encoding="utf-8")
    assert git.exposed(folder, ".env") == "not ignored"


def test_project_may_be_reached_by_a_link(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r")
    (tmp_path / "link").symlink_to(folder)
    assert git.exposed(tmp_path / "link", ".env") == "not ignored"


def test_hook_of_another_repository_does_not_mislead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a commit: git hands its hooks where the repository and its index are."""
    outer = repository(tmp_path / "outer", ".env\n")
    inner = repository(tmp_path / "outer" / "inner", "")
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(outer))
    monkeypatch.setenv("GIT_INDEX_FILE", ".git/index.lock")
    monkeypatch.setenv("GIT_PREFIX", "inner/")
    assert git.exposed(inner, ".env") == "not ignored"
    assert git.exposed(outer, ".env") is None


def test_broken_repository_and_missing_git_say_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken" / ".git").mkdir(parents=True)
    assert git.exposed(tmp_path / "broken", ".env") is None
    folder = repository(tmp_path / "r")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert git.exposed(folder, ".env") is None


def test_project_in_order_pays_for_one_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = repository(tmp_path / "r", ".env\n")
    (folder / "airdock.toml").write_text(SPEC, encoding="utf-8")
    calls: list[list[str]] = []
    real = subprocess.run

    def counted(command: list[str], **options: Any) -> Any:
        calls.append(command)
        return real(command, **options)

    monkeypatch.setattr(subprocess, "run", counted)
    assert main(["check", "-C", str(folder)]) == 0
    assert len(calls) == 1


def test_what_init_ignores_is_enough(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path / "r")
    assert main(["init", str(folder)]) == 0
    assert main(["build", "-C", str(folder), "--strict"]) == 0
    assert "AD505" not in capsys.readouterr().err


def test_nothing_is_written_beside_the_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = repository(tmp_path / "r")
    (folder / "airdock.toml").write_text(SPEC, encoding="utf-8")
    assert main(["build", "-C", str(folder)]) == 1
    assert "AD505" in capsys.readouterr().err
    assert {path.name for path in folder.iterdir()} == {".git", "airdock.toml"}


OFFICIAL = 'airdock = 1\n[project]\nname = "shop"\n[airflow]\nversion = "2.11.2"\n[lint]\nignore = ["AD503", "AD601"]\n'
TASK = '[images.etl]\nref = "alpine:3.20"\n[dags.a.tasks.load]\nimage = "etl"\n'


@pytest.mark.parametrize(
    ("more", "secret"),
    [
        ("", False),
        ('[connections.db]\ntype = "http"\nhost = "db"\nextra = { tier = "gold" }\n', False),
        ('[connections.db]\ntype = "http"\npassword = ""\n', True),
        ('[connections.db]\nuri = "http://db"\n', True),
        ('[connections.db]\ntype = "http"\nlogin = { env = "NOT_SET" }\n', True),
        ('[connections.db]\ntype = "http"\nextra = { token = { file = "token" } }\n', True),
        ('[variables]\ntier = "gold"\n', False),
        ('[variables]\ntier = { env = "NOT_SET" }\n', True),
        (f'{TASK}env = {{ TIER = "gold" }}\n', False),
        (f'{TASK}env = {{ TIER = {{ env = "NOT_SET" }} }}\n', True),
        ('[mounts.data]\nsource = { env = "NOT_SET" }\ntarget = "/data"\n', False),
        ('[airflow.env]\nTIER = { env = "NOT_SET" }\n[mounts.data]\nvolume = "data"\ntarget = "/data"\n', True),
    ],
)
def test_what_makes_dotenv_a_file_of_secrets(
    more: str, secret: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = repository(tmp_path / "r")
    (folder / "airdock.toml").write_text(OFFICIAL + more, encoding="utf-8")
    (folder / "token").write_text("t\n", encoding="utf-8")
    assert main(["check", "-C", str(folder)]) == int(secret)
    assert ("AD505" in capsys.readouterr().err) == secret
