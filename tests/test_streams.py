"""Standard streams that are closed, and Ctrl-C at any moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from airdock import start
from commands import GOOD, files, write_project

RUN = f'exec "{sys.executable}" -m airdock build'


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_lose_what_is_said_and_nothing_else(tmp_path: Path, closed: str) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "closed").mkdir()
    for name, streams in (("open", ""), ("closed", closed)):
        folder = write_project(tmp_path / name, GOOD)
        for _ in range(2):
            done = subprocess.run(
                ["sh", "-c", f"{RUN} {streams}"], cwd=folder, capture_output=True, text=True, check=False
            )
            assert (done.returncode, "bug" in done.stderr) == (0, False)
    built, as_usual = files(tmp_path / "closed"), files(tmp_path / "open")
    assert built.keys() == as_usual.keys()
    assert {name for name in built if built[name] != as_usual[name]} <= {".env"}


def test_interrupted_before_the_command_line_has_a_say(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(start, "question", interrupted)
    with pytest.raises(SystemExit) as ended:
        start.run()
    assert ended.value.code == 130
