"""The call of an operator to the table of a task."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from airdock.diagnostics.hiding import PASSWORD_IN_ADDRESS
from airdock.facts import is_known_to_all, names_secret
from airdock.spec.base import For, OperatorArg
from airdock.spec.language import keys_by_field, marked
from airdock.spec.task import TaskSpec
from airdock.starter.declared import Declared
from airdock.starter.literals import HostEnv, Made, Names, NotLiteral, Output
from airdock.starter.unfit import Unfit

SET_BY_AIRDOCK = frozenset(("api_version", "mount_tmp_dir", "host_tmp_dir", "tmp_dir", "retrieve_output_path"))
"""Arguments of the docker operators that airdock writes itself, or that have no meaning beside what it writes."""
OF_THE_GRAPH = frozenset(("task_id", "dag", "task_group"))
_SOCKETS = ("unix://", "/var/run/docker.sock")
_DURATION = (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_FILE_ENDS = (".sh", ".bash", ".env")
"""What DockerOperator opens as a file when a template ends like this."""
_CALL = ast.Pass()
"""Stands for the call as a whole where no one argument is meant."""
# What asks for removal gets airdock's default, "always": "success" leaves a container running that is timed out.
_REMOVE = {"force": "always", "success": "success", "never": "never", True: "success", False: "never"}


def passed_through(kind: str) -> dict[str, str]:
    """Return the arguments that a task of a kind hands on as they are: keyword to key."""
    of = marked(TaskSpec, For)
    return {
        argument.keyword: keys_by_field(TaskSpec)[name]
        for name, argument in marked(TaskSpec, OperatorArg).items()
        if name not in of or kind in of[name].kinds
    }


def duration(value: timedelta) -> str:
    """Return a duration in the words of airdock.toml; raises Unfit."""
    seconds = value.total_seconds()
    if seconds <= 0 or seconds != int(seconds):
        raise Unfit(f"a duration of {seconds} s")
    text, left = "", int(seconds)
    for unit, size in _DURATION:
        text, left = (f"{text}{left // size}{unit}", left % size) if left >= size else (text, left)
    return text


class Arguments:
    """The arguments of one call, each read once; what cannot be read is said with its place."""

    def __init__(
        self, given: Mapping[str, ast.expr], names: Names, declared: Declared, say: Callable[[ast.AST, str], None]
    ) -> None:
        self._given = given
        self._names = names
        self._declared = declared
        self._say = say

    def container(self, kind: str = "container") -> dict[str, Any]:
        """Return the table of a task that runs in a container."""
        table: dict[str, Any] = {}
        passed = passed_through(kind)
        for keyword, value in self._values(SET_BY_AIRDOCK | OF_THE_GRAPH | {"force_pull"}):
            with self._told(keyword):
                special = _CONTAINER.get(keyword)
                if isinstance(value, HostEnv):
                    raise Unfit(f"{keyword} comes from {value.name} in the environment of Airflow")
                if special is not None:
                    found = special(self, value)
                    if "env" in found:  # of two arguments
                        found["env"] = {**table.get("env", {}), **found["env"]}
                    table.update(found)
                elif keyword in passed:
                    table.update(self._passed(keyword, passed[keyword], value))
                else:
                    raise Unfit(f"{keyword} has no place in airdock.toml")
        if "image" not in table:
            self._say(_CALL, "no image could be read")
        return dict(sorted(table.items(), key=lambda item: _ORDER.get(item[0], len(_ORDER))))

    def operator(self, path: str) -> dict[str, Any]:
        """Return the table of a task that runs in Airflow itself."""
        table: dict[str, Any] = {"operator": path}
        arguments: dict[str, Any] = {}
        passed = passed_through("operator")
        for keyword, value in self._values(OF_THE_GRAPH):
            with self._told(keyword):
                if keyword in passed:
                    table.update(self._passed(keyword, passed[keyword], value))
                else:
                    arguments[keyword] = {"output": value.task} if isinstance(value, Output) else plain(keyword, value)
        return table | ({"arguments": arguments} if arguments else {})

    def defaults(self) -> dict[str, Any]:
        """Return what of default_args every task of a DAG takes."""
        table: dict[str, Any] = {}
        passed = passed_through("operator")
        for keyword, value in self._values(frozenset()):
            with self._told(f"default_args: {keyword}"):
                if keyword not in passed:
                    raise Unfit(f"{keyword} of default_args has no place in airdock.toml")
                table.update(self._passed(keyword, passed[keyword], value))
        return table

    def _values(self, passed_over: frozenset[str]) -> Iterator[tuple[str, Any]]:
        for keyword, node in self._given.items():
            if keyword in passed_over:
                continue
            try:
                value = self._names.value(node)
            except NotLiteral as unread:
                self._say(unread.node, f"{keyword}: {shown(unread.node)} is known only when the module runs")
                continue
            if value is not None:
                yield keyword, value

    def _told(self, keyword: str) -> _Told:
        return _Told(self._say, self._given.get(keyword.rpartition(" ")[2]), keyword)

    def _passed(self, keyword: str, key: str, value: Any) -> dict[str, Any]:
        if isinstance(value, timedelta):
            return {key: duration(value)}
        if keyword == "timeout" and isinstance(value, int):
            return {key: duration(timedelta(seconds=value))}
        if keyword in ("mem_limit", "shm_size") and isinstance(value, str):
            return {key: re.sub(r"(?i)^(\d+)([kmg])b?$", lambda match: match[1] + match[2].lower(), value)}
        if keyword == "skip_on_exit_code" and isinstance(value, int):
            return {key: [value]}
        if keyword == "port_bindings" and isinstance(value, dict):
            return {key: {str(inner): port for inner, port in value.items()}}
        if keyword == "pool" and value != "default_pool":
            raise Unfit(f"pool {value!r} has to be declared under [pools], with its slots")
        return {key: plain(keyword, value)}

    def _image(self, value: Any) -> dict[str, Any]:
        pull = self._given.get("force_pull")
        return {"image": self._declared.image(value, always=isinstance(pull, ast.Constant) and pull.value is True)}

    def _mounts(self, value: Any) -> dict[str, Any]:
        return {"mounts": [self._declared.mount(made) for made in value]} if value else {}

    def _environment(self, value: Any) -> dict[str, Any]:
        return {"env": {name: self._variable(name, one) for name, one in value.items()}} if value else {}

    def _variable(self, name: str, value: Any) -> Any:
        if isinstance(value, HostEnv):
            return {"env": value.name} | ({} if value.default is None else {"default": value.default})
        if isinstance(value, Output):
            return {"output": value.task}
        if isinstance(value, str) and value and "{{" not in value and _is_secret(name, value):
            self._say(_CALL, f"{name} looks secret: put it into .env, {name}=…")
            return {"env": name}
        return value if isinstance(value, str) else str(plain(name, value))

    def _private(self, value: Any) -> dict[str, Any]:
        found = self._environment({name: one for name, one in value.items() if isinstance(one, HostEnv)})
        for name in value:
            if not isinstance(value[name], HostEnv):
                self._say(_CALL, f"{name} is private: put it into .env, {name}=…")
                found.setdefault("env", {})[name] = {"env": name}
        return found

    def _command(self, value: Any) -> dict[str, Any]:
        if isinstance(value, str) and value.startswith("["):
            value = ast.literal_eval(value)
        if isinstance(value, str) and value.endswith(_FILE_ENDS):
            raise Unfit(f"command {value!r} is the name of a file of templates")
        words = plain("command", value)
        return {"command": [str(word) for word in words] if isinstance(words, list) else words}

    def _network(self, value: Any) -> dict[str, Any]:
        return {} if value == f"{self._declared.project}_default" else {"network": plain("network_mode", value)}

    def _url(self, value: Any) -> dict[str, Any]:
        if isinstance(value, str) and value.startswith(_SOCKETS):
            return {}
        raise Unfit(f"docker_url {value!r}: declare that engine under [engines], or a proxy by [docker] access")

    def _connection(self, value: Any) -> dict[str, Any]:
        if value in self._declared.connections:
            return {"connection": value}
        raise Unfit(
            f"docker_conn_id {value!r}: declare the login under [connections.{value}], and name it in the image"
        )

    def _gpus(self, value: Any) -> dict[str, Any]:
        (made,) = value
        given = dict(made.arguments) if isinstance(made, Made) else made
        if not {"gpu"} <= {name for group in given.get("capabilities", [["gpu"]]) for name in group}:
            raise Unfit("device_requests of no GPU")
        count = given.get("count", 0)
        return {"gpus": list(given["device_ids"]) if given.get("device_ids") else "all" if count == -1 else count}

    def _ulimits(self, value: Any) -> dict[str, Any]:
        rows = [{str(key).lower(): one for key, one in made.arguments.items()} for made in value]
        return {"ulimits": {row["name"]: {"soft": row["soft"], "hard": row["hard"]} for row in rows}}

    def _pickle(self, value: Any) -> dict[str, Any]:
        path = self._given.get("retrieve_output_path")
        return {"xcom": {"pickle": self._names.value(path)}} if value and path is not None else {}


_NOT_SAID = (Unfit, NotLiteral, ValueError, TypeError, LookupError, AttributeError)


class _Told:
    """Says what cannot be said in airdock.toml, and goes on."""

    def __init__(self, say: Callable[[ast.AST, str], None], node: ast.AST | None, keyword: str) -> None:
        self._say, self._node, self._keyword = say, node or _CALL, keyword

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, _NOT_SAID):
            text = str(error) if isinstance(error, Unfit) else f"{self._keyword} is not what airdock.toml can say"
            self._say(self._node, text)
        return error is None or isinstance(error, _NOT_SAID)


def shown(node: ast.AST) -> str:
    """Return the source of a part of a module, shortened. It may be a password: only what is computed is shown."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 50 else f"{text[:49]}…"


def plain(name: str, value: Any) -> Any:
    """Return a value that TOML has; raises Unfit."""
    if isinstance(value, list):
        return [plain(name, item) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {key: plain(name, item) for key, item in value.items()}
    if isinstance(value, str | bool | int | float):
        return value
    raise Unfit(f"{name} has a value that TOML does not have")


def _is_secret(name: str, value: str) -> bool:
    return (names_secret(name) or PASSWORD_IN_ADDRESS.search(value) is not None) and not is_known_to_all(value)


_CONTAINER: dict[str, Callable[[Arguments, Any], dict[str, Any]]] = {
    "image": Arguments._image,
    "mounts": Arguments._mounts,
    "environment": Arguments._environment,
    "private_environment": Arguments._private,
    "command": Arguments._command,
    "network_mode": Arguments._network,
    "docker_url": Arguments._url,
    "docker_conn_id": Arguments._connection,
    "device_requests": Arguments._gpus,
    "ulimits": Arguments._ulimits,
    "auto_remove": lambda _, value: {"remove": "never"} if _REMOVE[value] == "never" else {},
    "xcom_all": lambda _, value: {"xcom": "all"} if value else {},
    "do_xcom_push": lambda _, value: {} if value else {"xcom": "none"},
    "retrieve_output": Arguments._pickle,
    "user": lambda _, value: {"user": plain("user", value)},
    "labels": lambda _, value: {"labels": plain("labels", value)},
    "entrypoint": lambda _, value: {"entrypoint": plain("entrypoint", value)},
    "log_opts_max_file": lambda _, value: {"log_max_files": int(value)},
    "multiple_outputs": lambda _, value: {"multiple_outputs": plain("multiple_outputs", value)},
}
_ORDER = {key: place for place, key in enumerate(("image", "python", "command", "mounts", "env"))}
