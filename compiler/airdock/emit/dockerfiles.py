"""Dockerfiles and ignore files. Their text is settled when images are resolved: the content tag is made of it."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.emit.artifact import Generated
from airdock.load.host import Host
from airdock.project.model import Project


def emit_dockerfiles(project: Project, host: Host) -> Iterator[Generated]:  # noqa: ARG001
    """Return the Dockerfile of Airflow's image, and Dockerfile and ignore file of every described image."""
    for image in (project.airflow.image, *project.images):
        build = image.build
        if build is None or build.text is None:
            continue
        yield Generated(build.dockerfile, build.text, "dockerfile")
        if build.ignore is not None:
            yield Generated(f"{build.dockerfile}.dockerignore", build.ignore, "ignore")
