"""The fixture of all tests of this folder: one run on each Airflow. A plugin, because the folder needs no conftest."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
import real_run
from airflow_environments import QUICK, find
from compose import need_compose
from presence import required_or_skip
from second_engine import ENGINE

INSTALL = "python tests/oracles/airflow_environments.py install"


def engine_answers() -> bool:
    """Say whether a Docker engine is there, where tasks look for it."""
    if shutil.which("docker") is None or not Path(ENGINE).is_socket():
        return False
    return subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0


@pytest.fixture(scope="session", params=QUICK)
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> real_run.Run:
    """One run of every DAG, on each Airflow; skipped (failed in CI) where Airflow or the engine is missing."""
    environment = find(request.param)
    required_or_skip(f"Airflow {request.param}", environment is not None, INSTALL)
    assert environment is not None
    required_or_skip("a Docker engine", engine_answers(), f"start it; the tasks look for it at {ENGINE}")
    need_compose()
    return real_run.run_project(environment, tmp_path_factory.mktemp("run") / "project")
