"""Check of the networks and external volumes that have to be there, or must not be somebody else's."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.doctor.containers import PROJECT_LABEL
from airdock.doctor.patient import Merged, Patient
from airdock.doctor.result import Result, ok, problem, warning

_OF_THE_ENGINE = ("bridge", "host", "none", "default")
_NETWORK_LABEL = "com.docker.compose.network"


def networks(patient: Patient) -> Iterator[Result]:
    """Look at the stack's network, the networks that tasks name, and the volumes that nobody makes."""
    found = [*_own(patient), *_named(patient), *_volumes(patient)]
    yield from found or [ok(f"{patient.project.compose.network} and what else tasks need")]


def _own(patient: Patient) -> Iterator[Result]:
    """Compose makes the stack's network; one of that name that it did not make stops it (run with 2.26)."""
    name, project = patient.project.compose.network, patient.stack
    for row in patient.engine.inspect("network", [name])[:1]:
        labels = row.get("Labels") or {}
        remove = patient.engine.client.text("network", "rm", name) + " (or set another `network` in [compose])"
        if not labels.get(_NETWORK_LABEL):
            yield problem(f"there is a network {name} that Compose did not make: `docker compose up` stops", remove)
        elif labels.get(PROJECT_LABEL) != project:
            owner = labels.get(PROJECT_LABEL)
            yield warning(f"network {name} is of the Compose project {owner}, whose containers are on it", remove)


def _named(patient: Patient) -> Iterator[Result]:
    made = {patient.project.compose.network}
    if isinstance(patient.merged, Merged):
        made |= {str(one.get("name")) for one in (patient.merged.config.get("networks") or {}).values() if one}
    wanted: dict[str, str] = {}
    for dag in patient.project.dags:
        for task in dag.tasks:
            name = task.network
            if name is None or task.engine != patient.project.access.engine or patient.project.access.kind == "tcp":
                continue
            if name not in (*_OF_THE_ENGINE, *made) and not name.startswith("container:") and "{" not in name:
                wanted.setdefault(name, f"{dag.id}.{task.id}")
    for name, task_id in wanted.items():
        if not patient.engine.inspect("network", [name]):
            create = patient.engine.client.text("network", "create", name)
            yield problem(f"there is no network {name}, which task {task_id} wants", create)


def _volumes(patient: Patient) -> Iterator[Result]:
    for volume in patient.project.volumes:
        if volume.external and not patient.engine.inspect("volume", [volume.name]):
            create = patient.engine.client.text("volume", "create", volume.name)
            yield problem(f"there is no volume {volume.name}, and external = true says that it is there", create)
