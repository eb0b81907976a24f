"""`[dags.ID.tasks.ID.swarm]`: what a task has that runs as a service of Docker Swarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Table

if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pydantic import Field

    from airdock.spec.base import Doc, OperatorArg
    from airdock.spec.scalars import Cpus, Size, Text, Word

HONOURED = frozenset({"image", "command", "script", "shell", "mounts", "env", "env_files", "user", "tty", "memory", "remove", "xcom", "connection", "engine", "api_timeout", "runner", "swarm"})
"""Keys of a container that DockerSwarmOperator takes notice of; its `execute` passes over all others (its source)."""


class SwarmReference(Table):
    """A config or secret of the swarm, as a file in the container."""

    id: Annotated[Word, Doc("Id of the config or secret.")]
    name: Annotated[Word, Doc("Its name.")]
    filename: Annotated[Text | None, Doc("File in the container. Default: the name.")] = None
    uid: Annotated[Word | None, Doc("User id of the file.")] = None
    gid: Annotated[Word | None, Doc("Group id of the file.")] = None
    mode: Annotated[Annotated[str, Field(pattern=r"^[0-7]{3,4}$")] | None, Doc('Permissions of the file in octal, such as "0440".')] = None


class SwarmSpec(Table):
    """How the service runs (DockerSwarmOperator)."""

    args: Annotated[list[Text] | None, OperatorArg("args"), Doc("Arguments of the image's entrypoint, which `command` replaces.")] = None
    networks: Annotated[list[Word] | None, OperatorArg("networks"), Doc("Networks of the swarm that the service joins.")] = None
    constraints: Annotated[list[Text] | None, Doc('Which nodes may run it, such as "node.labels.disk == ssd" (placement).')] = None
    mode: Annotated[Literal["replicated", "global", "replicated-job", "global-job"] | None, Doc("Mode of the service. Default: replicated.")] = None
    replicas: Annotated[int | None, Field(ge=1), Doc("How many containers the service has. Default: 1.")] = None
    configs: Annotated[list[SwarmReference] | None, Doc("Configs of the swarm that the service may read.")] = None
    secrets: Annotated[list[SwarmReference] | None, Doc("Secrets of the swarm that the service may read.")] = None
    cpu_limit: Annotated[Cpus | None, Doc("CPUs that the container may use at most, such as 0.5.")] = None
    cpu_reservation: Annotated[Cpus | None, Doc("CPUs that a node must have free.")] = None
    memory_reservation: Annotated[Size | None, Doc("Memory that a node must have free.")] = None
    logging: Annotated[bool | None, OperatorArg("enable_logging"), Doc("Show the output of the container in the task's log. Default: true.")] = None
    log_driver: Annotated[Literal["json-file", "gelf"] | None, OperatorArg("logging_driver"), Doc("Log driver of the container.")] = None
    log_options: Annotated[dict[Word, Text] | None, OperatorArg("logging_driver_opts"), Doc("Options of the log driver.")] = None
    name_prefix: Annotated[Annotated[str, Field(pattern=r"^[a-zA-Z0-9][a-zA-Z0-9_-]*$")] | None, OperatorArg("service_prefix"), Doc('First part of the service\'s name. Default: "airflow".')] = None
