"""Folders that bind mounts ask for with ``create = true``."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.emit.artifact import Folder
from airdock.load.host import Host
from airdock.project.model import HostPath, Project


def emit_folders(project: Project, host: Host) -> Iterator[Folder]:  # noqa: ARG001 - one signature for all emitters
    """Return the folders; a relative path is below the project directory."""
    for mount in project.mounts:
        if mount.create and isinstance(mount.source, HostPath) and isinstance(mount.source.base, str):
            yield Folder(mount.source.tail or ".")
