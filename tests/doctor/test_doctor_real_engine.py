"""The doctor on a real engine: what it says is what the engine, Compose and containers do."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from presence import required_or_skip
from real_stack import Stack, containers_named, docker, need_engine, need_image
from registry_server import PASSWORD, USER, listening

from commands import CANARY, GOOD
from conftest import copy_case

ALPINE, PYTHON = "alpine:3.20", "python:3.12-slim"
SERVICE = '[compose.services.web]\nimage = "alpine:3.20"\ncommand = ["sleep", "600"]\n'
ONE_SHOTS = (
    SERVICE
    + 'depends_on = { first = { condition = "service_completed_successfully" } }\n\n[compose.services.first]\n'
    + 'image = "alpine:3.20"\ncommand = ["false"]\n'
)


def mends(row: dict[str, str]) -> None:
    """Run what the doctor says mends it."""
    subprocess.run(["/bin/sh", "-c", row["mend"]], check=True, capture_output=True, timeout=600)


@pytest.fixture
def stack(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    need_engine()
    need_image(ALPINE)
    for name in list(os.environ):
        if name.startswith(("COMPOSE_", "AIRFLOW_", "AIRDOCK_", "DOCKER_GID")):
            monkeypatch.delenv(name)
    tmp_path.chmod(0o755)
    found = Stack(tmp_path, capsys)
    yield found
    found.remove()


def test_example_is_healthy_and_a_missing_image_is_named(
    stack: Stack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for image in ("apache/airflow:3.3.2-python3.12", PYTHON):
        need_image(image)
    stack.folder = copy_case("example", tmp_path)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        stack.own_line(f"AIRFLOW_PORT={free.getsockname()[1]}")
    stack.write((stack.folder / "airdock.toml").read_text(encoding="utf-8"))
    missing = [row for row in stack.doctor()["images"] if row["status"] == "problem"]
    assert [row["mend"].partition("build ")[2] for row in missing] == ["airflow-init", "image-etl image-report"]
    for row in missing:
        mends(row)
    before = containers_named("")
    found = stack.doctor()
    assert stack.code == 0
    assert [row for rows in found.values() for row in rows if row["status"] != "ok"] == []
    assert [name for name in containers_named("airdock-doctor-") if name not in before] == []
    assert str(Path("/var/run/docker.sock").stat().st_gid) in found["socket"][0]["message"]
    # A changed source is another image, which is not there.
    (stack.folder / "report" / "extra.txt").write_text("more\n", encoding="utf-8")
    stack.build()
    (row,) = [row for row in stack.doctor()["images"] if row["status"] != "ok"]
    assert stack.code == 1
    mends(row)
    stack.doctor()
    assert stack.code == 0


def test_stale_dotenv(stack: Stack) -> None:
    stack.write(GOOD)
    assert stack.one("outputs")["status"] == stack.one("folder")["status"] == "ok"
    text = (stack.folder / ".env").read_text(encoding="utf-8")
    (stack.folder / ".env").write_text(text.replace(f"'{stack.folder}'", "'/nowhere/at/all'"), encoding="utf-8")
    found = stack.doctor()
    assert found["outputs"][0]["message"] == "a build would change .env"
    assert found["folder"][0]["message"].startswith("the engine does not see /nowhere/at/all")
    stack.build()
    assert stack.one("folder")["status"] == "ok"


def test_folder_that_is_another_one_for_the_engine(stack: Stack, tmp_path: Path) -> None:
    stack.write(GOOD)
    (tmp_path / "other").mkdir()
    stack.own_line(f"AIRDOCK_HOST_DIR={tmp_path}/other")
    assert "is another folder on the engine's host" in stack.one("folder")["message"]


@pytest.mark.parametrize("right", [True, False])
def test_group_of_the_socket_is_what_decides(stack: Stack, right: bool) -> None:
    path = Path("/var/run/docker.sock")
    required_or_skip("a socket of the engine", path.is_socket(), "start the engine on this host")
    stack.write(GOOD)
    gid = path.stat().st_gid if right else 54321
    stack.own_line(f"DOCKER_GID={gid}")
    stack.own_line("AIRFLOW_UID=50000")
    group = ["--user", "50000:0", "--group-add", str(gid), "--volume", f"{path}:{path}"]
    may_write = docker("run", "--rm", "--pull=never", *group, ALPINE, "test", "-w", str(path), check=False)
    row = stack.one("socket")
    assert (row["status"] == "ok") == (may_write.returncode == 0)
    assert row["status"] == "ok" or row["mend"] == f"write DOCKER_GID={path.stat().st_gid} into your own line of .env"


def test_no_such_socket(stack: Stack) -> None:
    stack.write(GOOD.replace("[images.shell]", '[docker]\nsocket = "/var/run/none.sock"\ngid = 5\n\n[images.shell]'))
    assert stack.one("socket")["message"] == "/var/run/none.sock is not there on the engine's host"


@pytest.mark.parametrize("user", ["0", "1234:0", "1234:1234", "daemon", "1"])
def test_rights_are_those_of_a_container(stack: Stack, user: str) -> None:
    """Whatever the doctor says of a source, `test` says too, in a container of that user."""
    need_image(PYTHON)
    modes = (0o755, 0o775, 0o777, 0o700, 0o750, 0o070, 0o757)
    mounts, options, tests = "", [], []
    for mode in modes:
        data = stack.folder / f"m{mode:o}"
        data.mkdir()
        data.chmod(mode)
        if os.getuid() == 0:
            os.chown(data, 1234 if user == "1234:1234" else 77, 1 if user in ("daemon", "1") else 0)
        mounts += f'[mounts.{data.name}]\nsource = "{data.name}"\ntarget = "/{data.name}"\n'
        options += ["--mount", f"type=bind,source={data},target=/{data.name}"]
        tests.append(f"test -r /{data.name} -a -x /{data.name}; printf $?; test -w /{data.name}; printf '%s ' $?")
    names = ", ".join(f'"m{mode:o}"' for mode in modes)
    stack.write(GOOD.replace(ALPINE, PYTHON) + f'user = "{user}"\nmounts = [{names}]\n{mounts}')
    said = docker("run", "--rm", "--pull=never", "--user", user, *options, PYTHON, "sh", "-c", "; ".join(tests)).stdout
    may = dict(zip(modes, said.split(), strict=True))
    expected = {
        f"mount m{mode:o}": "warning" if may[mode] == "01" else "problem" for mode in modes if may[mode] != "00"
    }
    rows = stack.doctor()["mounts"]
    assert {row["message"].partition(":")[0]: row["status"] for row in rows if row["status"] != "ok"} == expected
    for mode in modes:
        (stack.folder / f"m{mode:o}").chmod(0o700)


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a container count as left behind at once."""
    monkeypatch.setattr("airdock.doctor.containers.GRACE", -60.0)


def start(stack: Stack, *command: str, detach: bool = False) -> str:
    """Run a container as a task of the stack would, and return its name."""
    name = f"{stack.name}-{secrets.token_hex(3)}"
    labels = {"airdock.project": stack.name, "airdock.dag": "first", "airdock.task": "a"}
    options = [word for key, value in labels.items() for word in ("--label", f"{key}={value}")]
    docker(
        "run",
        "--pull=never",
        "--name",
        name,
        *(["--detach"] if detach else []),
        *options,
        ALPINE,
        *command,
        check=False,
    )
    return name


def test_containers_of_tasks_that_have_ended(stack: Stack, no_grace: None) -> None:
    stack.write(GOOD)
    assert stack.one("containers")["message"] == "none is left behind"
    names = sorted([start(stack, "true"), start(stack, "false")])
    row = stack.one("containers")
    assert row["status"] == "warning"
    assert row["mend"] == f"docker rm {names[0]} {names[1]}"
    mends(row)
    assert stack.one("containers")["message"] == "none is left behind"


def test_container_that_has_just_ended_is_its_tasks(stack: Stack) -> None:
    stack.write(GOOD)
    start(stack, "true")
    assert stack.one("containers")["status"] == "ok"


def test_container_that_runs_without_an_airflow(stack: Stack) -> None:
    stack.write(GOOD)
    name = start(stack, "sleep", "600", detach=True)
    row = stack.one("containers")
    assert row["message"] == f"running although no airflow-scheduler of this stack is: {name} (first.a, running)"
    mends(row)
    assert containers_named(name) == []


def test_one_off_of_compose(stack: Stack, no_grace: None) -> None:
    stack.write(GOOD + SERVICE)
    stack.compose("run", "web", "true")
    row = stack.one("containers")
    assert row["message"].startswith("left behind by `docker compose run`: ")
    mends(row)
    assert stack.one("containers")["status"] == "ok"


def test_one_shot_service_that_failed(stack: Stack) -> None:
    stack.write(GOOD + ONE_SHOTS)
    assert stack.compose("up", "--detach", "web", check=False).returncode != 0
    row = stack.one("containers")
    assert row["message"] == "service first ended with exit code 1, and others wait for it"
    mends(row)


def test_port_in_use(stack: Stack) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = held.getsockname()[1]
        stack.write(GOOD + SERVICE + f'ports = ["127.0.0.1:{port}:80"]\n')
        stack.own_line("AIRFLOW_PORT=0")
        rows = [row for row in stack.doctor()["ports"] if row["status"] == "problem"]
        assert [row["message"] for row in rows] == [
            f"127.0.0.1:{port}, of service web, is taken by a program on this host"
        ]
    stack.compose("up", "--detach", "web")
    assert stack.one("ports")["message"].endswith("held by this stack")
    stack.compose("kill", "web")
    stack.compose("rm", "--force", "web")
    other = f"{stack.name}-other"
    labels = ["--label", f"airdock.project={stack.name}"]
    docker("run", "--detach", "--name", other, *labels, "--publish", f"127.0.0.1:{port}:80", ALPINE, "sleep", "600")
    (row,) = [row for row in stack.doctor()["ports"] if row["status"] == "problem"]
    assert "in the ports of [compose.services.web] in airdock.toml; " in row["mend"]
    assert row["mend"].endswith(f"; or stop that container: docker stop {other}")
    docker("rm", "--force", other)
    assert stack.one("ports")["status"] == "ok"


def test_network_that_compose_did_not_make(stack: Stack) -> None:
    stack.write(GOOD + SERVICE)
    docker("network", "create", f"{stack.name}_default")
    row = stack.one("networks")
    assert row["status"] == "problem"
    assert stack.compose("up", "--detach", "web", check=False).returncode != 0
    docker("network", "rm", f"{stack.name}_default")
    stack.compose("up", "--detach", "web")
    assert stack.one("networks")["status"] == "ok"


def test_network_of_a_task_and_external_volume(stack: Stack) -> None:
    use = f'network = "{stack.name}-net"\nmounts = ["v"]\n'
    volume = f'[mounts.v]\nvolume = "{stack.name}-v"\nexternal = true\ntarget = "/v"\n'
    stack.write(GOOD + use + volume)
    rows = stack.doctor()["networks"]
    assert [row["status"] for row in rows] == ["problem", "problem"]
    for row in rows:
        mends(row)
    assert stack.one("networks")["status"] == "ok"


def test_compose_files_that_compose_refuses(stack: Stack) -> None:
    stack.write(GOOD + SERVICE + 'ports = ["no port"]\n')
    found = stack.doctor()
    assert found["compose files"][0]["status"] == "problem"
    assert "no port" in found["compose files"][0]["message"]
    assert found["ports"][0]["status"] == "unknown"


def test_variable_that_nobody_sets(stack: Stack) -> None:
    stack.write(GOOD + SERVICE + 'environment = { A = "${NOBODY_SETS_THIS}" }\n')
    assert stack.one("compose files")["message"] == "the Compose files use NOBODY_SETS_THIS, which nobody sets"


def test_compose_itself_says_secrets_and_the_doctor_does_not(stack: Stack) -> None:
    stack.write(GOOD)
    stack.own_line(f'MINE="{CANARY} and no end')
    said = stack.compose("config", "--quiet", check=False)
    assert CANARY in said.stderr, "if Compose has learnt it, the doctor need not take care"
    row = stack.one("compose files")
    assert row["message"].endswith("unterminated quoted value")
    assert CANARY not in stack.out


@pytest.mark.parametrize("kind", ["basic", "bearer"])
@pytest.mark.parametrize("password", [PASSWORD, f"wrong-{CANARY}"], ids=["right", "wrong"])
def test_login_is_judged_as_the_engine_judges_it(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, password: str
) -> None:
    monkeypatch.setenv("REGISTRY_PASSWORD", password)
    with listening(kind) as server:
        image = f'"{server.address}/team/tools:1"\nconnection = "reg"'
        host, _, port = server.address.partition(":")
        connection = f'[connections.reg]\ntype = "docker"\nhost = "{host}"\nport = {port}\nlogin = "{USER}"\n'
        secret = 'password = { env = "REGISTRY_PASSWORD" }\n'
        stack.write(GOOD.replace(f'"{ALPINE}"', image).replace("[dags.", f"{connection}{secret}[dags.", 1))
        login = ["--config", str(tmp_path / "client"), "login", "--username", USER, "--password-stdin", server.address]
        taken = docker(*login, check=False, input=password).returncode == 0
        row = stack.one("logins")
    assert row["status"] == ("ok" if taken else "problem")
    assert taken == (password == PASSWORD)
    assert CANARY not in stack.out
