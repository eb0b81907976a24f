"""What `airdock init` reads of Compose files, Dockerfiles and `.env`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import tomli

from airdock.facts import newest_series
from airdock.starter.own_dockerfile import OwnDockerfile
from airdock.starter.python_packages import Packages
from airdock.starter.settings import read_settings
from airdock.starter.stack import Stack, read_stack
from airdock.starter.takeover import carried_services, written_by_airdock
from airdock.starter.unfit import Unfit
from commands import files, run
from starting_situations import do_steps

SERVICES = ("scheduler", "worker", "init", "webserver", "apiserver")


def compose(common: str, services: tuple[str, ...] = SERVICES, rest: str = "") -> str:
    """Return a Compose file of Airflow's, with a block that all services share."""
    lines = "".join(f"  airflow-{name}:\n    <<: *common\n" for name in services)
    return f"x-airflow-common: &common\n  {common}\nservices:\n{lines}{rest}"


def stack_of(folder: Path, text: str, dotenv: str = "") -> Stack:
    (folder / "docker-compose.yaml").write_text(text, encoding="utf-8")
    (folder / ".env").write_text(dotenv, encoding="utf-8")
    return read_stack(folder, read_settings(folder).own)


@pytest.mark.parametrize(
    ("image", "dotenv", "version", "python", "base"),
    [
        ("${AIRFLOW_IMAGE_NAME:-apache/airflow:2.9.3}", "", "2.9.3", None, None),
        ("apache/airflow:2.9.3-python3.11", "", "2.9.3", "3.11", None),
        ("apache/airflow:3.3.2-python3.13", "", "3.3.2", None, None),
        ("docker.io/apache/airflow:3.2.2@sha256:abc", "", "3.2.2", None, None),
        (
            "${AIRFLOW_IMAGE_NAME:-apache/airflow:2.9.3}",
            "AIRFLOW_IMAGE_NAME=apache/airflow:2.10.5\n",
            "2.10.5",
            None,
            None,
        ),
        ("registry.example.org/me/airflow:2.9.3-mine", "", "2.9.3", None, "registry.example.org/me/airflow:2.9.3-mine"),
        ("registry.example.org/me/airflow:1", "", newest_series().latest, None, "registry.example.org/me/airflow:1"),
        ("apache/airflow:latest", "", newest_series().latest, None, None),
        ("$NOWHERE", "", newest_series().latest, None, None),
        ("[1, 2]", "", newest_series().latest, None, None),
    ],
)
def test_version(image: str, dotenv: str, version: str, python: str | None, base: str | None, tmp_path: Path) -> None:
    stack = stack_of(tmp_path, compose(f"image: {image}"), dotenv)
    assert (stack.version, stack.python, stack.image) == (version, python, base)
    assert bool(stack.notes) is (base is not None or image in ("apache/airflow:latest", "$NOWHERE", "[1, 2]"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (compose("image: apache/airflow:2.7.3"), "docker-compose.yaml:2: Airflow 2.7.3: airdock knows 2.8 to "),
        (compose("image: apache/airflow:3.3.2", SERVICES[:4]), "it has no service airflow-apiserver"),
        ("# Airflow\nservices:\n  webserver: { image: x }\n", "its services are not called as in the official file"),
        ("services: [", "docker-compose.yaml:1: is no YAML that can be read"),
        ("services: { web: { image: nginx } }", None),
        ("- a", None),
        ("", None),
    ],
)
def test_file_that_cannot_be_extended_stays(text: str, told: str | None, tmp_path: Path) -> None:
    stack = stack_of(tmp_path, text)
    assert stack.base is None
    assert stack.other == "docker-compose.yaml"
    assert (stack.version, stack.executor) == (newest_series().latest, "local")
    assert told is None or told in str(stack.notes[0])
    assert told is not None or not stack.notes


@pytest.mark.parametrize(
    ("common", "executor", "folder", "notes"),
    [
        ("environment: { AIRFLOW__CORE__EXECUTOR: LocalExecutor }", "local", "dags", 0),
        ("environment: ['AIRFLOW__CORE__EXECUTOR=CeleryExecutor']", "celery", "dags", 0),
        ("environment: { AIRFLOW__CORE__EXECUTOR: KubernetesExecutor }", "celery", "dags", 1),
        ("volumes: ['./src/dags:/opt/airflow/dags:ro']", "celery", "src/dags", 0),
        ("volumes: ['${AIRFLOW_PROJ_DIR:-.}/dags:/opt/airflow/dags']", "celery", "dags", 0),
        ("volumes: [{ type: bind, source: ./a, target: /opt/airflow/dags/ }]", "celery", "a", 0),
        ("volumes: ['/srv/dags:/opt/airflow/dags']", "celery", "dags", 1),
        ("volumes: ['../dags:/opt/airflow/dags']", "celery", "dags", 1),
        ("volumes: ['dags:/opt/airflow/dags']", "celery", "dags", 0),
    ],
)
def test_settings(common: str, executor: str, folder: str, notes: int, tmp_path: Path) -> None:
    stack = stack_of(tmp_path, compose(f"image: apache/airflow:2.9.3\n  {common}"))
    assert (stack.executor, stack.dags_folder, len(stack.notes)) == (executor, folder, notes)


def test_stack_without_a_worker_is_local(tmp_path: Path) -> None:
    text = compose("image: apache/airflow:2.9.3", ("scheduler", "init", "webserver"))
    assert stack_of(tmp_path, text).executor == "local"


@pytest.mark.parametrize(
    ("rest", "dotenv", "name", "network"),
    [
        ("", "", "my_shop2", None),
        ("name: other\n", "", "other", None),
        ("name: other\n", "COMPOSE_PROJECT_NAME=mine\n", "mine", None),
        ("networks: { default: { name: lan } }\n", "", "my_shop2", "lan"),
        ("networks: { default: { driver: bridge } }\n", "", "my_shop2", None),
    ],
)
def test_names_stay_as_compose_has_them(rest: str, dotenv: str, name: str, network: str | None, tmp_path: Path) -> None:
    folder = tmp_path / "_My_Shop 2!"
    folder.mkdir()
    stack_of(folder, compose("image: apache/airflow:2.9.3", rest=rest), dotenv)
    assert run("init", folder) == 0
    data = tomli.loads((folder / "airdock.toml").read_text(encoding="utf-8"))
    assert data["project"]["name"] == name
    assert data.get("compose", {}).get("network") == network


def test_python_of_the_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM apache/airflow:2.9.3-python3.10\n", encoding="utf-8")
    base = compose("image: apache/airflow:2.9.3")
    assert stack_of(tmp_path, base).python == "3.10"
    (tmp_path / "Dockerfile").write_text("FROM apache/airflow:2.9.3\n", encoding="utf-8")
    assert stack_of(tmp_path, base).python is None


DOCKERFILE = """\
# syntax=docker/dockerfile:1
ARG VERSION=2.10.5
FROM --platform=linux/amd64 apache/airflow:${VERSION}-python3.12 AS airflow
USER root
RUN sudo apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -yqq --no-install-recommends git \\
    # in between

    curl && apt-get autoremove -yqq --purge; rm -rf /var/lib/apt/lists/*
USER airflow
COPY --chown=airflow:root deps/requirements.txt ./
RUN --mount=type=cache,target=/x pip install --no-cache-dir -r requirements.txt 'pandas[excel]>=2,<3' && \\
    uv pip install "apache-airflow[ssh]==${AIRFLOW_VERSION}" --constraint "${HOME}/constraints.txt"
RUN pip install --index-url https://u:secret@i/simple private
ENV A=b
COPY dags /opt/airflow/dags
RUN ./configure
"""


def test_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "deps").mkdir()
    (tmp_path / "deps" / "requirements.txt").write_text("numpy==2.0.0\n-e .\n# no\nlxml  # yes\n", encoding="utf-8")
    found, packages = OwnDockerfile(tmp_path, "Dockerfile", DOCKERFILE, {}), Packages()
    notes = [str(note) for note in found.into(packages, "2.10.5")]
    assert found.base == "apache/airflow:2.10.5-python3.12"
    assert packages.apt == ["git", "curl"]
    assert packages.requirements == [
        "numpy==2.0.0",
        "lxml",
        "pandas[excel]>=2,<3",
        "apache-airflow[ssh]==2.10.5",
        "private",
    ]
    assert notes == [
        "Dockerfile:13: pip's --index-url has no place in airdock.toml",
        "Dockerfile:14: ENV has no place in airdock.toml",
        "Dockerfile:15: COPY has no place in airdock.toml: mount it, [airflow] mounts",
        "Dockerfile:16: RUN ./configure has no place in airdock.toml",
        "deps/requirements.txt:2: -e .: requirements of airdock.toml are names and versions alone",
    ]


@pytest.mark.parametrize(
    ("line", "provider", "notes"),
    [
        ("apache-airflow-providers-docker==4.4.0", "4.4.0", 0),
        ("apache-airflow-providers-docker", None, 0),
        ("apache-airflow-providers-docker==1.0.0", None, 1),
        ("apache-airflow==2.9.3", None, 0),
        ("mine @ git+https://robot:hunter2@git.example.org/mine.git", None, 1),
        ("mine @ git+https://t0ken@git.example.org/mine.git", None, 1),
    ],
)
def test_requirements_that_airdock_has_keys_for(line: str, provider: str | None, notes: int) -> None:
    packages = Packages()
    assert len(packages.take([("r.txt:1", line)], "2.10.5")) == notes
    assert (packages.requirements, packages.docker_provider) == ([], provider)


def test_dockerfile_in_the_way_of_airdocks_is_a_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack_of(tmp_path, compose("build: ."))
    (tmp_path / "Dockerfile").write_text("FROM apache/airflow:2.9.3\nRUN pip install lxml\n", encoding="utf-8")
    assert run("init", tmp_path) == 0
    path = tmp_path / "Dockerfile"
    assert f"Next\n  1. mv {path} {path}.before (" in capsys.readouterr().out
    path.rename(tmp_path / "Dockerfile.before")
    assert run("build", "-C", tmp_path, "--strict") == 0
    assert "'lxml'" in path.read_text(encoding="utf-8")


def test_dotenv_that_git_would_commit_hides_no_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    stack_of(tmp_path, "env_file: ${ENV_FILE_PATH:-.env}")
    (tmp_path / ".env").write_text('AIRFLOW_CONN_API=\'{"conn_type": "http"}\'\n', encoding="utf-8")
    (tmp_path / "Dockerfile").write_text("FROM apache/airflow:2.9.3\n", encoding="utf-8")
    assert run("init", tmp_path) == 0
    printed = capsys.readouterr().out
    assert ".gitignore: .env " in printed
    assert len(do_steps(printed)) == 1
    assert run("build", "-C", tmp_path, "--strict") == 0


def test_lines_that_airdock_writes_itself_are_found_behind_anchors(tmp_path: Path) -> None:
    common = "image: apache/airflow:2.9.3\n  group_add: [999]\n  volumes: ['/var/run/docker.sock:/var/run/docker.sock']"
    stack = stack_of(tmp_path, compose(common))
    found = [str(note) for note in written_by_airdock(stack, tuple(f"airflow-{name}" for name in SERVICES))]
    assert found == [
        "docker-compose.yaml:4: the engine's socket",
        "docker-compose.yaml:3: groups, as far as they are the socket's",
    ]


@pytest.mark.parametrize(
    ("override", "services"),
    [
        ("services: { a: { image: x, command: ['$A', \"$$B\"] } }", {"a": {"image": "x", "command": ["$A", "$$B"]}}),
        ("services: { a: { environment: { A: 1, B: true, C: } } }", {"a": {"environment": ["A=1", "B=true", "C"]}}),
        (
            "services: { a: { environment: { PASSWORD: hunter2 } } }",
            {"a": {"environment": {"PASSWORD": "${PASSWORD:?put it into .env}"}}},
        ),
        ("x: &x { image: i }\nservices: { a: { <<: *x } }", None),
        ("x-x: &x { image: i }\nservices: { a: { <<: *x, cpus: 0.5 } }", {"a": {"image": "i", "cpus": 0.5}}),
        ("services: { airflow-worker: { build: ., group_add: [1], cpus: 2 } }", {"airflow-worker": {"cpus": 2}}),
        ("services: { a: { ports: !reset [] } }", {"a": {"ports": []}}),
        ("services: { a: { since: 2024-01-01 } }", None),
        ("services: { a: { image: x } }\nnetworks: { n: }", None),
        ("services: { a: { image: x } }\nvolumes: { v: { driver: local } }", None),
    ],
)
def test_services_of_an_override_as_toml(override: str, services: dict[str, object] | None, tmp_path: Path) -> None:
    (tmp_path / "docker-compose.override.yaml").write_text(override, encoding="utf-8")
    found = stack_of(tmp_path, compose("image: apache/airflow:2.9.3")).override
    assert found is not None
    if services is None:
        with pytest.raises(Unfit):
            carried_services(found, ("airflow-worker",))
    else:
        assert carried_services(found, ("airflow-worker",)) == services


def test_files_that_the_user_names_are_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stack_of(tmp_path, compose("image: apache/airflow:2.9.3"), "A=b\nCOMPOSE_FILE=docker-compose.yaml\n")
    assert run("init", tmp_path) == 0
    assert "  1. add docker-compose.override.yaml to COMPOSE_FILE, .env:2\n" in capsys.readouterr().out


def test_requirements_of_nobody_knows_what_are_a_comment(tmp_path: Path) -> None:
    stack_of(tmp_path, compose("image: apache/airflow:2.9.3"))
    (tmp_path / "requirements.txt").write_text("lxml\npandas==2.2.3\n", encoding="utf-8")
    assert run("init", tmp_path) == 0
    text = (tmp_path / "airdock.toml").read_text(encoding="utf-8")
    assert '\n# requirements = ["lxml", "pandas==2.2.3"]\n' in text
    assert "requirements" not in tomli.loads(text)["airflow"]


def test_image_that_a_service_builds_has_a_remark(tmp_path: Path) -> None:
    (tmp_path / "dags").mkdir()
    module = "from airflow import DAG\nfrom airflow.providers.docker.operators.docker import DockerOperator\n"
    module += 'with DAG("d"):\n    DockerOperator(task_id="t", image="etl:1")\n'
    (tmp_path / "dags" / "d.py").write_text(module, encoding="utf-8")
    stack_of(tmp_path, compose("image: apache/airflow:2.9.3", rest="  etl: { image: 'etl:1', build: ./etl }\n"))
    assert run("init", tmp_path) == 0
    text = (tmp_path / "airdock.toml").read_text(encoding="utf-8")
    remark = '## Service etl of docker-compose.yaml builds it. With build = "./etl" instead of ref, airdock does.\n'
    assert f'{remark}[images.etl]\nref = "etl:1"\n' in text
    assert "dags/d.py" in files(tmp_path)


@pytest.mark.parametrize("executor", ["worker", "scheduler"])
def test_override_without_a_base_file(
    executor: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"services: {{ airflow-{executor}: {{ cpus: 1 }}, mine: {{ image: x }} }}\n"
    (tmp_path / "docker-compose.override.yaml").write_text(text, encoding="utf-8")
    assert run("init", tmp_path) == 0
    assert run("build", "-C", tmp_path, "--strict") == 0
    assert capsys.readouterr().err == ""
    data = tomli.loads((tmp_path / "airdock.toml").read_text(encoding="utf-8"))
    assert data["airflow"].get("executor", "celery") == {"worker": "celery", "scheduler": "local"}[executor]
    names = "docker-compose.yaml:docker-compose.override.yaml:docker-compose.airdock.yaml"
    assert f"COMPOSE_FILE='{names}'\n" in (tmp_path / ".env").read_text(encoding="utf-8")


def test_what_is_in_the_way_is_moved_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".env.example").write_text("MINE=\n", encoding="utf-8")
    (tmp_path / "Dockerfile").write_text("FROM nginx\n", encoding="utf-8")
    (tmp_path / "data").write_text("a file\n", encoding="utf-8")
    (tmp_path / "dags").mkdir()
    (tmp_path / "dags" / "hello.py").write_text("mine = 1\n", encoding="utf-8")
    assert run("init", tmp_path) == 0
    printed = capsys.readouterr().out
    assert "begin in a folder of its own" in printed
    assert len(do_steps(printed)) == 2
    assert run("build", "-C", tmp_path, "--strict") == 0
    kept = files(tmp_path)
    assert (kept["Dockerfile.before"], kept["data"], kept["dags/hello.py"]) == (
        b"FROM nginx\n",
        b"a file\n",
        b"mine = 1\n",
    )


def test_dockerfile_of_an_airflow_that_airdock_does_not_know(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM apache/airflow:2.2.0\n", encoding="utf-8")
    stack = stack_of(tmp_path, "# apache/airflow:2.8.3\n" + compose("build: ."))
    assert (stack.version, stack.base is not None) == ("2.8.3", True)
    assert "2.2.0 is none that airdock knows" in str(stack.notes[0])


def test_dotenv_that_git_tracks_is_told_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".env").write_text("A=b\n", encoding="utf-8")
    for words in (["init", "-q"], ["add", ".env"]):
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True)
    assert run("init", tmp_path) == 0
    assert "  .env: AD505 git would commit .env" in capsys.readouterr().out
    subprocess.run(["git", "-C", str(tmp_path), "rm", "-q", "--cached", ".env"], check=True)
    assert run("build", "-C", tmp_path, "--strict") == 0


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (None, "with pre-commit, make "),
        ("repos: []\n", ", under repos:\n"),
        ("repos:\n  - hooks: [{ id: airdock-build }]\n", None),
    ],
)
def test_entry_of_pre_commit_is_offered(
    config: str | None, told: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / ".pre-commit-config.yaml"
    if config is not None:
        path.write_text(config, encoding="utf-8")
    assert run("init", tmp_path) == 0
    printed = capsys.readouterr().out
    assert ("airdock-build" in printed) is (told is not None)
    assert told is None or told in printed
    assert not path.exists() if config is None else path.read_text(encoding="utf-8") == config
