"""Run the python tasks of a folder of DAG modules as their containers would, and print what came of it, as JSON.

    PYTHON_OF_AN_AIRFLOW_ENVIRONMENT run_functions.py FOLDER

The docker provider of this interpreter makes the script and the arguments; only the engine is left out: the script
runs here. Standard output is one object, ``{file: result}`` with the repr of what the function returned, or
``{file: null}`` where Airflow or Python refused it.
"""

from __future__ import annotations

import base64
import importlib
import json
import os
import pickle
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from describe_dags import relative
from read_dags import open_bag, prepare


def run(task: Any, folder: Path) -> str | None:
    """Return the repr of what a python task returns, None if it fails."""
    operator = importlib.import_module("airflow.providers.docker.operators.docker").DockerOperator
    sent: dict[str, str] = {}

    def keep(self: Any, _: object) -> None:
        sent.update(self.environment)

    operator.execute = keep
    try:
        task.execute({})
    except Exception as error:  # whatever it is, the task fails
        print(repr(error), file=sys.stderr)  # noqa: T201 - what the test shows when it fails
        return None
    files = [folder / name for name in ("script.py", "script.in", "script.out")]
    for file, name in zip(files, ("__PYTHON_SCRIPT", "__PYTHON_INPUT"), strict=False):
        file.write_bytes(base64.b64decode(sent[name]))
    # The interpreter that the environment is made of: like a container, it has no Airflow.
    command = [getattr(sys, "_base_executable", sys.executable), "-I", *map(str, files), "none", str(folder / "error")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stderr, file=sys.stderr)  # noqa: T201
        return None
    data = files[2].read_bytes()
    return repr(pickle.loads(data) if data else None)  # noqa: S301 - of a function of the test


def main() -> None:
    """Command line."""
    folder = Path(sys.argv[1]).resolve()
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="airdock-judge-", ignore_cleanup_errors=True) as made, result:
        prepare(str(Path(made).resolve()), folder)
        warnings.simplefilter("ignore")
        bag, _ = open_bag(folder)
        found: dict[str, str | None] = dict.fromkeys(relative(file, folder) for file in bag.import_errors)
        for dag in bag.dags.values():
            (task,) = dag.tasks
            with tempfile.TemporaryDirectory(dir=made) as container:
                found[relative(dag.fileloc, folder)] = run(task, Path(container))
        json.dump(found, result)


if __name__ == "__main__":
    main()
