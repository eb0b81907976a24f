"""The text of a first airdock.toml. It is as a formatter of TOML would leave it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from airdock.starter import toml
from airdock.starter.declared import Declaration, Declared
from airdock.starter.modules import FoundDag
from airdock.starter.python_packages import Packages
from airdock.starter.settings import Carried
from airdock.starter.stack import Stack

_HELLO = """\
# An image that tasks run in. `airdock schema` and your editor list every key.
[images.shell]
ref = "alpine:3.20"

# A folder of this host, below the project directory.
[mounts.data]
source = "{data}"
target = "/data"
create = true

[dags.{id}]
description = "A first DAG: two tasks, each in a container of its own"
tags = ["airdock"]

[dags.{id}.tasks.write]
image = "shell"
script = 'echo "hello from {{{{ task.task_id }}}}" > /data/hello.txt'
mounts = ["data"]

[dags.{id}.tasks.read]
image = "shell"
command = ["cat", "/data/hello.txt"]
mounts = ["data"]
after = ["write"]"""


@dataclass
class Starter:
    """Everything that the first airdock.toml is made of."""

    name: str
    stack: Stack
    packages: Packages
    carried: Carried
    declared: Declared
    dags: Sequence[FoundDag]
    services: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Services of the user's override, for the day when there is one file."""
    volumes: Mapping[str, str] = field(default_factory=dict)
    unsure: Sequence[str] = ()
    """Requirements of a file that nothing says is for Airflow's image."""
    hello: str = "hello"
    data: str = "data"
    """A folder that the first DAG writes to."""
    findings: dict[str, list[str]] = field(default_factory=dict)
    """What airdock would say of a DAG, if it were live."""
    careful: bool = False
    """Whether images and mounts of the DAGs are comments too."""


def text_of(starter: Starter, live: frozenset[str] = frozenset()) -> str:
    """Return the text; ``live`` are the ids of DAGs that are no comments, with all images and mounts."""
    blocks = [["airdock = 1"], toml.table(("project",), {"name": starter.name}), *_airflow(starter)]
    blocks += [_compose(starter.stack), *_connections(starter)]
    if starter.dags:
        blocks += [*_declarations(starter, everything=bool(live)), *_dags(starter, live)]
    else:
        blocks.append(_HELLO.format(id=starter.hello, data=starter.data).splitlines())
    blocks += _services(starter)
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _airflow(starter: Starter) -> Iterator[list[str]]:
    stack, packages = starter.stack, starter.packages
    lines = toml.table(("airflow",), {"version": stack.version})
    values: dict[str, Any] = {"python": stack.python, "image": stack.image}
    values["executor"] = "local" if stack.executor == "local" else None
    values["docker_provider"] = packages.docker_provider
    values["apt"], values["requirements"] = packages.apt or None, packages.requirements or None
    values["dags_folder"] = stack.dags_folder if stack.dags_folder != "dags" else None
    for name, value in values.items():
        if value is not None:
            entry = toml.entry(name, value)
            lines += [f'{entry[0]}  # or "celery"'] if name == "executor" and stack.base is None else entry
    if starter.unsure:
        lines += [
            "# For Airflow's own image? The images of tasks have a list of theirs, pip.",
            *toml.commented(toml.entry("requirements", list(starter.unsure))),
        ]
    yield lines
    if starter.carried.environment:
        yield [
            "# Lines of .env that the base file gave to every service; now each has what is named here.",
            *toml.table(("airflow", "env"), {name: {"env": name} for name in starter.carried.environment}),
        ]


def _compose(stack: Stack) -> list[str]:
    lines = []
    if stack.base is None:
        lines.append("bundled = true  # airdock writes the base file itself")
        if stack.other is not None:
            lines.append(f'base = "docker-compose.airflow.yaml"  # {stack.other} is yours and stays')
    elif stack.base.name != "docker-compose.yaml":
        lines += toml.entry("base", stack.base.name)
    if stack.override is not None:
        lines.append(f'override = "docker-compose.airdock.yaml"  # {stack.override.name} is yours and stays')
    if stack.network is not None:
        lines += toml.entry("network", stack.network)
    return ["[compose]", *lines] if lines else []


def _connections(starter: Starter) -> Iterator[list[str]]:
    for id_ in starter.carried.connections:
        variable = f"AIRFLOW_CONN_{id_.upper()}"
        yield toml.table(("connections", id_), {"uri": {"env": variable}})
    for id_ in starter.carried.unnamed:
        table = toml.table(("connections", id_), {"uri": {"env": f"AIRFLOW_CONN_{id_.upper()}"}})
        yield [*toml.prose("In .env, and no DAG names it."), *toml.commented(table)]


def _declarations(starter: Starter, *, everything: bool) -> Iterator[list[str]]:
    for table, declared in (("images", starter.declared.images), ("mounts", starter.declared.mounts)):
        for name, one in declared.items():
            lines = toml.table((table, name), one.values)
            yield [
                *toml.prose(*one.remarks),
                *(lines if everything or _is_live(starter, one) else toml.commented(lines)),
            ]


def _is_live(starter: Starter, one: Declaration) -> bool:
    return one.silent and not starter.careful


def _dags(starter: Starter, live: frozenset[str]) -> Iterator[list[str]]:
    for dag in starter.dags:
        remarks = [f"DAG {dag.id}. Two of one id cannot be, so: take away the number signs,"]
        gone = f"delete {dag.module}" if dag.alone else f"take it out of {dag.module}, which has others"
        remarks.append(f"{gone}, and run airdock build.")
        remarks += [f"First move the function {function}, without its decorator." for function in dag.functions]
        if dag.notes:
            remarks += ["Not all of it could be read. Mend this first:", *(f"- {note}" for note in dag.notes)]
        remarks += [f"- {finding}" for finding in starter.findings.get(dag.id, ())]
        lines = dag.lines if dag.id in live else toml.commented(dag.lines)
        yield [*toml.prose(*remarks), *lines]


def _services(starter: Starter) -> Iterator[list[str]]:
    override = starter.stack.override
    if override is None or not starter.services:
        return
    remarks = [f"What {override.name} says beside what airdock writes itself. To have one file: take away the"]
    remarks.append("number signs, delete that file, and the line override = … above.")
    lines: list[str] = []
    for name, target in starter.volumes.items():
        lines += ["", *toml.table(("mounts", _mount_name(name)), {"volume": name, "target": target})]
    for name, service in starter.services.items():
        lines += ["", *toml.table(("compose", "services", name), service)]
    yield [*toml.prose(*remarks), *toml.commented(lines[1:])]


def _mount_name(volume: str) -> str:
    name = "".join(char if char.isalnum() or char in "-_" else "-" for char in volume.lower())
    return name if name[:1].isalpha() else f"volume-{name}"
