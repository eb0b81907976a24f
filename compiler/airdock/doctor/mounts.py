"""Check of bind sources: they should be there, and the user of each container should have the rights it needs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from airdock.doctor.client import Engine
from airdock.doctor.patient import Patient
from airdock.doctor.result import Result, listed, ok, problem, unknown, warning
from airdock.doctor.rights import Identity, missing_right
from airdock.doctor.users import airflow_user, user_of
from airdock.project.model import HostPath, Mount, MountUse, Project

TLS = "tls"


@dataclass(frozen=True, slots=True)
class _Use:
    """A path of this host in containers of one user."""

    what: str
    """What the user of airdock knows it by."""
    path: Path
    create: bool
    read_only: bool
    who: str
    identity: Identity | str
    """Or why it is not known who it is."""


def mounts(patient: Patient) -> Iterator[Result]:
    """Look at each bind source that a task or Airflow uses."""
    own = patient.engine_of(None)
    if isinstance(own, Engine) and not own.local:
        yield unknown(f"the engine is on another host ({own.endpoint}), and so are the sources")
        return
    uses = list(_uses(patient))
    found = {use.path: _exists(use.path) for use in uses}
    missing: dict[Path, _Use] = {}
    for use in uses:
        if found[use.path] is False:
            missing.setdefault(use.path, use)
    for path in (path for path, there in found.items() if there is None):
        yield unknown(f"{_shown(patient, path)}: whoever runs airdock may not look there")
    for use in missing.values():
        yield problem(f"{use.what}: {_shown(patient, use.path)} is not there", _mend_missing(patient, use))
    there = [use for use in uses if found[use.path]]
    maps = own.maps_owners if isinstance(own, Engine) else None
    if maps and there:
        yield unknown(f"who may read and write the sources cannot be told: {maps}")
        return
    bad = list(_judged(patient, there))
    yield from bad
    if not bad and all(found.values()):
        yield ok("all sources are there, with the rights that they need")
    elsewhere = [mount.name for mount in patient.project.mounts if mount.name in _on_other_engines(patient.project)]
    if elsewhere:
        yield unknown(f"{listed(elsewhere)}: on the host of another engine too")


def _judged(patient: Patient, uses: list[_Use]) -> Iterator[Result]:
    """Return what is wrong or cannot be told, once for all containers that it is the same for."""
    same: dict[tuple[object, ...], list[_Use]] = {}
    for use in uses:
        same.setdefault((use.what, use.path, use.read_only, use.identity), []).append(use)
    for alike in same.values():
        who = listed(list(dict.fromkeys(use.who for use in alike)))
        result = _judge(patient, alike[0], who)
        if result is not None:
            yield result


def _judge(patient: Patient, use: _Use, who: str) -> Result | None:
    place, path = f"{use.what}: {_shown(patient, use.path)}", shlex.quote(str(use.path))
    if isinstance(use.identity, str):
        return unknown(f"{place}: whether {who} may use it cannot be told: {use.identity}")
    lacks = missing_right(use.path, use.identity, write=not use.read_only)
    if lacks is None:
        return None
    if not lacks.sure:
        return unknown(f"{place}: whether {who} may {lacks.right} cannot be told: {lacks.reason}")
    chown = f"sudo chown {use.identity.uid} {path}"
    if lacks.right == "write":
        told = f"{place}: {who} may not write to it ({lacks.reason})"
        return warning(told, f"{chown}, or read_only = true if nothing is written there")
    # A key that everybody may read is none.
    chmod = f"sudo chmod {'a+rx' if use.path.is_dir() else 'a+r'} {path}"
    return problem(f"{place}: {who} may not read it ({lacks.reason})", chown if use.what == TLS else chmod)


def _uses(patient: Patient) -> Iterator[_Use]:
    project = patient.project
    airflow, who = airflow_user(patient), "Airflow"
    dags = patient.root / project.airflow.dags_folder
    yield _Use("dags_folder", dags, False, True, who, airflow)
    for use in project.airflow.mounts:
        yield from _of(patient, use, who, airflow)
    for engine in (project.access.engine, *project.engines):
        for file in engine.tls or ():
            yield _Use(TLS, patient.root / file.source, False, True, who, airflow)
    if project.access.kind == "tcp":
        # Where tasks run, paths may be another host's.
        return
    for dag in project.dags:
        for task in dag.tasks:
            if task.engine == project.access.engine and any(use.mount.type == "bind" for use in task.mounts):
                identity = user_of(patient, task)
                for use in task.mounts:
                    yield from _of(patient, use, f"{dag.id}.{task.id}", identity)


def _of(patient: Patient, use: MountUse, who: str, identity: Identity | str) -> Iterator[_Use]:
    path = source_on_host(patient, use.mount)
    if path is not None:
        yield _Use(f"mount {use.mount.name}", path, use.mount.create, use.read_only, who, identity)


def source_on_host(patient: Patient, mount: Mount) -> Path | None:
    """Return the path of a bind source on this host; None for other mounts, and where it is not set (AD503)."""
    source = mount.source
    if not isinstance(source, HostPath):
        return None
    if isinstance(source.base, str):
        return patient.root / source.tail
    value = patient.variable(source.base.variable)
    return patient.root / value if value else None


def _on_other_engines(project: Project) -> set[str]:
    own = project.access.engine
    return {
        use.mount.name
        for dag in project.dags
        for task in dag.tasks
        if task.engine is not None and (task.engine != own or project.access.kind == "tcp")
        for use in task.mounts
        if use.mount.type == "bind"
    }


def _exists(path: Path) -> bool | None:
    """Say whether a path is there; None where one may not look."""
    try:
        return path.exists()
    except OSError:
        return None


def _shown(patient: Patient, path: Path) -> str:
    """Return a path below the project directory as airdock.toml has it."""
    return str(path.relative_to(patient.root)) if path.is_relative_to(patient.root) else str(path)


def _mend_missing(patient: Patient, use: _Use) -> str:
    if use.create:
        return patient.airdock("build")
    if use.what == TLS or PurePosixPath(use.path).suffix:
        return f"put it there: {use.path}"
    return f"mkdir -p {shlex.quote(str(use.path))}"
