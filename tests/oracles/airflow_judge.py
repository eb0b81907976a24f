"""What a real Airflow makes of a folder of generated DAG modules."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_environments import Environment

READER = Path(__file__).resolve().parent / "read_dags.py"
TIMEOUT = 300  # seconds
TAIL = 40  # lines of standard error to show


def judge(environment: Environment, dags_folder: Path, environ: dict[str, str]) -> dict[str, Any]:
    """Parse `dags_folder` with the Airflow of `environment`; the result is described in read_dags.py.

    The modules see PATH, HOME and `environ` only. Raises AssertionError, with the end of standard error, when
    Airflow could not be run at all; errors of a module are part of the result.
    """
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    # Isolated: no module of this folder or of the user's site can stand in for one of the environment.
    command = [str(environment.python), "-I", str(READER), str(dags_folder)]
    try:
        done = subprocess.run(
            command, env={**kept, **environ}, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"Airflow {environment.airflow} took more than {TIMEOUT} s over {dags_folder}") from late
    if done.returncode:
        tail = "\n".join(done.stderr.splitlines()[-TAIL:])
        raise AssertionError(f"Airflow {environment.airflow} could not read {dags_folder}:\n{tail}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result
