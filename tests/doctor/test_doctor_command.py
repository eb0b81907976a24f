"""Programs that the doctor runs: none waits longer than its limit, and none is left behind."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from airdock.doctor.command import run


def test_answer() -> None:
    answer = run(["sh", "-c", "echo out; echo err >&2; exit 3"])
    assert (answer.code, answer.out, answer.err, answer.ok, answer.late) == (3, "out\n", "err\n", False, False)


def test_program_that_is_not_there() -> None:
    answer = run(["no-such-program-anywhere"])
    assert (answer.code, answer.err) == (None, "no-such-program-anywhere is not installed, or not on the PATH")


def test_program_that_cannot_be_run(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("", encoding="utf-8")
    assert run([str(tmp_path / "x")]).err.endswith("cannot be run: Permission denied")


def test_text_that_is_no_text() -> None:
    assert run(["sh", "-c", r"printf '\377'"]).out == "\ufffd"


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="looks into /proc")
def test_plugin_that_hangs_ends_with_its_client(tmp_path: Path) -> None:
    """The client of Docker starts its plugins, which keep its output open."""
    started = time.monotonic()
    answer = run(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid; wait"], limit=0.5)
    assert answer.late
    assert answer.err == "sh gave no answer within 0.5 s"
    assert time.monotonic() - started < 5
    pid = int((tmp_path / "pid").read_text(encoding="ascii"))
    for _ in range(50):
        if not is_there(pid):
            break
        time.sleep(0.05)
    assert not is_there(pid)


def test_interrupt_ends_it_too() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    started = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            run(["sleep", "60"])
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert time.monotonic() - started < 5
