"""The Compose override: what the base file's services need so that tasks run in containers of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airdock.emit.artifact import Generated
from airdock.emit.compose.access import give_engine, proxy_service
from airdock.emit.compose.pools import SCHEDULER, pools_service
from airdock.emit.compose.yaml import RESET, Instead, literal, to_yaml
from airdock.load.host import Host
from airdock.project.dag_parts import WorkerPath
from airdock.project.declared import POOLS, PROXY
from airdock.project.model import HostPath, HostUser, Image, Mount, MountUse, Project, Volume
from airdock.project.values import EnvValue, HostVariable

DAGS = WorkerPath("/opt/airflow/dags")
BUILDER = "airflow-init"
"""The one service that builds Airflow's image: all others but airflow-cli wait for it, in every version."""
_NOT_BUILT = "run airdock build on this host"


def emit_override(project: Project, host: Host) -> Iterator[Generated]:  # noqa: ARG001
    """Return the override file."""
    services: dict[str, Any] = {name: _airflow_service(project, name) for name in project.airflow.services}
    if project.airflow.executor == "local" and "airflow-worker" in services:
        services["airflow-worker"]["deploy"] = {"replicas": 0}
    if project.pools:
        before = services[SCHEDULER].setdefault("depends_on", {})
        before[POOLS] = {"condition": "service_completed_successfully"}
        services[POOLS] = pools_service(project, _airflow_service(project, POOLS), BUILDER)
    for image in project.images:
        if image.build is not None:
            services[f"image-{image.name}"] = _image_service(image)
    data: dict[str, Any] = {"name": project.name}
    if project.description is not None:
        data["x-description"] = literal(project.description)
    data["services"] = services
    data["networks"] = {"default": {"name": literal(project.compose.network)}}
    if project.access.kind == "proxy":
        services[PROXY] = proxy_service(project)
        data["networks"][PROXY] = {"internal": True}
    if project.volumes:
        data["volumes"] = {volume.key: _volume(volume) for volume in project.volumes}
    for name, service in project.compose.services.items():
        services[name] = _merged(services.get(name), service)
    yield Generated(project.compose.override, to_yaml(data), "yaml")


def _airflow_service(project: Project, name: str) -> dict[str, Any]:
    image = project.airflow.image
    service: dict[str, Any] = {"image": image.reference}
    if name == BUILDER:
        # Without a policy Compose would ask a registry for a name that exists only here, and would not build again
        # when the Dockerfile has changed.
        service["pull_policy"] = "build"
        recipe = {"context": ".", "dockerfile": "Dockerfile"}
        service["build"] = Instead(recipe) if name in project.airflow.built_elsewhere else recipe
    else:
        service["pull_policy"] = "never"
        if (SCHEDULER if name == POOLS else name) in project.airflow.built_elsewhere:
            # Two builds of one name: the later one would win, whichever that is.
            service["build"] = RESET
    environment = _environment(project, name)
    if environment:
        service["environment"] = environment
    volumes = [_bind_or_volume(use) for use in project.airflow.mounts]
    if project.airflow.dags_folder != "dags":
        volumes.append({"type": "bind", "source": f"./{literal(project.airflow.dags_folder)}", "target": DAGS})
    if name == BUILDER:
        # A volume that only tasks use would not be made by Compose, with its options, nor removed by it.
        volumes += [
            {"type": "volume", "source": volume.key, "target": f"/mnt/airdock/{volume.key}"}
            for volume in project.volumes
        ]
    if volumes:
        service["volumes"] = volumes
    if name == project.airflow.executes:
        give_engine(project, service)
    return service


def _environment(project: Project, name: str) -> dict[str, str]:
    """Return the environment of one Airflow service: the settings for all, and only what it needs of the rest."""
    airflow = project.airflow
    found = {key: literal(value) for key, value in airflow.config}
    if airflow.executor == "local" and not project.compose.bundled:
        found["AIRFLOW__CORE__EXECUTOR"] = "LocalExecutor"
    for key, value in airflow.env:
        found[key] = literal(value) if isinstance(value, str) else f"${{{value.variable}:-}}"
    executes = name in (airflow.executes, "airflow-cli")
    if executes or name in project.target.airflow.parses:
        found["AIRDOCK_HOST_DIR"] = f"${{AIRDOCK_HOST_DIR:?{_NOT_BUILT}}}"
        if any(isinstance(task.user, HostUser) for dag in project.dags for task in dag.tasks):
            found["AIRDOCK_HOST_UID"] = "${AIRFLOW_UID:-50000}"
        sources = {mount.source.base for mount in project.mounts if isinstance(mount.source, HostPath)}
        for variable in project.host_variables:
            # A secret may be missing until a task needs it; a mount without a source would be another mount.
            found[variable.variable] = _required(variable) if variable in sources else f"${{{variable.variable}:-}}"
    # Operators that defer go on in the triggerer.
    deferrable = name == "airflow-triggerer" and any(
        task.kind == "operator" for dag in project.dags for task in dag.tasks
    )
    if executes or deferrable:
        for connection in project.connections:
            key = f"AIRFLOW_CONN_{connection.id.upper()}"
            found[key] = f"${{{key}:-}}"
        for declared in project.variables:
            key = f"AIRFLOW_VAR_{declared.key.upper()}"
            found[key] = literal(declared.value) if isinstance(declared.value, str) else f"${{{key}:-}}"
    return found


def _bind_or_volume(use: MountUse) -> dict[str, Any]:
    mount = use.mount
    found: dict[str, Any] = {"type": mount.type}
    if mount.type != "tmpfs":
        found["source"] = _source(mount)
    found["target"] = literal(use.target)
    if use.read_only:
        found["read_only"] = True
    if mount.type == "bind":
        found["bind"] = {"create_host_path": False}
        if mount.propagation:
            found["bind"]["propagation"] = mount.propagation
    elif mount.type == "volume" and mount.no_copy:
        found["volume"] = {"nocopy": True}
    elif mount.type == "tmpfs":
        found["tmpfs"] = {"size": mount.size} | ({} if mount.mode is None else {"mode": mount.mode})
    return found


def _source(mount: Mount) -> str:
    source = mount.source
    if isinstance(source, Volume):
        return source.key
    assert isinstance(source, HostPath)  # noqa: S101 - a bind mount has one
    if source.base == "project":
        return f"./{literal(source.tail)}"
    if source.base == "absolute":
        return literal(source.tail)
    return _required(source.base)


def _required(variable: HostVariable) -> str:
    """Return the reference to a variable without which Compose stops, saying what to do."""
    name = variable.value.name if isinstance(variable.value, EnvValue) else variable.value.file
    return f"${{{variable.variable}:?set {name} and run airdock build}}"


def _image_service(image: Image) -> dict[str, Any]:
    """Return a service that is built with the stack and never started: the engine only has to know the image."""
    build = image.build
    assert build is not None  # noqa: S101 - the caller has looked
    context = build.context if build.context.startswith((".", "/")) else f"./{build.context}"
    recipe: dict[str, Any] = {"context": literal(context), "dockerfile": literal(build.dockerfile)}
    if build.target:
        recipe["target"] = literal(build.target)
    if build.args:
        recipe["args"] = {key: literal(value) for key, value in build.args}
    service: dict[str, Any] = {"image": image.reference, "pull_policy": "build", "build": recipe}
    if build.platform:
        service["platform"] = literal(build.platform)
    service["deploy"] = {"replicas": 0}
    return service


def _volume(volume: Volume) -> dict[str, Any]:
    found: dict[str, Any] = {"name": volume.name}
    if volume.external:
        found["external"] = True
    if volume.driver:
        found["driver"] = literal(volume.driver)
    if volume.driver_opts:
        found["driver_opts"] = {key: literal(value) for key, value in volume.driver_opts}
    if volume.labels:
        found["labels"] = {key: literal(value) for key, value in volume.labels}
    return found


def _merged(into: Any, extra: Any) -> Any:
    """Return mappings merged by key and lists appended, as Compose itself merges files; else the addition."""
    if isinstance(into, dict) and isinstance(extra, list):
        # The other form of environment and labels: KEY=value, or KEY alone for the caller's own.
        extra = {key: value if equals else None for key, equals, value in (str(line).partition("=") for line in extra)}
    if isinstance(into, dict) and isinstance(extra, dict):
        return type(into)({**into, **{key: _merged(into.get(key), value) for key, value in extra.items()}})
    if isinstance(into, list) and isinstance(extra, list):
        return [*into, *extra]
    return extra
