"""The same DAGs in every form that is measured: airdock.toml, by hand, and in the languages of other tools.

Each DAG is a chain of ten DockerOperator tasks with an image, a command, two variables, a mount, a network, a
timeout and retries. The two YAML languages get no mount, timeout and retries, so that they have less to do.
"""

from __future__ import annotations

from pathlib import Path

TASKS = 10

PROJECT = """\
airdock = 1

[project]
name = "benchmark"

[airflow]
version = "3.3.2"
executor = "local"
dags_per_file = {per_file}

[compose]
bundled = true

[images.etl]
ref = "python:3.12-slim"

[mounts.data]
source = "/srv/data"
target = "/data"

[lint]
ignore = ["AD408"]  # /srv/data need not be there
"""
DAG = """
[dags.{id}]
schedule = "0 3 * * *"
start_date = 2026-01-01
"""
TASK = """
[dags.{id}.tasks.task_{n}]
image = "etl"
command = ["python", "-c", "print({n})"]
env = {{ NUMBER = "{n}", DAY = "{day}" }}
mounts = ["data"]
retries = 2
timeout = "10m"
"""

HAND = '''\
"""The daily run of {id}."""

from datetime import datetime, timedelta

from airflow.providers.docker.operators.docker import DockerOperator
from airflow.sdk import DAG
from docker.types import Mount

DEFAULTS = {{"owner": "data", "retries": 2}}

with DAG(
    "{id}", schedule="0 3 * * *", start_date=datetime(2026, 1, 1), catchup=False, default_args=DEFAULTS
) as dag:
'''
HAND_TASK = """
    task_{n} = DockerOperator(
        task_id="task_{n}",
        image="python:3.12-slim",
        command=["python", "-c", "print({n})"],
        environment={{"NUMBER": "{n}", "DAY": "{{{{ ds }}}}"}},
        mounts=[Mount(source="/srv/data", target="/data", type="bind")],
        network_mode="benchmark_default",
        auto_remove="force",
        mount_tmp_dir=False,
        execution_timeout=timedelta(minutes=10),
    )
"""

NAIVE = '''\
"""DAGs made of a TOML file each time that this file is parsed."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path

from airflow.providers.docker.operators.docker import DockerOperator
from airflow.sdk import DAG
from docker.types import Mount

for id_, tasks in tomllib.loads(Path(__file__).with_suffix(".toml").read_text()).items():
    with DAG(id_, schedule="0 3 * * *", start_date=datetime(2026, 1, 1), catchup=False) as dag:
        before = None
        for name, task in tasks.items():
            operator = DockerOperator(
                task_id=name,
                image=task["image"],
                command=task["command"],
                environment=task["env"],
                mounts=[Mount(type="bind", **mount) for mount in task["mounts"]],
                network_mode="benchmark_default",
                auto_remove="force",
                mount_tmp_dir=False,
                execution_timeout=timedelta(minutes=task["minutes"]),
                retries=task["retries"],
            )
            if before is not None:
                before >> operator
            before = operator
    globals()[id_] = dag
'''
NAIVE_TASK = """
[{id}.task_{n}]
image = "python:3.12-slim"
command = ["python", "-c", "print({n})"]
env = {{ NUMBER = "{n}", DAY = "{{{{ ds }}}}" }}
mounts = [{{ source = "/srv/data", target = "/data" }}]
retries = 2
minutes = 10
"""

FACTORY = """\
{id}:
  schedule: "0 3 * * *"
  start_date: 2026-01-01
  catchup: false
  tasks:
"""
FACTORY_TASK = """\
    - task_id: task_{n}
      operator: airflow.providers.docker.operators.docker.DockerOperator
      image: "python:3.12-slim"
      command: [python, -c, "print({n})"]
      environment: {{NUMBER: "{n}", DAY: "{{{{ ds }}}}"}}
      network_mode: benchmark_default
      auto_remove: force
      mount_tmp_dir: false
"""
FACTORY_LOADER = """\
from pathlib import Path

from airflow import DAG  # so that Airflow reads this file
from dagfactory import load_yaml_dags

load_yaml_dags(globals_dict=globals(), {source})
"""

BOUNDARY = """\
name: {id}
dag_args:
  schedule_interval: "0 3 * * *"
default_task_args:
  owner: data
  start_date: "2026-01-01"
operators:
"""
BOUNDARY_TASK = """\
- name: task_{n}
  type: docker
  properties:
    image: "python:3.12-slim"
    command: python -c print({n})
"""


def ids(dags: int) -> list[str]:
    """Return the ids of so many DAGs."""
    return [f"dag_{n:04}" for n in range(dags)]


def write(path: Path, text: str) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def airdock(folder: Path, dags: int, *, per_file: int = 1, templates: bool = True) -> Path:
    """Write an airdock.toml; return its folder. Without templates nothing in it has to be read by Jinja."""
    parts = [PROJECT.format(per_file=per_file)]
    for id_ in ids(dags):
        parts.append(DAG.format(id=id_))
        for n in range(TASKS):
            after = f'after = ["task_{n - 1}"]\n' if n else ""
            parts.append(TASK.format(id=id_, n=n, day="{{ ds }}" if templates else "today") + after)
    write(folder / "airdock.toml", "".join(parts))
    write(folder / ".gitignore", ".env\n")
    return folder


def by_hand(folder: Path, dags: int) -> Path:
    """Write a module for each DAG as people do it; return their folder."""
    for id_ in ids(dags):
        tasks = "".join(HAND_TASK.format(n=n) for n in range(TASKS))
        chain = " >> ".join(f"task_{n}" for n in range(TASKS))
        write(folder / f"{id_}.py", f"{HAND.format(id=id_)}{tasks}\n    {chain}\n")
    return folder


def naive(folder: Path, dags: int) -> Path:
    """Write one module that reads one TOML file; return its folder."""
    write(folder / "dags.py", NAIVE)
    write(folder / "dags.toml", "".join(NAIVE_TASK.format(id=id_, n=n) for id_ in ids(dags) for n in range(TASKS)))
    return folder


def dag_factory(folder: Path, dags: int, *, loaders: int) -> Path:
    """Write a YAML file for each DAG, and one loader for all or (`loaders` = `dags`) for each; return the folder."""
    for id_ in ids(dags):
        tasks = [
            FACTORY_TASK.format(n=n) + (f"      dependencies: [task_{n - 1}]\n" if n else "") for n in range(TASKS)
        ]
        write(folder / f"{id_}.yml", FACTORY.format(id=id_) + "".join(tasks))
        if loaders == dags:
            source = 'config_filepath=str(Path(__file__).with_suffix(".yml"))'
            write(folder / f"{id_}.py", FACTORY_LOADER.format(source=source))
    if loaders == 1:
        write(folder / "load.py", FACTORY_LOADER.format(source="dags_folder=str(Path(__file__).parent)"))
    return folder


def boundary_layer(folder: Path, dags: int) -> list[Path]:
    """Write a YAML file for each DAG; return them."""
    files = [folder / f"{id_}.yaml" for id_ in ids(dags)]
    for path in files:
        tasks = [
            BOUNDARY_TASK.format(n=n) + (f"  upstream_dependencies: [task_{n - 1}]\n" if n else "")
            for n in range(TASKS)
        ]
        write(path, BOUNDARY.format(id=path.stem) + "".join(tasks))
    return files
