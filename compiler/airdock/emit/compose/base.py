"""A base Compose file of airdock's own, for projects that want nothing downloaded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from airdock.emit.artifact import Generated
from airdock.emit.compose.override import BUILDER, DAGS
from airdock.emit.compose.yaml import to_yaml
from airdock.facts import Feature
from airdock.load.host import Host
from airdock.project.model import Project

LOGS = "/opt/airflow/logs"
ADMIN = "admin"
ADMIN_PASSWORD = "AIRFLOW_ADMIN_PASSWORD"  # noqa: S105 - the name of the variable
"""Variable of `.env` that holds the first user's password; made once (facts, [bundled])."""


def emit_base(project: Project, host: Host) -> Iterator[Generated]:  # noqa: ARG001
    """Return the base file, if the project has none of the user's."""
    if not project.compose.bundled:
        return
    bundled = project.target.airflow.bundled
    celery = project.airflow.executor == "celery"
    services: dict[str, Any] = {"postgres": _postgres(bundled.postgres)}
    if celery:
        services["redis"] = _redis(bundled.redis)
    services[BUILDER] = _init(project)
    for name, command in bundled.commands.items():
        if name != "airflow-worker" or celery:
            services[name] = _service(project, name, command)
    services["airflow-cli"] = {
        **_common(project),
        "environment": {**_environment(project), "CONNECTION_CHECK_MAX_COUNT": "0"},
        "profiles": ["debug"],
        "command": ["bash", "-c", "airflow"],
        "depends_on": _healthy(project),
    }
    volumes: dict[str, Any] = {"postgres-db-volume": {}, "airflow-logs": {}}
    yield Generated(project.compose.base, to_yaml({"services": services, "volumes": volumes}), "yaml")


def _environment(project: Project) -> dict[str, str]:
    celery = project.airflow.executor == "celery"
    found = {"AIRFLOW__CORE__EXECUTOR": "CeleryExecutor" if celery else "LocalExecutor"}
    found |= project.target.airflow.bundled.environment
    if celery:
        found["AIRFLOW__CELERY__RESULT_BACKEND"] = "db+postgresql+psycopg2://airflow:airflow@postgres/airflow"
        found["AIRFLOW__CELERY__BROKER_URL"] = "redis://:@redis:6379/0"
    return found


def _common(project: Project) -> dict[str, Any]:
    return {
        "image": project.airflow.image.reference,
        "environment": _environment(project),
        "volumes": [f"./dags:{DAGS}", f"airflow-logs:{LOGS}"],
        # The image wants group 0, whatever the user.
        "user": "${AIRFLOW_UID:-50000}:0",
    }


def _service(project: Project, name: str, command: str) -> dict[str, Any]:
    airflow = project.target.airflow
    service = {**_common(project), "command": command}
    if name == airflow.webserver:
        service["ports"] = ["127.0.0.1:${AIRFLOW_PORT:-8080}:8080"]
    if name == "airflow-worker":
        # dumb-init hands signals to the worker alone, so that it ends its tasks in order.
        service["environment"] = {**service["environment"], "DUMB_INIT_SETSID": "0"}
    service["healthcheck"] = _health(airflow.bundled.health[name])
    service["restart"] = "always"
    service["depends_on"] = _healthy(project) | {BUILDER: {"condition": "service_completed_successfully"}}
    if name == project.airflow.executes and airflow.has(Feature.EXECUTION_API):
        service["depends_on"][airflow.webserver] = {"condition": "service_healthy"}
    return service


def _init(project: Project) -> dict[str, Any]:
    """Return the one-shot service that migrates the database, makes the first user, and owns the logs."""
    return {
        **_common(project),
        "user": "0:0",
        "entrypoint": "/bin/bash",
        # A named volume starts as root's, and nothing could be written to it.
        "command": ["-c", f'chown -R "${{AIRFLOW_UID:-50000}}:0" {LOGS} && exec /entrypoint airflow version'],
        "environment": {
            **_environment(project),
            "_AIRFLOW_DB_MIGRATE": "true",
            "_AIRFLOW_WWW_USER_CREATE": "true",
            "_AIRFLOW_WWW_USER_USERNAME": ADMIN,
            "_AIRFLOW_WWW_USER_PASSWORD": f"${{{ADMIN_PASSWORD}:?run airdock build}}",
        },
        "depends_on": _healthy(project),
    }


def _healthy(project: Project) -> dict[str, Any]:
    names = ["postgres", "redis"] if project.airflow.executor == "celery" else ["postgres"]
    return {name: {"condition": "service_healthy"} for name in names}


def _health(line: str) -> dict[str, Any]:
    # The official file's, but for the timeout: starting Airflow's client takes a busy machine longer than 10 seconds.
    times = {"interval": "30s", "timeout": "30s", "retries": 5, "start_period": "30s"}
    return {"test": ["CMD-SHELL", line], **times}


def _postgres(image: str) -> dict[str, Any]:
    return {
        "image": image,
        "environment": {"POSTGRES_USER": "airflow", "POSTGRES_PASSWORD": "airflow", "POSTGRES_DB": "airflow"},
        "volumes": ["postgres-db-volume:/var/lib/postgresql/data"],
        "healthcheck": {
            "test": ["CMD", "pg_isready", "-U", "airflow"],
            "interval": "10s",
            "retries": 5,
            "start_period": "5s",
        },
        "restart": "always",
    }


def _redis(image: str) -> dict[str, Any]:
    return {
        "image": image,
        "healthcheck": {
            "test": ["CMD", "redis-cli", "ping"],
            "interval": "10s",
            "timeout": "30s",
            "retries": 50,
            "start_period": "30s",
        },
        "restart": "always",
    }
