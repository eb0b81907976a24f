"""What was read of a DAG module, on its way to tables of airdock.toml."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from airdock.starter.note import Note


@dataclass
class ReadTask:
    """A task, as a table of airdock.toml."""

    table: dict[str, Any]
    after: list[str] = field(default_factory=list)
    group: str | None = None


@dataclass
class ReadDag:
    """A DAG, as far as it can be read."""

    id: str | None
    place: str
    arguments: dict[str, ast.expr]
    tasks: dict[str, ReadTask] = field(default_factory=dict)
    groups: dict[str, ReadTask] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    docker: bool = False
    """Whether a task of it runs in a container."""
    defaults: dict[str, ast.expr] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)
    """Functions that run in a container, which have to stand in a file of their own."""
