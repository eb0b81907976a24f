"""Every official Compose file under an override that uses everything: what is added, for whom, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from compose import compose_config, need_compose, official_file

from airdock.cli import main
from airdock.load.dotenv import read_dotenv

VERSIONS = {
    "2.8.4": "2.8.4",
    "2.9.3": "2.9.3",
    "2.10.5": "2.10.5",
    "2.11.0": "2.11.0",
    "3.0.2": "3.0.2",
    "3.0.6": "3.0.6",
    "3.1.0": "3.1.0",
    "3.1.7": "3.1.7",
    "3.2.2": "3.2.2",
    "3.3-next": "3.3.2",
}
"""Official files, and the Airflow that each is judged with."""
ALL = {"airflow-scheduler", "airflow-triggerer", "airflow-worker", "airflow-init", "airflow-cli", "flower"}
OF_MAJOR = {"2": ALL | {"airflow-webserver"}, "3": ALL | {"airflow-apiserver", "airflow-dag-processor"}}
PARSES = {"2": {"airflow-scheduler", "airflow-cli"}, "3": {"airflow-dag-processor", "airflow-cli"}}
POOLS, BUILDER = "airdock-pools", "airflow-init"
DONE = {"condition": "service_completed_successfully", "required": True}
PROJECT = """\
airdock = 1

[project]
name = "everything"

[airflow]
version = "@VERSION@"
python = "3.11"
executor = "@EXECUTOR@"
env = { SHARED = "for $all", SHARED_SECRET = { env = "API_TOKEN" } }
mounts = ["models"]
requirements = ["humanize==4.9.0"]

[airflow.config.core]
load_examples = false

[docker]
access = "@ACCESS@"

[compose.services.database]
image = "postgres:16"

[compose.services.airflow-triggerer]
cpus = 1

[engines.gpu]
url = "tcp://gpu.internal:2376"
tls = { ca = "certs/ca.pem", cert = "/etc/docker/cert.pem", key = "/etc/docker/key.pem" }

[connections.warehouse]
type = "postgres"
host = "warehouse"
password = { env = "API_TOKEN" }

[connections.hub]
type = "docker"
host = "registry.example.org"
login = "robot"
password = { env = "API_TOKEN" }

[variables]
word = "it's $5"
hidden = { env = "API_TOKEN" }

[pools.narrow]
slots = 2
description = "it's $5"

[mounts.models]
source = "models"
target = "/models"
read_only = true
create = true

[mounts.cache]
volume = "cache"
target = "/cache"

[mounts.far]
source = { env = "DATA_DIR" }
target = "/far"

[images.tool]
ref = "registry.example.org/tool:1"
connection = "hub"

[images.own]
from = "alpine:3.20"

[dags.d.tasks.near]
image = "tool"
mounts = ["cache", "far"]
pool = "narrow"
env = { TOKEN = { env = "API_TOKEN" }, PASSWORD = { connection = "warehouse", get = "password" } }

[dags.d.tasks.there]
image = "own"
engine = "gpu"

[dags.d.tasks.word]
image = "own"
command = ["echo", "{{ var.value.word }} {{ var.value.hidden }}"]
"""
SHARED = {"SHARED": "for $all", "SHARED_SECRET": "", "AIRFLOW__CORE__LOAD_EXAMPLES": "false"}
FOR_MODULES = {"AIRDOCK_HOST_DIR", "AIRDOCK_ENV_API_TOKEN", "AIRDOCK_ENV_DATA_DIR"}
FOR_TASKS = {"AIRFLOW_CONN_WAREHOUSE", "AIRFLOW_CONN_HUB", "AIRFLOW_VAR_WORD", "AIRFLOW_VAR_HIDDEN"}
"""Variables of services, by the reason for which they get them."""


class Merged:
    """The merged project, beside what the official file alone is with the same `.env`."""

    def __init__(self, folder: Path, major: str, executes: str) -> None:
        self.folder, self.major, self.executes = folder, major, executes
        self.base = compose_config(folder, "-f", "docker-compose.yaml", "--profile", "*")["services"]
        whole = compose_config(folder, "--profile", "*")
        assert whole["complaints"] == ""
        self.services: dict[str, Any] = whole["services"]
        self.networks, self.volumes = whole["networks"], whole["volumes"]
        self.dotenv = read_dotenv((folder / ".env").read_text(encoding="utf-8"), {}).block

    def added(self, name: str, key: str) -> Any:
        """Return what is new in a mapping or a list of a service; whatever the base has must still be there."""
        before, after = self.base[name].get(key), self.services[name].get(key)
        if isinstance(after, dict):
            before = before or {}
            assert before.keys() <= after.keys(), (name, key)
            return {each: value for each, value in after.items() if each not in before or before[each] != value}
        if isinstance(after, list):
            before = before or []
            assert all(each in after for each in before), (name, key)
            return [each for each in after if each not in before]
        assert after == before
        return None


@pytest.fixture
def merged(tmp_path: Path, fixed_host: Callable[..., None]) -> Callable[..., Merged]:
    """Return a function that builds the project on an official file and reads back what Compose makes of it."""

    def build(official: str, executor: str = "celery", access: str = "socket") -> Merged:
        need_compose()
        source = official_file(official)
        fixed_host()
        words = {"VERSION": VERSIONS[official], "EXECUTOR": executor, "ACCESS": access}
        text = PROJECT
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        (tmp_path / "airdock.toml").write_text(text, encoding="utf-8")
        (tmp_path / "docker-compose.yaml").write_bytes(source.read_bytes())
        # A line of the user's own, beside the block of airdock's.
        (tmp_path / ".env").write_text("MINE=own\n", encoding="utf-8")
        assert main(["build", "-C", str(tmp_path)]) == 0
        executes = "airflow-worker" if executor == "celery" else "airflow-scheduler"
        return Merged(tmp_path, VERSIONS[official][0], executes)

    return build


def check_airflow_service(found: Merged, name: str) -> None:
    """Check everything of a service that the official file has."""
    base, service = found.base[name], found.services[name]
    before_it = {POOLS: DONE} if name == "airflow-scheduler" else {}
    for key in base.keys() | service.keys():
        if key == "image":
            assert service[key].startswith("everything-airflow:")
        elif key == "pull_policy":
            assert service[key] == ("build" if name == BUILDER else "never")
        elif key == "build":
            assert name == BUILDER
        elif key == "environment":
            check_environment(found, name)
        elif key == "volumes":
            check_volumes(found, name)
        elif key == "group_add":
            assert (name, service[key]) == (found.executes, ["999"])
        elif key == "depends_on":
            assert found.added(name, key) == before_it
        elif key == "cpus":
            assert name == "airflow-triggerer"
        elif key == "deploy":
            assert (name, found.executes) == ("airflow-worker", "airflow-scheduler")
            assert service[key] == {**service[key], "replicas": 0}
        else:
            assert service.get(key) == base.get(key), (name, key)
    assert {"image", "pull_policy", "environment", "volumes"} <= service.keys()


def check_environment(found: Merged, name: str) -> None:
    token = found.dotenv["AIRDOCK_ENV_API_TOKEN"]
    expected = SHARED | {"SHARED_SECRET": token}
    executes = name in (found.executes, "airflow-cli")
    if executes or name in PARSES[found.major]:
        expected |= {key: found.dotenv[key] for key in FOR_MODULES}
    if executes:
        expected |= {key: found.dotenv.get(key, "it's $5") for key in FOR_TASKS}
        assert json.loads(expected["AIRFLOW_CONN_WAREHOUSE"])["password"] == token
    if found.executes == "airflow-scheduler":
        expected["AIRFLOW__CORE__EXECUTOR"] = "LocalExecutor"
    assert found.added(name, "environment") == expected, name


def check_volumes(found: Merged, name: str) -> None:
    expected = {"/models": str(found.folder / "models")}
    if name == BUILDER:
        expected["/mnt/airdock/cache"] = "cache"
    if name == found.executes:
        expected |= {
            "/var/run/docker.sock": "/var/run/docker.sock",
            "/opt/airdock/engines/gpu/ca.pem": str(found.folder / "certs/ca.pem"),
            "/opt/airdock/engines/gpu/cert.pem": "/etc/docker/cert.pem",
            "/opt/airdock/engines/gpu/key.pem": "/etc/docker/key.pem",
        }
    assert {volume["target"]: volume["source"] for volume in found.added(name, "volumes")} == expected, name


def check_pools(found: Merged) -> None:
    """Check the service that imports the pools: the scheduler of the official file, but for what it runs."""
    scheduler, pools = found.base["airflow-scheduler"], found.services[POOLS]
    sent = json.loads(pools["environment"]["AIRDOCK_POOLS"])
    assert sent == {"narrow": {"slots": 2, "description": "it's $5", "include_deferred": False}}
    secret = {"SHARED_SECRET": found.dotenv["AIRDOCK_ENV_API_TOKEN"]}
    local = {"AIRFLOW__CORE__EXECUTOR": "LocalExecutor"} if found.executes == "airflow-scheduler" else {}
    added = {**SHARED, **secret, **local, "AIRDOCK_POOLS": pools["environment"]["AIRDOCK_POOLS"]}
    assert pools["environment"] == scheduler["environment"] | added
    assert pools["image"] == found.services[BUILDER]["image"]
    assert (pools["pull_policy"], pools["restart"], pools["user"]) == ("never", "no", scheduler["user"])
    assert pools["healthcheck"] == {**pools["healthcheck"], "disable": True}
    assert pools["depends_on"] == scheduler["depends_on"]
    assert pools["depends_on"][BUILDER] == DONE
    assert {volume["target"] for volume in pools["volumes"]} == {
        *(volume["target"] for volume in scheduler["volumes"]),
        "/models",
    }
    assert not {"group_add", "build", "ports", "profiles"} & pools.keys()


@pytest.mark.parametrize("executor", ["celery", "local"])
@pytest.mark.parametrize("official", VERSIONS)
def test_only_what_is_meant_is_added(official: str, executor: str, merged: Callable[..., Merged]) -> None:
    found = merged(official, executor)
    airflow = OF_MAJOR[found.major]
    assert airflow <= found.base.keys()
    for name in airflow:
        check_airflow_service(found, name)
    for name in ("postgres", "redis"):
        assert found.services[name] == found.base[name]
    assert found.services.keys() == found.base.keys() | {POOLS, "image-own", "database"}
    check_pools(found)
    assert found.services["image-own"]["deploy"]["replicas"] == 0
    assert found.services["database"]["image"] == "postgres:16"
    assert found.networks["default"]["name"] == "everything_default"
    assert found.volumes["cache"]["name"] == "everything_cache"


@pytest.mark.parametrize("official", VERSIONS)
def test_dotenv_reaches_nobody_by_itself(official: str, merged: Callable[..., Merged]) -> None:
    # Later files hand all of .env to every service (env_file); what a service gets is for the override to say.
    found = merged(official)
    for name, service in found.services.items():
        environment = service.get("environment") or {}
        assert not {"MINE", "DOCKER_GID", "COMPOSE_FILE", "ENV_FILE_PATH"} & environment.keys(), name
    secret = found.dotenv["AIRDOCK_ENV_API_TOKEN"]
    knows = {
        name
        for name, service in found.services.items()
        for key, value in (service.get("environment") or {}).items()
        if value is not None and secret in value and key not in ("SHARED_SECRET", "AIRDOCK_ENV_API_TOKEN")
    }
    assert knows <= {found.executes, "airflow-cli"}


@pytest.mark.parametrize("official", VERSIONS)
def test_proxy(official: str, merged: Callable[..., Merged]) -> None:
    found = merged(official, "celery", "proxy")
    on_its_network = {name for name, service in found.services.items() if "docker-proxy" in service.get("networks", {})}
    assert on_its_network == {"airflow-worker", "docker-proxy"}
    assert found.services["airflow-worker"]["networks"].keys() == {"default", "docker-proxy"}
    assert found.services["docker-proxy"]["networks"].keys() == {"docker-proxy"}
    assert found.networks["docker-proxy"]["internal"] is True
    assert not [name for name, service in found.services.items() if "group_add" in service]
    sockets = {
        name
        for name, service in found.services.items()
        for volume in service.get("volumes", [])
        if volume["source"] == "/var/run/docker.sock"
    }
    assert sockets == {"docker-proxy"}
    assert "ports" not in found.services["docker-proxy"]
    for name in ("postgres", "redis"):
        assert found.services[name] == found.base[name]
