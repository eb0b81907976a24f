"""All emitters, in the order in which their output is listed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from airdock.emit.artifact import Artifact
from airdock.emit.compose.base import emit_base
from airdock.emit.compose.override import emit_override
from airdock.emit.dag.module import emit_dags
from airdock.emit.dockerfiles import emit_dockerfiles
from airdock.emit.dotenv import emit_dotenv
from airdock.emit.folders import emit_folders
from airdock.load.host import Host
from airdock.project.model import Project

EMITTERS: tuple[Callable[[Project, Host], Iterable[Artifact]], ...] = (
    emit_base,
    emit_override,
    emit_dockerfiles,
    emit_dags,
    emit_dotenv,
    emit_folders,
)


def emit(project: Project, host: Host) -> list[Artifact]:
    """Return everything that the project becomes. Only `.env` depends on the host."""
    return [artifact for emitter in EMITTERS for artifact in emitter(project, host)]
