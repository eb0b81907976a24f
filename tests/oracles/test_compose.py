"""Docker Compose judges: base and override merge, and each service gets what it needs and nothing else."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compose import compose_config, need_compose, official_file

from airdock.cli import main
from conftest import copy_case

ALL = {"airflow-scheduler", "airflow-triggerer", "airflow-init", "airflow-cli"}
OFFICIAL_2 = ALL | {"airflow-webserver", "airflow-worker", "flower"}
OFFICIAL_3 = ALL | {"airflow-apiserver", "airflow-dag-processor", "airflow-worker", "flower"}


@pytest.fixture
def built(tmp_path: Path, fixed_host: Callable[..., None]) -> Callable[..., tuple[Path, dict[str, Any]]]:
    """Return a function that builds a case, on an official base file where one is named, and merges its files."""

    def build(
        name: str, official: str | None = None, replace: tuple[str, str] = ("", "")
    ) -> tuple[Path, dict[str, Any]]:
        need_compose()
        fixed_host()
        folder = copy_case(name, tmp_path)
        toml = folder / "airdock.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace(*replace, 1), encoding="utf-8")
        if official is not None:
            shutil.copy(official_file(official), folder / "docker-compose.yaml")
        assert main(["build", "-C", str(folder)]) == 0
        return folder, compose_config(folder, "--profile", "*")

    return build


def having(services: dict[str, Any], has: Callable[[dict[str, Any]], object]) -> set[str]:
    """Return the names of the services for which something holds."""
    return {name for name, service in services.items() if has(service)}


def socket_of(service: dict[str, Any]) -> list[dict[str, Any]]:
    return [volume for volume in service.get("volumes", []) if volume.get("target") == "/var/run/docker.sock"]


def check_stack(data: dict[str, Any], services: set[str], executes: str, name: str) -> None:
    """Check what holds for every project: one build, one image, the engine for those who execute tasks alone."""
    found = data["services"]
    airflow = {service for service in found if service in services}
    assert airflow == services
    assert data["complaints"] == ""
    assert data["name"] == name
    assert data["networks"]["default"]["name"] == f"{name}_default"
    images = {found[service]["image"] for service in airflow}
    assert len(images) == 1
    assert images.pop().startswith(f"{name}-airflow:")
    assert having(found, lambda service: "build" in service) & airflow == {"airflow-init"}
    assert found["airflow-init"]["pull_policy"] == "build"
    assert {found[service]["pull_policy"] for service in airflow - {"airflow-init"}} == {"never"}
    assert having(found, lambda service: service.get("group_add")) == {executes}
    assert found[executes]["group_add"] == ["999"]
    assert having(found, socket_of) == {executes}
    (socket,) = socket_of(found[executes])
    assert (socket["type"], socket["source"]) == ("bind", "/var/run/docker.sock")
    assert "group_add" not in {key for service in found.values() for key in service.get("environment", {})}
    for service in found.values():
        if service["image"].startswith(f"{name}-") and "build" in service and service is not found["airflow-init"]:
            assert service["deploy"]["replicas"] == 0
            assert service["pull_policy"] == "build"


def test_bundled_example_merges(built: Callable[..., tuple[Path, dict[str, Any]]]) -> None:
    folder, data = built("example")
    services = ALL | {"airflow-apiserver", "airflow-dag-processor"}
    check_stack(data, services, "airflow-scheduler", "shop")
    found = data["services"]
    assert set(found) == services | {"postgres", "warehouse", "image-etl", "image-report"}
    connection = "AIRFLOW_CONN_WAREHOUSE"
    assert having(found, lambda service: connection in service.get("environment", {})) == {
        "airflow-scheduler",
        "airflow-cli",
    }
    sent = json.loads(found["airflow-scheduler"]["environment"][connection])
    assert sent == {
        "conn_type": "postgres",
        "host": "warehouse",
        "port": 5432,
        "login": "shop",
        "password": "shop",
        "schema": "shop",
        "description": "The shop's database",
    }
    host_dir = {name: service.get("environment", {}).get("AIRDOCK_HOST_DIR") for name, service in found.items()}
    assert {name for name, value in host_dir.items() if value} == {
        "airflow-scheduler",
        "airflow-dag-processor",
        "airflow-cli",
    }
    assert found["airflow-scheduler"]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert found["airflow-scheduler"]["environment"]["AIRFLOW_VAR_CURRENCY"] == "EUR"
    assert found["image-etl"]["build"]["context"] == str(folder)
    assert found["image-etl"]["build"]["dockerfile"] == "images/etl/Dockerfile"
    assert found["image-report"]["build"]["context"] == str(folder / "report")


def test_bundled_with_celery_merges(built: Callable[..., tuple[Path, dict[str, Any]]]) -> None:
    _, data = built("example", replace=('executor = "local"', 'executor = "celery"'))
    services = ALL | {"airflow-apiserver", "airflow-dag-processor", "airflow-worker"}
    check_stack(data, services, "airflow-worker", "shop")
    assert "redis" in data["services"]
    assert data["services"]["airflow-worker"]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"


def test_bundled_for_airflow_2_merges(built: Callable[..., tuple[Path, dict[str, Any]]]) -> None:
    _, data = built("example", replace=('version = "3.3.2"', 'version = "2.11.2"'))
    check_stack(data, ALL | {"airflow-webserver"}, "airflow-scheduler", "shop")


def test_official_file_of_2_11_merges(built: Callable[..., tuple[Path, dict[str, Any]]]) -> None:
    folder, data = built("airflow-2", "2.11.0")
    check_stack(data, OFFICIAL_2, "airflow-worker", "second-era")
    found = data["services"]
    # The folder of the modules is not the usual one, so every service that had dags/ has it instead.
    for name in OFFICIAL_2 - {"airflow-init"}:
        targets = {volume["target"]: volume["source"] for volume in found[name]["volumes"]}
        assert targets["/opt/airflow/dags"] == str(folder / "pipelines/dags"), name
    environment = found["airflow-worker"]["environment"]
    assert environment["AIRFLOW__CORE__LOAD_EXAMPLES"] == "false"
    assert environment["AIRFLOW__WEBSERVER__INSTANCE_NAME"] == "100% $HOME"
    # What the official file says and the project does not change stays.
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert environment["DUMB_INIT_SETSID"] == "0"
    assert found["airflow-worker"]["user"] == "1000:0"


def test_official_file_of_3_2_merges(built: Callable[..., tuple[Path, dict[str, Any]]]) -> None:
    folder, data = built("images", "3.2.2")
    check_stack(data, OFFICIAL_3, "airflow-worker", "images")
    found = data["services"]
    assert found["airflow-worker"]["environment"]["AIRFLOW__CORE__FERNET_KEY"] == "made-once-1"
    sent = json.loads(found["airflow-worker"]["environment"]["AIRFLOW_CONN_REGISTRY"])
    assert sent["password"] == "t0ken $HOME 'quoted' \\ \"twice\"\nsecond line"
    assert sent["extra"] == {"email": "data@example.org", "reauth": False}
    own = found["image-own"]["build"]
    assert own["context"] == str(folder / "own")
    assert (own["dockerfile"], own["target"]) == ("Dockerfile.tools", "runtime")
    assert own["args"] == {"VERSION": "1.0", "PRICE": "5$"}
    assert found["image-own"]["platform"] == "linux/amd64"
    assert having(found, lambda service: service["image"].startswith("registry.example.org:5000")) == set()


def test_local_executor_on_the_official_file_starts_no_worker(
    built: Callable[..., tuple[Path, dict[str, Any]]],
) -> None:
    local = ('python = "3.12"', 'python = "3.12"\nexecutor = "local"')
    _, data = built("images", "3.2.2", replace=local)
    check_stack(data, OFFICIAL_3, "airflow-scheduler", "images")
    assert data["services"]["airflow-worker"]["deploy"]["replicas"] == 0
    assert data["services"]["airflow-scheduler"]["environment"]["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"


def test_mounts_of_airflow_reach_every_airflow_service(
    built: Callable[..., tuple[Path, dict[str, Any]]],
) -> None:
    folder, data = built("mounts", "3.3-next")
    found = data["services"]
    for name in OFFICIAL_3:
        volumes = {volume["target"]: volume for volume in found[name]["volumes"]}
        assert volumes["/opt/airflow/plugins"]["source"] == str(folder / "plugins"), name
        assert volumes["/opt/airflow/plugins"]["read_only"] is True
        assert volumes["/opt/airflow/cache"]["source"] == "cache"
        assert volumes["/scratch"]["tmpfs"] == {"size": "67108864", "mode": 1023}
    assert data["volumes"]["cache"]["name"] == "mounts_cache"
    assert data["volumes"]["cache"]["driver_opts"] == {
        "type": "tmpfs",
        "device": "tmpfs",
        "o": "size=100m,uid=1000",
    }
    assert data["volumes"]["models"] == {"name": "models", "external": True}
    assert data["networks"]["default"]["name"] == "shared-net"
    (socket,) = socket_of(found["airflow-worker"])
    assert socket["source"] == "/run/user/1000/docker.sock"
    assert found["airflow-worker"]["group_add"] == ["1001"]
