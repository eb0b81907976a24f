"""The doctor on hosts whose engine, Compose or socket is not as it should be. Docker is a made client."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from airdock.doctor import client, registry
from commands import GOOD

if TYPE_CHECKING:
    from doctor_host import Host

pytest_plugins = ("doctor_host",)

NEEDS_AN_ENGINE = ("images", "folder", "socket", "networks", "ports", "containers")
OTHER_ENGINE = GOOD.replace("[images.shell]", '[engines.big]\nurl = "tcp://192.0.2.1:2375"\n\n[images.shell]').replace(
    'command = ["true"]', 'command = ["true"]\nengine = "big"'
)
PROXY = GOOD.replace("[images.shell]", '[docker]\naccess = "proxy"\n\n[images.shell]')
TCP = GOOD.replace("[images.shell]", '[docker]\naccess = "tcp"\nurl = "tcp://192.0.2.1:2375"\n\n[images.shell]')
READS_ONLY = {
    ("version",),
    ("info",),
    ("context", "inspect"),
    ("compose", "version"),
    ("compose", "config"),
    ("image", "inspect"),
    ("container", "inspect"),
    ("network", "inspect"),
    ("volume", "inspect"),
    ("ps",),
    ("run",),
}
HARMLESS = {"--rm", "--name", "--pull", "never", "--network", "none", "--read-only", "--entrypoint"}


def test_all_is_well(host: Host) -> None:
    host.project()
    found = host.doctor()
    assert host.code == 0
    assert [row for rows in found.values() for row in rows if row["status"] != "ok"] == []
    assert list(found) == [check.name for check in registry.CHECKS]
    assert host.err == ""


def test_docker_is_only_asked_and_never_told(host: Host) -> None:
    folder = host.project(GOOD + 'user = "1000"\nmounts = ["raw"]\n[mounts.raw]\nsource = "dags"\ntarget = "/raw"\n')
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    host.doctor()
    for words in host.asked:
        assert (words[0],) in READS_ONLY or (words[0], words[1]) in READS_ONLY
        if words[0] == "run":
            assert words[1:3] == ["--rm", "--name"]
            assert set(words) >= HARMLESS
            assert all(word.endswith(",readonly") for word in words if word.startswith("type="))
    assert [words[0] for words in host.asked].count("run") == 3
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize(
    ("said", "mend"),
    [
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "start"),
        (
            "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock",
            'sudo usermod -aG docker "$USER", then log in again',
        ),
        (
            "Error response from daemon: client version 1.24 is too old. Minimum supported API version is 1.44",
            "upgrade Docker",
        ),
        ("error during connect: this may be a wrong name: tcp://nowhere:2375", "DOCKER_HOST"),
    ],
    ids=["not-running", "no-permission", "client-too-old", "other-address"],
)
def test_engine_that_does_not_answer_is_one_problem(host: Host, said: str, mend: str) -> None:
    host.project()
    host.says("version", out=json.dumps({"Client": {}, "Server": None}), err=f"{said}\n", code=1)
    host.says("compose", "version", out="2.26.1\n")
    found = host.doctor()
    (row,) = found["engine"]
    assert host.code == 1
    assert row["status"] == "problem"
    assert row["message"] in said
    assert mend in row["mend"]
    for check in NEEDS_AN_ENGINE:
        assert found[check] == [{"check": check, "status": "unknown", "message": "no engine", "mend": None}]
    problems = [row["check"] for rows in found.values() for row in rows if row["status"] == "problem"]
    assert problems == ["engine"]


def test_no_docker_client(host: Host) -> None:
    host.project()
    (host.tools / "docker").unlink()
    found = host.doctor()
    assert found["engine"][0]["message"] == "docker is not installed, or not on the PATH"
    assert "docs.docker.com/engine/install" in found["engine"][0]["mend"]
    assert found["compose"][0]["status"] == "problem"
    assert found["compose files"][0]["message"] == "no Docker Compose"
    assert found["outputs"][0]["status"] == "ok"


def test_engine_that_hangs_holds_nothing_up(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.Client.ask, "__kwdefaults__", {"limit": 0.3})
    monkeypatch.setattr(client.find_engine, "__defaults__", (0.3,))
    host.project()
    host.says("version", sleep=30)
    host.says("compose", "version", out="2.26.1\n")
    found = host.doctor()
    assert found["engine"][0]["message"] == "docker gave no answer within 0.3 s"
    assert [words for words in host.asked if words[0] in ("info", "image", "run")] == []


def test_engine_that_stops_answering_is_not_asked_again(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client.Client.ask, "__kwdefaults__", {"limit": 1.0})
    host.project()
    host.says("image", "inspect", sleep=30)
    found = host.doctor()
    assert [words for words in host.asked if words[0] in ("image", "ps", "network", "run")] == [
        ["image", "inspect", "--format", "{{json .Config.User}}", host.asked[-1][-1]]
    ]
    assert found["images"][0]["status"] == "unknown"
    assert "gave no answer" in found["images"][0]["message"]


def test_words_of_a_docker_connection_are_no_secrets(host: Host, one: Callable[[str], dict[str, str]]) -> None:
    connection = '[connections.r]\ntype = "docker"\nhost = "h"\nlogin = "u"\ndescription = "daemon"\n'
    host.project(GOOD + connection + '[lint]\nignore = ["AD601"]\n')
    said = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock"
    host.says("version", err=f'{said}: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.50/version": dial unix\n', code=1)
    assert one("engine")["message"] == said


@pytest.mark.parametrize(
    ("api", "status"), [("1.41", "ok"), ("1.51", "ok"), ("1.40", "problem"), ("1.9", "problem"), ("x", "unknown")]
)
def test_api_version(host: Host, one: Callable[[str], dict[str, str]], api: str, status: str) -> None:
    host.project()
    host.says("version", out=json.dumps({"Server": {"Version": "some", "ApiVersion": api}}))
    host.says("compose", "version", out="2.26.1\n")
    assert one("engine")["status"] == status


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("2.14.0", "ok"),
        ("v2.14.0", "ok"),
        ("2.26.1-4", "ok"),
        ("2.20.2+ds1-0ubuntu1", "ok"),
        ("5.0.1", "ok"),
        ("2.13.9", "problem"),
        ("v2.2.3", "problem"),
        ("1.29.2", "problem"),
        ("dev", "unknown"),
    ],
)
def test_compose_version(host: Host, one: Callable[[str], dict[str, str]], version: str, status: str) -> None:
    host.project()
    host.says("compose", "version", out=f"{version}\n")
    assert one("compose")["status"] == status


def test_no_compose_plugin(host: Host) -> None:
    host.project()
    host.says("compose", err="docker: 'compose' is not a docker command.\n", code=1)
    found = host.doctor()
    assert found["compose"][0]["status"] == "problem"
    assert "docs.docker.com/compose/install" in found["compose"][0]["mend"]
    assert found["compose files"][0]["message"] == found["ports"][0]["message"] == "no Docker Compose"


class TestSocket:
    """The group of the socket as a container sees it, against DOCKER_GID."""

    def test_stale_block(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        gid = Path("/").stat().st_gid
        folder = host.project()
        text = (folder / ".env").read_text(encoding="utf-8").replace(f"DOCKER_GID='{gid}'", "DOCKER_GID='998877'")
        (folder / ".env").write_text(text, encoding="utf-8")
        host.says("run", "/airdock.sock", out=f"5 {gid or 7} 660 socket\n")
        row = one("socket")
        assert row["status"] == "problem"
        assert "DOCKER_GID is 998877" in row["message"]

    def test_group_of_a_virtual_machine(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        folder = host.project()
        host.says("run", "/airdock.sock", out="0 4321 660 socket\n")
        row = one("socket")
        assert row["status"] == "problem"
        assert row["mend"] == f"cd {folder} && printf '\\nDOCKER_GID=4321\\n' >> .env"

    def test_own_line_of_dotenv(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        folder = host.project()
        with (folder / ".env").open("a", encoding="utf-8") as file:
            file.write("DOCKER_GID=12\n")
        host.says("run", "/airdock.sock", out="0 4321 660 socket\n")
        row = one("socket")
        assert "DOCKER_GID is 12" in row["message"]
        assert row["mend"] == "write DOCKER_GID=4321 into your own line of .env"

    def test_environment(
        self, host: Host, one: Callable[[str], dict[str, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        host.project()
        monkeypatch.setenv("DOCKER_GID", "12")
        host.says("run", "/airdock.sock", out="0 4321 660 socket\n")
        assert one("socket")["mend"] == "unset DOCKER_GID"

    def test_gid_of_airdock_toml(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        host.project(GOOD.replace("[images.shell]", "[docker]\ngid = 12\n\n[images.shell]"))
        host.says("run", "/airdock.sock", out="0 4321 660 socket\n")
        assert one("socket")["mend"].startswith("set gid = 4321 in [docker]")

    @pytest.mark.parametrize(
        "said", ["0 0 660 socket", "0 4321 666 socket", "{uid} 4321 600 socket"], ids=["desktop", "open", "owner"]
    )
    def test_socket_that_airflow_may_write_to_anyway(
        self, host: Host, one: Callable[[str], dict[str, str]], said: str
    ) -> None:
        folder = host.project()
        with (folder / ".env").open("a", encoding="utf-8") as file:
            file.write("DOCKER_GID=12\nAIRFLOW_UID=1234\n")
        host.says("run", "/airdock.sock", out=said.format(uid=1234) + "\n")
        assert one("socket")["status"] == "ok"

    def test_group_that_may_not_write(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        folder = host.project()
        with (folder / ".env").open("a", encoding="utf-8") as file:
            file.write("DOCKER_GID=12\n")
        host.says("run", "/airdock.sock", out="0 12 600 socket\n")
        assert one("socket")["mend"] == "sudo chmod g+w /var/run/docker.sock"

    def test_no_socket_and_no_socket_at_all(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        host.project()
        missing = 'docker: Error response from daemon: invalid mount config for type "bind": bind source path does not'
        host.says("run", "/airdock.sock", err=f"{missing} exist: /var/run/docker.sock\n", code=125)
        assert "is not there on the engine's host" in one("socket")["message"]
        host.says("run", "/airdock.sock", out="0 0 755 directory\n")
        assert "is a directory" in one("socket")["message"]

    def test_image_without_stat_lets_the_next_one_look(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        host.project()
        host.says("run", "/airdock.sock", "demo-airflow", err='exec: "stat": executable file not found\n', code=127)
        host.says("run", "stat", "demo-airflow", err='exec: "stat": executable file not found in $PATH\n', code=127)
        assert one("socket")["status"] == "ok"

    def test_without_an_image_it_says_when_it_will_be_known(
        self, host: Host, one: Callable[[str], dict[str, str]]
    ) -> None:
        host.project()
        host.says("image", "inspect", err="Error response from daemon: No such image: x\n", code=1)
        row = one("socket")
        assert (row["status"], row["message"]) == ("unknown", "known when an image of the project is on the engine")
        assert [words for words in host.asked if words[0] == "run"] == []

    def test_proxy_and_tcp(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        host.project(PROXY)
        host.says("run", "/airdock.sock", out="0 4321 660 socket\n")
        assert one("socket")["message"] == "/var/run/docker.sock is there, for the proxy"
        host.project(TCP)
        assert one("socket")["message"] == "not used: access is tcp"


class TestFolder:
    """Whether the engine sees the project under the path that tasks mount."""

    def test_engine_elsewhere(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        folder = host.project()
        missing = f"docker: Error response from daemon: bind source path does not exist: {folder}\n"
        host.says("run", "/airdock/", err=missing, code=125)
        row = one("folder")
        assert row["status"] == "problem"
        assert str(folder) in row["message"]

    @pytest.mark.parametrize(("out", "code"), [("1\n", 0), ("", 1)], ids=["another-file", "no-such-file"])
    def test_another_folder_of_that_name(
        self, host: Host, one: Callable[[str], dict[str, str]], out: str, code: int
    ) -> None:
        host.project()
        host.says(
            "run", "/airdock/", out=out, err="stat: can't stat: No such file or directory" if code else "", code=code
        )
        assert "is another folder on the engine's host" in one("folder")["message"]


class TestOtherEngines:
    """Engines that tasks name: they may be where this host does not reach."""

    def test_out_of_reach_is_unknown(self, host: Host) -> None:
        host.project(OTHER_ENGINE)
        host.says(
            "--host", "tcp://192.0.2.1:2375", err="Cannot connect to the Docker daemon at tcp://192.0.2.1\n", code=1
        )
        found = host.doctor()
        assert host.code == 0
        (row,) = found["engines"]
        assert row["status"] == "unknown"
        assert "Airflow's containers may reach it" in row["message"]
        assert {row["status"] for row in found["images"]} == {"ok", "unknown"}

    def test_missing_image_is_pulled_there(self, host: Host) -> None:
        host.project(OTHER_ENGINE)
        host.says("--host", "image", "inspect", err="Error: No such image: alpine:3.20\n", code=1)
        (row,) = [row for row in host.doctor()["images"] if row["status"] == "warning"]
        assert row["mend"] == "docker --host tcp://192.0.2.1:2375 pull alpine:3.20"
        assert "on engine big" in row["message"]

    def test_built_image_is_taken_there(self, host: Host) -> None:
        folder = host.project(OTHER_ENGINE.replace('ref = "alpine:3.20"', 'from = "alpine:3.20"'))
        host.says("--host", "image", "inspect", err="Error: No such image: x\n", code=1)
        (row,) = [row for row in host.doctor()["images"] if row["status"] == "problem"]
        start, _, end = row["mend"].partition(" | ")
        assert start.startswith(f"cd {folder} && docker compose build image-shell && docker save demo-shell:")
        assert end == "docker --host tcp://192.0.2.1:2375 load"

    def test_old_one(self, host: Host, one: Callable[[str], dict[str, str]]) -> None:
        host.project(OTHER_ENGINE)
        host.says("--host", "version", out=json.dumps({"Server": {"Version": "19.03", "ApiVersion": "1.40"}}))
        assert one("engines")["status"] == "problem"

    def test_tcp_is_an_engine_of_its_own(self, host: Host) -> None:
        host.project(TCP)
        found = host.doctor()
        assert found["engines"][0]["message"].startswith("the engine of [docker]: Docker 20.10.24")
        assert ["--host", "tcp://192.0.2.1:2375", "image"] in [words[:3] for words in host.asked]

    def test_certificates(self, host: Host) -> None:
        tls = 'tls = { ca = "ca.pem", cert = "cert.pem", key = "key.pem" }'
        for name in ("ca", "cert", "key"):
            (host.folder / f"{name}.pem").write_text("", encoding="utf-8")
        host.project(OTHER_ENGINE.replace(":2375", f':2376"\n{tls}\n#"', 1).replace('#""', "#"))
        host.doctor()
        words = next(words for words in host.asked if words[0] == "--host")
        names = [f"{host.folder}/{name}.pem" for name in ("ca", "cert", "key")]
        assert words[2:9] == ["--tlsverify", "--tlscacert", names[0], "--tlscert", names[1], "--tlskey", names[2]]


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"OperatingSystem": "Docker Desktop"}, "Docker Desktop maps"),
        ({"SecurityOptions": ["name=seccomp", "name=rootless"]}, "rootless"),
        ({"SecurityOptions": ["name=userns"]}, "userns"),
    ],
    ids=["desktop", "rootless", "userns"],
)
def test_engines_that_map_owners_leave_rights_unknown(
    host: Host, one: Callable[[str], dict[str, str]], info: dict[str, object], words: str
) -> None:
    host.project()
    host.says("info", out=json.dumps(info))
    row = one("mounts")
    assert row["status"] == "unknown"
    assert words in row["message"]


def test_engine_on_another_host_leaves_paths_and_ports_unknown(host: Host) -> None:
    host.project()
    port = {"target": 80, "published": "8080", "protocol": "tcp"}
    host.says("compose", "config", out=json.dumps({"services": {"web": {"ports": [port]}}}))
    host.says("context", "inspect", out="ssh://someone@example.org\n")
    found = host.doctor()
    assert found["mounts"][0]["status"] == found["ports"][0]["status"] == "unknown"
    assert "another host" in found["mounts"][0]["message"]
