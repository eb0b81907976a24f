"""Parse a folder of DAG modules over and over, as Airflow 3 does it, and say what each time cost.

    PYTHON_OF_AN_AIRFLOW_ENVIRONMENT parse_dags.py {processor FOLDER | bag FOLDER | task FILE DAG_ID}

`processor` is Airflow's own `DagFileProcessorProcess`, a process for each file: its imports of Airflow are made in the
parent, it forks, parses, serializes and sends back. Writing to the database is not in it. `bag` parses all files in
this process, with all imports made. `task` is how what runs a task finds it: the file is parsed with the parsing
context of DAG_ID; in this process, with all imports made, since fork and imports cost the same in any form.

For every line on standard input that is done once, and a JSON object is printed: `cpu`, seconds of user and
system time of this process and its children, and `tasks`, the number of tasks in each DAG. Any error ends it.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import sys
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def cpu() -> float:
    """Return the seconds of CPU that this process and its finished children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def processor(folder: Path) -> Callable[[], dict[str, int]]:
    """Return what parses each file of a folder in a process of its own, one after the other."""
    import selectors

    import structlog
    from airflow.dag_processing.processor import DagFileProcessorProcess
    from airflow.sdk.log import logging_processors
    from uuid6 import uuid7

    selector = selectors.DefaultSelector()
    processors = logging_processors(json_output=True)

    def serve() -> None:
        for key, _ in selector.select(timeout=1):
            handler, on_close = key.data
            try:
                more = handler(key.fileobj)
            except (BrokenPipeError, ConnectionResetError):
                more = False
            if not more:
                on_close(key.fileobj)
                key.fileobj.close()  # type: ignore[union-attr]

    def parse(file: Path) -> dict[str, int]:
        handle = Path(os.devnull).open("ab")  # noqa: SIM115 -- closed with the process
        process = DagFileProcessorProcess.start(
            id=uuid7(),
            path=file,
            bundle_path=folder,
            bundle_name="benchmark",
            dag_file_rel_path=file.name,
            callbacks=[],
            selector=selector,
            logger=structlog.wrap_logger(structlog.BytesLogger(handle), processors=processors),
            logger_filehandle=handle,
            subprocess_logs_to_stdout=False,
            client=None,  # nothing is asked of the API server: there are no connections and variables to look up
        )
        while not process.is_ready:
            serve()
        process.close()
        result = process.parsing_result
        if result is None or result.import_errors:
            raise SystemExit(f"{file.name} was not parsed: {result and result.import_errors}")
        return {dag.dag_id: len(dag.data["dag"]["tasks"]) for dag in result.serialized_dags}

    return lambda: {id_: count for file in sorted(folder.glob("*.py")) for id_, count in parse(file).items()}


def bag(folder: Path, **more: Any) -> dict[str, int]:
    """Parse a folder or a file in this process, with what has been imported so far."""
    from airflow.dag_processing.dagbag import BundleDagBag

    root = folder if folder.is_dir() else folder.parent
    found = BundleDagBag(dag_folder=folder, bundle_path=root, bundle_name="benchmark", load_op_links=False, **more)
    if found.import_errors:
        raise SystemExit(f"not parsed: {found.import_errors}")
    return {id_: len(dag.tasks) for id_, dag in found.dags.items()}


def task(file: Path, dag_id: str) -> dict[str, int]:
    """Parse a file as what runs a task of a DAG does; return that DAG."""
    from airflow.sdk.definitions._internal.dag_parsing_context import _airflow_parsing_context_manager

    with _airflow_parsing_context_manager(dag_id=dag_id, task_id="task_0"):
        return {dag_id: bag(file, safe_mode=False)[dag_id]}


@contextmanager
def measured() -> Iterator[dict[str, Any]]:
    """Yield an object that has, in the end, the CPU time of what was done in between."""
    gc.collect()
    before, found = cpu(), dict[str, Any]()
    yield found
    found["cpu"] = cpu() - before


def main(how: str, folder: Path, dag_id: str = "") -> None:
    """Answer each line of standard input with one measurement; the one that imports what is lazy is made before."""
    answers = sys.stdout
    # Whatever Airflow and the DAGs print is not an answer.
    with redirect_stdout(sys.stderr):
        ways: dict[str, Callable[[], dict[str, int]]] = {
            "processor": processor(folder),
            "bag": lambda: bag(folder),
            "task": lambda: task(folder, dag_id),
        }
        parse = ways[how]
        parse()
        for _ in sys.stdin:
            with measured() as found:
                found["tasks"] = parse()
            answers.write(json.dumps(found) + "\n")
            answers.flush()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), *sys.argv[3:])
