"""What the operators of a resolved project must hold, in the encoding of read_dags.py.

Written from the tables of the language, apart from the emitters: what both say can be trusted.
"""

from __future__ import annotations

import itertools
import pkgutil
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from airdock.project.dag_parts import Asset, Callback
from airdock.project.model import Dag, HostPath, HostUser, MountUse, Swarm, Task, Volume
from airdock.project.values import ConnectionField, HostVariable, OutputValue, ParamValue, VariableValue

REMOVE = {"always": "force", "success": "success", "never": "never"}
SERVICE_STAYS = REMOVE | {"always": "success"}
"""What DockerSwarmOperator knew at first: where "force" says nothing to it, "success" is the nearest."""


def arguments_of(task: Task, environ: dict[str, str], mapped: dict[str, Any], *, named: bool = True) -> dict[str, Any]:
    """Return the arguments that a task sets; all others must have the operator's own defaults.

    ``mapped`` are those of one instance of a mapped task. ``named`` says whether this Airflow knows names of assets.
    """
    found: dict[str, Any] = {"task_id": task.id}
    found |= {keyword: encoded(value) for keyword, value in task.options.items()}
    found |= {keyword: [callback(one) for one in run] for keyword, run in task.callbacks.items()}
    found |= {keyword: [asset(one, named=named) for one in getattr(task, keyword)] for keyword in ("inlets", "outlets")}
    if task.teardown is not None:
        found["trigger_rule"] = "all_done_setup_success"
    if task.kind == "operator":
        return found | {key: argument(value) for key, value in task.arguments} | mapped
    found |= of_container(task, environ)
    found |= of_service(task.swarm) if task.swarm else {}
    if task.kind == "python":
        found["op_kwargs"] = mapped | {
            key: {"param": value.name} if isinstance(value, ParamValue) else argument(value)
            for key, value in task.arguments
        }
        if any(output.task.expand for _, value in task.arguments for output in outputs_in(value)):
            # Airflow hands over a sequence that no serializer knows.
            found["pre_execute"] = {"callable": ".outputs_as_lists"}
        found["retrieve_output"], found["retrieve_output_path"] = True, "/tmp/script.out"
        found["command"] = "placeholder command"
        return found
    found["command"] = None if task.command is None else list(task.command)
    found["retrieve_output"] = isinstance(task.xcom, tuple)
    found["retrieve_output_path"] = task.xcom[1] if isinstance(task.xcom, tuple) else None
    return found | mapped


def outputs_in(value: Any) -> Iterator[OutputValue]:
    """Return the outputs of other tasks in an argument."""
    if isinstance(value, OutputValue):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from outputs_in(inner)


def of_container(task: Task, environ: dict[str, str]) -> dict[str, Any]:
    """Return the arguments of a task with an image, without those of its command or function."""
    assert task.image is not None
    assert task.engine is not None
    kinds = (HostVariable,) if task.swarm else (HostVariable, ConnectionField)
    private = {key: value for key, value in task.env if isinstance(value, kinds)}
    ca, cert, key = (file.target for file in task.engine.tls) if task.engine.tls else (None, None, None)
    return {
        "image": task.image.reference,
        "force_pull": task.image.always_pull,
        "docker_conn_id": task.connection,
        "environment": {key: text(value) for key, value in task.env if key not in private},
        "private_environment": private_environment(task, private, environ),
        "mounts": [mount(use, environ) for use in task.mounts],
        "network_mode": task.network,
        "user": environ["AIRDOCK_HOST_UID"] if isinstance(task.user, HostUser) else task.user,
        "device_requests": gpus(task.gpus),
        "ulimits": [{"Ulimit": {"Name": name, "Soft": soft, "Hard": hard}} for name, soft, hard in task.ulimits],
        "labels": dict(task.labels) or None,
        "docker_url": task.engine.url,
        "tls_ca_cert": ca,
        "tls_client_cert": cert,
        "tls_client_key": key,
        "auto_remove": REMOVE[task.remove] if task.swarm is None or task.swarm.forces else SERVICE_STAYS[task.remove],
        "mount_tmp_dir": False,
        "do_xcom_push": task.xcom != "none",
        "xcom_all": task.xcom == "all",
    }


def private_environment(task: Task, private: dict[str, Any], environ: dict[str, str]) -> dict[str, Any]:
    """Return what a container gets and Airflow neither stores nor shows; names, where it is looked up at run time."""
    variables = {key: value.variable for key, value in private.items() if isinstance(value, HostVariable)}
    connections = {
        key: [value.connection, value.get] for key, value in private.items() if isinstance(value, ConnectionField)
    }
    if connections or (task.expand and variables):
        return {"repr": f"PrivateEnvironment({variables}, {connections})"}
    return {key: environ[variable] for key, variable in variables.items()}


def of_service(swarm: Swarm) -> dict[str, Any]:
    """Return the arguments of a service of Docker Swarm."""
    found = {keyword: encoded(value) for keyword, value in swarm.options.items()}
    if swarm.mode is not None:
        replicas = {} if swarm.replicas is None else {"Replicas": swarm.replicas}
        found["mode"] = {"ServiceMode": {swarm.mode: replicas}}
    if swarm.constraints:
        found["placement"] = {"Placement": {"Constraints": list(swarm.constraints)}}
    for keyword, kind, rows in (("configs", "Config", swarm.configs), ("secrets", "Secret", swarm.secrets)):
        if rows:
            found[keyword] = [reference(kind, row) for row in rows]
    limits = {"NanoCPUs": "cpu_limit", "MemoryBytes": "mem_limit"}
    reservations = {"NanoCPUs": "cpu_reservation", "MemoryBytes": "mem_reservation"}
    if swarm.resources:
        found["container_resources"] = {
            "Resources": {
                part: {name: swarm.resources[key] for name, key in keys.items() if key in swarm.resources}
                for part, keys in (("Limits", limits), ("Reservations", reservations))
            }
        }
    return found


def reference(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    """Return a config or secret of the swarm in the engine's own words."""
    low = kind.lower()
    file = {
        "Name": row.get("filename", row[f"{low}_name"]),
        "UID": row.get("uid", "0"),
        "GID": row.get("gid", "0"),
        "Mode": row.get("mode", 0o444),
    }
    return {f"{kind}Reference": {f"{kind}ID": row[f"{low}_id"], f"{kind}Name": row[f"{low}_name"], "File": file}}


def mapped_over(task: Task) -> dict[str, Any]:
    """Return what a task is mapped over: keyword to a list, or to the output of a task."""
    return {key: argument(value) if isinstance(value, OutputValue) else encoded(value) for key, value in task.expand}


def instances(task: Task, output: str) -> list[dict[str, Any]]:
    """Return the mapped arguments of each instance of a task; of a task that is not mapped, none once.

    Every combination, the last argument fastest. ``output`` is the one value that each other task has put out.
    """
    over = mapped_over(task)
    lists = [value if isinstance(value, list) else [output] for value in over.values()]
    return [dict(zip(over, values, strict=True)) for values in itertools.product(*lists)]


def unmarked(value: Any) -> Any:
    """Return what was read of a mapped task without the comments that say of a text that it is no file."""
    if isinstance(value, str):
        return value.removesuffix("{# #}")
    if isinstance(value, list):
        return [unmarked(item) for item in value]
    return {key: unmarked(item) for key, item in value.items()} if isinstance(value, dict) else value


def callback(run: Callback) -> dict[str, Any]:
    """Return what runs; of a notifier, the arguments that are set."""
    if run.arguments is not None:
        return {"notifier": run.path, "arguments": encoded(run.arguments)}
    function = pkgutil.resolve_name(run.path)
    return {"callable": f"{function.__module__}.{function.__qualname__}"}


def asset(made: Asset, *, named: bool) -> dict[str, Any]:
    """Return an asset."""
    return {"asset": {"name": made.name if named else None, "uri": made.uri, "extra": made.extra}}


def fields_of(dag: Dag, renamed: dict[str, str]) -> dict[str, Any]:
    """Return the fields that a DAG sets; all others must have Airflow's own defaults.

    ``renamed`` are the names that this Airflow has for some of them.
    """
    options = {renamed.get(key, key): encoded(value) for key, value in dag.options.items()}
    found: dict[str, Any] = (
        {"dag_id": dag.id, "catchup": False}
        | options
        | {keyword: [callback(one) for one in run] for keyword, run in dag.callbacks.items()}
    )
    found["tags"] = sorted(found.get("tags", []))
    if isinstance(found.get("dagrun_timeout"), dict):
        found["dagrun_timeout"] = found["dagrun_timeout"]["seconds"]
    found["default_args"] = {} if dag.owner is None else {"owner": dag.owner}
    found["start_date"] = moment(dag.start_date, dag.timezone)
    found["end_date"] = moment(dag.end_date, dag.timezone)
    if dag.doc is not None:
        found["doc_md"] = dag.doc.rstrip("\n")
    found["params"] = {}
    for param in dag.params:
        schema = dict(param.schema)
        description = schema.pop("description", None)
        found["params"][param.name] = {"value": param.default, "schema": schema, "description": description}
    return found


def moment(value: date | None, zone: str) -> str | None:
    """Return a date as Airflow keeps it: in UTC."""
    if value is None:
        return None
    at = value if isinstance(value, datetime) else datetime.combine(value, time())
    at = at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))
    return at.astimezone(timezone.utc).isoformat()


def encoded(value: Any) -> Any:
    """Return a plain value in the encoding of the reader."""
    match value:
        case timedelta():
            return {"seconds": value.total_seconds()}
        case datetime():
            return {"datetime": value.isoformat()}
        case list() | tuple():
            return [encoded(item) for item in value]
        case dict():
            return {key: encoded(item) for key, item in value.items()}
        case _:
            return value


def text(value: Any) -> Any:
    """Return the text or template of an environment variable."""
    match value:
        case ConnectionField(connection, "uri"):
            return "{{ conn." + connection + ".get_uri() }}"
        case ConnectionField(connection, get) if get.startswith("extra."):
            return "{{ conn." + connection + ".extra_dejson[" + ascii(get[6:]) + "] }}"
        case ConnectionField(connection, get):
            return "{{ conn." + connection + "." + get + ' or "" }}'
        case VariableValue(key):
            return "{{ var.value." + key + " }}"
        case ParamValue(name):
            return '{{ params["' + name + '"] }}'
        case OutputValue(task, key):
            wanted = f", key={key!a}" if key else ""
            return '{{ ti.xcom_pull(task_ids="' + task.id + '"' + wanted + ") }}"
        case _:
            return value


def argument(value: Any) -> Any:
    """Return an argument of a function or an operator."""
    if isinstance(value, OutputValue):
        return {"xcom": [value.task.id, value.key or "return_value"]}
    return encoded(text(value))


def mount(use: MountUse, environ: dict[str, str]) -> dict[str, Any]:
    """Return a mount in the engine's own words."""
    declared = use.mount
    source = declared.source
    where: str | None = None
    if isinstance(source, Volume):
        where = source.name
    elif isinstance(source, HostPath):
        if isinstance(source.base, HostVariable):
            where = environ[source.base.variable]
        elif source.base == "absolute":
            where = source.tail
        else:
            where = environ["AIRDOCK_HOST_DIR"] + (f"/{source.tail}" if source.tail else "")
    found: dict[str, Any] = {"Target": use.target, "Source": where, "Type": declared.type, "ReadOnly": use.read_only}
    if declared.propagation:
        found["BindOptions"] = {"Propagation": declared.propagation}
    if declared.no_copy:
        found["VolumeOptions"] = {"NoCopy": True}
    if declared.type == "tmpfs":
        found["TmpfsOptions"] = {"Mode": declared.mode, "SizeBytes": declared.size}
    return {"Mount": found}


def gpus(wanted: Any) -> Any:
    """Return a request for GPUs in the engine's own words."""
    if wanted is None:
        return None
    ids = list(wanted) if isinstance(wanted, tuple) else []
    count = 0 if ids else -1 if wanted == "all" else wanted
    return [
        {
            "DeviceRequest": {
                "Driver": "",
                "Count": count,
                "DeviceIDs": ids,
                "Capabilities": [["gpu"]],
                "Options": {},
            }
        }
    ]
