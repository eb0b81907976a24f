"""What Docker Compose makes of the files of a project."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from presence import required_or_skip

from conftest import REPOSITORY

OFFICIAL = Path(os.environ.get("AIRDOCK_OFFICIAL_COMPOSE", REPOSITORY.parent / "shared/reference/official-compose"))
"""Folder of official Compose files, `docker-compose-X.Y.Z.yaml`. They are no part of this project."""


@cache
def compose_present() -> bool:
    """Say whether Compose v2 is there."""
    if shutil.which("docker") is None:
        return False
    done = subprocess.run(["docker", "compose", "version", "--short"], capture_output=True, text=True, check=False)
    return done.returncode == 0


def need_compose() -> None:
    """Skip, or fail in CI, where Compose v2 is missing."""
    required_or_skip("Docker Compose v2", compose_present(), "see docs.docker.com/compose/install")


def official_file(version: str) -> Path:
    """Return an official Compose file; skip, or fail in CI, where it is missing."""
    path = OFFICIAL / f"docker-compose-{version}.yaml"
    how = "set AIRDOCK_OFFICIAL_COMPOSE to a folder with docker-compose-X.Y.Z.yaml"
    required_or_skip(f"the official Compose file of Airflow {version}", path.is_file(), how)
    return path


def compose_config(folder: Path, *options: str) -> dict[str, Any]:
    """Return the merged project as Compose sees it, dollar signs as they are. Fails the test on any complaint."""
    # Only what Compose itself needs of this environment: its variables would stand before those of .env.
    environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = ["docker", "compose", *options, "config", "--format", "json"]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        pytest.fail(f"docker compose config: {done.stderr}", pytrace=False)
    data: dict[str, Any] = _folded(json.loads(done.stdout))
    data["complaints"] = done.stderr
    return data


def _folded(value: Any) -> Any:
    """`config` writes each dollar sign twice, as a Compose file does."""
    if isinstance(value, str):
        return value.replace("$$", "$")
    if isinstance(value, list):
        return [_folded(item) for item in value]
    if isinstance(value, dict):
        return {key: _folded(item) for key, item in value.items()}
    return value


@cache
def engine_answers() -> bool:
    """Say whether a Docker engine is there."""
    if shutil.which("docker") is None:
        return False
    done = subprocess.run(["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, check=False)
    return done.returncode == 0


def need_engine() -> None:
    """Skip, or fail in CI, where no Docker engine answers."""
    required_or_skip("a Docker engine", engine_answers(), "start it; `docker version` tells whether it answers")
