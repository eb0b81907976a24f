"""What a build writes, deletes and leaves alone: the user's files and lines stay, and it is all or nothing."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from airdock.cli import main
from airdock.load.dotenv import BLOCK_END, BLOCK_START, read_dotenv

PROJECT = """\
airdock = 1

[project]
name = "demo"

[airflow]
version = "3.3.2"
executor = "local"

[compose]
bundled = true

[images.shell]
ref = "alpine:3.20"

[images.etl]
from = "python:3.12-slim"

[mounts.data]
source = "data/in"
target = "/data"
create = true

[dags.first.tasks.a]
image = "shell"
command = ["true"]
mounts = ["data"]

[dags.second.tasks.b]
image = "etl"
command = ["true"]
"""
SECRET_TASK = '\n[dags.third.tasks.c]\nimage = "shell"\nenv = { TOKEN = { env = "DEMO_TOKEN" } }\n'
OUTPUTS = (
    "Dockerfile",
    ".env.example",
    "dags/first.py",
    "docker-compose.override.yaml",
    "docker-compose.yaml",
    "images/etl/Dockerfile",
    "images/etl/Dockerfile.dockerignore",
)
"""The committed outputs of the project, but the module of its second DAG."""
MINE = b"# mine\r\nnot: airdock's \xff\n"

posix_only = pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
each_output = pytest.mark.parametrize("path", OUTPUTS)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was never built, on a host without the variables that it asks for."""
    for name in ("DEMO_TOKEN", "COMPOSE_FILE"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "demo"
    folder.mkdir()
    (folder / "airdock.toml").write_text(PROJECT, encoding="utf-8")
    return folder


@pytest.fixture
def built(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The project, built once."""
    assert build(project) == 0
    capsys.readouterr()
    return project


def build(folder: Path, *options: str) -> int:
    return main(["build", "-C", str(folder), *options])


def change(folder: Path, old: str, new: str) -> None:
    """Replace a piece of airdock.toml."""
    text = (folder / "airdock.toml").read_text(encoding="utf-8")
    assert old in text
    (folder / "airdock.toml").write_text(text.replace(old, new), encoding="utf-8")


def tree(folder: Path) -> dict[str, Any]:
    """Return all that is in a folder: bytes, rights and time of each file, where links lead, and folders."""

    def entry(path: Path) -> object:
        if path.is_symlink():
            return path.readlink()
        if path.is_dir():
            return "a folder"
        return path.read_bytes(), path.stat().st_mode & 0o777, path.stat().st_mtime_ns

    return {path.relative_to(folder).as_posix(): entry(path) for path in sorted(folder.rglob("*"))}


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def said(capsys: pytest.CaptureFixture[str]) -> str:
    """Return everything that was printed."""
    return "".join(capsys.readouterr())


@each_output
def test_file_of_the_user_stays_and_nothing_else_is_written(
    path: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_bytes(MINE)
    before = tree(project)
    assert build(project) == 1
    assert f"error[AD901]: {path} is there already" in said(capsys)
    assert tree(project) == before


@each_output
def test_hand_edited_output_stays_and_nothing_else_is_written(
    path: str, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (built / path).open("ab") as stream:
        stream.write(b"# an edit\n")
    change(built, '"true"', '"false"')
    before = tree(built)
    assert build(built) == 1
    assert f"error[AD902]: {path} was edited" in said(capsys)
    assert tree(built) == before


@each_output
@pytest.mark.parametrize("data", [MINE, None], ids=["the user's", "edited"])
def test_force_overwrites_what_is_not_as_airdock_wrote_it(path: str, data: bytes | None, built: Path) -> None:
    wanted = (built / path).read_bytes()
    (built / path).write_bytes(data or wanted + b"# an edit\n")
    (built / ".env").write_bytes(b"MINE='x'\r\n" + (built / ".env").read_bytes() + b"# last")
    dotenv = (built / ".env").read_bytes()
    assert build(built, "--force") == 0
    assert (built / path).read_bytes() == wanted
    assert (built / ".env").read_bytes() == dotenv


@pytest.mark.parametrize("edit", ["head", "digest", "first line"])
def test_edit_of_the_header_is_seen(edit: str, built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = built / "dags/first.py"
    lines = path.read_bytes().split(b"\n")
    lines[{"head": 2, "digest": 1, "first line": 0}[edit]] += b" "
    path.write_bytes(b"\n".join(lines))
    before = tree(built)
    assert build(built) == 1
    assert "error[AD902]" in said(capsys)
    assert tree(built) == before


def test_empty_file_is_nobodys(project: Path) -> None:
    (project / "Dockerfile").touch()
    assert build(project) == 0
    assert (project / "Dockerfile").read_bytes()


def test_module_of_a_renamed_dag_is_deleted(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(built, "[dags.first.", "[dags.erst.")
    assert build(built) == 0
    assert "created   dags/erst.py\ndeleted   dags/first.py\n" in said(capsys)
    assert sorted(os.listdir(built / "dags")) == ["erst.py", "second.py"]


def test_edited_module_of_a_renamed_dag_stays(built: Path) -> None:
    with (built / "dags/first.py").open("ab") as stream:
        stream.write(b"# an edit\n")
    edited = (built / "dags/first.py").read_bytes()
    change(built, "[dags.first.", "[dags.erst.")
    assert build(built) == 0
    assert (built / "dags/first.py").read_bytes() == edited
    assert (built / "dags/erst.py").is_file()


def test_modules_of_the_user_beside_those_of_airdock_stay(built: Path) -> None:
    (built / "dags/mine.py").write_bytes(MINE)
    (built / "dags/empty.py").touch()
    assert build(built) == 0
    assert (built / "dags/mine.py").read_bytes() == MINE
    assert (built / "dags/empty.py").exists()


def test_files_of_a_removed_image_go_and_its_folder_stays_empty(
    built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(built, '[images.etl]\nfrom = "python:3.12-slim"\n', "")
    change(built, 'image = "etl"', 'image = "shell"')
    assert build(built) == 0
    assert "deleted   images/etl/Dockerfile\ndeleted   images/etl/Dockerfile.dockerignore\n" in said(capsys)
    assert os.listdir(built / "images/etl") == []


def test_line_ends_that_git_has_converted_do_not_count(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [*OUTPUTS, "dags/second.py"]
    for path in paths:
        (built / path).write_bytes((built / path).read_bytes().replace(b"\n", b"\r\n"))
    before = tree(built)
    assert build(built, "--check") == 0
    assert build(built) == 0
    assert said(capsys).endswith("nothing to do\n")
    assert tree(built) == before
    change(built, '"true"', '"false"')
    assert build(built) == 0
    assert b"\r" not in (built / "dags/first.py").read_bytes()
    change(built, "[dags.second.", "[dags.zweite.")
    assert build(built) == 0
    assert not (built / "dags/second.py").exists()


@posix_only
@pytest.mark.parametrize("path", [*OUTPUTS, ".env"])
@pytest.mark.parametrize("leads", ["outside", "inside", "nowhere"])
def test_link_in_the_place_of_an_output_is_not_followed(
    path: str, leads: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = {"outside": tmp_path / "target", "inside": project / "target", "nowhere": tmp_path / "none"}[leads]
    if leads != "nowhere":
        target.write_bytes(b"# mine\n")
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).symlink_to(target)
    before = tree(tmp_path)
    for options in ((), ("--force",)):
        assert build(project, *options) == 1
        assert f"error[AD906]: {path} leaves the project" in said(capsys)
    assert tree(tmp_path) == before


@posix_only
def test_folder_of_outputs_that_leads_outside_is_not_followed(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / "dags").symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path)
    assert build(project) == 1
    assert "error[AD906]: dags/first.py leaves the project" in said(capsys)
    assert tree(tmp_path) == before


@posix_only
def test_folder_of_outputs_that_leads_to_another_of_the_project_is_followed(project: Path) -> None:
    (project / "pipelines").mkdir()
    (project / "dags").symlink_to("pipelines")
    assert build(project) == 0
    assert sorted(os.listdir(project / "pipelines")) == ["first.py", "second.py"]


@each_output
@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "forced"])
def test_folder_in_the_place_of_an_output_stops_the_build(
    path: str, force: tuple[str, ...], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / path).mkdir(parents=True)
    before = tree(project)
    assert build(project, *force) == 1
    assert f"error[AD908]: {path} cannot be written" in said(capsys)
    assert tree(project) == before


def test_file_in_the_place_of_a_folder_stops_the_build(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "images").write_bytes(MINE)
    before = tree(project)
    assert build(project) == 1
    assert "error[AD908]: images/etl/Dockerfile" in said(capsys)
    assert tree(project) == before


@posix_only
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes everywhere")
def test_folder_that_may_not_be_written_stops_the_build(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(built, '"true"', '"false"')
    (built / "images/etl").chmod(0o555)
    change(built, "python:3.12-slim", "python:3.13-slim")
    before = tree(built)
    try:
        assert build(built) == 1
        assert "error[AD908]: images/etl/Dockerfile cannot be written" in said(capsys)
        assert tree(built) == before
    finally:
        (built / "images/etl").chmod(0o755)


def untimed(entries: dict[str, Any]) -> dict[str, Any]:
    """Return a tree without the times."""
    return {path: entry[:2] if isinstance(entry, tuple) else entry for path, entry in entries.items()}


def failing(fault: BaseException, at: int) -> Callable[..., None]:
    """Return an `os.replace` that fails at its n-th call, and works again after it."""
    calls = iter(range(1, 1000))
    replace = os.replace

    def broken(*arguments: Any) -> None:
        if next(calls) == at:
            raise fault
        replace(*arguments)

    return broken


def changed_project(folder: Path, *, first: bool) -> None:
    """Prepare a build that creates, updates and deletes; or leave the first build to come."""
    if not first:
        assert build(folder) == 0
        change(folder, '"true"', '"false"')
        change(folder, "[dags.second.", "[dags.zweite.")
        change(folder, "python:3.12-slim", "python:3.13-slim")
        (folder / ".env").chmod(0o640)


@pytest.mark.parametrize("first", [True, False], ids=["first build", "later build"])
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5])
def test_failed_replacement_puts_everything_back(
    first: bool, at: int, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    changed_project(project, first=first)
    before = tree(project)
    monkeypatch.setattr(os, "replace", failing(OSError(28, "No space left on device"), at))
    assert build(project) == 1
    assert "cannot be written: No space left on device" in said(capsys)
    assert untimed(tree(project)) == untimed(before)


@pytest.mark.parametrize("first", [True, False], ids=["first build", "later build"])
def test_interrupted_build_puts_everything_back(first: bool, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    changed_project(project, first=first)
    before = tree(project)
    monkeypatch.setattr(os, "replace", failing(KeyboardInterrupt(), 3))
    assert build(project) == 130
    assert untimed(tree(project)) == untimed(before)


def test_failed_deletion_puts_everything_back(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    change(built, "[dags.first.", "[dags.erst.")
    change(built, "[dags.second.", "[dags.zweite.")
    before = tree(built)
    unlink = Path.unlink

    def broken(path: Path, missing_ok: bool = False) -> None:
        if path.name == "second.py":
            raise OSError(1, "Operation not permitted")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", broken)
    assert build(built) == 1
    monkeypatch.undo()
    assert untimed(tree(built)) == untimed(before)


def test_failed_flush_to_the_disk_leaves_no_temporary(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(project)

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    assert build(project) == 1
    assert tree(project) == before


def test_second_build_changes_no_byte_and_no_time(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(built)
    folders = {path: path.stat().st_mtime_ns for path in [built, *(one for one in built.rglob("*") if one.is_dir())]}
    for options in ((), ("--force",), ("--exit-code",), ("--strict",)):
        assert build(built, *options) == 0
        assert said(capsys) == "nothing to do\n"
    assert tree(built) == before
    assert {path: path.stat().st_mtime_ns for path in folders} == folders


def test_folder_for_a_mount_is_made_once(built: Path) -> None:
    assert (built / "data/in").is_dir()
    (built / "data/in/file").write_bytes(MINE)
    (built / "data/in").chmod(0o700)
    assert build(built) == 0
    assert (built / "data/in/file").read_bytes() == MINE
    assert mode(built / "data/in") == 0o700
    shutil.rmtree(built / "data")
    assert build(built) == 0
    assert (built / "data/in").is_dir()


def test_folder_of_a_mount_without_create_is_not_made(project: Path) -> None:
    change(project, "create = true\n", "")
    assert build(project) == 0
    assert not (project / "data").exists()


def test_file_in_the_place_of_a_folder_for_a_mount_stops_the_build(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "data").write_bytes(MINE)
    before = tree(project)
    assert build(project) == 1
    assert "error[AD908]: data/in cannot be written" in said(capsys)
    assert tree(project) == before


@posix_only
def test_dotenv_is_for_its_owner_alone(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(project) == 0
    assert mode(project / ".env") == 0o600
    assert {mode(project / path) for path in OUTPUTS} == {0o644}
    (project / ".env").chmod(0o644)
    data = (project / ".env").read_bytes()
    capsys.readouterr()
    assert build(project) == 0
    assert said(capsys) == "updated   .env\n"
    assert mode(project / ".env") == 0o600
    assert (project / ".env").read_bytes() == data


@posix_only
def test_dotenv_of_the_user_that_all_may_read_becomes_private(project: Path) -> None:
    (project / ".env").write_text("MINE=1\n", encoding="utf-8")
    (project / ".env").chmod(0o644)
    assert build(project) == 0
    assert mode(project / ".env") == 0o600


@pytest.mark.parametrize(
    "lines",
    [b"A=1\n", b"A=1", b"A='x\r\ny'\r\n# note\r\n", "Ä='é日\u2028'\n\n\n".encode(), b"\xef\xbb\xbfA=1\n", b"\n", b"junk\r"],
    ids=["plain", "no line end", "CRLF", "not ASCII", "mark", "empty line", "junk"],
)
def test_lines_of_the_user_stay_byte_for_byte(lines: bytes, project: Path) -> None:
    (project / ".env").write_bytes(lines)
    assert build(project) == 0
    first = (project / ".env").read_bytes()
    assert first.startswith(lines)
    ended = lines if lines.endswith(b"\n") else lines + b"\n"
    assert first[len(ended) :].startswith(BLOCK_START.encode() + b"\n")
    assert first.endswith(BLOCK_END.encode() + b"\n")
    (project / ".env").write_bytes(first + lines)
    change(project, "[mounts.data]", '[variables]\nv = { env = "HOME" }\n\n[mounts.data]')
    assert build(project) == 0
    second = (project / ".env").read_bytes()
    assert second.startswith(ended + BLOCK_START.encode())
    assert second.endswith(BLOCK_END.encode() + b"\n" + lines)
    assert b"AIRFLOW_VAR_V=" in second
    before = tree(project)
    assert build(project) == 0
    assert tree(project) == before


def test_file_with_crlf_everywhere_keeps_its_block_and_keys(built: Path) -> None:
    data = (b"MINE=1\n" + (built / ".env").read_bytes() + b"LAST=2\n").replace(b"\n", b"\r\n")
    (built / ".env").write_bytes(data)
    keys = keys_of(built)
    assert build(built) == 0
    after = (built / ".env").read_bytes()
    assert after.startswith(b"MINE=1\r\n# >>>")
    assert after.endswith(b"\nLAST=2\r\n")
    assert after.count(BLOCK_START.encode()) == 1
    assert keys_of(built) == keys


def keys_of(folder: Path) -> dict[str, str]:
    """Return the variables of the block."""
    return dict(read_dotenv((folder / ".env").read_bytes().decode(), {}).block)


def made_once(keys: dict[str, str]) -> Iterator[str]:
    return (value for key, value in keys.items() if re.search("KEY|SECRET|PASSWORD", key))


def test_keys_that_are_made_once_never_change(built: Path) -> None:
    keys = keys_of(built)
    assert len(list(made_once(keys))) >= 4
    assert len(set(made_once(keys))) == len(list(made_once(keys)))
    change(built, "[dags.first.", "[dags.erst.")
    change(built, "3.3.2", "3.3.1")
    assert build(built, "--force") == 0
    assert keys_of(built) == keys
    with (built / ".env").open("a", encoding="utf-8") as stream:
        stream.write("MINE=1\n")
    assert build(built) == 0
    assert keys_of(built) == keys


def test_keys_of_two_projects_differ(built: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(built / "airdock.toml", other)
    assert build(other) == 0
    assert not set(made_once(keys_of(built))) & set(made_once(keys_of(other)))


def test_key_that_the_user_sets_wins_and_is_left_out_of_the_block(built: Path) -> None:
    block = keys_of(built)
    text = (built / ".env").read_text(encoding="utf-8")
    (built / ".env").write_text(f"AIRFLOW_UID=1234\n{text}export FERNET_KEY='mine'\n", encoding="utf-8")
    assert build(built) == 0
    after = (built / ".env").read_text(encoding="utf-8")
    assert {key for key in block if key not in keys_of(built)} == {"AIRFLOW_UID", "FERNET_KEY"}
    assert after.startswith("AIRFLOW_UID=1234\n")
    assert after.endswith("export FERNET_KEY='mine'\n")
    assert "# FERNET_KEY is set outside this block, and that counts.\n" in after
    assert block["FERNET_KEY"] not in after


def test_value_comes_from_the_environment_then_from_the_users_lines(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(project, "[mounts.data]", "[mounts.data]")
    with (project / "airdock.toml").open("a", encoding="utf-8") as stream:
        stream.write(SECRET_TASK)
    (project / ".env").write_text("DEMO_TOKEN='of the file'\n", encoding="utf-8")
    assert build(project) == 0
    assert keys_of(project)["AIRDOCK_ENV_DEMO_TOKEN"] == "of the file"
    monkeypatch.setenv("DEMO_TOKEN", "of the 'shell'\n$HOME")
    assert build(project) == 0
    assert keys_of(project)["AIRDOCK_ENV_DEMO_TOKEN"] == "of the 'shell'\n$HOME"


def test_value_that_is_not_set_any_more_stays_as_it_was(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (project / "airdock.toml").open("a", encoding="utf-8") as stream:
        stream.write(SECRET_TASK)
    monkeypatch.setenv("DEMO_TOKEN", "of the shell")
    assert build(project) == 0
    before = tree(project)
    monkeypatch.delenv("DEMO_TOKEN")
    assert build(project) == 0
    assert tree(project) == before


def test_block_without_its_end_loses_no_line_and_no_key(built: Path) -> None:
    keys = keys_of(built)
    text = (built / ".env").read_text(encoding="utf-8").replace(f"{BLOCK_END}\n", "MINE=1")
    (built / ".env").write_text(text, encoding="utf-8")
    assert build(built) == 0
    after = read_dotenv((built / ".env").read_text(encoding="utf-8"), {})
    assert {**after.block, **after.own} == {**keys, "MINE": "1"}
    before = tree(built)
    assert build(built) == 0
    assert tree(built) == before


def test_dotenv_that_cannot_be_read_stops_the_build(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / ".env").write_bytes(b"A='\xff'\n")
    before = tree(project)
    assert build(project) == 1
    assert "error[AD001]: cannot read .env: it is not UTF-8" in said(capsys)
    (project / ".env").unlink()
    (project / ".env").mkdir()
    assert build(project) == 1
    assert "error[AD001]: cannot read .env" in said(capsys)
    (project / ".env").rmdir()
    assert {*tree(project), ".env"} == {*before}
