"""The resolved project. Worlds of paths have types of their own, because a bare path is a bug waiting."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple, NewType, TypeAlias

from airdock.diagnostics import SpecPath
from airdock.facts import AirflowFacts, ProviderFacts
from airdock.project.dag_parts import NOTHING, Access, Asset, Callback, Engine, Group, Pool, Schedule, TaskKind
from airdock.project.secret import Secret
from airdock.project.values import HostValue, HostVariable, OutputValue, TaskValue

ProjectPath = NewType("ProjectPath", str)
"""A normalised path relative to the project directory, with /."""


class HostPath(NamedTuple):
    """A path on the engine's host. ``variable`` or the project directory stands before ``tail``, or nothing does."""

    base: Literal["absolute", "project"] | HostVariable
    tail: str = ""
    """The absolute path; or what is below the project directory, without a leading /."""


class Target(NamedTuple):
    """What the output is for."""

    version: str
    airflow: AirflowFacts
    python: str
    provider: ProviderFacts


class Build(NamedTuple):
    """How an image is built. Paths are relative to the project directory."""

    context: ProjectPath | str
    dockerfile: str
    """Relative to the context, as Compose wants it."""
    text: str | None
    """Dockerfile that airdock writes; None where it is the user's."""
    ignore: str | None
    """Its ignore file."""
    target: str | None = None
    args: tuple[tuple[str, str], ...] = ()
    platform: str | None = None


class Image(NamedTuple):
    """An image, under the reference that tasks and Compose use."""

    name: str
    reference: str
    build: Build | None = None
    always_pull: bool = False
    connection: str | None = None


class Volume(NamedTuple):
    """A named volume."""

    key: str
    """Its key in the Compose file."""
    name: str
    """Its name on the engine."""
    external: bool = False
    driver: str | None = None
    driver_opts: tuple[tuple[str, str], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


class Mount(NamedTuple):
    """A declared mount."""

    name: str
    type: Literal["bind", "volume", "tmpfs"]
    target: str
    read_only: bool
    source: HostPath | Volume | None
    create: bool = False
    propagation: str | None = None
    no_copy: bool = False
    size: int | None = None
    """Bytes."""
    mode: int | None = None
    path: SpecPath = ()


class MountUse(NamedTuple):
    """A mount in one container."""

    mount: Mount
    target: str
    read_only: bool
    path: SpecPath


JsonValue: TypeAlias = "str | int | float | bool | list[JsonValue] | dict[str, JsonValue] | HostValue | Secret | None"


class Connection(NamedTuple):
    """A connection. ``fields`` are the keys of its JSON form but ``extra``; or ``uri`` alone."""

    id: str
    fields: dict[str, str | int | HostValue | Secret]
    extra: dict[str, JsonValue]
    uri: str | HostValue | Secret | None = None


class Variable(NamedTuple):
    """An Airflow variable: a plain value as the text that Airflow reads, or a host value."""

    key: str
    value: str | HostValue


class Function(NamedTuple):
    """A function that runs in a container: its source, copied as it stands."""

    file: str
    name: str
    source: str
    """The lines of the definition, ending in a line end."""
    line: int
    """Of the file, where the definition starts."""

    @property
    def key(self) -> str:
        """How airdock.toml names it."""
        return f"{self.file}:{self.name}"


class HostUser:
    """The user that runs Airflow on this host."""


Mapped: TypeAlias = "list[object] | OutputValue"
"""The values of a mapped argument: written down, or the output of another task."""


class Swarm(NamedTuple):
    """A service of Docker Swarm: values that pass through by operator keyword, and those that make docker types."""

    options: dict[str, object]
    constraints: tuple[str, ...] = ()
    mode: str | None = None
    replicas: int | None = None
    configs: tuple[dict[str, object], ...] = ()
    secrets: tuple[dict[str, object], ...] = ()
    resources: dict[str, object] = NOTHING
    """Keywords of docker.types.Resources."""
    keys: dict[str, str] = NOTHING
    """Operator keyword to the key of airdock.toml."""
    forces: bool = True
    """Whether the operator removes a service by force where it is told to."""


class Task(NamedTuple):
    """A task. What its kind has no use for is empty."""

    id: str
    kind: TaskKind
    path: SpecPath
    options: dict[str, object]
    """Values that go to the operator as they are, by its keyword."""
    upstream: tuple[Task, ...] = ()
    """All tasks that it waits for directly."""
    named: tuple[Task, ...] = ()
    """Those of them that it names itself; the others it has from groups."""
    image: Image | None = None
    command: tuple[str, ...] | None = None
    mounts: tuple[MountUse, ...] = ()
    env: tuple[tuple[str, TaskValue], ...] = ()
    network: str | None = None
    user: str | HostUser | None = None
    gpus: str | int | tuple[str, ...] | None = None
    remove: str = "always"
    labels: tuple[tuple[str, str], ...] = ()
    xcom: str | tuple[str, str] = "last"
    """last, all, none, or ("pickle", path)."""
    connection: str | None = None
    function: Function | None = None
    operator: str | None = None
    arguments: tuple[tuple[str, object], ...] = ()
    """Of the function or of the operator: plain values and runtime values."""
    group: Group | None = None
    setup: bool = False
    teardown: Task | None = None
    """The setup that it cleans up after."""
    expand: tuple[tuple[str, Mapped], ...] = ()
    """Operator keyword, or argument of the function or operator, to the values that make its instances."""
    inlets: tuple[Asset, ...] = ()
    outlets: tuple[Asset, ...] = ()
    callbacks: dict[str, tuple[Callback, ...]] = NOTHING
    """Operator keyword to what runs."""
    ulimits: tuple[tuple[str, int, int], ...] = ()
    """Name, soft, hard."""
    engine: Engine | None = None
    """None for an operator, which runs in Airflow itself."""
    mounts_rendered: bool = False
    """Whether the docker provider takes the sources and targets of mounts for templates."""
    swarm: Swarm | None = None
    """How it runs as a service of Docker Swarm; None for a container."""
    places: dict[str, SpecPath] = NOTHING
    """Where each key that is set is written: in the task, or in defaults."""
    keys: dict[str, str] = NOTHING
    """Operator keyword to the key of airdock.toml."""


class DagParam(NamedTuple):
    """A param: its default, if it has one, and its JSON-schema keys."""

    name: str
    has_default: bool
    default: object
    schema: tuple[tuple[str, object], ...]


class Dag(NamedTuple):
    """A DAG, its tasks so ordered that each comes after those it needs."""

    id: str
    path: SpecPath
    options: dict[str, object]
    schedule: Schedule | None
    start_date: date | None
    end_date: date | None
    timezone: str
    owner: str | None
    doc: str | None
    params: tuple[DagParam, ...]
    tasks: tuple[Task, ...]
    groups: tuple[Group, ...]
    """Each after the one it stands in."""
    between: tuple[tuple[Task | Group, Task | Group], ...]
    """(first, then) where one of them is a group, in the order in which Airflow has to be told."""
    callbacks: dict[str, tuple[Callback, ...]]
    """DAG keyword to what runs."""
    places: dict[str, SpecPath]
    keys: dict[str, str]
    """DAG keyword to the key of airdock.toml."""


class Airflow(NamedTuple):
    """The Airflow services."""

    image: Image
    executor: Literal["celery", "local"]
    executes: str
    """The service that executes tasks."""
    services: tuple[str, ...]
    """Airflow services of the base file."""
    hands_on_dotenv: bool
    """Whether the base file gives all of `.env` to every service."""
    built_elsewhere: frozenset[str]
    """Services that the base file, or an override of the user's, builds an image for."""
    in_groups: frozenset[str]
    """Services to which they give groups."""
    dags_folder: ProjectPath
    dags_per_file: int
    config: tuple[tuple[str, str], ...]
    env: tuple[tuple[str, str | HostVariable], ...]
    mounts: tuple[MountUse, ...]


class Compose(NamedTuple):
    """The Compose files."""

    base: ProjectPath
    bundled: bool
    override: ProjectPath
    files: tuple[ProjectPath, ...]
    """The files for COMPOSE_FILE, where Compose would not find all of them by itself; else empty."""
    network: str
    services: dict[str, dict[str, object]]


class Project(NamedTuple):
    """All of it."""

    name: str
    description: str | None
    target: Target
    airflow: Airflow
    compose: Compose
    access: Access
    images: tuple[Image, ...]
    mounts: tuple[Mount, ...]
    connections: tuple[Connection, ...]
    variables: tuple[Variable, ...]
    pools: tuple[Pool, ...]
    engines: tuple[Engine, ...]
    dags: tuple[Dag, ...]
    host_variables: tuple[HostVariable, ...]
    """Host values that containers get, apart from connections and variables."""

    @property
    def volumes(self) -> tuple[Volume, ...]:
        """The named volumes, each once, in the order of their mounts."""
        found = {mount.source: None for mount in self.mounts if isinstance(mount.source, Volume)}
        return tuple(volume for volume in found if isinstance(volume, Volume))
