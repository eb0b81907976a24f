"""What a host has that `.env` cannot hold is a finding, not a crash."""

from __future__ import annotations

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
