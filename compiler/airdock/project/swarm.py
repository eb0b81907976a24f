"""Tasks that run as services of Docker Swarm."""

from __future__ import annotations

from airdock.diagnostics.shape import KEYS_CONFLICT
from airdock.project.defaults import Layers, fields_for
from airdock.project.findings import SECRET_SHOWN
from airdock.project.model import Swarm, Task
from airdock.project.scope import Scope
from airdock.project.values import HostVariable
from airdock.spec.base import For, OperatorArg
from airdock.spec.language import keys_by_field, marked
from airdock.spec.swarm import HONOURED, SwarmReference, SwarmSpec
from airdock.spec.task import TaskKeys

_OF_CONTAINERS = frozenset(keys_by_field(TaskKeys)[field] for field in marked(TaskKeys, For)) - HONOURED
CONTAINER_KEYWORDS = frozenset(
    mark.keyword
    for field, mark in marked(TaskKeys, OperatorArg).items()
    if keys_by_field(TaskKeys)[field] in _OF_CONTAINERS
)
"""Keywords that DockerSwarmOperator passes over."""
_NANO = 10**9
"""docker.types.Resources counts CPUs in billionths."""


def resolve_swarm(scope: Scope, layers: Layers) -> Swarm | None:
    """Return how a task runs as a service, None for a container; reports AD106 for keys that a service has not."""
    spec: SwarmSpec | None = layers.get("swarm")
    if layers.get("runner") != "swarm":
        if spec is not None and layers.place("swarm")[:-1] == layers.own:
            problem = '"swarm" has no meaning without runner = "swarm"'
            scope.report.add(KEYS_CONFLICT.at(layers.place("swarm"), "key", problem=problem))
        return None
    for field in fields_for("container"):
        key = keys_by_field(TaskKeys)[field]
        # A default is for tasks of every kind; only what the task says itself is a mistake.
        if key in _OF_CONTAINERS and layers.is_set(field) and layers.place(field)[:-1] == layers.own:
            problem = f'"{key}" has no effect on a service of Docker Swarm'
            scope.report.add(KEYS_CONFLICT.at(layers.place(field), "key", problem=problem))
    spec = spec or SwarmSpec()
    fields = {
        mark.keyword: field
        for field, mark in marked(SwarmSpec, OperatorArg).items()
        if getattr(spec, field) is not None
    }
    if spec.replicas is not None and spec.mode in ("global", "global-job"):
        place = (*layers.place("swarm"), "replicas")
        scope.report.add(KEYS_CONFLICT.at(place, "key", problem=f'"replicas" has no meaning with mode "{spec.mode}"'))
    wanted = [key for key in ("cpu_limit", "cpu_reservation", "memory_reservation") if getattr(spec, key) is not None]
    resources: dict[str, object] = {key: round(getattr(spec, key) * _NANO) for key in wanted if key.startswith("cpu")}
    if spec.memory_reservation is not None:
        resources["mem_reservation"] = spec.memory_reservation
    if resources and layers.is_set("memory"):
        resources["mem_limit"] = layers.get("memory")
    return Swarm(
        {keyword: getattr(spec, field) for keyword, field in fields.items()},
        tuple(spec.constraints or ()),
        spec.mode if spec.mode is not None else "replicated" if spec.replicas else None,
        spec.replicas,
        tuple(_reference(one, "config") for one in spec.configs or ()),
        tuple(_reference(one, "secret") for one in spec.secrets or ()),
        resources,
        fields | ({"container_resources": wanted[0]} if wanted else {}),
        scope.target.provider.does("remove_services_by_force"),
    )


def _reference(spec: SwarmReference, kind: str) -> dict[str, object]:
    found: dict[str, object] = {f"{kind}_id": spec.id, f"{kind}_name": spec.name}
    found |= {key: value for key in ("filename", "uid", "gid") if (value := getattr(spec, key)) is not None}
    return found | ({} if spec.mode is None else {"mode": int(spec.mode, 8)})


def report_secrets(scope: Scope, layers: Layers, task: Task) -> None:
    """Report AD502: a service has no private environment, so a secret would be stored and shown."""
    places = {key: place for key, _, place in layers.merged("env")}
    for key, value in task.env:
        if isinstance(value, HostVariable):
            reason = "Airflow stores and shows the environment of a service"
            advice = "use a secret of the swarm: secrets = [{ id = …, name = … }] in [….swarm]"
            place = places.get(key, layers.place("env_files"))
            scope.report.add(SECRET_SHOWN.at(place, key=key, reason=reason, help=advice))
