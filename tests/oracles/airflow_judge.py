"""What a real Airflow makes of folders of generated DAG modules."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from airflow_environments import Environment

READER = Path(__file__).resolve().parent / "read_dags.py"
TIMEOUT = 300  # seconds
TAIL = 40  # lines of standard error to show


@dataclass(frozen=True)
class Job:
    """A folder of DAG modules to read, and what its modules see beside PATH and HOME."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    only: str | None = None
    """The DAG that the process needs, as one that runs a task tells while it parses; None for all."""
    render: bool = False
    """Whether to render the tasks."""


def judge_all(environment: Environment, jobs: Sequence[Job]) -> list[dict[str, Any]]:
    """Do jobs with the Airflow of `environment`, in one process; the results are described in read_dags.py.

    Raises AssertionError, with the end of standard error, when Airflow could not be run at all; errors of a module
    are part of the result.
    """
    rows = [
        {"folder": str(job.folder.resolve()), "environ": job.environ, "only": job.only, "render": job.render}
        for job in jobs
    ]
    results: list[dict[str, Any]] = _run(environment, [str(READER)], {}, json.dumps(rows))
    return results


def judge(
    environment: Environment, dags_folder: Path, environ: dict[str, str], reader: Path = READER
) -> dict[str, Any]:
    """Do one job in a process of its own; another `reader` gets the folder as its argument."""
    if reader == READER:
        return judge_all(environment, [Job(dags_folder, environ)])[0]
    result: dict[str, Any] = _run(environment, [str(reader), str(dags_folder)], environ, "")
    return result


def _run(environment: Environment, arguments: list[str], environ: dict[str, str], text: str) -> Any:
    """Run a script in the environment and return what it prints, as JSON."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    # Isolated: no module of this folder or of the user's site can stand in for one of the environment.
    command = [str(environment.python), "-I", *arguments]
    env = {**kept, **environ}
    try:
        done = subprocess.run(
            command, env=env, input=text, capture_output=True, text=True, timeout=TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise AssertionError(f"Airflow {environment.airflow} took more than {TIMEOUT} s") from late
    if done.returncode:
        tail = "\n".join(done.stderr.splitlines()[-TAIL:])
        raise AssertionError(f"Airflow {environment.airflow} could not read DAGs:\n{tail}")
    return json.loads(done.stdout)
