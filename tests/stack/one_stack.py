"""One project as a whole stack: built, brought up by Compose, watched, and removed again; and one log of all of it."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

LIMIT = 600.0
"""Seconds for one stack, from the first command to the last."""
COMPOSE_PROJECT, COMPOSE_SERVICE = "com.docker.compose.project", "com.docker.compose.service"


class StackError(Exception):
    """Something of the stack did not come true in time, or a command failed."""


@dataclass(frozen=True)
class Ended:
    """A command that has ended."""

    code: int
    out: str
    err: str


def free_port() -> int:
    """Return a port of the loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def fresh_name(word: str) -> str:
    """Return a project name that nothing else on the engine has."""
    return f"airdock-{word}-{secrets.token_hex(3)}"


def fill(folder: Path, words: Mapping[str, object]) -> None:
    """Replace each @WORD@ in airdock.toml."""
    file = folder / "airdock.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub("@([A-Z_]+)@", lambda match: str(words[match[1]]), text), encoding="utf-8")


class Stack:
    """A project on the engine. When its block ends, everything of it is removed, whatever has happened."""

    def __init__(self, folder: Path, name: str, log: Path) -> None:
        self.folder, self.name, self.log = folder, name, log
        self._began = time.monotonic()

    def __enter__(self) -> Stack:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._began = max(self._began, time.monotonic() - LIMIT + 120)  # what removes everything has time left
        try:
            if error is not None:
                self._write_why()
        finally:
            self.down()
            self._remove()

    # What the user types.

    def build(self, environ: Mapping[str, str] | None = None) -> None:
        """Run `airdock build`, with these variables of the host."""
        self.run(sys.executable, "-m", "airdock", "build", "-C", str(self.folder), "--strict", environ=environ)

    def compose(self, *arguments: str) -> str:
        """Run Compose in the project folder, with nothing in its environment that .env does not say."""
        return self.run("docker", "compose", *arguments)

    def said(self, *arguments: str) -> str:
        """Run Compose, and return all that it says, errors and progress included."""
        done = self.attempt("docker", "compose", *arguments)
        if done.code:
            raise StackError(f"docker compose {' '.join(arguments)}: exit code {done.code}\n{done.err}")
        return done.out + done.err

    def down(self) -> None:
        """Run `docker compose down`, volumes included."""
        if (self.folder / "docker-compose.override.yaml").exists():
            self.compose("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout", "5")

    def run(self, *command: str, environ: Mapping[str, str] | None = None) -> str:
        """Run a command, write it down, and return what it prints. Raises StackError when it fails."""
        done = self.attempt(*command, environ=environ)
        if done.code:
            tail = "\n".join((done.out + done.err).splitlines()[-30:])
            raise StackError(f"{' '.join(command)}: exit code {done.code}\n{tail}")
        return done.out

    def attempt(self, *command: str, environ: Mapping[str, str] | None = None) -> Ended:
        """Run a command that may fail, and write it down. Raises StackError when the time is over."""
        own = {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ}
        began = time.monotonic()
        process = subprocess.Popen(
            command,
            cwd=self.folder,
            env={**own, **(environ or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            out, err = process.communicate(timeout=max(self.left(), 1))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # the client starts Compose as another process
            out, err = process.communicate()
        self.write(f"$ {' '.join(command)}   ({time.monotonic() - began:.1f} s, exit {process.returncode})\n{out}{err}")
        if process.returncode == -signal.SIGKILL:
            raise StackError(f"{' '.join(command)}: not done within the {LIMIT:.0f} seconds of the stack")
        return Ended(process.returncode, out, err)

    def left(self) -> float:
        """Return how many seconds are left."""
        return LIMIT - (time.monotonic() - self._began)

    def write(self, text: str) -> None:
        """Add to the log."""
        with self.log.open("a", encoding="utf-8") as file:
            file.write(f"[{time.monotonic() - self._began:6.1f}] {text.rstrip()}\n")

    def wait(self, what: str, done: Callable[[], object], every: float = 2) -> None:
        """Wait until something holds. Raises StackError, with what it was last, when the time is over."""
        found: object = "never looked at"
        while self.left() > 0:
            found = done()
            if found is True:
                self.write(f"{what}: yes")
                return
            time.sleep(every)
        raise StackError(f"{what}: still not; {found}")

    # What the engine says.

    def containers(self) -> dict[str, dict[str, Any]]:
        """Return what the engine says of each container of a service, by the service's name."""
        command = ["docker", "ps", "--all", "--quiet", "--filter", f"label={COMPOSE_PROJECT}={self.name}"]
        ids = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        if not ids:
            return {}
        done = subprocess.run(["docker", "inspect", *ids], capture_output=True, text=True, check=True)
        return {found["Config"]["Labels"][COMPOSE_SERVICE]: found for found in json.loads(done.stdout)}

    def environments(self) -> dict[str, dict[str, str]]:
        """Return the environment of each service's container."""
        return {
            service: dict(entry.split("=", 1) for entry in found["Config"]["Env"])
            for service, found in self.containers().items()
        }

    def wait_healthy(self) -> None:
        """Wait until each service is healthy, runs (where it has no health check), or is done (one-shot services)."""

        def missing() -> object:
            found = {name: one["State"] for name, one in self.containers().items()}
            states = {
                name: state.get("Health", {}).get("Status") or f"{state['Status']} {state['ExitCode']}"
                for name, state in found.items()
            }
            bad = {name: state for name, state in states.items() if state not in ("healthy", "running 0", "exited 0")}
            return bad or True

        self.wait("all services are healthy", missing)

    def found(self) -> dict[str, list[str]]:
        """Return the names of everything on the engine that is the project's, but its images; empty kinds left out."""

        def names(*command: str) -> list[str]:
            done = subprocess.run(["docker", *command], capture_output=True, text=True, check=True)
            return sorted(line for line in done.stdout.split() if line.startswith(self.name))

        labelled = ["ps", "--all", "--filter", f"label=airdock.project={self.name}", "--format", "{{.ID}}"]
        done = subprocess.run(["docker", *labelled], capture_output=True, text=True, check=True)
        kinds = {
            "containers": names("ps", "--all", "--format", "{{.Names}}"),
            "of tasks": done.stdout.split(),
            "volumes": names("volume", "ls", "--format", "{{.Name}}"),
            "networks": names("network", "ls", "--format", "{{.Name}}"),
        }
        return {kind: found for kind, found in kinds.items() if found}

    def images(self) -> list[str]:
        """Return the images that have the project's name in theirs."""
        done = subprocess.run(
            ["docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}"],
            capture_output=True,
            text=True,
            check=True,
        )
        return sorted(line for line in done.stdout.split() if self.name in line)

    def _remove(self) -> None:
        """Remove what Compose does not: containers of tasks, images; and what a failed command has left."""
        found = self.found()
        for container in [*found.get("of tasks", []), *found.get("containers", [])]:
            self.attempt("docker", "rm", "--force", "--volumes", container)
        for volume in found.get("volumes", []):
            self.attempt("docker", "volume", "rm", volume)
        for network in found.get("networks", []):
            self.attempt("docker", "network", "rm", network)
        for image in self.images():
            self.attempt("docker", "image", "rm", image)

    def _write_why(self) -> None:
        """Write all logs of the stack down, and print where, with the end of those that matter most."""
        self.attempt("docker", "compose", "ps", "--all")
        for service, found in self.containers().items():
            health = found["State"].get("Health", {})
            if health.get("Status") not in (None, "healthy"):
                self.write(f"health of {service}: {json.dumps(health['Log'][-2:], indent=1)}")
        done = self.attempt("docker", "compose", "--ansi", "never", "logs", "--timestamps")
        print(f"the whole log of the stack: {self.log}")  # noqa: T201 - pytest shows it beside the failure
        print("\n".join((done.out + done.err).splitlines()[-40:]))  # noqa: T201
