"""How tasks end, what runs because of it, and that nothing stays behind."""

from __future__ import annotations

import pytest
from real_run import Run

pytest_plugins = ["ran"]

STATES = {
    "fails": "failed",
    "skips": "skipped",
    "other-code": "failed",
    "too-long": "failed",
    "function-too-long": "failed",
    "again": "success",
    "no-such-program": "failed",
    "no-such-folder": "failed",
    "usual": "upstream_failed",
    "after-skipped": "skipped",
    "all-done": "success",
    "one-failed": "success",
    "all-failed": "success",
    "none-failed": "success",
    "one-success": "success",
}
RUN_BY_RULE = ("all-done", "one-failed", "all-failed", "none-failed", "one-success")
EXITS = {"fails": ["3"], "skips": ["99"], "other-code": ["98"], "again": ["1", "0"]}


@pytest.mark.parametrize("task", STATES)
def test_state(ran: Run, task: str) -> None:
    assert ran.state("outcomes", task) == STATES[task]


@pytest.mark.parametrize("task", EXITS)
def test_exit_code(ran: Run, task: str) -> None:
    ends = ran.seen.of("container", "die", ran.labels("outcomes", task))
    assert [found["exitCode"] for found in ends] == EXITS[task]


@pytest.mark.parametrize("task", RUN_BY_RULE)
def test_trigger_rule_let_it_run(ran: Run, task: str) -> None:
    assert ran.output("outcomes", task) == "ran"


@pytest.mark.parametrize("task", ["usual", "after-skipped"])
def test_trigger_rule_kept_it_from_running(ran: Run, task: str) -> None:
    assert ran.seen.of("container", "create", ran.labels("outcomes", task)) == []


@pytest.mark.parametrize("task", ["too-long", "function-too-long"])
def test_timeout_ends_the_container(ran: Run, task: str) -> None:
    (start,) = ran.seen.of("container", "start", ran.labels("outcomes", task))
    (end,) = ran.seen.of("container", "die", ran.labels("outcomes", task))
    # Airflow's clock starts before the container does; the task itself would take ten minutes.
    assert (int(end["time"]) - int(start["time"])) / 1e9 < 60
    assert end["exitCode"] == "137"
    assert len(ran.seen.of("container", "destroy", ran.labels("outcomes", task))) == 1


def test_retries(ran: Run) -> None:
    assert ran.host["tries.txt"] == "try\n" * 2
    assert ran.task("outcomes", "again")["tries"] == 2


def test_teardown_runs_after_a_failure(ran: Run) -> None:
    assert ran.state("cleanup", "make") == "success"
    assert ran.state("cleanup", "work") == "failed"
    assert ran.state("cleanup", "more") == "upstream_failed"
    assert ran.output("cleanup", "clean") == "cleaned"
    assert "made.txt" not in ran.host
    assert ran.outcome["dags"]["cleanup"]["state"] == "failed"


def test_groups_wait_for_groups(ran: Run) -> None:
    assert {ran.state("groups", task) for task in "zbca"} == {"success"}
    times = {}
    for task in "zbca":
        (start,) = ran.seen.of("container", "start", ran.labels("groups", task))
        (end,) = ran.seen.of("container", "die", ran.labels("groups", task))
        times[task] = (int(start["time"]), int(end["time"]))
    for inside in "bc":
        assert times["z"][1] < times[inside][0]
        assert times[inside][1] < times["a"][0]


def test_every_container_was_removed(ran: Run) -> None:
    made = {found["id"] for found in ran.seen.of("container", "create") if "airdock.task" in found}
    kept = {found["id"] for found in ran.seen.of("container", "create", ran.labels("options", "kept"))}
    destroyed = {found["id"] for found in ran.seen.of("container", "destroy")}
    assert len(made) > 80
    assert len(kept) == 1
    assert made - kept <= destroyed
    assert not kept & destroyed


def test_only_what_should_stay_was_there_after_the_last_task(ran: Run) -> None:
    assert ran.output("options", "kept") == "still there"
    assert ran.after["tasks"] == ["options.kept"]
    assert [line.split()[0] for line in ran.after["containers"]] == [f"{ran.name}-answer-1"]
    assert ran.after["services"] == []


def test_nothing_of_the_project_is_left(ran: Run) -> None:
    assert ran.left == {"tasks": [], "containers": [], "volumes": [], "networks": [], "images": [], "services": []}
