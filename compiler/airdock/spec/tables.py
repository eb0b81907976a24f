"""Where the tables stand that a person writes: what one of them is called, and its header."""

from __future__ import annotations

from typing import NamedTuple

from airdock.diagnostics import SpecPath
from airdock.spec.asset import AssetSpec
from airdock.spec.base import Table
from airdock.spec.connection import ConnectionSpec
from airdock.spec.dag import DagKeys, DagSpec, GroupSpec
from airdock.spec.engine import EngineSpec
from airdock.spec.image import ImageSpec
from airdock.spec.mount import MountSpec
from airdock.spec.pool import PoolSpec
from airdock.spec.project import AirflowTable, ComposeTable, DockerTable, LintTable, ProjectSpec, ProjectTable
from airdock.spec.task import TaskKeys, TaskSpec


class Place(NamedTuple):
    """A table of the language. ``*`` in its pattern is a name that the user chooses."""

    pattern: tuple[str, ...]
    table: type[Table]
    what: str
    name: str = ""
    """What the last name is called; empty where there is none."""

    def fits(self, path: SpecPath) -> bool:
        """Say whether a path is that of such a table."""
        return len(path) == len(self.pattern) and self.begins(path)

    def begins(self, path: SpecPath) -> bool:
        """Say whether a path leads to such a table or to what is around it."""
        return all(part in ("*", key) for part, key in zip(self.pattern, path, strict=False))

    def header(self, path: SpecPath) -> str:
        """Return the header of the table nearest to a path: its names as far as they are the same."""
        parts: list[str] = []
        for index, part in enumerate(self.pattern):
            if part != "*":
                parts.append(part)
            elif index < len(path) and self.begins(path[: index + 1]):
                parts.append(str(path[index]))
            else:
                parts.append(self.name if index == len(self.pattern) - 1 else "ID")
        return f"[{'.'.join(parts)}]"


TOP = Place((), ProjectSpec, "the file")
PROJECT = Place(("project",), ProjectTable, "[project]")
AIRFLOW = Place(("airflow",), AirflowTable, "[airflow]")
COMPOSE = Place(("compose",), ComposeTable, "[compose]")
DOCKER = Place(("docker",), DockerTable, "[docker]")
LINT = Place(("lint",), LintTable, "[lint]")
IMAGE = Place(("images", "*"), ImageSpec, "an image", "NAME")
MOUNT = Place(("mounts", "*"), MountSpec, "a mount", "NAME")
CONNECTION = Place(("connections", "*"), ConnectionSpec, "a connection", "ID")
POOL = Place(("pools", "*"), PoolSpec, "a pool", "NAME")
ASSET = Place(("assets", "*"), AssetSpec, "an asset", "NAME")
ENGINE = Place(("engines", "*"), EngineSpec, "an engine", "NAME")
DAG = Place(("dags", "*"), DagSpec, "a DAG", "ID")
TASK = Place(("dags", "*", "tasks", "*"), TaskSpec, "a task", "ID")
GROUP = Place(("dags", "*", "groups", "*"), GroupSpec, "a group", "NAME")
DAG_DEFAULTS = Place(("defaults", "dag"), DagKeys, "[defaults.dag]")
TASK_DEFAULTS = Place(("defaults", "task"), TaskKeys, "[defaults.task]")
DAGS_TASK_DEFAULTS = Place(("dags", "*", "defaults"), TaskKeys, "the defaults of a DAG's tasks")
NAMED = (IMAGE, MOUNT, CONNECTION, POOL, ASSET, ENGINE, DAG, TASK, GROUP)
"""Tables that stand under a name of the user's."""
