"""A file that vanishes between resolving and the rules makes no rule fail: it has been read, and said of it is less."""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.cli import main
from airdock.rules.registry import check

SPEC = """\
airdock = 1
[project]
name = "s"
[airflow]
version = "3.3.2"
[compose]
bundled = true
[images.own]
build = "own"
[images.etl]
ref = "python:3.12-slim"
[dags.a.tasks.command]
image = "own"
command = "CC=gcc make"
[dags.a.tasks.function]
image = "etl"
python = "job.py:job"
"""


@pytest.mark.parametrize("gone", [False, True], ids=["there", "gone"])
def test_rules_do_without_the_files(
    gone: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "airdock.toml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "own").mkdir()
    (tmp_path / "own/Dockerfile").write_text("FROM alpine:3.20\n", encoding="utf-8")
    (tmp_path / "job.py").write_text("LIMIT = 3\n\n\ndef job():\n    return LIMIT\n", encoding="utf-8")

    def later(*arguments: object) -> None:
        if gone:
            (tmp_path / "own/Dockerfile").unlink()
            (tmp_path / "job.py").unlink()
        check(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("airdock.pipeline.check", later)
    assert main(["check", "-C", str(tmp_path)]) == 1
    printed = capsys.readouterr().err
    # Whether the image has an entrypoint is not known any more, so a text that one may get is not judged.
    assert ("warning[AD409]" in printed) != gone
    assert ('uses "LIMIT" from outside its body' in printed) != gone
    assert ('uses "LIMIT", which is defined nowhere' in printed) == gone
