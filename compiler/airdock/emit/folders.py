"""Folders that bind mounts ask for with ``create = true``."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.emit.artifact import Folder
from airdock.load.host import Host
from airdock.project.model import HostPath, Project


def emit_folders(project: Project, host: Host) -> Iterator[Folder]:
    """Return the folders, each once; a relative path is below the project directory."""
    sources = [mount.source for mount in project.mounts if mount.create and isinstance(mount.source, HostPath)]
    tails = [source.tail or "." for source in sources if isinstance(source.base, str)]
    return (Folder(tail, host.airflow_uid) for tail in dict.fromkeys(tails))
