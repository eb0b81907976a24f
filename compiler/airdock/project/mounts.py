"""Resolving mounts and their uses. A relative source is below the project directory on the engine's host."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from airdock.diagnostics import Kind, Related, SpecPath, SpecPlace
from airdock.diagnostics.shape import BAD_VALUE, KEYS_CONFLICT, LEAVES_PROJECT
from airdock.load.files import FileProblem
from airdock.project.findings import UNKNOWN_MOUNT
from airdock.project.model import HostPath, Mount, MountUse, Volume
from airdock.project.scope import Scope
from airdock.spec.mount import MountSpec, MountUseSpec
from airdock.spec.source import EnvSource

SAME_TARGET = Kind(
    "AD402",
    "same-target",
    "error",
    'two mounts on {target}: "{first}" and "{second}"',
    what="Two mounts of one container have the same target.",
    why="The engine refuses to make the container, when the task runs.",
    example='[images.etl]\nref = "alpine:3.20"\n\n'
    '[mounts.x]\nvolume = "x"\ntarget = "/data"\n\n[mounts.y]\nvolume = "y"\n'
    'target = "/data"\n\n[dags.a.tasks.load]\nimage = "etl"\nmounts = ["x", "y"]\n',
    fix='Give one of them another target where it is used: { mount = "y", target = "/other" }.',
)


def resolve_mounts(scope: Scope) -> None:
    """Fill ``scope.mounts``; reports AD104, AD106 and AD906."""
    volumes: dict[str, tuple[str, Volume]] = {}
    for name, spec in scope.spec.mounts.items():
        where: SpecPath = ("mounts", name)
        if spec.source is not None:
            scope.mounts[name] = _bind(scope, name, spec, where)
        elif spec.volume is not None:
            mount = _volume(scope, name, spec)
            scope.mounts[name] = mount
            assert isinstance(mount.source, Volume)  # noqa: S101 - for the type checker
            first, volume = volumes.setdefault(spec.volume, (name, mount.source))
            if volume != mount.source:
                related = (Related("the first", SpecPlace(("mounts", first, "volume"), "key")),)
                problem = f'volume "{spec.volume}" is declared with other options in mount "{first}"'
                scope.report.add(KEYS_CONFLICT.at((*where, "volume"), "key", problem=problem, related=related))
        else:
            mode = None if spec.mode is None else int(spec.mode, 8)
            scope.mounts[name] = Mount(
                name, "tmpfs", spec.target, spec.read_only, None, size=spec.tmpfs, mode=mode, path=where
            )


def _bind(scope: Scope, name: str, spec: MountSpec, where: SpecPath) -> Mount:
    source: HostPath
    if isinstance(spec.source, EnvSource):
        source = HostPath(scope.host_variable(spec.source, (*where, "source")))
        if spec.create:
            problem = '"create" needs a source that is a path of this project'
            scope.report.add(KEYS_CONFLICT.at((*where, "create"), "key", problem=problem))
    elif spec.source is not None and spec.source.startswith("/"):
        source = HostPath("absolute", posixpath.normpath(spec.source))
    else:
        _check_as_written(scope, str(spec.source), (*where, "source"))
        tail = posixpath.normpath(spec.source or ".")
        try:
            scope.files.find(tail, matters="")
        except FileProblem as problem:
            if problem.leaves:
                scope.report.add(LEAVES_PROJECT.at((*where, "source"), path=spec.source))
        source = HostPath("project", "" if tail == "." else tail)
    return Mount(name, "bind", spec.target, spec.read_only, source, spec.create, spec.propagation, path=where)


def _check_as_written(scope: Scope, source: str, where: SpecPath) -> None:
    """Report AD104 for a source that a shell, Compose or Windows would read: here it is the name of a folder."""
    start = re.match(r"(~)[^/]*(?:/|$)|(\$)(?:\w+(?:/|$)|\{)|([A-Za-z]:)[\\/]|(\\\\)", source)
    if start is None:
        return
    expected = "it is relative to the project directory, or absolute and begins with /"
    advice = "write the whole path, or take it from the host"
    if start[1] or start[2]:
        sign = start[1] or start[2]
        expected = f'"{sign}" is part of a name here, nothing reads it'
        name = re.match(r"\$\{?(\w+)\}?$", source)
        advice = f'{advice}: source = {{ env = "{name[1] if name else "DATA_DIR"}" }}'
    scope.report.add(BAD_VALUE.at(where, found=f'"{source}"', expected=expected, help=advice))


def _volume(scope: Scope, name: str, spec: MountSpec) -> Mount:
    for option in ("driver", "driver_opts", "labels"):
        if spec.external and option in spec.written:
            problem = f'"{option}" has no meaning for an external volume, which is there already'
            scope.report.add(KEYS_CONFLICT.at(("mounts", name, option), "key", problem=problem))
    key = spec.volume or name
    volume = Volume(
        key,
        key if spec.external else f"{scope.spec.project.name}_{key}",
        spec.external,
        spec.driver,
        tuple(spec.driver_opts.items()),
        tuple(spec.labels.items()),
    )
    return Mount(name, "volume", spec.target, spec.read_only, volume, no_copy=spec.no_copy, path=("mounts", name))


def resolve_uses(scope: Scope, uses: Sequence[str | MountUseSpec], where: SpecPath, user: str) -> tuple[MountUse, ...]:
    """Return the mounts of one container; reports AD202 and AD402."""
    found: list[MountUse] = []
    for index, use in enumerate(uses):
        path = (*where, index)
        name = use if isinstance(use, str) else use.mount
        place = path if isinstance(use, str) else (*path, "mount")
        mount = scope.mounts.get(name)
        if mount is None:
            if name not in scope.spec.mounts:
                scope.unknown(UNKNOWN_MOUNT, place, user, name, scope.spec.mounts, "declared mounts")
            continue
        target, read_only = mount.target, mount.read_only
        if isinstance(use, MountUseSpec):
            target = use.target or target
            read_only = read_only if use.read_only is None else use.read_only
        resolved = MountUse(mount, target, read_only, path)
        for other in found:
            if posixpath.normpath(f"/{other.target}") == posixpath.normpath(f"/{target}"):
                related = (Related("the first", SpecPlace(other.path)),)
                finding = SAME_TARGET.at(path, related=related, target=target, first=other.mount.name, second=name)
                scope.report.add(finding)
                break
        found.append(resolved)
    return tuple(found)
