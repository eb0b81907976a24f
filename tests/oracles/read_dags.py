"""Parse folders of DAG modules with the Airflow of this interpreter and print what it understood, as JSON.

    PYTHON_OF_AN_AIRFLOW_ENVIRONMENT read_dags.py < jobs.json

Needs nothing but Airflow (2.8 to 3.3) and the standard library; no database is made. A job is an object: `folder`,
the `environ` that its modules see beside PATH and HOME, `only` (null, or the id of the DAG that the process needs, as
one that runs a task tells while it parses), `render` (whether to render the tasks). Importing Airflow takes seconds,
so one process does many jobs. Standard output is a list with one object for each job:

    {"import_errors": {file: trace}, "warnings": [[file, category, message]], "dags": {dag_id: see describe_dags.py},
     "rendered": {dag_id: {task_id: see render_tasks.py}}}

Files are relative to the folder.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import os
import re
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from describe_dags import describe_dag, relative
from render_tasks import render, stand_in_for_outputs

# The plainest module there is: what Airflow warns of while it parses this one is not about the module.
CONTROL = """
from datetime import datetime, timezone
from airflow import DAG
from airflow.providers.docker.decorators.docker import docker_task
from airflow.providers.docker.operators.docker import DockerOperator

def function(value):
    return value

with DAG("control", schedule="@daily", start_date=datetime(2024, 1, 1, tzinfo=timezone.utc), catchup=False) as dag:
    first = DockerOperator(task_id="first", image="image")
    docker_task(task_id="second", image="image")(function)(value=first.output)
"""

# Lazy parts of Airflow that warn when they are first imported. No deprecated path may be in this list.
WARM_UP = (
    "airflow.sdk",
    "airflow.timetables.trigger",
    "airflow.providers.standard.operators.bash",
    "airflow.providers.standard.operators.empty",
    "airflow.providers.standard.operators.python",
    "airflow.providers.standard.operators.trigger_dagrun",
)

Warned = tuple[str, str, str]  # file it is attributed to, name of its class, message


def prepare(home: str, folder: Path) -> None:
    """Set up the process, before Airflow is imported, to read `folder` and leave no trace of it."""
    os.environ.pop("AIRFLOW__CORE__EXECUTOR", None)
    os.environ.update(
        AIRFLOW_HOME=home,
        AIRFLOW__CORE__DAGS_FOLDER=str(folder),
        AIRFLOW__CORE__PLUGINS_FOLDER=f"{home}/plugins",
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__UNIT_TEST_MODE="False",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/airflow.db",
    )
    # Airflow opens a doc_md that ends in ".md" as a file of the working directory.
    os.chdir(home)
    # The folder of this script has modules of its own that must not stand in for others; that of the DAGs is on the
    # path in every deployment, but in Airflow 3 it is not DagBag that puts it there.
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [each for each in sys.path if each != here]


def is_deprecation(category: str) -> bool:
    """Whether the name of a warning class says that something will stop working."""
    return category.startswith("RemovedIn") or "Deprecat" in category or category in {"FutureWarning", "SyntaxWarning"}


def open_bag(folder: Path) -> tuple[Any, dict[str, set[Warned]]]:
    """Parse a folder. Returns the DagBag and, by parsed file, the deprecations raised meanwhile."""
    base: Any
    try:
        base = importlib.import_module("airflow.dag_processing.dagbag").DagBag  # since 3.2
    except (ImportError, AttributeError):
        base = importlib.import_module("airflow.models.dagbag").DagBag
    raised: dict[str, set[Warned]] = {}

    class RecordingBag(base):  # type: ignore[misc]
        def process_file(self, filepath: str, *args: Any, **keywords: Any) -> Any:
            with warnings.catch_warnings(record=True) as caught:
                warnings.simplefilter("always")
                found = super().process_file(filepath, *args, **keywords)
            seen = {(each.filename, each.category.__name__, str(each.message)) for each in caught}
            # Since 3.2 DagBag passes on what it caught as UserWarning: the category is only in its own record.
            for line in getattr(self, "captured_warnings", {}).get(filepath, ()):
                parts = re.match(r"(.*?):(?:\d+|None): (?:\w+\.)*(\w+): (.*)", line, re.DOTALL)
                if parts:
                    seen.add((parts[1], parts[2], parts[3]))
            raised[filepath] = {each for each in seen if is_deprecation(each[1])}
            return found

    bag = RecordingBag(str(folder), collect_dags=False)
    bag.collect_dags(str(folder))
    return bag, raised


def imported_files(module: Path) -> set[str]:
    """Files of the modules that a module names in its import statements."""
    try:
        tree = ast.parse(module.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return set()
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.update({node.module, *(f"{node.module}.{each.name}" for each in node.names)})
    files = (getattr(sys.modules.get(name), "__file__", None) for name in names)
    return {file for file in files if file}


def warm_up(home: Path) -> set[Warned]:
    """Import what warns when it is first imported, and return what Airflow warns of for any module."""
    control = home / "control"
    control.mkdir()
    (control / "control.py").write_text(CONTROL, encoding="utf-8")
    for name in WARM_UP:
        with contextlib.suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)
    own: set[Warned] = set()
    for _ in range(2):
        bag, raised = open_bag(control)
        if bag.import_errors or not bag.dags:
            raise SystemExit(f"the control module does not load: {bag.import_errors}")
        own = set().union(*raised.values())
    # What is imported so far is Airflow, and stays compiled for the next process; the folders stay as they are.
    sys.dont_write_bytecode = True
    return own


def parse(folder: Path, own: set[Warned]) -> tuple[Any, list[list[str]]]:
    """Parse a folder and tell the deprecations that are about its modules.

    Counted are those attributed to a file of the folder or to a module it imports by name, and those that come back
    when the folder is parsed again: what Airflow warns of in its own imports is raised once only. What it raises
    every time, for any module, is told by the control module.
    """
    _, first = open_bag(folder)
    bag, second = open_bag(folder)
    found = set()
    for file in {*first, *second}:
        blamed = imported_files(Path(file))
        about = {each for each in first.get(file, ()) if Path(each[0]).is_relative_to(folder) or each[0] in blamed}
        for _, category, message in (about | second.get(file, set())) - own:
            found.add((relative(file, folder), category, message))
    return bag, [list(each) for each in sorted(found)]


def do(job: dict[str, Any], own: set[Warned]) -> dict[str, Any]:
    """What is printed for one job."""
    folder = Path(job["folder"])
    sys.path.append(str(folder))
    known = dict(os.environ)
    os.environ.update(job["environ"])
    try:
        with parsing_context(job["only"]):
            bag, raised = parse(folder, own)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # reading properties is this script's doing, not the module's
            dags = dict(sorted(bag.dags.items()))
            found = {name: describe_dag(dag, folder) for name, dag in dags.items()}
            shown = dags if job["render"] else {}
            texts = {name: {task.task_id: render(task) for task in dag.tasks} for name, dag in shown.items()}
    finally:
        os.environ.clear()
        os.environ.update(known)
        sys.path.remove(str(folder))
    errors = {relative(file, folder): trace for file, trace in bag.import_errors.items()}
    return {"import_errors": errors, "warnings": raised, "dags": found, "rendered": texts}


def parsing_context(dag_id: str | None) -> contextlib.AbstractContextManager[Any]:
    """What a process that runs a task of the DAG parses in."""
    for name in ("airflow.sdk.definitions._internal.dag_parsing_context", "airflow.utils.dag_parsing_context"):
        with contextlib.suppress(ImportError):
            manager = importlib.import_module(name)._airflow_parsing_context_manager
            context: contextlib.AbstractContextManager[Any] = manager(dag_id=dag_id)
            return context
    raise SystemExit("this Airflow has no parsing context")


def main() -> None:
    """Command line."""
    jobs = json.load(sys.stdin)
    # Airflow 2 logs to standard output; give it the other one, however it is written to.
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="airdock-judge-", ignore_cleanup_errors=True) as made, result:
        home = Path(made).resolve()
        prepare(str(home), home / "dags")
        own = warm_up(home)
        stand_in_for_outputs()
        json.dump([do(job, own) for job in jobs], result)


if __name__ == "__main__":
    main()
