"""What a rule may look at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from airdock.load.files import ProjectFiles
from airdock.load.host import Host
from airdock.project.model import Project, Task


@dataclass(frozen=True)
class Context:
    """The project, its files, and this host."""

    project: Project
    files: ProjectFiles
    host: Host

    @property
    def tasks(self) -> Iterator[Task]:
        """All tasks of all DAGs."""
        return (task for dag in self.project.dags for task in dag.tasks)
