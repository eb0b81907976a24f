"""Run every DAG of a folder with `dag.test()`, in the Airflow of the interpreter that this file is run by.

    python -I run_dags.py DAGS_FOLDER OUTCOME_FILE

OUTCOME_FILE becomes JSON: `import_errors`, and for each DAG `state`, `seconds`, `error`, what is `stored` of it, and
`tasks`: a list of {task, index, state, tries, label, output, outputs, rendered}. No part of airdock is imported.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any


def main(folder: str, outcome: str) -> int:
    bag = bag_of(folder)
    result: dict[str, Any] = {"import_errors": dict(bag.import_errors), "dags": {}}
    for dag_id, dag in sorted(bag.dags.items()):
        began = time.monotonic()
        entry: dict[str, Any] = {"state": None, "error": None, "tasks": [], "stored": stored(dag)}
        try:
            run = dag.test()
            entry["state"] = word(run.state)
            entry["tasks"] = tasks_of(run)
        except Exception:  # the test shows it
            entry["error"] = traceback.format_exc()
        entry["seconds"] = time.monotonic() - began
        result["dags"][dag_id] = entry
    Path(outcome).write_text(json.dumps(result, default=repr), encoding="utf-8")
    return 0


def found(*places: str) -> Any:
    """Return the first of these that this Airflow has, each "module:name"."""
    for place in places:
        module, _, name = place.partition(":")
        with contextlib.suppress(ImportError, AttributeError):
            return getattr(importlib.import_module(module), name)
    raise SystemExit(f"this Airflow has none of {', '.join(places)}")


def bag_of(folder: str) -> Any:
    # The first is the place since 3.2.
    return found("airflow.dag_processing.dagbag:DagBag", "airflow.models.dagbag:DagBag")(folder)


def stored(dag: Any) -> Any:
    """Return a DAG as the database holds it; `dag.test()` does not store it in Airflow 2."""
    module = "airflow.serialization.serialized_objects"
    return found(f"{module}:DagSerialization", f"{module}:SerializedDAG").to_dict(dag)


def word(state: Any) -> str | None:
    return None if state is None else str(getattr(state, "value", state))


def tasks_of(run: Any) -> list[dict[str, Any]]:
    """Return what the database holds of each task instance of a run."""
    rendered_fields = found("airflow.models.renderedtifields:RenderedTaskInstanceFields")
    create_session = found("airflow.utils.session:create_session")
    outputs_table = found("airflow.models.xcom:XComModel", "airflow.models.xcom:XCom")
    tasks = []
    with create_session() as session:
        here = {"dag_id": run.dag_id, "run_id": run.run_id}
        outputs: dict[tuple[str, int], dict[str, Any]] = {}
        for row in session.query(outputs_table).filter_by(**here):
            outputs.setdefault((row.task_id, row.map_index), {})[row.key] = plain(row.value)
        rendered = {
            (row.task_id, row.map_index): row.rendered_fields
            for row in session.query(rendered_fields).filter_by(**here)
        }
        for ti in run.get_task_instances(session=session):
            key = (ti.task_id, ti.map_index)
            tasks.append(
                {
                    "task": ti.task_id,
                    "index": ti.map_index,
                    "state": word(ti.state),
                    "tries": ti.try_number,
                    "label": getattr(ti, "rendered_map_index", None),
                    "output": outputs.get(key, {}).get("return_value"),
                    "outputs": outputs.get(key, {}),
                    "rendered": rendered.get(key),
                }
            )
    return tasks


def plain(value: Any) -> Any:
    """Return an XCom's value: Airflow 2 holds JSON as bytes, and Airflow 3 what is read from JSON."""
    return json.loads(value) if isinstance(value, bytes) else value


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
