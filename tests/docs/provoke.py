"""What goes wrong with containers by hand, done to a real Airflow and a real engine; prints what they say as JSON.

Runs with the Python of an Airflow 3 environment and needs nothing of this project. The images are given by name, and
have to be on the engine. What is left behind carries the label that is given, for the caller to remove.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

SHELL, PYTHON, AIRFLOW, LABEL = sys.argv[1:5]
SYMPTOMS: dict[str, Callable[[], object]] = {}
NOBODY = 65534


def symptom(function: Callable[[], object]) -> Callable[[], object]:
    """Register a function that goes wrong; its name is the symptom's."""
    SYMPTOMS[function.__name__.replace("_", "-")] = function
    return function


def operator(**arguments: Any) -> Any:
    given = {"task_id": "task", "image": SHELL, "mount_tmp_dir": False, "auto_remove": "force", "labels": [LABEL]}
    return imported("airflow.providers.docker.operators.docker", "DockerOperator")(**{**given, **arguments})


def run(**arguments: Any) -> object:
    """Make a task, fill in its templates as Airflow does, and run it."""
    with day() as dag:
        task = operator(**arguments)
    task.render_template_fields({}, dag.get_template_env())
    return task.execute({})


def day() -> Any:
    return imported("airflow.sdk", "DAG")("d", schedule=None, start_date=datetime(2026, 1, 1, tzinfo=timezone.utc))


def mount(target: str, source: str, **arguments: Any) -> Any:
    return imported("docker.types", "Mount")(target, source, **arguments)


def docker(*arguments: str) -> str:
    done = subprocess.run(
        ["docker", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    return done.stdout


def imported(module: str, name: str) -> Any:
    """Import as `from module import name` does; what is not there is found out where it is needed."""
    return getattr(importlib.import_module(module), name)


@symptom
def no_socket() -> object:
    return run(docker_url="unix:///nowhere/docker.sock", command=["true"])


@symptom
def no_right() -> object:
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "docker.sock"
        socket.symlink_to("/var/run/docker.sock")
        Path(folder).chmod(0o755)
        # As root every socket is open.
        if os.geteuid() == 0:
            os.seteuid(NOBODY)
        try:
            return run(docker_url=f"unix://{socket}", command=["true"])
        finally:
            os.seteuid(os.getuid())


@symptom
def source_missing() -> object:
    return run(command=["true"], mounts=[mount("/data", "/no/such/folder", type="bind")])


@symptom
def source_relative() -> object:
    return run(command=["true"], mounts=[mount("/data", "./data", type="bind")])


@symptom
def source_as_volume() -> object:
    return run(command=["true"], mounts=[mount("/data", "./data")])


@symptom
def same_target() -> object:
    return run(command=["true"], mounts=[mount("/data", f"{LABEL}-first"), mount("/data", f"{LABEL}-second")])


@symptom
def not_writable() -> object:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        user = "1234:1234"
        return run(command=["touch", "/data/out"], user=user, mounts=[mount("/data", folder, type="bind")])


@symptom
def template_file() -> object:
    return run(command=["sh", "/scripts/run.sh"])


@symptom
def shell_line() -> object:
    return run(command="echo one && echo two")


@symptom
def one_word() -> object:
    return run(command=["echo hello"])


@symptom
def bracket() -> object:
    return run(command="[ -f /etc/hosts ] && echo there")


@symptom
def no_bash() -> object:
    return python_task(SHELL)


@symptom
def from_outside() -> object:
    return python_task(PYTHON)


@symptom
def swallowed() -> object:
    # What an image with this entrypoint does.
    return f"output: {python_task(PYTHON, entrypoint=['bash', '-c'])!r}"


def python_task(image: str, **arguments: Any) -> object:
    """Run a function that needs what only its module has."""

    def function() -> int:
        return FACTOR

    given = {"image": image, "mount_tmp_dir": False, "auto_remove": "force", "labels": [LABEL]}
    with day():
        made = imported("airflow.providers.docker.decorators.docker", "docker_task")(**given, **arguments)(function)()
    return made.operator.execute({})


FACTOR = 2
ROWS = '{"rows": 3}'


@symptom
def command_of_function() -> object:
    return python_task(SHELL, command="echo hello")


@symptom
def boolean_remove() -> object:
    return operator(auto_remove=True)


@symptom
def old_schedule() -> object:
    return imported("airflow.sdk", "DAG")("d", schedule_interval="@daily")


@symptom
def old_dates() -> object:
    from airflow.utils.dates import days_ago

    return days_ago(1)


@symptom
def left_running() -> object:
    class TaskTimeout(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise TaskTimeout

    def ring() -> None:
        running = ["docker", "ps", "--quiet", "--filter", f"label={LABEL}=left"]
        while not subprocess.run(running, capture_output=True, check=True).stdout:
            time.sleep(0.2)
        # To the thread that waits for the container: only so is its waiting interrupted.
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGALRM)

    # As execution_timeout does.
    signal.signal(signal.SIGALRM, interrupt)
    threading.Thread(target=ring, daemon=True).start()
    return run(command=["sleep", "60"], auto_remove="success", labels={LABEL: "left"})


@symptom
def name_taken() -> object:
    docker("create", "--label", LABEL, "--name", f"{LABEL}-load", SHELL, "true")
    return run(command=["true"], container_name=f"{LABEL}-load")


@symptom
def no_gpu() -> object:
    request = imported("docker.types", "DeviceRequest")(count=-1, capabilities=[["gpu"]])
    return run(command=["true"], device_requests=[request])


@symptom
def little_memory() -> object:
    return run(command=["true"], mem_limit="4m")


@symptom
def memory_unit() -> object:
    return run(command=["true"], mem_limit="64Mi")


@symptom
def other_network() -> object:
    return run(command=["nc", "redis", "6379"])


@symptom
def no_such_network() -> object:
    return run(command=["true"], network_mode="backend")


@symptom
def undated() -> object:
    return run(command=["echo", "{{ ds }}"])


@symptom
def private_template() -> object:
    return run(command=["sh", "-c", "echo $TOKEN"], private_environment={"TOKEN": "{{ conn.api.password }}"})


@symptom
def bad_json() -> object:
    os.environ["AIRFLOW_CONN_STATION"] = '{"conn_type": "http", "password": "x",}'
    return imported("airflow.sdk", "BaseHook").get_connection("station")


@symptom
def no_group() -> object:
    return docker("run", "--rm", "--label", LABEL, "--group-add", "nosuchgroup", SHELL, "true")


@symptom
def group_variable() -> object:
    with tempfile.TemporaryDirectory() as folder:
        base = {"services": {"airflow-worker": {"image": AIRFLOW, "environment": {"A": "b"}}}}
        override = {"services": {"airflow-worker": {"environment": {"group_add": [999]}}}}
        (Path(folder) / "docker-compose.yaml").write_text(json.dumps(base), encoding="utf-8")
        (Path(folder) / "docker-compose.override.yaml").write_text(json.dumps(override), encoding="utf-8")
        return docker("compose", "--project-directory", folder, "config")


@symptom
def root_pip() -> object:
    install = "pip install humanize"
    return docker("run", "--rm", "--label", LABEL, "--user", "0", "--entrypoint", "bash", AIRFLOW, "-c", install)


@symptom
def temporary_folder() -> object:
    module = importlib.import_module("airflow.providers.docker.operators.docker")
    # The worker's own folder: it is not on the engine's host, whatever it is called.
    vars(module)["TemporaryDirectory"] = lambda **_: contextlib.nullcontext("/nowhere/tmp")
    return run(command=["true"], mount_tmp_dir=True)


@symptom
def unpickled() -> object:
    path = "/tmp/out"
    return run(command=["sh", "-c", f"echo text > {path}"], retrieve_output=True, retrieve_output_path=path)


@symptom
def text_output() -> object:
    return f"output: {run(command=['echo', ROWS])!r}"


@symptom
def mixed_output() -> object:
    script = "echo 42; sleep 1; echo warning: slow >&2"
    return f"output: {run(command=['sh', '-c', script])!r}"


def said(function: Callable[[], object]) -> str:
    """Return all that is logged, printed and raised."""
    heard = io.StringIO()
    handler = logging.StreamHandler(heard)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    try:
        with contextlib.redirect_stdout(heard), contextlib.redirect_stderr(heard):
            heard.write(str(function()))
    except BaseException:
        heard.write(traceback.format_exc())
    finally:
        root.removeHandler(handler)
    return heard.getvalue()


if __name__ == "__main__":
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with result:
        json.dump({name: said(function) for name, function in SYMPTOMS.items()}, result)
