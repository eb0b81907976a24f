"""`.env`: private, the user's lines byte for byte, keys that are made once."""

from __future__ import annotations

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from demo import (
    NEEDS_TOKEN,
    OUTPUTS,
    build,
    change,
    keys_of,
    mode,
    new_project,
    posix_only,
    said,
    tree,
)

from airdock.load.dotenv import BLOCK_END, BLOCK_START, read_dotenv


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was never built."""
    return new_project(tmp_path / "demo", monkeypatch)


@pytest.fixture
def built(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The project, built once."""
    assert build(project) == 0
    capsys.readouterr()
    return project


@posix_only
def test_dotenv_is_for_its_owner_alone(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    assert build(project) == 0
    assert mode(project / ".env") == 0o600
    assert {mode(project / path) for path in OUTPUTS} == {0o644}
    (project / ".env").chmod(0o644)
    data = (project / ".env").read_bytes()
    capsys.readouterr()
    assert build(project) == 0
    assert said(capsys) == "updated   .env (now for its owner alone: other users could read it)\n"
    assert mode(project / ".env") == 0o600
    assert (project / ".env").read_bytes() == data


@posix_only
def test_dotenv_of_the_user_that_all_may_read_becomes_private(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project)
    (project / ".env").write_text("MINE=1\n", encoding="utf-8")
    (project / ".env").chmod(0o644)
    assert build(project) == 0
    assert "updated   .env (now for its owner alone: other users could read it)\n" in said(capsys)
    assert mode(project / ".env") == 0o600


@pytest.mark.parametrize(
    "lines",
    [
        b"A=1\n",
        b"A=1",
        b"A='x\r\ny'\r\n# note\r\n",
        "Ä='é日\u2028'\n\n\n".encode(),
        b"\xef\xbb\xbfA=1\n",
        b"\n",
        b"junk\r",
    ],
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


def test_keys_are_as_long_as_airflow_wants_them(built: Path) -> None:
    keys = keys_of(built)
    assert len(base64.urlsafe_b64decode(keys.pop("FERNET_KEY"))) == 32
    assert {len(value) for value in made_once(keys)} == {64}, "with fewer Airflow warns"


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
    with (project / "airdock.toml").open("a", encoding="utf-8") as stream:
        stream.write(NEEDS_TOKEN)
    (project / ".env").write_text("DEMO_TOKEN='of the file'\n", encoding="utf-8")
    assert build(project) == 0
    assert keys_of(project).get("AIRDOCK_ENV_DEMO_TOKEN") == "of the file"
    monkeypatch.setenv("DEMO_TOKEN", "of the 'shell'\n$HOME")
    assert build(project) == 0
    assert keys_of(project).get("AIRDOCK_ENV_DEMO_TOKEN") == "of the 'shell'\n$HOME"


def test_value_that_is_not_set_any_more_stays_as_it_was(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (project / "airdock.toml").open("a", encoding="utf-8") as stream:
        stream.write(NEEDS_TOKEN)
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
