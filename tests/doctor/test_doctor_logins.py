"""Logins to registries, against registries that listen on this host."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from registry_server import PASSWORD, USER, listening

from airdock.doctor import logins, registry_api
from airdock.doctor.logins import read_login
from airdock.doctor.registry_api import Login, Unclear, in_networks, takes
from commands import CANARY, GOOD

if TYPE_CHECKING:
    from doctor_host import Host

pytest_plugins = ("doctor_host",)

One = Callable[[str], dict[str, str]]
FROM_HOST = '{ env = "REGISTRY_PASSWORD" }'


def loopback(address: str) -> bool:
    return in_networks(address, ["127.0.0.0/8"])


@pytest.mark.parametrize(
    ("kind", "password", "expected"),
    [
        ("basic", PASSWORD, True),
        ("basic", "wrong", False),
        ("bearer", PASSWORD, True),
        ("bearer", "wrong", False),
        ("open", "", True),
        ("forbidden", PASSWORD, False),
    ],
)
def test_login(kind: str, password: str, expected: bool) -> None:
    with listening(kind) as server:
        assert takes(Login(server.address, USER, password), loopback) is expected
    assert server.asked[0] == ("/v2/", None), "it is asked without the password first"


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("elsewhere", "it answers 404, not as a registry does"),
        ("redirect", "it answers 302"),
        ("mute", "it gives no token"),
        ("other-realm", "it wants the password in plain HTTP"),
    ],
)
def test_answers_that_say_nothing(kind: str, words: str) -> None:
    with listening(kind) as server, pytest.raises(Unclear, match=words):
        takes(Login(server.address, USER, PASSWORD), loopback)
    assert [given for path, given in server.asked if given and not path.startswith("/token")] == []


def test_nothing_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{held.getsockname()[1]}"
        with pytest.raises(Unclear, match="connection refused"):
            takes(Login(address, USER, PASSWORD), loopback)


@pytest.mark.parametrize("where", ["registry", "name"])
def test_time_limit(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A registry that is silent, and a name that nobody knows for minutes."""
    monkeypatch.setattr(registry_api, "LIMIT", 0.5)
    if where == "name":
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(20))
    with listening("slow") as server:
        started = time.monotonic()
        with pytest.raises(Unclear):
            takes(Login(server.address, USER, PASSWORD), loopback)
        assert time.monotonic() - started < 5


def test_password_does_not_go_over_plain_http_to_other_hosts() -> None:
    with listening("basic") as server:
        with pytest.raises(Unclear, match="it does not speak TLS"):
            takes(Login(server.address, USER, PASSWORD), lambda _: False)
        assert server.asked == []


def test_certificate_that_this_host_does_not_trust() -> None:
    error = ssl.SSLCertVerificationError("x")
    assert "does not trust its certificate" in registry_api._reason(error)


def test_login_shows_no_password() -> None:
    assert repr(Login("host", USER, PASSWORD)) == "Login('host')"


@pytest.mark.parametrize(
    ("text", "address", "user", "password"),
    [
        ('{"conn_type": "docker", "host": "h", "login": "u", "password": "p"}', "h", "u", "p"),
        ('{"conn_type": "docker", "host": "h", "port": 5000, "login": "u"}', "h:5000", "u", ""),
        ('{"conn_type": "docker", "host": "https://h:5000/v2/x", "login": "u"}', "h:5000", "u", ""),
        ("docker://u:p%40ss@h:5000", "h:5000", "u", "p@ss"),
        ("docker://u:p@h", "h", "u", "p"),
        ("docker://u:p@https%3A%2F%2Fh%3A5000", "h:5000", "u", "p"),
    ],
)
def test_connection_as_airflow_reads_it(text: str, address: str, user: str, password: str) -> None:
    login = read_login(text)
    assert login is not None
    assert (login.address, login.user, login.password) == (address, user, password)


@pytest.mark.parametrize(
    "text",
    [
        "{not json",
        '{"conn_type": "http", "host": "h", "login": "u"}',
        '{"conn_type": "docker", "host": "h"}',
        '{"conn_type": "docker", "login": "u"}',
        "postgres://u:p@h",
        "docker://u:p@h:port",
    ],
)
def test_connection_that_is_no_login(text: str) -> None:
    assert read_login(text) is None


@pytest.mark.parametrize(
    ("address", "expected"),
    [("127.0.0.1:5000", True), ("localhost:5000", True), ("[::1]:5000", True), ("10.0.0.1:5000", False), ("h", False)],
)
def test_networks_without_tls(address: str, expected: bool) -> None:
    assert in_networks(address, ["127.0.0.0/8", "::1/128"]) is expected


def with_registry(address: str, written: str = FROM_HOST) -> str:
    host, _, port = address.rpartition(":")
    connection = f'[connections.reg]\ntype = "docker"\nhost = "{host}"\nport = {port}\nlogin = "{USER}"\n'
    return GOOD.replace('"alpine:3.20"', f'"{address}/team/tools:1"\nconnection = "reg"').replace(
        "[dags.", f"{connection}password = {written}\n\n[dags.", 1
    )


class TestCheck:
    """The check, and its words."""

    @pytest.mark.parametrize("kind", ["basic", "bearer"])
    def test_right_password(self, host: Host, one: One, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        monkeypatch.setenv("REGISTRY_PASSWORD", PASSWORD)
        with listening(kind) as server:
            host.project(with_registry(server.address))
            monkeypatch.delenv("REGISTRY_PASSWORD")
            row = one("logins")
        assert row["status"] == "ok"
        assert row["message"] == f"connection reg: {server.address} takes the login"

    @pytest.mark.parametrize("form", ["full", "json"])
    def test_wrong_password_is_a_problem_and_not_shown(
        self, host: Host, monkeypatch: pytest.MonkeyPatch, form: str
    ) -> None:
        monkeypatch.setenv("REGISTRY_PASSWORD", f"wrong-{CANARY}")
        with listening("basic") as server:
            folder = host.project(with_registry(server.address))
            assert host.run("--output-format", form) == 1
        assert f"connection reg: {server.address} refuses the login" in host.out
        assert (
            f"correct REGISTRY_PASSWORD on this host, then: airdock build -C {folder}, and: cd {folder} && docker"
            in host.out
        )
        assert CANARY not in host.out + host.err

    def test_one_that_cannot_be_asked_is_unknown(self, host: Host, one: One, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("REGISTRY_PASSWORD", PASSWORD)
        with listening("basic") as server:
            address = server.address
        host.project(with_registry(address))
        row = one("logins")
        assert row["status"] == "unknown"
        assert row["message"] == f"connection reg: {address} cannot be asked from here (connection refused)"

    def test_password_that_is_not_set(self, host: Host, one: One) -> None:
        host.project(with_registry("127.0.0.1:1"))
        assert one("logins")["message"] == "connection reg is not in .env"

    def test_no_docker_connection_asks_nobody(self, host: Host, one: One, monkeypatch: pytest.MonkeyPatch) -> None:
        def asked(*_: object) -> None:
            pytest.fail("a host was asked")

        monkeypatch.setattr(logins, "takes", asked)
        monkeypatch.setattr(socket, "getaddrinfo", asked)
        host.project(
            GOOD.replace("[dags.", '[connections.reg]\ntype = "docker"\nhost = "h"\nlogin = "u"\n[dags.', 1)
            + '[lint]\nignore = ["AD601"]\n'
        )
        assert one("logins")["message"] == "no connection logs in to a registry"

    def test_hub_is_asked_where_it_answers(self, host: Host, one: One, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        def takes_it(login: Login, _: object) -> bool:
            asked.append(login.address)
            return True

        monkeypatch.setattr(logins, "takes", takes_it)
        text = with_registry("docker.io:443", '"x"').replace("docker.io:443/team/tools:1", "team/tools:1")
        host.project(text.replace("port = 443\n", "") + '[lint]\nignore = ["AD501"]\n')
        assert one("logins")["message"] == "connection reg: docker.io takes the login"
        assert asked == ["registry-1.docker.io"]

    def test_registry_that_the_engine_trusts_without_tls(
        self, host: Host, one: One, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        allowed: dict[str, bool] = {}

        def takes_it(login: Login, plain: Callable[[str], bool]) -> bool:
            allowed.update({name: plain(name) for name in ("10.9.8.7:5000", "told:5000", "other:5000", "10.1.1.1:1")})
            return True

        monkeypatch.setattr(logins, "takes", takes_it)
        settings = {"InsecureRegistryCIDRs": ["10.9.0.0/16"], "IndexConfigs": {"told:5000": {"Secure": False}}}
        host.project(with_registry("10.9.8.7:5000", '"x"') + '[lint]\nignore = ["AD501"]\n')
        host.says("info", out=json.dumps({"RegistryConfig": settings}))
        assert one("logins")["status"] == "ok"
        assert allowed == {"10.9.8.7:5000": True, "told:5000": True, "other:5000": False, "10.1.1.1:1": False}
