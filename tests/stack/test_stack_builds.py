"""`docker compose build` and `up` build what has changed, once, start no image and ask no registry for it."""

from __future__ import annotations

import re
import shutil
import subprocess
import time
from pathlib import Path

from one_stack import Stack, fill, free_port, fresh_name
from private_registry import Registry
from public_images import AIRFLOWS
from stacks import HERE, need_images

SERVICES = {
    "airflow-init",
    "airflow-apiserver",
    "airflow-scheduler",
    "airflow-dag-processor",
    "airflow-worker",
}
BUILDERS = {"airflow-init", "image-own", "image-copied"}


def write_project(folder: Path, words: dict[str, str], text: str) -> None:
    """Write the project anew, with this text in the files that go into its images."""
    shutil.copy(HERE / "builds" / "airdock.toml", folder)
    fill(folder, words)
    (folder / "own" / "note.txt").write_text(f"note {text}\n", encoding="utf-8")
    (folder / "script.sh").write_text(f"echo script {text}\n", encoding="utf-8")


def referred_to(folder: Path) -> dict[str, str]:
    """Return the images that the DAG module names, by their names in airdock.toml."""
    text = (folder / "dags" / "d.py").read_text(encoding="utf-8")
    found = re.findall(r'image="(\S*(own|copied):\w{12})"', text)
    return {name: reference for reference, name in found}


def run_images(folder: Path) -> dict[str, str]:
    """Return what each task image prints."""
    return {
        name: subprocess.run(
            ["docker", "run", "--rm", "--pull", "never", "--network", "none", reference],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for name, reference in referred_to(folder).items()
    }


def builds(output: str) -> dict[str, int]:
    """Return how often each service was built, by what BuildKit says while it works."""
    read = re.findall(r"^#\d+ \[(\S+) internal\] load build definition", output, re.MULTILINE)
    return {service: read.count(service) for service in set(read)}


def installs(output: str) -> int:
    """Return how often pip really ran."""
    return len(re.findall(r"Successfully installed \S", output))


def test_builds(tmp_path: Path) -> None:
    need_images(AIRFLOWS["3.3.2"], "alpine:3.20")
    folder = tmp_path / "project"
    shutil.copytree(HERE / "builds", folder)
    name = fresh_name("builds")
    began = int(time.time())
    with Registry("nobody", "", free_port()) as registry, Stack(folder, name, tmp_path / "stack.log") as stack:
        words = {"NAME": name, "REGISTRY": f"127.0.0.1:{registry.port}", "HUMANIZE": "4.9.0"}
        write_project(folder, words, "one")
        stack.build()
        output = said = stack.said("--progress", "plain", "build")
        assert builds(output) == dict.fromkeys(BUILDERS, 1)
        assert installs(output) <= 1  # none where an earlier run has left it in the cache of builds
        assert stack.containers() == {}
        assert run_images(folder) == {"own": "note one\n", "copied": "script one\n"}

        said += (output := stack.said("up", "--detach"))
        assert stack.containers().keys() == SERVICES
        assert "humanize==4.9.0" in stack.compose("exec", "-T", "airflow-worker", "pip", "freeze")
        first = {service: found["Id"] for service, found in stack.containers().items()}

        said += (output := stack.said("up", "--detach"))
        assert installs(output) == 0
        assert {service: found["Id"] for service, found in stack.containers().items()} == first

        write_project(folder, {**words, "HUMANIZE": "4.10.0"}, "two")
        stack.build()
        said += (output := stack.said("up", "--detach"))
        assert builds(output) == dict.fromkeys(BUILDERS, 1)
        assert installs(output) <= 1
        assert stack.containers().keys() == SERVICES
        for service in SERVICES - {"airflow-init"}:
            assert "humanize==4.10.0" in stack.compose("exec", "-T", service, "pip", "freeze"), service
        assert run_images(folder) == {"own": "note two\n", "copied": "script two\n"}

        assert not re.search(r"Pulling|pull access|manifest unknown", said)
        stack.compose("pull")
        assert registry.calls == []
        assert pulled_since(began, name) == []
        stack.compose("down", "--volumes")
        assert stack.found() == {}


def pulled_since(began: int, name: str) -> list[str]:
    """Return the engine's events of pulled images of the project."""
    command = ["docker", "events", "--since", str(began), "--until", str(int(time.time())), "--filter", "event=pull"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.splitlines() if name in line]
