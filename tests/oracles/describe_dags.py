"""What Airflow made of a DAG, as JSON that tells apart what differs. Needs Airflow (2.8 to 3.3) and nothing else.

A DAG is {"file", "fields", "unread", "serialized", "serialization_error", "timetable", "groups", "tasks"}, a task
{"type", "module", "upstream", "group", "setup", "teardown", "expand", "arguments", "unread"}. `fields` and
`arguments` are named like constructor parameters; those that an object does not keep are listed in `unread`.

A mapped task shows the arguments of its first instance (mapped over the output of another task: that output), and in
`expand` all values. For the encoding of values see `encode`.
"""

from __future__ import annotations

import datetime
import enum
import importlib
import inspect
import json
import re
from pathlib import Path
from typing import Any

# Where an object keeps a constructor parameter under another name than the parameter's own or "_" + its own.
KEPT_AS = {"pre_execute": "_pre_execute_hook", "post_execute": "_post_execute_hook"}

GRAPH = {"self", "dag", "task_group", "parent_dag", "parent_group"}  # what the object is part of

# One-key objects of the encoding; a mapping of the DAG that looks like one is wrapped in "dict".
TAGS = {"seconds", "datetime", "timezone", "xcom", "param", "repr", "dict", "pairs", "source"}
TAGS |= {"Mount", "DeviceRequest", "Ulimit", "LogConfig", "asset", "callable", "notifier"}
TAGS |= {"ServiceMode", "Placement", "Resources", "ConfigReference", "SecretReference"}


def encode(value: Any) -> Any:
    """A JSON value that tells apart what differs.

    timedelta -> {"seconds": n}; datetime -> {"datetime": iso}; timezone -> {"timezone": name}; docker's Mount,
    DeviceRequest, Ulimit, Placement and so on -> {"Mount": {...}}; output of a task -> {"xcom": [task_id, key]};
    dag.param() -> {"param": name}; Param -> {"value", "schema", "description"}; asset or dataset ->
    {"asset": {"name", "uri", "extra"}}; function -> {"callable": its full name}; notifier ->
    {"notifier": full name of the class, "arguments"}; tuples as lists, sets as sorted lists; mappings with keys that
    are no strings -> {"pairs": [[key, value]]}; anything else -> {"repr": text without addresses}.
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
    if inspect.isfunction(value):
        return {"callable": full_name(value)}
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
    if names & {"Asset", "Dataset"}:
        return {"asset": {"name": getattr(value, "name", None), "uri": value.uri, "extra": encode(value.extra or {})}}
    if "PriorityWeightStrategy" in names:
        return re.sub(r"^_|PriorityWeightStrategy$", "", type(value).__name__).lower()
    if "BaseNotifier" in names:
        return {"notifier": full_name(type(value)), "arguments": arguments(value)[0]}
    if isinstance(value, dict) and type(value).__module__.startswith("docker.types"):
        return {type(value).__name__: {key: encode(each) for key, each in value.items()}}
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            return {"pairs": [[encode(key), encode(each)] for key, each in value.items()]}
        content = {key: encode(each) for key, each in value.items()}
        return {"dict": content} if len(content) == 1 and TAGS.issuperset(content) else content
    return {"repr": re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))}


def full_name(named: Any) -> str:
    """Module and name of a function or class; nothing stands before the dot where it is of the DAG module itself."""
    # What DagBag calls the modules that it loads.
    own = re.match(r"unusual_prefix_|<", named.__module__)
    return f"{'' if own else named.__module__}.{named.__qualname__}"


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


def is_mapped(task: Any) -> bool:
    """Whether a task is made anew, once for each of several values, when it runs."""
    return hasattr(task, "partial_kwargs")


def mapped_values(task: Any) -> dict[str, Any]:
    """What a mapped task is mapped over: argument to a list, or to the output of a task."""
    values: dict[str, Any] = task._get_specified_expand_input().value
    return values


def first_instance(task: Any) -> Any:
    """The operator that a mapped task becomes with the first of its values."""
    values = {key: value[0] if isinstance(value, list) else value for key, value in mapped_values(task).items()}
    # A function's own arguments are one argument of its operator.
    return task.unmap({"op_kwargs": values} if "op_kwargs" in task.partial_kwargs else values)


def describe_task(task: Any) -> dict[str, Any]:
    """What is printed for one task."""
    mapped = is_mapped(task)
    read = first_instance(task) if mapped else task
    found, unread = arguments(read)
    if "python_callable" in found:
        found["python_callable"] = {"source": source(read)}
    return {
        "type": type(read).__name__,
        "module": type(read).__module__,
        "upstream": sorted(task.upstream_task_ids),
        "group": None if task.task_group is None else task.task_group.group_id,
        "setup": task.is_setup,
        "teardown": task.is_teardown,
        "expand": encode(mapped_values(task)) if mapped else None,
        "arguments": {**found, "template_ext": list(task.template_ext)},
        "unread": unread,
    }


def describe_groups(dag: Any) -> dict[str, Any]:
    """The groups of a DAG by id, without the one that is all of it."""
    return {
        name: {
            "parent": None if group.parent_group is None else group.parent_group.group_id,
            "tooltip": group.tooltip,
            "children": sorted(group.children),
        }
        for name, group in dag.task_group.get_task_group_dict().items()
        if name is not None
    }


def store() -> Any:
    """What writes and reads stored DAGs."""
    module = importlib.import_module("airflow.serialization.serialized_objects")
    return getattr(module, "DagSerialization", None) or module.SerializedDAG  # renamed in 3.2


def serialize(dag: Any) -> tuple[dict[str, Any], str | None]:
    """The DAG as Airflow stores it, its content under "dag"; or an empty object and the error."""
    try:
        content = store().to_dict(dag)
        store().from_dict(json.loads(json.dumps(content)))
    except Exception as error:  # whatever it is, it is the finding
        return {}, f"{type(error).__name__}: {error}"
    return content, None


def describe_timetable(content: dict[str, Any]) -> dict[str, Any]:
    """The timetable of a stored DAG, as the scheduler reads it; `triggers` are the datasets of 2.8 and 2.9."""
    timetable = store().from_dict(content).timetable
    return {
        "type": full_name(type(timetable)),
        "values": timetable.serialize(),
        "triggers": content["dag"].get("dataset_triggers"),
    }


def describe_dag(dag: Any, folder: Path) -> dict[str, Any]:
    """What is printed for one DAG."""
    content, error = serialize(dag)
    fields, unread = arguments(dag)
    fields |= {
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
        "timetable": None if error else describe_timetable(content),
        "stored": content,
        "groups": describe_groups(dag),
        "tasks": {task.task_id: describe_task(task) for task in dag.tasks},
    }


def relative(file: str, folder: Path) -> str:
    """A path below `folder`, with slashes; any other path as it is."""
    path = Path(file)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()
