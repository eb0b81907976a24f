"""What the templated fields of tasks are when they run: rendered by Airflow itself, with values that say their name.

Needs Airflow (2.8 to 3.3) and nothing else; no database is asked. Rendering changes operators: describe them before.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import math
import types
from datetime import datetime, timezone
from typing import Any

from describe_dags import encode, is_mapped, mapped_values

DAY = "2026-01-02"
RUN_AFTER = datetime(2026, 1, 2, tzinfo=timezone.utc)
OUTPUT = "/from/another/task.sh"  # what stands for the output of a task: it ends like the name of a template file
INSTANCES = 3  # of a mapped task, at most


class Named:
    """Stands for anything that a template may ask for, and renders as the way to it."""

    unsafe_callable = alters_data = False  # Jinja's sandbox asks

    def __init__(self, path: str) -> None:
        self._path = path

    def __getattr__(self, name: str) -> Named:
        if name.startswith("__"):
            raise AttributeError(name)
        return Named(f"{self._path}.{name}")

    def __getitem__(self, key: object) -> Named:
        return Named(f"{self._path}[{key!r}]")

    def __call__(self, *arguments: object, **keywords: object) -> Named:
        shown = [repr(each) for each in arguments] + [f"{key}={value!r}" for key, value in keywords.items()]
        return Named(f"{self._path}({', '.join(shown)})")

    def __str__(self) -> str:
        return self._path


def context_for(task: Any, index: int) -> dict[str, Any]:
    """What the templates of a task know."""
    instance = types.SimpleNamespace(
        map_index=index, try_number=1, task=task, dag_id=task.dag_id, task_id=task.task_id, run_id="manual__1",
        xcom_pull=Named("xcom_pull"),
    )  # fmt: skip
    params = {name: param.value for name, param in task.dag.params.items()}
    return {
        "ds": DAY, "run_id": "manual__1", "ti": instance, "task_instance": instance, "task": task, "dag": task.dag,
        "params": params, "conn": Named("conn"), "var": Named("var"), "expanded_ti_count": None,
        "dag_run": types.SimpleNamespace(conf={}, run_id="manual__1", logical_date=None, run_after=RUN_AFTER),
        "expanded": None,
    }  # fmt: skip


def stand_in_for_outputs() -> None:
    """Let every output of a task be a list of one value: what tasks have put out is in the database."""
    for name in ("airflow.sdk.definitions.xcom_arg", "airflow.models.xcom_arg"):
        with contextlib.suppress(ImportError, AttributeError):
            output = importlib.import_module(name).PlainXComArg
            output.resolve = lambda *_, **__: [OUTPUT]
            output.get_task_map_length = lambda *_, **__: 1


def render(task: Any) -> list[dict[str, Any] | str]:
    """The fields of each instance of a task when it runs, or the error that it ends with."""
    if not is_mapped(task):
        return [outcome(copy.copy(task), 0)]
    lengths = [len(value) if isinstance(value, list) else 1 for value in mapped_values(task).values()]
    return [outcome(task, index) for index in range(min(math.prod(lengths), INSTANCES))]


def outcome(task: Any, index: int) -> dict[str, Any] | str:
    """The fields of one instance, or its error."""
    context = context_for(task, index)
    try:
        task.render_template_fields(context)
    except Exception as error:  # whatever it is, it is the finding
        return f"{type(error).__name__}: {error}"
    operator = context["task"]
    return {name: encode(getattr(operator, name)) for name in operator.template_fields}
