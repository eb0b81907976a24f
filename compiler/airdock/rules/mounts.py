"""Rules about mounts."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, Kind
from airdock.project.host_values import value_on
from airdock.project.model import HostPath
from airdock.project.values import HostVariable
from airdock.rules.context import Context

SOURCE_MISSING = Kind(
    "AD408",
    "bind-source-missing",
    "warning",
    "{what} is not there on this host",
    what="The folder or file of a bind mount does not exist on the host that airdock builds on.",
    why="The engine refuses to start a container with it: bind source path does not exist.",
    example='[mounts.raw]\nsource = "no-such-folder"\ntarget = "/data"\n',
    fix="Make it, or add create = true to the mount and airdock makes the folder.",
)


def source_there(context: Context) -> Iterator[Diagnostic]:
    """The source of a bind mount should be there, unless airdock makes it."""
    for mount in context.project.mounts:
        source = mount.source
        if mount.create or not isinstance(source, HostPath):
            continue
        if "{{" in source.tail and context.project.target.provider.renders("mounts"):
            continue  # known only when the task runs
        path, what = source.tail, f"bind source {source.tail}"
        advice = "add create = true, or make it"
        if isinstance(source.base, HostVariable):
            value = value_on(context.host, source.base.value)
            if value is None:
                continue  # AD503 says so
            # The source of a mount is a host's value, not a secret; still only its name is shown.
            path, what = value.reveal(), f"the bind source of mount {mount.name}"
            advice = f"make it, or correct {source.base.variable.removeprefix('AIRDOCK_ENV_')}"
        if not context.files.there(path):
            yield SOURCE_MISSING.at((*mount.path, "source"), what=what, help=advice)
