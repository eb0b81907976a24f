"""Parse a folder of DAG modules with the Airflow of this interpreter and print when each DAG would run first, as JSON.

    PYTHON_OF_AN_AIRFLOW_ENVIRONMENT read_schedules.py FOLDER

Standard output is one object, ``{"refused": {file: last line of the trace}, "first": {dag_id: time, null or error}}``.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from describe_dags import relative, serialize
from read_dags import open_bag, prepare


def first_run(dag: Any) -> str | None:
    """Return when the scheduler would start the first run, None for never, or the error that it gets."""
    content, error = serialize(dag)
    if error is not None:
        return error
    module = importlib.import_module("airflow.serialization.serialized_objects")
    # The scheduler works on the stored DAG; since 3.2 only that one can tell when it runs.
    stored = (getattr(module, "DagSerialization", None) or module.SerializedDAG).from_dict(content)
    start = None if dag.start_date is None else importlib.import_module("pendulum").instance(dag.start_date)
    restriction = importlib.import_module("airflow.timetables.base").TimeRestriction(
        earliest=start, latest=None, catchup=True
    )
    try:
        info = stored.timetable.next_dagrun_info(last_automated_data_interval=None, restriction=restriction)
    except Exception as raised:  # whatever it is, it is the answer
        return f"{type(raised).__name__}: {raised}"
    return None if info is None else str(info.run_after.isoformat())


def main() -> None:
    """Command line."""
    folder = Path(sys.argv[1]).resolve()
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="airdock-judge-", ignore_cleanup_errors=True) as made, result:
        prepare(str(Path(made).resolve()), folder)
        warnings.simplefilter("ignore")
        bag, _ = open_bag(folder)
        refused = {relative(file, folder): trace.strip().splitlines()[-1] for file, trace in bag.import_errors.items()}
        json.dump({"refused": refused, "first": {name: first_run(dag) for name, dag in bag.dags.items()}}, result)


if __name__ == "__main__":
    main()
