"""One project, built by airdock and run by a real Airflow against a real engine; and all of it removed again."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airflow_environments import Environment
from compose import compose_config
from second_engine import SecondEngine
from watch import Seen, Watch

from airdock.cli import main

HERE = Path(__file__).resolve().parent
TIMEOUT = 1200  # seconds; a run takes two minutes where nothing else runs
SECRETS = {
    "PASSWORD": "p$ss\"w{rd '#1' 100% \\ {{ x }} é canarypassword",
    "QUOTED": "p@ss/w:rd#1 100% canaryquoted",
    "URI": "postgres://someone:by%40uri%20canaryuri@elsewhere:5432/db",
    "VARIABLE": "variable's $ecret {{ y }} canaryvariable",
    "SECRET": "t0ken $HOME 'quoted' \\ \"twice\"\nsecond line # {{ ds }} é canarysecret",
}
"""Host variables that the project reads, less their prefix."""
OPERATORS = {"3": "airflow.providers.standard.operators", "2": "airflow.operators"}


@dataclass(repr=False)
class Run:
    """What a run showed, and what was left on the engine when everything had been removed."""

    name: str
    version: str
    folder: Path
    environ: dict[str, str]
    """What Compose hands to the service that executes tasks."""
    port: int
    outcome: dict[str, Any] = field(default_factory=dict)
    """What run_dags.py wrote."""
    home: Path = Path()
    log: str = ""
    seen: Seen = field(default_factory=Seen)
    second: int = 0
    """Containers that were asked for at the second engine."""
    host: dict[str, str] = field(default_factory=dict)
    """What tasks wrote to the folder of the host that they have as /out."""
    after: dict[str, list[str]] = field(default_factory=dict)
    """What was on the engine of the project when the last DAG had ended."""
    left: dict[str, list[str]] = field(default_factory=dict)
    """What was there when all had been removed."""

    def __repr__(self) -> str:
        return f"<{self.name} on Airflow {self.version} in {self.folder}>"

    def tasks(self, dag: str, task: str) -> list[dict[str, Any]]:
        """Return the instances of a task, in the order of their index."""
        assert self.outcome["dags"][dag]["error"] is None, self.outcome["dags"][dag]["error"]
        found = [each for each in self.outcome["dags"][dag]["tasks"] if each["task"] == task]
        return sorted(found, key=lambda each: int(each["index"]))

    def task(self, dag: str, task: str) -> dict[str, Any]:
        """Return the one instance of a task."""
        (found,) = self.tasks(dag, task)
        return found

    def state(self, dag: str, task: str) -> str:
        """Return the state of the one instance of a task."""
        return str(self.task(dag, task)["state"])

    def output(self, dag: str, task: str) -> Any:
        """Return the output of a task that succeeded."""
        assert self.state(dag, task) == "success", f"{dag}.{task}: {self.state(dag, task)}\n{self.said_of(task)}"
        return self.task(dag, task)["output"]

    def mapped(self, dag: str, task: str) -> list[Any]:
        """Return the outputs of a mapped task, all of whose instances succeeded."""
        found = self.tasks(dag, task)
        assert {each["state"] for each in found} == {"success"}, self.said_of(task)
        assert [each["index"] for each in found] == list(range(len(found)))
        return [each["output"] for each in found]

    def labels(self, dag: str, task: str) -> dict[str, str]:
        """Return the labels that airdock gives to the containers of a task."""
        return {"airdock.project": self.name, "airdock.dag": dag, "airdock.task": task}

    def containers(self, dag: str, task: str) -> list[dict[str, Any]]:
        """Return what the engine said of the containers of a task while they ran."""
        wanted = self.labels(dag, task).items()
        return [each for each in self.seen.containers.values() if wanted <= each["Config"]["Labels"].items()]

    def said_of(self, task: str) -> str:
        """Return what Airflow said around a task, for the message of a test that failed."""
        lines = self.log.splitlines()
        first = next((number for number, line in enumerate(lines) if task in line and "starting" in line.lower()), 0)
        return "\n".join(lines[first : first + 80])


def run_project(environment: Environment, folder: Path) -> Run:
    """Build and run the project in a new folder, remove it from the engine, and return what was seen."""
    name = f"airdock-test-{secrets.token_hex(4)}"
    address = Path(tempfile.gettempdir()) / f"{name}.sock"
    port = free_port()
    write_project(folder, words_for(name, environment.airflow, port, address))
    with variables({f"AIRDOCK_TEST_{key}": text for key, text in {**SECRETS, "DATA": str(folder / "data")}.items()}):
        assert main(["build", "-C", str(folder), "--strict"]) == 0
    for made in ("out", "sync"):
        (folder / made).chmod(0o777)  # whoever the tasks run as
    services = compose_config(folder)["services"]
    run = Run(name, environment.airflow, folder, services["airflow-scheduler"]["environment"], port)
    try:
        docker("volume", "create", f"{name}-made")
        compose(folder, "build", "--quiet", "image-tool")
        compose(folder, "up", "--detach", "answer")
        with swarm(), SecondEngine(address) as second:
            run_dags(environment, run)
            run.second = second.created
        run.host = {path.name: path.read_text(encoding="utf-8") for path in (folder / "out").iterdir()}
    finally:
        remove(run)
    return run


def words_for(name: str, version: str, port: int, address: Path) -> dict[str, str]:
    """Return what stands for the words in at signs."""
    return {
        "PROJECT": name,
        "VERSION": version,
        "VAR": "AIRDOCK_TEST",
        "PORT": str(port),
        "SOCKET": str(address),
        "BASH": f"{OPERATORS[version[0]]}.bash.BashOperator",
        # Modules of one DAG on one major, of several on the other.
        "BUNDLE": {"3": "1", "2": "5"}[version[0]],
    }


def write_project(folder: Path, words: Mapping[str, str]) -> None:
    """Copy the project, with its words filled in."""
    shutil.copytree(HERE / "project", folder)
    for file in (folder / "airdock.toml", *folder.glob("dags.d/*.toml")):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub("@([A-Z]+)@", lambda match: words[match[1]], text), encoding="utf-8")
    (folder / "data").mkdir()
    (folder / "data" / "note.txt").write_text("of the host\n", encoding="utf-8")


def free_port() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def variables(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables of the environment for a while."""
    before = dict(os.environ)
    os.environ.update(values)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run_dags(environment: Environment, run: Run) -> None:
    """Let Airflow run every DAG, and write down what is seen."""
    run.home = run.folder.parent / "airflow"
    environ = airflow_environ(run)
    command = [str(environment.python), "-I", "-m", "airflow", "db", "migrate"]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=TIMEOUT)
    assert done.returncode == 0, done.stdout + done.stderr
    outcome = run.home / "outcome.json"
    command = [str(environment.python), "-I", str(HERE / "run_dags.py"), str(run.folder / "dags"), str(outcome)]
    watch = Watch(run.name, run.folder / "sync")
    watch.start()
    try:
        done = subprocess.run(
            command, env=environ, cwd=run.home, capture_output=True, text=True, check=False, timeout=TIMEOUT
        )
    finally:
        run.seen = watch.stop()
    run.log = done.stdout + done.stderr
    assert outcome.exists(), run.log[-5000:]
    run.outcome = json.loads(outcome.read_text(encoding="utf-8"))
    run.after = found_of(run)


def airflow_environ(run: Run) -> dict[str, str]:
    """Return the environment of Airflow: that of the service, less what is about the stack's own database."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    given = {
        key: text
        for key, text in run.environ.items()
        if text is not None and key.startswith(("AIRDOCK_", "AIRFLOW_CONN_", "AIRFLOW_VAR_"))
    }
    return {
        **kept,
        **given,
        "AIRFLOW_HOME": str(run.home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(run.folder / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "false",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "false",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{run.home}/airflow.db",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def docker(*arguments: str) -> str:
    """Run the client and return what it prints. Raises CalledProcessError."""
    done = subprocess.run(["docker", *arguments], capture_output=True, text=True, timeout=120, check=True)
    return done.stdout.strip()


def compose(folder: Path, *arguments: str) -> None:
    """Run Compose on the project. Raises AssertionError with what it says."""
    # Only what Compose itself needs of this environment: its variables would stand before those of .env.
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = ["docker", "compose", *arguments]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def swarm() -> Iterator[None]:
    """Make the engine a swarm of its own, unless it is one."""
    if in_swarm():
        yield
        return
    before = docker("network", "ls", "--format", "{{.Name}}").split()
    docker("swarm", "init", "--advertise-addr", "127.0.0.1")
    try:
        yield
    finally:
        docker("swarm", "leave", "--force")
        if "docker_gwbridge" not in before:
            docker("network", "rm", "docker_gwbridge")


def in_swarm() -> bool:
    """Say whether the engine is part of a swarm."""
    return docker("info", "--format", "{{.Swarm.LocalNodeState}}") == "active"


def found_of(run: Run) -> dict[str, list[str]]:
    """Return everything on the engine that belongs to the run, by its kind."""

    def lines(*arguments: str) -> list[str]:
        return sorted(line for line in docker(*arguments).splitlines() if run.name in line)

    of_tasks = (
        "ps",
        "--all",
        "--format",
        '{{.Label "airdock.project"}} {{.Label "airdock.dag"}}.{{.Label "airdock.task"}}',
    )
    return {
        "tasks": [line.removeprefix(f"{run.name} ") for line in lines(*of_tasks)],
        "containers": lines("ps", "--all", "--format", "{{.Names}} {{.Image}}"),
        "volumes": lines("volume", "ls", "--format", "{{.Name}}"),
        "networks": lines("network", "ls", "--format", "{{.Name}}"),
        "images": lines("image", "ls", "--format", "{{.Repository}}:{{.Tag}}"),
        "services": lines("service", "ls", "--format", "{{.Name}}") if in_swarm() else [],
    }


def remove(run: Run) -> None:
    """Remove everything of the run from the engine, and write down what is left after that."""
    for container in docker("ps", "--all", "--quiet", "--filter", f"label=airdock.project={run.name}").split():
        docker("rm", "--force", "--volumes", container)
    compose(run.folder, "down", "--volumes", "--remove-orphans", "--timeout", "1")
    # What tasks wrote as another user is given back, so that the folder can be removed.
    owner = f"{os.getuid()}:{os.getgid()}"
    docker("run", "--rm", "--volume", f"{run.folder}:/x", "alpine:3.20", "chown", "-R", owner, "/x/out", "/x/sync")
    found = found_of(run)
    for volume in found["volumes"]:
        docker("volume", "rm", volume)
    for image in found["images"]:
        docker("image", "rm", image)
    run.left = found_of(run)
