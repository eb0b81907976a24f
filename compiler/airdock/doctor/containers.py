"""Check of containers that were left behind, found by their labels."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from airdock.doctor.client import Engine
from airdock.doctor.patient import Merged, Patient
from airdock.doctor.result import Result, listed, ok, problem, unknown, warning
from airdock.project.model import Task

PROJECT_LABEL, SERVICE_LABEL = "com.docker.compose.project", "com.docker.compose.service"
_ONE_OFF = "com.docker.compose.oneoff"
GRACE = 60.0
"""Seconds for which a container that has ended, or was only made, may be in the hands of its task still."""
_ENDED = ("exited", "dead", "created")


def containers(patient: Patient) -> Iterator[Result]:
    """No container should be left of a task that has ended, nor of `docker compose run`."""
    if not patient.project.target.provider.has("labels"):
        version = patient.project.target.provider.version
        yield unknown(f"docker provider {version} gives containers no labels to find them by")
        return
    found = list(_of_tasks(patient))
    found += _one_off(patient)
    found += _failed(patient)
    yield from found or [ok("none is left behind")]


def _of_tasks(patient: Patient) -> Iterator[Result]:
    tasks = {(dag.id, task.id): task for dag in patient.project.dags for task in dag.tasks}
    for declared in (None, *patient.project.engines):
        engine = patient.engine_of(declared)
        if not isinstance(engine, Engine):
            continue
        rows = _inspected(engine, f"label=airdock.project={patient.project.name}")
        ended = [row for row in rows if _status(row) in _ENDED and _seconds_since_end(row) > GRACE]
        kept = [row for row in ended if _keeps(_task_of(row, tasks))]
        left = [row for row in ended if row not in kept]
        if left:
            text = f"left behind by tasks that have ended: {_named(left)}"
            yield warning(text, engine.client.text("rm", *(_name(row) for row in left)))
        if kept:
            text = f'kept, as remove = "never" says: {_named(kept)}'
            yield ok(f"{text}; to remove: {engine.client.text('rm', *(_name(row) for row in kept))}")
        yield from _running(patient, engine, [row for row in rows if _status(row) in ("running", "paused")], tasks)


def _running(
    patient: Patient, engine: Engine, rows: list[dict[str, Any]], tasks: dict[tuple[str, str], Task]
) -> Iterator[Result]:
    """Report containers that run although their task cannot."""
    late = [row for row in rows if _late(row, _task_of(row, tasks))]
    if late:
        text = f"running longer than the timeout of their task: {_named(late)}"
        yield warning(text, engine.client.text("rm", "--force", *(_name(row) for row in late)))
    executes = patient.project.airflow.executes
    rest = [row for row in rows if row not in late]
    if not rest:
        return
    own = patient.engine_of(None)
    if isinstance(own, Engine) and not _service_rows(own, patient.stack, executes, "running"):
        text = f"running although no {executes} of this stack is: {_named(rest)}"
        yield warning(text, engine.client.text("rm", "--force", *(_name(row) for row in rest)))


def _one_off(patient: Patient) -> Iterator[Result]:
    of_project = f"label={PROJECT_LABEL}={patient.stack}"
    rows = _inspected(patient.engine, of_project, f"label={_ONE_OFF}=True")
    left = [row for row in rows if _status(row) in _ENDED and _seconds_since_end(row) > GRACE]
    if left:
        text = f"left behind by `docker compose run`: {_named(left)}"
        yield warning(text, patient.engine.client.text("rm", *(_name(row) for row in left)))


def _failed(patient: Patient) -> Iterator[Result]:
    """Report one-shot services that others wait for and that failed."""
    merged = patient.merged
    services = merged.services.values() if isinstance(merged, Merged) else ()
    waited = {
        name
        for service in services
        for name, wait in (service.get("depends_on") or {}).items()
        if (wait or {}).get("condition") == "service_completed_successfully"
    }
    for name in sorted(waited):
        for row in _service_rows(patient.engine, patient.stack, name, "exited"):
            code = row["State"].get("ExitCode")
            if code:
                text = f"service {name} ended with exit code {code}, and others wait for it"
                yield problem(text, patient.here(f"docker compose logs {name}"))


def _service_rows(engine: Engine, project: str, service: str, status: str) -> list[dict[str, Any]]:
    labels = (f"{PROJECT_LABEL}={project}", f"{SERVICE_LABEL}={service}", f"{_ONE_OFF}=False")
    return _inspected(engine, f"status={status}", *(f"label={label}" for label in labels))


def _inspected(engine: Engine, *filters: str) -> list[dict[str, Any]]:
    options = [word for one in filters for word in ("--filter", one)]
    answer = engine.client.ask("ps", "--all", "--quiet", "--no-trunc", *options)
    rows = engine.inspect("container", answer.out.split()) if answer.ok else []
    return sorted((row for row in rows if isinstance(row.get("State"), dict)), key=_name)


def _name(row: dict[str, Any]) -> str:
    return str(row.get("Name", "")).removeprefix("/") or str(row.get("Id"))


def _named(rows: list[dict[str, Any]]) -> str:
    return listed([f"{_name(row)} ({_label(row)}{_status(row)})" for row in rows])


def _labels(row: dict[str, Any]) -> dict[str, str]:
    return (row.get("Config") or {}).get("Labels") or {}


def _label(row: dict[str, Any]) -> str:
    labels = _labels(row)
    return f"{labels['airdock.dag']}.{labels.get('airdock.task')}, " if "airdock.dag" in labels else ""


def _task_of(row: dict[str, Any], tasks: dict[tuple[str, str], Task]) -> Task | None:
    labels = _labels(row)
    return tasks.get((labels.get("airdock.dag", ""), labels.get("airdock.task", "")))


def _status(row: dict[str, Any]) -> str:
    return str(row["State"].get("Status"))


def _keeps(task: Task | None) -> bool:
    return task is not None and task.remove == "never"


def _late(row: dict[str, Any], task: Task | None) -> bool:
    timeout = task.options.get("execution_timeout") if task is not None else None
    if not isinstance(timeout, timedelta):
        return False
    return _age(str(row["State"].get("StartedAt"))) > timeout.total_seconds() + GRACE


def _seconds_since_end(row: dict[str, Any]) -> float:
    made = _status(row) == "created"
    return _age(str(row.get("Created") if made else row["State"].get("FinishedAt")))


def _age(moment: str) -> float:
    """Return how long ago a time of the engine is: UTC, with more digits than Python reads."""
    try:
        return time.time() - datetime.fromisoformat(f"{moment[:19]}+00:00").timestamp()
    except ValueError:
        return float("inf")
