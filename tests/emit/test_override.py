"""The override and the base file: which service gets what, and no other one does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from commands import run, write_project

Services = dict[str, dict[str, Any]]
PROJECT = """\
airdock = 1
project = { name = "demo" }
airflow = { version = "3.3.2", python = "3.12", executor = "celery" }
compose = { bundled = true }
images = { shell = { ref = "alpine:3.20" } }
connections = { api = { type = "http", host = "example.org" } }
variables = { tier = "gold" }

[dags.first.tasks.a]
image = "shell"
env = { TOKEN = { env = "API_TOKEN" }, HOST = { connection = "api", get = "host" }, TIER = { variable = "tier" } }
"""
OPERATOR = '\n[dags.first.tasks.b]\noperator = "airflow.providers.standard.operators.empty.EmptyOperator"\n'


@pytest.fixture
def built(tmp_path: Path, fixed_host: Callable[..., None]) -> Callable[..., Services]:
    """Return a function that builds a project and returns the services of its override, or of another file."""
    fixed_host()

    def build(text: str, file: str = "docker-compose.override.yaml") -> Services:
        assert run("build", "-C", write_project(tmp_path, text)) == 0
        services: Services = YAML(typ="safe").load((tmp_path / file).read_text(encoding="utf-8"))["services"]
        return services

    return build


def having(services: Services, *path: str) -> set[str]:
    """Return the services that have something at a path of keys."""

    def has(service: Any) -> bool:
        for key in path:
            if not isinstance(service, dict) or key not in service:
                return False
            service = service[key]
        return True

    return {name.removeprefix("airflow-") for name, service in services.items() if has(service)}


def test_connections_and_variables_are_for_who_executes(built: Callable[..., Services]) -> None:
    services = built(PROJECT)
    for key in ("AIRFLOW_CONN_API", "AIRFLOW_VAR_TIER"):
        assert having(services, "environment", key) == {"worker", "cli"}
    assert services["airflow-worker"]["environment"]["AIRFLOW_CONN_API"] == "${AIRFLOW_CONN_API:-}"
    assert services["airflow-worker"]["environment"]["AIRFLOW_VAR_TIER"] == "gold"


def test_triggerer_has_them_where_an_operator_may_defer(built: Callable[..., Services]) -> None:
    assert having(built(PROJECT + OPERATOR), "environment", "AIRFLOW_CONN_API") == {"worker", "cli", "triggerer"}


@pytest.mark.parametrize(
    ("version", "python", "parses"), [("3.3.2", "3.12", {"dag-processor"}), ("2.11.2", "3.11", {"scheduler"})]
)
def test_values_of_the_host_are_for_who_parses_too(
    version: str, python: str, parses: set[str], built: Callable[..., Services]
) -> None:
    services = built(PROJECT.replace("3.3.2", version).replace("3.12", python))
    who = {"worker", "cli", *parses}
    assert having(services, "environment", "AIRDOCK_HOST_DIR") >= who
    assert having(services, "environment", "AIRDOCK_ENV_API_TOKEN") >= who
    assert not having(services, "environment", "AIRDOCK_ENV_API_TOKEN") & {"init", "triggerer"}
    assert not having(services, "environment", "AIRDOCK_HOST_UID")
    services = built(PROJECT.replace("3.3.2", version).replace("3.12", python) + 'user = "host"\n')
    assert having(services, "environment", "AIRDOCK_HOST_UID") >= who


@pytest.mark.parametrize(("executor", "executes"), [("celery", "worker"), ("local", "scheduler")])
def test_engine_is_for_who_executes_alone(executor: str, executes: str, built: Callable[..., Services]) -> None:
    services = built(PROJECT.replace("celery", executor))
    assert having(services, "group_add") == {executes}
    socket = "/var/run/docker.sock"
    mounted = {name for name, service in services.items() if socket in str(service.get("volumes"))}
    assert mounted == {f"airflow-{executes}"}


def test_one_service_builds_the_image_of_all(built: Callable[..., Services]) -> None:
    services = built(PROJECT)
    assert having(services, "build") == {"init"}
    policies = {name: service["pull_policy"] for name, service in services.items()}
    assert policies.pop("airflow-init") == "build"
    assert set(policies.values()) == {"never"}
    assert len({service["image"] for service in services.values()}) == 1


@pytest.mark.parametrize(("executor", "more"), [("celery", {"airflow-worker", "redis"}), ("local", set())])
def test_base_file_has_a_worker_and_its_queue_for_celery(
    executor: str, more: set[str], built: Callable[..., Services]
) -> None:
    services = built(PROJECT.replace("celery", executor), "docker-compose.yaml")
    core = {"airflow-init", "airflow-scheduler", "airflow-apiserver", "airflow-dag-processor", "airflow-triggerer"}
    assert set(services) == {"postgres", "airflow-cli", *core, *more}
    assert having(services, "ports") == {"apiserver"}
    named = {service.get("environment", {}).get("AIRFLOW__CORE__EXECUTOR") for service in services.values()}
    assert named == {None, "CeleryExecutor" if more else "LocalExecutor"}
    assert having(services, "environment", "DUMB_INIT_SETSID") == ({"worker"} if more else set())
    assert having(services, "environment", "AIRFLOW__CELERY__BROKER_URL") == (
        having(services, "environment", "AIRFLOW__CORE__EXECUTOR") if more else set()
    )
    assert ("redis" in services["airflow-scheduler"]["depends_on"]) == bool(more)


@pytest.mark.parametrize(
    ("version", "python", "executor", "waits"),
    [
        ("3.3.2", "3.12", "celery", {"worker"}),
        ("3.3.2", "3.12", "local", {"scheduler"}),
        ("2.11.2", "3.11", "celery", set()),
        ("2.11.2", "3.11", "local", set()),
    ],
)
def test_who_executes_waits_for_the_api_of_airflow_3(
    version: str, python: str, executor: str, waits: set[str], built: Callable[..., Services]
) -> None:
    text = PROJECT.replace("3.3.2", version).replace("3.12", python).replace("celery", executor)
    services = built(text, "docker-compose.yaml")
    server = next(name for name, service in services.items() if "ports" in service)
    assert having(services, "depends_on", server) == waits
    assert having(services, "depends_on", "airflow-init") == having(services, "healthcheck") - {"postgres", "redis"}


def test_mounts_of_airflow_itself_have_their_options(built: Callable[..., Services]) -> None:
    mounts = """
[mounts.shared]
source = "/srv"
target = "/srv"
propagation = "rslave"

[mounts.cache]
volume = "cache"
target = "/cache"
no_copy = true

[mounts.scratch]
tmpfs = "64m"
target = "/scratch"

[lint]
ignore = ["AD408"]
"""
    text = PROJECT.replace('"celery" }', '"celery", mounts = ["shared", "cache", "scratch"] }')
    wanted: list[dict[str, Any]] = [
        {
            "type": "bind",
            "source": "/srv",
            "target": "/srv",
            "bind": {"create_host_path": False, "propagation": "rslave"},
        },
        {"type": "volume", "source": "cache", "target": "/cache", "volume": {"nocopy": True}},
        {"type": "tmpfs", "target": "/scratch", "tmpfs": {"size": 64 * 1024 * 1024}},
    ]
    for name, service in built(text + mounts).items():
        found = service["volumes"]
        assert [mount for mount in wanted if mount not in found] == [], name


@pytest.mark.parametrize(("executor", "told"), [("local", "LocalExecutor"), ("celery", None)])
def test_worker_of_the_official_file_does_not_start_where_the_scheduler_executes(
    executor: str, told: str | None, built: Callable[..., Services]
) -> None:
    text = PROJECT.replace("celery", executor).replace("compose = { bundled = true }\n", "")
    services = built(text)
    assert services["airflow-worker"].get("deploy") == ({"replicas": 0} if told else None)
    assert having(services, "deploy") == ({"worker"} if told else set())
    named = {service.get("environment", {}).get("AIRFLOW__CORE__EXECUTOR") for service in services.values()}
    assert named == {told}


def test_base_file_without_a_worker_gets_none(tmp_path: Path, built: Callable[..., Services]) -> None:
    names = ("init", "scheduler", "apiserver", "dag-processor", "triggerer", "cli")
    services = "".join(f"  airflow-{name}:\n    image: apache/airflow:3.3.2\n" for name in names)
    (tmp_path / "docker-compose.yaml").write_text(f"services:\n{services}", encoding="utf-8")
    text = PROJECT.replace("celery", "local").replace("compose = { bundled = true }\n", "")
    assert set(built(text)) == {f"airflow-{name}" for name in names}


def test_what_the_user_says_of_a_service_is_merged_as_compose_does(built: Callable[..., Services]) -> None:
    more = """
[compose.services.airflow-worker]
environment = ["MINE=a=b", "OF_CALLER", "EMPTY="]
volumes = ["./mine:/mine"]
image = "mine:1"
deploy = { replicas = 3 }
labels = ["a=b"]

[compose.services.airflow-init.build]
target = "mine"

[compose.services.airflow-scheduler.environment]
AIRFLOW_CONN_API = "mine"

[compose.services.extra]
image = "redis:7"
environment = ["A=b"]
"""
    plain = built(PROJECT)
    services = built(PROJECT.replace("compose = { bundled = true }", "compose.bundled = true") + more)
    worker = services["airflow-worker"]
    before = plain["airflow-worker"]
    assert worker["environment"] == before["environment"] | {"MINE": "a=b", "OF_CALLER": None, "EMPTY": ""}
    assert worker["volumes"] == [*before["volumes"], "./mine:/mine"]
    assert worker["group_add"] == before["group_add"]
    assert (worker["image"], worker["deploy"], worker["labels"]) == ("mine:1", {"replicas": 3}, ["a=b"])
    assert services["airflow-init"]["build"] == {"context": ".", "dockerfile": "Dockerfile", "target": "mine"}
    assert "environment" not in plain["airflow-scheduler"]
    assert services["airflow-scheduler"]["environment"] == {"AIRFLOW_CONN_API": "mine"}
    assert services["extra"] == {"image": "redis:7", "environment": ["A=b"]}
    assert list(services) == [*plain, "extra"]


@pytest.mark.parametrize(
    ("build", "context"),
    [("own", "./own"), ("./own", "./own"), ("a/$b", "./a/$$b")],
)
def test_context_of_an_image_is_a_path_to_compose(
    build: str, context: str, tmp_path: Path, built: Callable[..., Services]
) -> None:
    (tmp_path / build).mkdir(parents=True, exist_ok=True)
    (tmp_path / build / "Dockerfile.own").write_text("FROM alpine:3.20\n", encoding="utf-8")
    image = f'images = {{ shell = {{ build = "{build}", dockerfile = "Dockerfile.own" }} }}'
    service = built(PROJECT.replace('images = { shell = { ref = "alpine:3.20" } }', image))["image-shell"]
    assert service["build"]["context"] == context
    assert service["deploy"] == {"replicas": 0}
    assert service["pull_policy"] == "build"


@pytest.mark.parametrize(("groups", "zero"), [("", ""), ("    group_add: ['${DOCKER_GID}']\n", "0")])
def test_group_that_the_base_file_has_already_is_not_there_twice(
    groups: str, zero: str, tmp_path: Path, built: Callable[..., Services]
) -> None:
    """Compose refuses a list with the same text twice; for the engine, 0999 and 999 are one group."""
    names = ("init", "scheduler", "apiserver", "dag-processor", "triggerer", "cli")
    services = "".join(f"  airflow-{name}:\n    image: apache/airflow:3.3.2\n" for name in names)
    base = f"services:\n{services}  airflow-worker:\n    image: apache/airflow:3.3.2\n{groups}"
    (tmp_path / "docker-compose.yaml").write_text(base, encoding="utf-8")
    worker = built(PROJECT.replace("compose = { bundled = true }\n", ""))["airflow-worker"]
    assert [group.partition(":?")[0] for group in worker["group_add"]] == [f"{zero}${{DOCKER_GID"]


def test_pools_are_made_with_the_settings_of_all_services(built: Callable[..., Services]) -> None:
    more = """
[pools."narrow"]
slots = 2
description = "é costs $4"
"""
    text = PROJECT.replace('"celery" }', '"celery", config = { core = { parallelism = 7 } } }')
    service = built(text + more)["airdock-pools"]
    assert service["environment"]["AIRFLOW__CORE__PARALLELISM"] == "7"
    pool = '"slots": 2, "description": "é costs $$4", "include_deferred": false'
    assert service["environment"]["AIRDOCK_POOLS"] == f'{{"narrow": {{{pool}}}}}'


@pytest.mark.parametrize("builds", ["init", "worker"])
def test_image_is_not_built_in_two_ways(builds: str, tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    """Two builds of one name: the later one would win, whichever that is."""
    fixed_host()
    names = ("init", "scheduler", "apiserver", "dag-processor", "worker", "triggerer", "cli")
    services = "".join(
        f"  airflow-{name}:\n    image: apache/airflow:3.3.2\n" + ("    build: ./mine\n" if name == builds else "")
        for name in names
    )
    (tmp_path / "docker-compose.yaml").write_text(f"services:\n{services}", encoding="utf-8")
    assert run("build", "-C", write_project(tmp_path, PROJECT.replace("compose = { bundled = true }\n", ""))) == 0
    text = (tmp_path / "docker-compose.override.yaml").read_text(encoding="utf-8")
    found = {
        part.partition(":")[0]: [line.strip() for line in part.splitlines() if line.startswith("    build:")]
        for part in text.split("\n  airflow-")[1:]
    }
    wanted = {"init": ["build: !override" if builds == "init" else "build:"]}
    wanted |= {} if builds == "init" else {builds: ["build: !reset null"]}
    assert {name: lines for name, lines in found.items() if lines} == wanted
