"""Mounts: what containers see of the host, and the host of them."""

from __future__ import annotations

from real_run import Run

pytest_plugins = ["ran"]


def test_a_bind_mount_writes_to_the_host(ran: Run) -> None:
    assert ran.state("mounts", "writes") == "success"
    assert ran.host["result.txt"] == "from writes\n"
    assert ran.host["function.txt"] == "from a function"


def test_a_read_only_mount_refuses(ran: Run) -> None:
    assert ran.output("mounts", "refuses") == ["the answer is 42", "refused"]
    assert (ran.folder / "site" / "answer.txt").read_text(encoding="utf-8") == "the answer is 42\n"


def test_a_mount_read_only_and_elsewhere_in_one_task(ran: Run) -> None:
    assert ran.output("mounts", "refuses-here") == "refused"
    assert "new" not in ran.host


def test_an_absolute_source_of_the_host(ran: Run) -> None:
    assert ran.output("mounts", "elsewhere") == ["of the host", "/out"]


def test_tasks_share_named_volumes(ran: Run) -> None:
    assert ran.state("mounts", "fill") == "success"
    assert ran.output("mounts", "take") == ["kept", "made", "refused"]
    assert {f"{ran.name}_shared", f"{ran.name}-made"} <= set(ran.after["volumes"])
    assert f"{ran.name}_made" not in ran.after["volumes"]


def test_tmpfs(ran: Run) -> None:
    mounted, mode = ran.output("mounts", "scratch")
    assert mounted.startswith("tmpfs /scratch tmpfs rw,")
    assert "size=8192k" in mounted
    assert mode == "700"


def test_no_mounts(ran: Run) -> None:
    assert ran.output("mounts", "none") == "nothing"
