"""What DAGs and tasks of the resolved project are made of, beside images and mounts."""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, NewType, TypeAlias

from airdock.diagnostics import SpecPath

NOTHING: Any = MappingProxyType({})
"""The default of a dict, which is that of all records: nobody can put anything into it."""
WorkerPath = NewType("WorkerPath", str)
"""A path inside an Airflow container."""
TaskKind: TypeAlias = Literal["container", "python", "operator"]


class HostFile(NamedTuple):
    """A file of the engine's host that an Airflow container sees under another path."""

    source: str
    """Absolute, or relative to the project directory."""
    target: WorkerPath
    path: SpecPath


class Engine(NamedTuple):
    """A Docker engine that tasks can run on. ``tls`` are the authority's and the client's certificate, and its key."""

    name: str
    """Empty for the stack's own."""
    url: str
    tls: tuple[HostFile, HostFile, HostFile] | None = None


class Access(NamedTuple):
    """How the services that execute tasks reach the stack's own engine."""

    kind: Literal["socket", "proxy", "tcp"]
    engine: Engine
    """As those services see it."""
    socket: str
    """On the host."""
    gid: int | None
    proxy_image: str


class Pool(NamedTuple):
    """A pool of slots."""

    name: str
    slots: int
    description: str
    include_deferred: bool


class Asset(NamedTuple):
    """Data that tasks make and DAGs wait for."""

    name: str
    uri: str
    extra: dict[str, object] = NOTHING


class Callback(NamedTuple):
    """A notifier with its arguments, or a function (``arguments`` is None)."""

    path: str
    """Full name of the class or function."""
    arguments: dict[str, object] | None


class Group(NamedTuple):
    """A group of tasks."""

    id: str
    path: SpecPath
    tooltip: str | None
    parent: Group | None


class Schedule(NamedTuple):
    """When a DAG runs. ``cron_timezone`` is set where it is not the one the DAG's dates give to a plain cron line."""

    cron: str | None = None
    every: timedelta | None = None
    cron_timezone: str | None = None
    assets: tuple[Asset, ...] = ()
    wants: Literal["all", "any"] = "all"
    """Whether all of the assets start a run, or any of them."""
    timetable: Callback | None = None

    @property
    def asset_triggered(self) -> bool:
        """Say whether runs start because of assets: they have no date of their own on Airflow 3."""
        return bool(self.assets)
