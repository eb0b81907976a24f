"""Whole stacks, from airdock.toml to what tasks leave on the host, and to an engine on which nothing of them is left.

Each test is one stack. What it did and what its services logged is in the file that a failure names.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from one_stack import Stack, free_port, fresh_name
from private_registry import Registry
from public_images import AIRFLOWS
from rest import Rest
from stacks import SECRETS, need_images, official_stack, run_dag

from airdock.load.dotenv import read_dotenv
from conftest import copy_case

SOCKET = "/var/run/docker.sock"
COMMON = {"postgres", "warehouse", "airflow-init", "airflow-scheduler", "airflow-triggerer", "airdock-pools"}
OF_MAJOR = {"2": {"airflow-webserver"}, "3": {"airflow-apiserver", "airflow-dag-processor"}}
OF_EXECUTOR = {"local": set[str](), "celery": {"redis", "airflow-worker"}}
"""Services of the example."""
STATES = {
    "writes": "success",
    "shares": "success",
    "length": "success",
    "reads": "success",
    "reaches": "success",
    "refused": "failed",
    "private": "success",
}
"""How the tasks of the project end."""
WRITTEN = {
    "password.txt": SECRETS["STACK_PASSWORD"],
    "secret.txt": SECRETS["STACK_SECRET"],
    "read.txt": "kept, 7\n",
    "reached.txt": "+PONG\r\n+OK\r\n",
    "private.txt": "from the private registry\n",
}
"""What they leave on the host."""
ALLOWED = ["GET /_ping", "GET /version", "GET /containers/json", "GET /images/json"]
REFUSED = [
    "GET /networks",
    "GET /volumes",
    "GET /info",
    "GET /secrets",
    "GET /services",
    "POST /build",
    "POST /commit",
    "POST /exec/some/start",
    "POST /networks/create",
    "POST /volumes/create",
    "POST /swarm/init",
    "DELETE /networks/some",
]
ASK = """
import http.client, json, sys
found = {}
for call in json.loads(sys.argv[1]):
    connection = http.client.HTTPConnection(sys.argv[2], 2375, timeout=5)
    try:
        connection.request(*call.split())
        found[call] = connection.getresponse().status
    except OSError as error:
        found[call] = type(error).__name__
print(json.dumps(found))
"""


@pytest.mark.parametrize(("version", "executor"), [("3.3.2", "local"), ("2.11.2", "celery")])
def test_the_example(version: str, executor: str, tmp_path: Path) -> None:
    """On nothing but what airdock wrote, the base file too."""
    need_images(AIRFLOWS[version], "postgres:16", "redis:7.2-bookworm", "python:3.12-slim", "debian:bookworm-slim")
    folder, name, port = copy_case("example", tmp_path), fresh_name("example"), free_port()
    executes = "airflow-scheduler" if executor == "local" else "airflow-worker"
    toml = folder / "airdock.toml"
    text = toml.read_text(encoding="utf-8")
    for old, new in {
        'name = "shop"': f'name = "{name}"',
        'version = "3.3.2"': f'version = "{version}"',
        'executor = "local"': f'executor = "{executor}"',
        "[dags.orders.tasks.load]\n": '[dags.orders.tasks.load]\npool = "narrow"\n',
    }.items():
        assert old in text
        text = text.replace(old, new, 1)
    toml.write_text(f"{text}\n[pools.narrow]\nslots = 1\n", encoding="utf-8")
    (folder / ".env").write_text(f"AIRFLOW_PORT={port}\n", encoding="utf-8")
    with Stack(folder, name, tmp_path / "stack.log") as stack:
        stack.build()
        stack.compose("up", "--detach")
        password = read_dotenv((folder / ".env").read_text(encoding="utf-8"), {}).block["AIRFLOW_ADMIN_PASSWORD"]
        rest = Rest(port, "admin", password, int(version[0]))
        stack.wait("the REST interface answers", rest.ready)
        stack.wait_healthy()
        assert stack.containers().keys() == COMMON | OF_MAJOR[version[0]] | OF_EXECUTOR[executor]
        tasks = dict.fromkeys(("fetch", "clean", "load", "report"), "success")
        assert run_dag(stack, rest, "orders", {"rows": 7}) == ("success", tasks)
        check_files(folder / "data")
        check_given(stack, executes, {"AIRFLOW_CONN_WAREHOUSE", "AIRFLOW_VAR_CURRENCY"})
        check_socket(stack, executes)
        check_pool(stack, "")
        check_nothing_left(stack)


def test_official_file_of_airflow_2(tmp_path: Path) -> None:
    """CeleryExecutor, the engine by its socket."""
    with official_stack(tmp_path, "2.11.2", "2.11.0", "socket") as (stack, rest, registry):
        check_project(stack, rest, registry)
        check_socket(stack, "airflow-worker")
        check_nothing_left(stack)


def test_official_file_of_airflow_3_with_a_proxy(tmp_path: Path) -> None:
    """CeleryExecutor, the engine behind a proxy that lets the calls of tasks through, and no others."""
    with official_stack(tmp_path, "3.3.2", "3.2.2", "proxy") as (stack, rest, registry):
        check_project(stack, rest, registry)
        check_socket(stack, "docker-proxy")
        assert asked(stack, "airflow-worker", ALLOWED) == dict.fromkeys(ALLOWED, 200)
        assert asked(stack, "airflow-worker", REFUSED) == dict.fromkeys(REFUSED, 403)
        # Who is not on its network knows neither its name nor a way to its address.
        (network,) = stack.containers()["docker-proxy"]["NetworkSettings"]["Networks"].values()
        for service in ("airflow-scheduler", "airflow-dag-processor", "airflow-apiserver", "airflow-triggerer"):
            assert asked(stack, service, ["GET /_ping"]) == {"GET /_ping": "gaierror"}
            assert asked(stack, service, ["GET /_ping"], network["IPAddress"]) == {"GET /_ping": "TimeoutError"}
        check_nothing_left(stack)


def check_files(data: Path) -> None:
    """Check what the tasks of the example left in the folder of the host."""
    with (data / "orders.csv").open(encoding="utf-8") as orders, (data / "clean.csv").open(encoding="utf-8") as cleaned:
        rows, clean = list(csv.DictReader(orders)), list(csv.DictReader(cleaned))
    assert [row["id"] for row in rows] == [str(number) for number in range(7)]
    assert clean == [row for row in rows if int(row["amount"]) > 0]
    total = sum(int(row["amount"]) for row in clean)
    assert (data / "report.txt").read_text(encoding="utf-8") == f"{len(clean)} orders, {total} EUR\n"


def check_project(stack: Stack, rest: Rest, registry: Registry) -> None:
    """Run the project's DAG, and check what it did and who was given what."""
    assert run_dag(stack, rest, "everything") == ("success", STATES)
    assert {file.name: file.read_bytes().decode() for file in (stack.folder / "out").iterdir()} == WRITTEN
    # The registry let nobody in without the login, and somebody with it.
    assert registry.calls[0][0] is False
    assert registry.pulled(f"{stack.name}/tool")
    check_given(stack, "airflow-worker", {"AIRFLOW_CONN_API", "AIRFLOW_CONN_REGISTRY", "AIRFLOW_VAR_WORD"})
    check_pool(stack, "One 'at' a time, for $5")


def check_given(stack: Stack, executes: str, keys: set[str]) -> None:
    """Check, by what the engine says of each container, that only one service was given these variables."""
    given = {service: keys & environ.keys() for service, environ in stack.environments().items()}
    assert {service: found for service, found in given.items() if found} == {executes: keys}


def check_socket(stack: Stack, of: str) -> None:
    """Check that only one service has the engine's socket, and that no other has its group."""
    found = stack.containers()
    assert {
        service
        for service, container in found.items()
        for mount in container["Mounts"]
        if SOCKET in (mount.get("Source"), mount["Destination"])
    } == {of}
    assert {service for service, container in found.items() if container["HostConfig"]["GroupAdd"]} <= {of}


def check_pool(stack: Stack, description: str) -> None:
    """Check that Airflow has the pool `narrow` of one slot."""
    listed = stack.compose("exec", "-T", "airflow-scheduler", "airflow", "pools", "list", "--output", "json")
    # Warnings come before it, on the same stream.
    (narrow,) = (pool for pool in json.loads(listed[listed.index("[{") :]) if pool["pool"] == "narrow")
    assert (narrow["slots"], narrow["description"]) == ("1", description)


def check_nothing_left(stack: Stack) -> None:
    """Take the stack down as the user does, and check that nothing of it stays."""
    stack.compose("down", "--volumes")
    assert stack.found() == {}


def asked(stack: Stack, service: str, calls: list[str], host: str = "docker-proxy") -> dict[str, int | str]:
    """Return what a service hears when it calls the proxy."""
    out = stack.compose("exec", "-T", service, "python", "-c", ASK, json.dumps(calls), host)
    found: dict[str, int | str] = json.loads(out)
    return found
