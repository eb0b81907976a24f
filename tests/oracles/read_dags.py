"""Parse a folder of DAG modules with the Airflow of this interpreter and print what it understood, as JSON.

    PYTHON_OF_AN_AIRFLOW_ENVIRONMENT read_dags.py FOLDER

Needs nothing but Airflow (2.8 to 3.3) and the standard library; no database is made. Standard output is one object:

    {"import_errors": {file: trace},
     "warnings": [[file, category, message]],
     "dags": {dag_id: {"file", "fields", "serialized", "serialization_error", "unread",
                       "tasks": {task_id: {"type", "module", "upstream", "arguments", "unread"}}}}}

Files are relative to FOLDER. `fields` and `arguments` are named like constructor parameters; those that the object
does not keep are listed in `unread`. For the encoding of values see `encode`.
"""

from __future__ import annotations

import ast
import contextlib
import datetime
import enum
import importlib
import inspect
import json
import os
import re
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

# Where an object keeps a constructor parameter under another name than the parameter's own or "_" + its own.
KEPT_AS = {"pre_execute": "_pre_execute_hook", "post_execute": "_post_execute_hook"}

GRAPH = {"self", "dag", "task_group", "parent_dag", "parent_group"}  # what the object is part of

# One-key objects of the encoding; a mapping of the DAG that looks like one is wrapped in "dict".
TAGS = {"seconds", "datetime", "timezone", "xcom", "param", "repr", "dict", "pairs", "source"}
TAGS |= {"Mount", "DeviceRequest", "Ulimit", "LogConfig"}

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
    sys.dont_write_bytecode = True
    # Airflow opens a doc_md that ends in ".md" as a file of the working directory.
    os.chdir(home)
    # The folder of this script has modules of its own that must not stand in for others; that of the DAGs is on the
    # path in every deployment, but in Airflow 3 it is not DagBag that puts it there.
    here = str(Path(__file__).resolve().parent)
    sys.path[:] = [each for each in sys.path if each != here]
    sys.path.append(str(folder))


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


def parse(home: Path, folder: Path) -> tuple[Any, list[list[str]]]:
    """Parse a folder and tell the deprecations that are about its modules.

    Counted are those attributed to a file of the folder or to a module it imports by name, and those that come back
    when the folder is parsed again: what Airflow warns of in its own imports is raised once only. What it raises
    every time, for any module, is told by the control module.
    """
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

    _, first = open_bag(folder)
    bag, second = open_bag(folder)
    found = set()
    for file in {*first, *second}:
        blamed = imported_files(Path(file))
        about = {each for each in first.get(file, ()) if Path(each[0]).is_relative_to(folder) or each[0] in blamed}
        for _, category, message in (about | second.get(file, set())) - own:
            found.add((relative(file, folder), category, message))
    return bag, [list(each) for each in sorted(found)]


def relative(file: str, folder: Path) -> str:
    """A path below `folder`, with slashes; any other path as it is."""
    path = Path(file)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def encode(value: Any) -> Any:
    """A JSON value that tells apart what differs.

    timedelta -> {"seconds": n}; datetime -> {"datetime": iso}; timezone -> {"timezone": name}; docker's Mount,
    DeviceRequest, Ulimit -> {"Mount": {...}}; output of a task -> {"xcom": [task_id, key]}; dag.param() ->
    {"param": name}; Param -> {"value", "schema", "description"}; tuples as lists, sets as sorted lists; mappings
    with keys that are no strings -> {"pairs": [[key, value]]}; anything else -> {"repr": text without addresses}.
    """
    if isinstance(value, enum.Enum):
        return encode(value.value)
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, datetime.timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, datetime.datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, datetime.tzinfo):
        return {"timezone": timezone_name(value)}
    if isinstance(value, set | frozenset):
        return sorted((encode(each) for each in value), key=lambda each: json.dumps(each, sort_keys=True))
    if isinstance(value, list | tuple):
        return [encode(each) for each in value]
    return encode_object(value)


def encode_object(value: Any) -> Any:
    """The part of `encode` for mappings and for Airflow's and docker's own classes."""
    # By name, because Airflow moves these classes from release to release.
    names = {each.__name__ for each in type(value).__mro__}
    if "PlainXComArg" in names:
        return {"xcom": [value.operator.task_id, value.key]}
    if "DagParam" in names:
        return {"param": value._name}
    if "Param" in names:
        return {"value": encode(value.value), "schema": encode(value.schema), "description": value.description}
    if names & {"ArgNotSet", "SetDuringExecution"}:  # a Param without a value
        return {"repr": "NOTSET"}
    if "ParamsDict" in names:
        return {name: encode(value.get_param(name)) for name in value}
    if isinstance(value, dict) and type(value).__module__.startswith("docker.types"):
        return {type(value).__name__: {key: encode(each) for key, each in value.items()}}
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            return {"pairs": [[encode(key), encode(each)] for key, each in value.items()]}
        content = {key: encode(each) for key, each in value.items()}
        return {"dict": content} if len(content) == 1 and TAGS.issuperset(content) else content
    return {"repr": re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))}


def timezone_name(zone: Any) -> str:
    """Name of a time zone of the standard library or of pendulum."""
    return str(getattr(zone, "key", None) or getattr(zone, "name", None) or zone)


def parameters(made: type) -> dict[str, type]:
    """Names of the constructor parameters of a class and its bases, each with the class that declares it."""
    names: dict[str, type] = {}
    for each in made.__mro__:
        constructor = vars(each).get("__init__", object.__init__)
        for name, parameter in inspect.signature(constructor).parameters.items():
            if name not in GRAPH and parameter.kind not in {parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL}:
                names.setdefault(name, each)
    return names


def arguments(made: Any) -> tuple[dict[str, Any], list[str]]:
    """Constructor arguments as an object keeps them, encoded, and the names of those it does not keep."""
    found, unread = {}, []
    for name, owner in parameters(type(made)).items():
        for attribute in (KEPT_AS.get(name, name), f"_{name}", f"_{owner.__name__.lstrip('_')}__{name}"):
            try:
                value = getattr(made, attribute)
            except Exception:  # noqa: S112  (a property may want the database)
                continue
            if not inspect.ismethod(value):
                found[name] = encode(value)
                break
        else:
            unread.append(name)
    return found, sorted(unread)


def source(task: Any) -> str:
    """Source text of the function of a task, as Airflow would send it to a container."""
    sent = getattr(task, "get_python_source", None)
    return str(sent() if sent else inspect.getsource(task.python_callable))


def describe_task(task: Any) -> dict[str, Any]:
    """What is printed for one task."""
    made = type(task)
    if getattr(task, "is_mapped", False):
        made = task.operator_class
        unread: list[str] = []
        found = {name: encode(value) for name, value in task.partial_kwargs.items()}
        found["expand"] = encode(getattr(task._get_specified_expand_input(), "value", None))
    else:
        found, unread = arguments(task)
        if "python_callable" in found:
            found["python_callable"] = {"source": source(task)}
    return {
        "type": made.__name__,
        "module": made.__module__,
        "upstream": sorted(task.upstream_task_ids),
        "arguments": {**found, "template_ext": list(task.template_ext)},
        "unread": unread,
    }


def serialize(dag: Any) -> tuple[dict[str, Any], str | None]:
    """The DAG as Airflow stores it, its content under "dag"; or an empty object and the error."""
    module = importlib.import_module("airflow.serialization.serialized_objects")
    stored = getattr(module, "DagSerialization", None) or module.SerializedDAG  # renamed in 3.2
    try:
        content = stored.to_dict(dag)
        stored.from_dict(json.loads(json.dumps(content)))
    except Exception as error:  # whatever it is, it is the finding
        return {}, f"{type(error).__name__}: {error}"
    return content, None


def describe_dag(dag: Any, folder: Path) -> dict[str, Any]:
    """What is printed for one DAG."""
    content, error = serialize(dag)
    fields, unread = arguments(dag)
    timetable = dag.timetable
    schedule = dag.schedule if hasattr(dag, "schedule") else dag.schedule_interval  # up to 2.11
    fields |= {
        "schedule": {"value": None if schedule is None else str(schedule), "type": type(schedule).__name__},
        "timetable": {
            "type": type(timetable).__name__,
            "summary": getattr(timetable, "summary", None),
            "stored": content.get("dag", {}).get("timetable"),
        },
        "timezone": timezone_name(dag.timezone),
        "start_date": dag.start_date.isoformat() if dag.start_date else None,
        "end_date": dag.end_date.isoformat() if dag.end_date else None,
        "dagrun_timeout": dag.dagrun_timeout.total_seconds() if dag.dagrun_timeout else None,
        "tags": sorted(dag.tags or ()),
    }
    return {
        "file": relative(dag.fileloc, folder),
        "fields": fields,
        "unread": [name for name in unread if name not in fields],
        "serialized": error is None,
        "serialization_error": error,
        "tasks": {task.task_id: describe_task(task) for task in dag.tasks},
    }


def main() -> None:
    """Command line."""
    folder = Path(sys.argv[1]).resolve()
    # Airflow 2 logs to standard output; give it the other one, however it is written to.
    result = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with tempfile.TemporaryDirectory(prefix="airdock-judge-", ignore_cleanup_errors=True) as made, result:
        home = Path(made).resolve()
        prepare(str(home), folder)
        bag, raised = parse(home, folder)
        warnings.simplefilter("ignore")  # reading properties is this script's doing, not the module's
        json.dump(
            {
                "import_errors": {relative(file, folder): trace for file, trace in bag.import_errors.items()},
                "warnings": raised,
                "dags": {name: describe_dag(dag, folder) for name, dag in sorted(bag.dags.items())},
            },
            result,
        )


if __name__ == "__main__":
    main()
