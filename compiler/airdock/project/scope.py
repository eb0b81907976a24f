"""What resolving carries along: the spec, the files, the report, and what has been resolved so far."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from airdock.diagnostics import Kind, Related, Report, SpecPath, SpecPlace
from airdock.diagnostics.shape import BAD_VALUE, LEAVES_PROJECT, NOT_FOUND
from airdock.diagnostics.suggest import did_you_mean
from airdock.load.files import DOES_NOT_EXIST, FileProblem, ProjectFiles
from airdock.project.dag_parts import Access, Engine
from airdock.project.findings import NAMES_COLLIDE, UNKNOWN_CONNECTION
from airdock.project.model import Image, Mount, Target
from airdock.project.secret import Secret
from airdock.project.values import EnvValue, FileValue, HostValue, HostVariable
from airdock.spec import ProjectSpec
from airdock.spec.source import EnvSource, FileSource


class Scope:
    """Everything in reach while a project is resolved."""

    access: Access

    def __init__(self, spec: ProjectSpec, files: ProjectFiles, report: Report, target: Target) -> None:
        self.spec, self.files, self.report, self.target = spec, files, report, target
        self.images: dict[str, Image] = {}
        self.mounts: dict[str, Mount] = {}
        self.engines: dict[str, Engine] = {}
        self.host_variables: dict[str, HostVariable] = {}

    def read_text(self, path: str, where: SpecPath, what: str = "file") -> str | None:
        """Return a file's text; reports AD212 or AD906 and returns None if it cannot be had."""
        try:
            return self.files.read_text(path)
        except FileProblem as problem:
            self.report_file(problem, path, where, what, folder=False)
            return None

    def exists(self, path: str, where: SpecPath, what: str = "file", *, folder: bool | None = None) -> bool:
        """Say whether a file or folder is there; reports AD212 or AD906 if it is not."""
        try:
            self.files.find(path, folder=folder)
        except FileProblem as problem:
            self.report_file(problem, path, where, what, folder=folder)
            return False
        return True

    def report_file(
        self, problem: FileProblem, path: str, where: SpecPath, what: str, *, folder: bool | None = None
    ) -> None:
        """Report why a named file, or folder, cannot be used; with the nearest one that can."""
        if problem.leaves:
            self.report.add(LEAVES_PROJECT.at(where, path=path))
        else:
            near = self.files.nearest(path, folder=folder) if problem.reason == DOES_NOT_EXIST else None
            advice = f'did you mean "{near}"?' if near else None
            self.report.add(NOT_FOUND.at(where, help=advice, what=what, path=path, reason=problem.reason))

    def unknown(self, kind: Kind, where: SpecPath, user: str, name: str, known: Iterable[str], what: str) -> None:
        """Report a name that is not declared, with the nearest one that is."""
        self.report.add(kind.at(where, help=did_you_mean(name, known, what=what), user=user, name=name))

    def connection(self, name: str, where: SpecPath, user: str, *, registry: bool = False) -> str | None:
        """Return the id of a declared connection; reports AD204 if it is none, AD104 if no login to a registry."""
        declared = self.spec.connections.get(name)
        if declared is not None:
            if registry and declared.type not in (None, "docker"):
                found = f'connection "{name}" of type {declared.type}'
                self.report.add(BAD_VALUE.at(where, found=found, expected="a login to a registry is of type docker"))
            return name
        self.unknown(UNKNOWN_CONNECTION, where, user, name, self.spec.connections, "declared connections")
        return None

    def host_value(self, source: EnvSource | FileSource, where: SpecPath) -> HostValue:
        """Return a host value; reports AD212 if its file cannot be read."""
        if isinstance(source, EnvSource):
            return EnvValue(source.env, source.default, where)
        text = self.read_text(source.file, (*where, "file")) or ""
        if "\0" in text:
            reason = "holds NUL characters, which no environment variable can"
            self.report.add(NOT_FOUND.at((*where, "file"), what="file", path=source.file, reason=reason))
        return FileValue(source.file, Secret(text.removesuffix("\n")))

    def host_text(self, value: Any, where: SpecPath) -> Any:
        """Return a text as it is and a source as a host value."""
        return self.host_value(value, where) if isinstance(value, EnvSource | FileSource) else value

    def host_variable(self, source: EnvSource | FileSource, where: SpecPath) -> HostVariable:
        """Return the variable of `.env` that carries a host value to the containers; equal sources share one."""
        value = self.host_value(source, where)
        return self.carried(value, value.name if isinstance(value, EnvValue) else value.file)

    def carried(self, value: HostValue, origin: str) -> HostVariable:
        """Return the variable of `.env` for a host value, called after its origin."""
        for known in self.host_variables.values():
            if known.value == value:
                return known
        kind = "ENV" if isinstance(value, EnvValue) else "FILE"
        name = f"AIRDOCK_{kind}_{re.sub('[^A-Za-z0-9]+', '_', origin).strip('_').upper()}"
        if name in self.host_variables:
            # Another file, or another default: a digest of what the user wrote keeps the names apart and stable.
            written = repr((origin, value.default if isinstance(value, EnvValue) else None))
            import hashlib

            name += "_" + hashlib.sha256(written.encode()).hexdigest()[:8].upper()
        self.host_variables[name] = HostVariable(name, value)
        return self.host_variables[name]

    def report_collisions(self, names: Iterable[tuple[str, str]], table: SpecPath, reason: str) -> None:
        """Report AD214 for names of one table that give the same derived name; ``names`` are (name, derived)."""
        seen: dict[str, str] = {}
        for name, derived in names:
            other = seen.setdefault(derived, name)
            if other != name:
                related = (Related("the other one", SpecPlace((*table, other), "key")),)
                self.report.add(
                    NAMES_COLLIDE.at((*table, name), "key", related=related, name=name, other=other, reason=reason)
                )
