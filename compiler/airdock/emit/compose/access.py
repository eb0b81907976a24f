"""How the services that execute tasks reach the Docker engine."""

from __future__ import annotations

from typing import Any

from airdock.emit.compose.yaml import literal
from airdock.project.dag_parts import HostFile, WorkerPath
from airdock.project.declared import PROXY
from airdock.project.model import Project

SOCKET = WorkerPath("/var/run/docker.sock")
_NO_GID = "no engine socket was found: start the engine and run airdock build"


def give_engine(project: Project, service: dict[str, Any]) -> None:
    """Give a service of the override what it needs to reach the engines of the project."""
    access = project.access
    volumes = service.setdefault("volumes", [])
    if access.kind == "socket":
        # Compose appends lists, and refuses a group that is there twice, as a text. For the engine 0999 is 999.
        zero = "0" if project.airflow.executes in project.airflow.in_groups else ""
        service["group_add"] = [f"{zero}${{DOCKER_GID:?{_NO_GID}}}"]
        volumes.append(_bind(access.socket, SOCKET))
    elif access.kind == "proxy":
        # Beside the network of the stack: one that nobody else is on.
        service["networks"] = {"default": {}, PROXY: {}}
        service.setdefault("depends_on", {})[PROXY] = {"condition": "service_started"}
    for engine in (access.engine, *project.engines):
        volumes += [_certificate(file) for file in engine.tls or ()]
    if not volumes:
        del service["volumes"]


def proxy_service(project: Project) -> dict[str, Any]:
    """Return the proxy before the engine's socket: it lets the calls through that the operators make, and no others."""
    return {
        "image": project.access.proxy_image,
        "environment": dict.fromkeys(_sections(project), "1"),
        "volumes": [{**_bind(project.access.socket, SOCKET), "read_only": True}],
        "networks": [PROXY],
        "restart": "always",
    }


def _sections(project: Project) -> list[str]:
    """Return the parts of the engine's API that tasks need, in the words of tecnativa/docker-socket-proxy.

    Source: the calls that DockerOperator, DockerSwarmOperator and the hook make (provider 4.6.1); ping, version and
    events are open in the proxy anyway. DELETE and ALLOW_… are words of its later versions, where attaching, reading
    files of a container and DELETE are no longer part of CONTAINERS and POST; earlier ones take no notice of them.
    """
    tasks = [task for dag in project.dags for task in dag.tasks if task.engine is not None]
    own = [task for task in tasks if task.engine == project.access.engine]
    sections = ["CONTAINERS", "IMAGES", "POST", "DELETE", "ALLOW_ATTACH", "ALLOW_ARCHIVE"]
    if any(task.connection for task in own):
        sections.append("AUTH")
    if any(task.swarm for task in own):
        sections += ["SERVICES", "TASKS"]
    return sections


def _bind(source: str, target: WorkerPath) -> dict[str, Any]:
    # Not the short form: it would make a folder where the socket or file is missing.
    bind = {"create_host_path": False}
    return {"type": "bind", "source": literal(source), "target": target, "bind": bind}


def _certificate(file: HostFile) -> dict[str, Any]:
    source = file.source if file.source.startswith("/") else f"./{file.source}"
    return {**_bind(source, file.target), "read_only": True}
