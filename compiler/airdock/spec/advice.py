"""What would be right, for a key that a table does not have and for a value of another type."""

from __future__ import annotations

import json
import re

from airdock.diagnostics import SpecPath
from airdock.diagnostics.hiding import may_name_secret
from airdock.diagnostics.suggest import closest, did_you_mean
from airdock.spec import tables
from airdock.spec.annotations import entries_at, list_of_integers, owner_at, path_of
from airdock.spec.base import DagArg, OperatorArg, Table
from airdock.spec.language import keys_by_field, marked
from airdock.spec.mount import MountSpec, MountUseSpec
from airdock.spec.patterns import REQUIREMENTS_FILE
from airdock.spec.tables import NAMED, Place

_WORDS: dict[str, tuple[str, ...]] = {
    "airflow_version": ("version",),
    "apt_packages": ("apt",),
    "auto_remove": ("remove",),
    "base_image": ("from",),
    "bash_command": ("script", "command"),
    "cmd": ("command",),
    "compose_file": ("base",),
    "concurrency": ("max_active_tasks",),
    "conn_id": ("connection",),
    "conn_type": ("type",),
    "constraints_file": ("constraints",),
    "container_path": ("target",),
    "context": ("build",),
    "cron": ("schedule",),
    "database": ("schema",),
    "dbname": ("schema",),
    "dest": ("target", "to"),
    "do_xcom_push": ("xcom",),
    "dst": ("target", "to"),
    "default_args": ("defaults",),
    "dependencies": ("after",),
    "depends_on": ("after",),
    "destination": ("target", "to"),
    "device_requests": ("gpus",),
    "doc_md": ("doc",),
    "docker_conn_id": ("connection",),
    "docker_image": ("image",),
    "docker_url": ("engine", "url"),
    "env_file": ("env_files",),
    "environment": ("env",),
    "extras": ("extra",),
    "file": ("base",),
    "force_pull": ("pull",),
    "function": ("python",),
    "group_id": ("gid",),
    "host": ("url",),
    "host_path": ("source",),
    "image": ("ref",),
    "image_name": ("image", "ref"),
    "interval": ("schedule",),
    "kwargs": ("args", "arguments"),
    "log_opts_max_file": ("log_max_files",),
    "mem": ("memory",),
    "memory_limit": ("memory",),
    "needs": ("after",),
    "network_mode": ("network",),
    "network_name": ("network",),
    "on_failure_callback": ("on_failure",),
    "on_retry_callback": ("on_retry",),
    "on_skipped_callback": ("on_skipped",),
    "on_success_callback": ("on_success",),
    "op_kwargs": ("args",),
    "packages": ("apt", "requirements"),
    "password_file": ("password",),
    "path": ("source", "build", "file"),
    "private_environment": ("env",),
    "provider": ("docker_provider",),
    "python_callable": ("python",),
    "readonly": ("read_only",),
    "requirements": ("pip",),
    "retrieve_output": ("xcom",),
    "retrieve_output_path": ("xcom",),
    "schedule_interval": ("schedule",),
    "service": ("services",),
    "size": ("tmpfs", "slots"),
    "ro": ("read_only",),
    "src": ("source", "from"),
    "timetable": ("schedule",),
    "trigger": ("trigger_rule",),
    "upstream": ("after",),
    "user": ("login",),
    "username": ("login",),
    "volumes": ("mounts",),
    "xcom_all": ("xcom",),
}
"""Airflow's, Docker's and Compose's words, and those that one would guess; the first that the table has is meant.

The keywords that a key is handed on as are known from its mark, and need not be here.
"""
_NAMES = ("id", "name", "key", "task_id", "dag_id", "conn_id", "group_id", "pool", "asset")
"""Keys that would say again what the header says."""
_NEAR: dict[Place, tuple[Place, ...]] = {
    tables.DAG: (tables.TASK, tables.IMAGE, tables.AIRFLOW),
    tables.TASK: (tables.DAG, tables.IMAGE, tables.MOUNT),
    tables.DAGS_TASK_DEFAULTS: (tables.TASK, tables.DAG),
    tables.DAG_DEFAULTS: (tables.TASK_DEFAULTS, tables.DAG),
    tables.TASK_DEFAULTS: (tables.DAG_DEFAULTS, tables.TASK),
    tables.GROUP: (tables.TASK,),
    tables.IMAGE: (tables.TASK,),
    tables.PROJECT: (tables.TOP, tables.AIRFLOW, tables.COMPOSE, tables.DAG),
    tables.AIRFLOW: (tables.TOP, tables.COMPOSE, tables.DOCKER, tables.PROJECT, tables.DAG),
    tables.COMPOSE: (tables.AIRFLOW, tables.DOCKER, tables.PROJECT, tables.TOP),
    tables.DOCKER: (tables.COMPOSE, tables.AIRFLOW, tables.ENGINE, tables.TOP),
    tables.LINT: (tables.TOP,),
    tables.TOP: (tables.PROJECT, tables.AIRFLOW, tables.COMPOSE, tables.DOCKER, tables.DAG, tables.TASK, tables.IMAGE),
}
"""Where a key may have been meant to stand, the likeliest first."""
_SETTINGS = dict.fromkeys(("dags_are_paused_at_creation", "default_timezone", "load_examples", "parallelism"), "core")
"""Settings of Airflow that one looks for in [airflow], by their section."""
_DECLARED_AS = {"image": tables.IMAGE, "pool": tables.POOL, "engine": tables.ENGINE, "connection": tables.CONNECTION}
"""Keys that take the name of a table that stands elsewhere."""
_SWITCHES = dict.fromkeys(("true", "yes", "on"), "true") | dict.fromkeys(("false", "no", "off"), "false")


def meant_key(key: str, table: type[Table]) -> str | None:
    """Return the key of the table that an unknown one most likely stands for."""
    return _other_word(key, table) or closest(key, _known(table))


def unknown_key_help(path: SpecPath, table: type[Table]) -> str | None:
    """Return the help for an unknown key of a table; ``path`` ends with the key."""
    key, here = str(path[-1]), path[:-1]
    word = _other_word(key, table)
    if word is not None:
        return f'the key is called "{word}" here'
    said_elsewhere = _said_elsewhere(key, here, table)
    if said_elsewhere is not None:
        return said_elsewhere
    named = next((one for one in NAMED if one.fits(here)), None)
    if named is not None and key in _NAMES:
        return f"the {named.name.lower()} stands in the header: {named.header(())}"
    if not here and f"{key}s" in _known(table):
        return f'did you mean "{key}s"?'  # [image.etl]; a key "image" of another table is not what was meant
    place = next((one for one in _NEAR if one.fits(here)), None)
    for other in _NEAR[place] if place is not None else ():
        if key in _known(other.table):
            return _elsewhere(key, other, here)
    return did_you_mean(key, _known(table), what="keys")


def _other_word(key: str, table: type[Table]) -> str | None:
    known = _known(table)
    word = next((one for one in _WORDS.get(key, ()) if one in known), None)
    return word or _keywords(table).get(key)


def _said_elsewhere(key: str, here: SpecPath, table: type[Table]) -> str | None:
    """Return the help for a key that another file has in such a table, and that is said in another way here."""
    if here == ("airflow",) and key in _SETTINGS:
        return f'settings of Airflow stand in sections: "{key}" in [airflow.config.{_SETTINGS[key]}]'
    if tables.GROUP.fits(here) and key == "tasks":
        return f'a task says itself where it stands: group = "{here[-1]}" in [{here[0]}.{here[1]}.tasks.ID]'
    if tables.MOUNT.fits(here) and key == "type":
        return "the kind of a mount is said by source, volume or tmpfs"
    if table is MountUseSpec and key in (*_known(MountSpec), "type"):
        return f"declare it as {tables.MOUNT.header(())}, and write its name here"
    return None


def _known(table: type[Table]) -> tuple[str, ...]:
    return tuple(keys_by_field(table).values())


def _keywords(table: type[Table]) -> dict[str, str]:
    """Return the keys of a table by the keyword of Airflow's that they become."""
    marks = {**marked(table, OperatorArg), **marked(table, DagArg)}
    return {mark.keyword: keys_by_field(table)[field] for field, mark in marks.items()}


def _elsewhere(key: str, other: Place, here: SpecPath) -> str:
    """Return where a key stands that this table does not have."""
    if other is tables.TOP:
        entry = next((one for one in NAMED if one.pattern[0] == key), None)
        if entry is None and key in ("airdock", "include"):
            return f'"{key}" stands at the top of the file, above all tables'
        return f"it stands at the top: {entry.header(()) if entry else f'[{key}]'}"
    if not other.name:
        return f'"{key}" is a key of {other.header(here)}'
    own = other.fits(here[: len(other.pattern)])
    what = f"the {other.what.partition(' ')[2]}" if own else other.what
    where = f'"{key}" is a key of {what}: {other.header(here)}'
    if other is tables.TASK and tables.DAG.fits(here):
        where += f", or [{'.'.join(map(str, here))}.defaults] for all of them"
    return where


def name_help(path: SpecPath, value: object) -> str | None:
    """Return how to write what Docker and Compose write in place of a name: a reference, or "source:target"."""
    if not isinstance(value, str):
        return None
    if path[-1] == "image" and path[0] in ("dags", "defaults") and re.search(r"\w[:/]\w", value):
        return f"declare it as {tables.IMAGE.header(())}, with ref, and write its name here"
    if "mounts" in path[-2:] and ":/" in value:
        return f"declare it as {tables.MOUNT.header(())}, with source and target, and write its name here"
    return None


def wrong_type_help(location: SpecPath, kind: str, value: object) -> str | None:
    """Return how to write a value of the wrong type, where that can be said for certain."""
    path = path_of(location)
    owner = owner_at(location)
    if owner is not None and str(path[-1]) in _known(owner):
        # In TOML all that stands below a header belongs to it, up to the next header.
        return f'if the key "{path[-1]}" of the table around is meant, write it above [{".".join(map(str, path[:-1]))}]'
    if kind in ("model_type", "dict_type"):
        return _table_help(location, path) or _colons_help(path, value) or _pairs_help(path, value) or _callback_help(path, value)
    if isinstance(value, str):
        return _names_help(path, value) or _text_help(kind, value, integers=list_of_integers(location))
    if kind == "string_type":
        other_form = _form_help(path, value)
        if other_form is not None:
            return other_form
    if isinstance(value, int | float) and kind == "string_type":
        secret = set(path) & {"password", "uri", "login"}
        return "write it in quotes" if secret else f'write it in quotes: "{json.dumps(value)}"'
    if kind == "duration_type" and type(value) is int and value > 0:
        return f'write "{value}s" for {value} seconds'
    return None


def _form_help(path: SpecPath, value: object) -> str | None:
    """Return how a text is written that is a table, a list, a number or a switch in other files."""
    key = str(path[-1])
    if isinstance(value, dict):
        declared = _DECLARED_AS.get(key)
        if key == "build" and tables.IMAGE.fits(path[:-1]):
            return "build is the folder alone; dockerfile, target and args are keys beside it"
        return f"declare it as {declared.header(())}, and write its name here" if declared else None
    if isinstance(value, list):
        alone = len(value) == 1 and isinstance(value[0], str) and re.fullmatch(r"[\w@.-]{1,63}", value[0])
        return f'write "{value[0]}"' if alone and (key in _DECLARED_AS or key in ("group", "schedule")) else None
    if path == ("airflow", "version"):
        return "write a full release in quotes, with all three numbers"
    if key == "schedule" and isinstance(value, bool):
        return "leave it out for a DAG that is started by hand"
    return None


def _names_help(path: SpecPath, value: str) -> str | None:
    """Return how a text is written that stands for a list of names, or for the file that has the list."""
    if path == ("airflow", "requirements") and re.match(REQUIREMENTS_FILE, value):
        return f'write what stands in {value}: ["…", "…"]'
    if path[-1] not in ("after", "mounts") or len(value) > 100 or re.search(r"[^\w\s,>-]", value):
        return None
    names = re.findall(r"[\w-]+", value)
    return f"write {json.dumps(names)}" if len(names) > 1 else None


def _table_help(location: SpecPath, path: SpecPath) -> str | None:
    if path[:2] == ("airflow", "config"):
        return "settings stand in sections: [airflow.config.core]" if len(path) == 3 else None
    entry = next((one for one in NAMED if len(one.pattern) - len(path) in (0, 1) and one.begins(path)), None)
    if entry is None:
        return None
    if entries_at(location) is not None:
        return f"write {entry.header(path)} for each"
    return f"{entry.what} is a table: {entry.header(path)}" if entry.fits(path) else None


def _colons_help(path: SpecPath, value: object) -> str | None:
    """Return how what Compose has as a list of "one:other", ports or hosts, is written."""
    form = {"ports": r"(\d{1,5}):(\d{1,5})", "extra_hosts": r"([\w.-]{1,80})[:=]([\da-fA-F.:]{1,40}|host-gateway)"}.get(str(path[-1]))
    first = re.fullmatch(form, value[0]) if form and isinstance(value, list) and value and isinstance(value[0], str) else None
    if first is None or not isinstance(value, list):
        return None
    # Compose writes the port of the host first.
    pair = f'"{first[2]}" = {first[1]}' if path[-1] == "ports" else f'"{first[1]}" = "{first[2]}"'
    return f"write {path[-1]} = {{ {pair}{', …' if len(value) > 1 else ''} }}"


def _callback_help(path: SpecPath, value: object) -> str | None:
    """Return how the name of a function, which Airflow has here, is written."""
    name = isinstance(value, str) and str(path[-1]).startswith("on_") and re.fullmatch(r"\w+(?:\.\w+)+", value[:200])
    return f'write {path[-1]} = {{ callable = "{value}" }}' if name else None


def _pairs_help(path: SpecPath, value: object) -> str | None:
    """Return how what Compose has as a list of KEY=value is written."""
    if path[-1] == "extra" and isinstance(value, str) and value.lstrip().startswith("{"):
        return "write a table of TOML, and no JSON: extra = { KEY = … }"
    lines = value if isinstance(value, list) else [value]
    pairs = [re.fullmatch(r"([\w.-]+)=(.*)", line, re.DOTALL) for line in lines if isinstance(line, str)]
    first = pairs[0] if pairs and len(pairs) == len(lines) and all(pairs) else None
    if first is None:
        return None
    key, text = first.groups()
    # A help is shown as it is, and the value may be a secret.
    plain = len(text) <= 30 and text.isprintable() and "://" not in text and not may_name_secret(key)
    shown = json.dumps(text, ensure_ascii=False) if plain else '"…"'
    name = key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else f'"{key}"'
    return f"write {path[-1]} = {{ {name} = {shown}{', …' if len(lines) > 1 else ''} }}"


def _text_help(kind: str, value: str, *, integers: bool) -> str | None:
    if kind == "bool_type":
        meant = _SWITCHES.get(value.casefold())
        return f"write it without quotes: {meant}" if meant else None
    integer, decimal = re.fullmatch(r"-?\d{1,15}", value), re.fullmatch(r"-?\d{1,15}\.\d{1,15}", value)
    if (kind in ("int_type", "number_type") and integer) or (kind == "number_type" and decimal):
        return f"write it without quotes: {value}"
    if kind == "list_type" and integers:
        return f"write [{value}]" if integer else None
    if kind == "list_type" and len(value) < 60:
        return f"write [{json.dumps(value, ensure_ascii=False)}]"
    if kind == "date_type" and re.match(r"\d{4}-\d\d-\d\d", value):
        return f"write it without quotes: {value}"
    return None
