"""What a rule may look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from airdock.diagnostics import SpecPath
from airdock.load.files import ProjectFiles
from airdock.load.host import Host
from airdock.project.model import Project, Task


class Context(NamedTuple):
    """The project, its files, and this host."""

    project: Project
    files: ProjectFiles
    host: Host
    written: Mapping[str, object]
    """What stands in airdock.toml and its included files, for rules about how something is written."""
    named_texts: Sequence[tuple[SpecPath, str]]
    """Those of its texts that stand under names of the user's, with their places."""

    @property
    def tasks(self) -> Iterator[Task]:
        """All tasks of all DAGs."""
        return (task for dag in self.project.dags for task in dag.tasks)

    def written_at(self, path: SpecPath) -> object:
        """Return what the user wrote at a place, None where nothing is written."""
        value: Any = self.written
        try:
            for key in path:
                value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
        return value
