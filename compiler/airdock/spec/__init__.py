"""What the user wrote: the tables of airdock.toml, strict and frozen. Nothing is looked up here."""

# All modules with tables: each of them is known by its name (`base.every_table`).
from airdock.spec import asset, callback, connection, dag, doc, engine, image, mount, pool, project, source, swarm, task
from airdock.spec.project import ProjectSpec

__all__ = [
    "ProjectSpec",
    "asset",
    "callback",
    "connection",
    "dag",
    "doc",
    "engine",
    "image",
    "mount",
    "pool",
    "project",
    "source",
    "swarm",
    "task",
]
