"""What the operators of a resolved project must hold, in the encoding of read_dags.py.

Written from the tables of the language, apart from the emitters: what both say can be trusted.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from airdock.project.model import Dag, HostPath, HostUser, MountUse, Task, Volume
from airdock.project.values import ConnectionField, HostVariable, OutputValue, ParamValue, VariableValue

REMOVE = {"always": "force", "success": "success", "never": "never"}


def arguments_of(task: Task, environ: dict[str, str]) -> dict[str, Any]:
    """Return the arguments that a task sets; all others must have the operator's own defaults."""
    found: dict[str, Any] = {"task_id": task.id}
    found |= {keyword: encoded(value) for keyword, value in task.options.items()}
    if task.kind == "operator":
        return found | {key: argument(value) for key, value in task.arguments}
    assert task.image is not None
    found |= {
        "image": task.image.reference,
        "force_pull": task.image.always_pull,
        "docker_conn_id": task.connection,
        "environment": {key: text(value) for key, value in task.env if not isinstance(value, HostVariable)},
        "private_environment": {
            key: environ[value.variable] for key, value in task.env if isinstance(value, HostVariable)
        },
        "mounts": [mount(use, environ) for use in task.mounts],
        "network_mode": task.network,
        "user": environ["AIRDOCK_HOST_UID"] if isinstance(task.user, HostUser) else task.user,
        "device_requests": gpus(task.gpus),
        "labels": dict(task.labels) or None,
        "docker_url": "unix:///var/run/docker.sock",
        "auto_remove": REMOVE[task.remove],
        "mount_tmp_dir": False,
        "do_xcom_push": task.xcom != "none",
        "xcom_all": task.xcom == "all",
    }
    if task.kind == "python":
        found["op_kwargs"] = {
            key: {"param": value.name} if isinstance(value, ParamValue) else argument(value)
            for key, value in task.arguments
        }
        found["retrieve_output"], found["retrieve_output_path"] = True, "/tmp/script.out"
        found["command"] = "placeholder command"
        return found
    found["command"] = None if task.command is None else list(task.command)
    found["retrieve_output"] = isinstance(task.xcom, tuple)
    found["retrieve_output_path"] = task.xcom[1] if isinstance(task.xcom, tuple) else None
    return found


def fields_of(dag: Dag) -> dict[str, Any]:
    """Return the fields that a DAG sets."""
    found: dict[str, Any] = {"dag_id": dag.id, **{key: encoded(value) for key, value in dag.options.items()}}
    found["tags"] = sorted(dag.options.get("tags", []))  # type: ignore[call-overload]
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
