"""Ports, networks, volumes, and containers that were left behind. Docker is a made client; the ports are real."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from commands import GOOD

if TYPE_CHECKING:
    from doctor_host import Host

pytest_plugins = ("doctor_host",)

One = Callable[[str], dict[str, str]]
NETWORKED = GOOD + 'network = "elsewhere"\n'
EXTERNAL = GOOD + 'mounts = ["models"]\n[mounts.models]\nvolume = "models"\nexternal = true\ntarget = "/m"\n'


@contextmanager
def listening(address: str = "127.0.0.1", kind: int = socket.SOCK_STREAM) -> Iterator[int]:
    """Listen on a port of this host."""
    with socket.socket(socket.AF_INET, kind) as held:
        held.bind((address, 0))
        if kind == socket.SOCK_STREAM:
            held.listen()
        yield held.getsockname()[1]


@contextmanager
def listening_at(number: int) -> Iterator[None]:
    """See to it that something listens on this port, be it somebody else."""
    with socket.socket() as held:
        with suppress(OSError):
            held.bind(("127.0.0.1", number))
            held.listen()
        yield


def free_port() -> int:
    with listening() as port:
        return port


def publishes(host: Host, *ports: dict[str, Any], service: str = "web", **more: Any) -> None:
    """Let Compose say that a service publishes ports."""
    config = {"name": "demo", "services": {service: {"ports": list(ports), **more}}}
    host.says("compose", "config", out=json.dumps(config))


def port(number: int | str, address: str = "127.0.0.1", protocol: str = "tcp") -> dict[str, Any]:
    return {"mode": "ingress", "host_ip": address, "target": 80, "published": str(number), "protocol": protocol}


class TestPorts:
    """What the stack publishes."""

    def test_free(self, host: Host, one: One) -> None:
        host.project()
        number = free_port()
        publishes(host, port(number))
        assert one("ports") == {
            "check": "ports",
            "status": "ok",
            "message": f"127.0.0.1:{number} free or held by this stack",
            "mend": None,
        }

    @pytest.mark.parametrize("wanted", ["", "0.0.0.0", "127.0.0.1"])  # noqa: S104 - read, not listened on
    @pytest.mark.parametrize("held", ["127.0.0.1", ""])
    def test_taken_by_a_program(self, host: Host, one: One, wanted: str, held: str) -> None:
        host.project()
        with listening(held) as number:
            publishes(host, port(number, wanted))
            row = one("ports")
        assert row["status"] == "problem"
        assert row["message"].endswith(f"{number}, of service web, is taken by a program on this host")
        assert re.fullmatch(
            r"choose another port, \d+ in the ports of service web in docker-compose.yaml; "
            "or stop the program, which `ss -lntp` names",
            row["mend"],
        )

    def test_held_on_another_address_only(self, host: Host, one: One) -> None:
        host.project()
        with listening("127.0.0.2") as number:
            publishes(host, port(number, "127.0.0.3"))
            assert one("ports")["status"] == "ok"

    def test_taken_by_a_container_of_somebody_else(self, host: Host, one: One) -> None:
        host.project()
        with listening() as number:
            publishes(host, port(number))
            host.says("ps", f"publish={number}/tcp", out="other-web-1\tother\n")
            row = one("ports")
        assert row["message"].endswith("is taken by container other-web-1")
        assert row["mend"].startswith("choose another port, ")
        assert row["mend"].endswith("; or stop that container: docker stop other-web-1")

    def test_port_that_airdock_toml_says_is_changed_there(self, host: Host, one: One) -> None:
        host.project(GOOD + '[compose.services.web]\nimage = "alpine:3.20"\nports = ["127.0.0.1:80:80"]\n')
        with listening() as number, listening_at(number + 1):
            publishes(host, port(number))
            mend = one("ports")["mend"]
        match = re.match(
            r"choose another port, (\d+) in the ports of \[compose\.services\.web\] in airdock\.toml;", mend
        )
        assert match is not None
        assert number + 1 < int(match[1]) < number + 100

    def test_port_of_a_base_file_is_changed_there(self, host: Host, one: One) -> None:
        host.project(GOOD.replace("bundled = true", 'base = "compose.yaml"'))
        with listening() as number:
            publishes(host, port(number), service="airflow-apiserver")
            assert "in the ports of service airflow-apiserver in compose.yaml; or stop" in one("ports")["mend"]

    def test_no_port_is_named_where_none_is_free(self, host: Host, one: One) -> None:
        host.project()
        with listening_at(65535):
            publishes(host, port(65535))
            assert one("ports")["mend"].startswith("choose another port, in the ports of service web")

    def test_taken_by_this_stack(self, host: Host, one: One) -> None:
        host.project()
        with listening() as number:
            publishes(host, port(number))
            host.says("ps", f"publish={number}/tcp", out="demo-web-1\tdemo\n")
            assert one("ports")["message"] == f"127.0.0.1:{number} held by this stack"

    def test_stack_under_the_name_that_compose_goes_by(self, host: Host, one: One) -> None:
        host.project()
        with listening() as number:
            config = {"name": "renamed", "services": {"web": {"ports": [port(number)]}}}
            host.says("compose", "config", out=json.dumps(config))
            host.says("ps", f"publish={number}/tcp", out="renamed-web-1\trenamed\n")
            assert one("ports")["status"] == "ok"

    def test_port_of_airflow_in_a_bundled_stack_can_be_another(self, host: Host, one: One) -> None:
        host.project()
        with listening() as number:
            publishes(host, port(number), service="airflow-apiserver")
            found = re.match(
                r"choose another port, in your own lines of \.env: AIRFLOW_PORT=(\d+); or", one("ports")["mend"]
            )
        assert found is not None
        assert int(found[1]) > number

    def test_udp_is_another_port(self, host: Host, one: One) -> None:
        host.project()
        with listening() as number:
            publishes(host, port(number, protocol="udp"))
            assert one("ports")["status"] == "ok"
        with listening(kind=socket.SOCK_DGRAM) as number:
            publishes(host, port(number, protocol="udp"))
            row = one("ports")
        assert row["status"] == "problem"
        assert "`ss -lnup`" in row["mend"]

    @pytest.mark.parametrize("more", [{"scale": 0}, {"deploy": {"replicas": 0}}])
    def test_service_that_is_not_started(self, host: Host, one: One, more: dict[str, Any]) -> None:
        host.project()
        with listening() as number:
            publishes(host, port(number), **more)
            assert one("ports")["message"] == "none is published"

    @pytest.mark.parametrize("published", ["", "8000-9000"])
    def test_port_that_the_engine_chooses(self, host: Host, one: One, published: str) -> None:
        host.project()
        publishes(host, port(published))
        assert one("ports")["message"] == "none is published"

    def test_address_that_is_not_this_hosts(self, host: Host, one: One) -> None:
        host.project()
        publishes(host, port(8080, "192.0.2.77"))
        assert one("ports")["status"] == "unknown"


class TestNetworks:
    """Networks and volumes."""

    @pytest.mark.parametrize(
        ("labels", "status"),
        [
            ({}, "problem"),
            (None, "problem"),
            ({"com.docker.compose.network": "default", "com.docker.compose.project": "other"}, "warning"),
            ({"com.docker.compose.network": "default", "com.docker.compose.project": "demo"}, "ok"),
        ],
    )
    def test_network_of_the_stack(self, host: Host, one: One, labels: dict[str, str] | None, status: str) -> None:
        host.project()
        host.says("network", "inspect", "demo_default", out=json.dumps([{"Name": "demo_default", "Labels": labels}]))
        row = one("networks")
        assert row["status"] == status
        assert (row["mend"] or "").startswith("" if status == "ok" else "docker network rm demo_default")

    def test_network_that_a_task_names(self, host: Host, one: One) -> None:
        host.project(NETWORKED)
        row = one("networks")
        assert row["message"] == "there is no network elsewhere, which task first.a wants"
        assert row["mend"] == "docker network create elsewhere"
        host.says("network", "inspect", "elsewhere", out='[{"Name": "elsewhere"}]')
        assert one("networks")["status"] == "ok"

    def test_network_that_compose_makes(self, host: Host, one: One) -> None:
        host.project(NETWORKED)
        host.says("compose", "config", out=json.dumps({"networks": {"x": {"name": "elsewhere"}, "y": None}}))
        assert one("networks")["status"] == "ok"

    @pytest.mark.parametrize("name", ["bridge", "host", "none", "container:x", "project"])
    def test_networks_that_are_always_there(self, host: Host, one: One, name: str) -> None:
        host.project(NETWORKED.replace("elsewhere", name))
        assert one("networks")["status"] == "ok"

    def test_external_volume(self, host: Host, one: One) -> None:
        host.project(EXTERNAL)
        row = one("networks")
        assert row["mend"] == "docker volume create models"
        host.says("volume", "inspect", out='[{"Name": "models"}]')
        assert one("networks")["status"] == "ok"


def moment(seconds_ago: float) -> str:
    """Return a time as the engine writes it."""
    then = datetime.now(timezone.utc) - timedelta(seconds=seconds_ago)
    return then.strftime("%Y-%m-%dT%H:%M:%S.123456789Z")


def container(name: str, status: str, *, ago: float = 3600, task: str = "a", code: int = 0) -> dict[str, Any]:
    return {
        "Id": name,
        "Name": f"/{name}",
        "Created": moment(ago),
        "State": {"Status": status, "StartedAt": moment(ago), "FinishedAt": moment(ago), "ExitCode": code},
        "Config": {"Labels": {"airdock.project": "demo", "airdock.dag": "first", "airdock.task": task}},
    }


def there_are(host: Host, which: str, *rows: dict[str, Any]) -> None:
    """Let the engine have containers with a label."""
    names = [row["Name"].removeprefix("/") for row in rows]
    host.says("ps", which, out="".join(f"{name}\n" for name in names))
    host.says("container", "inspect", names[0], out=json.dumps(rows))


class TestContainers:
    """Containers that nobody will remove."""

    def test_ended_ones(self, host: Host, one: One) -> None:
        host.project()
        rows = [container("b", "exited", code=137), container("a", "created", task="gone"), container("c", "dead")]
        there_are(host, "airdock.project=demo", *rows)
        row = one("containers")
        assert row["status"] == "warning"
        told = "a (first.gone, created), b (first.a, exited), c (first.a, dead)"
        assert row["message"] == f"left behind by tasks that have ended: {told}"
        assert row["mend"] == "docker rm a b c"

    @pytest.mark.parametrize("status", ["exited", "created"])
    def test_one_that_its_task_may_still_have(self, host: Host, one: One, status: str) -> None:
        host.project()
        there_are(host, "airdock.project=demo", container("a", status, ago=5))
        assert one("containers")["message"] == "none is left behind"

    def test_one_that_is_kept_on_purpose(self, host: Host, one: One) -> None:
        host.project(GOOD + 'remove = "never"\n')
        there_are(host, "airdock.project=demo", container("a", "exited"))
        row = one("containers")
        assert row["status"] == "ok"
        assert row["message"].endswith("to remove: docker rm a")

    def test_running_without_an_airflow(self, host: Host, one: One) -> None:
        host.project()
        there_are(host, "airdock.project=demo", container("a", "running"))
        row = one("containers")
        assert row["message"] == "running although no airflow-scheduler of this stack is: a (first.a, running)"
        assert row["mend"] == "docker rm --force a"

    def test_running_with_airflow(self, host: Host, one: One) -> None:
        host.project()
        there_are(host, "airdock.project=demo", container("a", "running"))
        there_are(host, "com.docker.compose.service=airflow-scheduler", container("s", "running"))
        assert one("containers")["message"] == "none is left behind"

    def test_running_longer_than_its_task_may(self, host: Host, one: One) -> None:
        host.project(GOOD + 'timeout = "10m"\n')
        there_are(host, "com.docker.compose.service=airflow-scheduler", container("s", "running"))
        there_are(host, "airdock.project=demo", container("a", "running", ago=700), container("b", "running", ago=500))
        row = one("containers")
        assert row["message"] == "running longer than the timeout of their task: a (first.a, running)"

    def test_one_off(self, host: Host, one: One) -> None:
        host.project()
        there_are(host, "oneoff=True", container("demo-airflow-cli-run-1", "exited"))
        row = one("containers")
        assert row["message"].startswith("left behind by `docker compose run`: demo-airflow-cli-run-1")
        assert row["mend"] == "docker rm demo-airflow-cli-run-1"

    @pytest.mark.parametrize("code", [0, 1])
    def test_one_shot_service(self, host: Host, one: One, code: int) -> None:
        folder = host.project()
        wait = {"airflow-init": {"condition": "service_completed_successfully"}, "postgres": {"condition": "x"}}
        services = {"airflow-scheduler": {"depends_on": wait}, "other": {"depends_on": None}}
        host.says("compose", "config", out=json.dumps({"name": "demo", "services": services}))
        there_are(host, "com.docker.compose.service=airflow-init", container("init", "exited", code=code))
        row = one("containers")
        assert row["status"] == ("problem" if code else "ok")
        if code:
            assert row["mend"] == f"cd {folder} && docker compose logs airflow-init"

    def test_on_another_engine(self, host: Host, one: One) -> None:
        engines = '[engines.big]\nurl = "tcp://192.0.2.1:2375"\n\n[images.shell]'
        host.project(GOOD.replace("[images.shell]", engines).replace('["true"]', '["true"]\nengine = "big"'))
        host.says("--host", "ps", "airdock.project=demo", out="a\n")
        host.says("--host", "container", "inspect", out=json.dumps([container("a", "exited")]))
        assert one("containers")["mend"] == "docker --host tcp://192.0.2.1:2375 rm a"

    def test_provider_without_labels(self, host: Host, one: One) -> None:
        host.project(
            GOOD.replace('executor = "local"', 'executor = "local"\ndocker_provider = "3.9.2"').replace(
                "3.3.2", "2.9.3"
            )
        )
        assert one("containers")["status"] == "unknown"
