"""What a host has that `.env` cannot hold is a finding, not a crash."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path

import pytest

from airdock.cli import main
from airdock.load.host import read_host
from commands import GOOD, write_project

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="names and values are text there")
WITH_VALUE = GOOD + '\n[variables]\ntoken = { env = "TOKEN", default = "none" }\n'


def test_variable_that_is_no_utf_8_is_a_warning_and_goes_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(os.environb, b"TOKEN", b"a\xffb")
    folder = write_project(tmp_path, WITH_VALUE)
    assert main(["build", "-C", str(folder)]) == 0
    assert "warning[AD503]: TOKEN is not UTF-8 text on this host" in capsys.readouterr().err
    assert "AIRFLOW_VAR_TOKEN='none'" in (folder / ".env").read_text(encoding="utf-8")
    assert read_host(folder).not_text == {"TOKEN"}


def test_folder_whose_path_is_no_utf_8_is_an_error_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / os.fsdecode(b"pr\xffject")
    folder.mkdir()
    write_project(folder, GOOD)
    assert main(["build", "-C", str(folder)]) == 1
    assert "error[AD001]: cannot read the project directory" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["airdock.toml"]


def test_host_is_looked_at_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_TOKEN", "abc")
    (tmp_path / ".env").write_text("MINE=$DEMO_TOKEN\n", encoding="utf-8")
    (tmp_path / "socket").touch()
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    host = read_host(tmp_path / "link")
    assert host.directory == tmp_path.resolve().as_posix()
    assert host.environ["DEMO_TOKEN"] == "abc"
    assert (host.dotenv.own, host.dotenv.before) == ({"MINE": "abc"}, "MINE=$DEMO_TOKEN\n")
    assert host.socket_gid(str(tmp_path / "socket")) == (tmp_path / "socket").stat().st_gid
    assert host.socket_gid(str(tmp_path / "none")) is None
    assert not host.not_text


@pytest.mark.parametrize(("uid", "told"), [(0, 50000), (1, 1), (1234, 1234)])
def test_root_builds_for_the_user_of_the_image(
    uid: int, told: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getuid", lambda: uid)
    assert read_host(tmp_path).uid == told


def test_keys_are_random_bytes_that_an_address_can_hold(tmp_path: Path) -> None:
    host = read_host(tmp_path)
    keys = {host.new_key(32) for _ in range(50)}
    assert len(keys) == 50
    assert all(len(base64.urlsafe_b64decode(key)) == 32 for key in keys)
    assert not set("".join(keys)) & set("+/")
