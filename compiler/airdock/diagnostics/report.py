"""The findings of one run."""

from __future__ import annotations

from collections.abc import Iterable

from airdock.diagnostics.kind import Diagnostic


class Stopped(Exception):  # noqa: N818 - not an error of the program: a stage ended with findings
    """A stage has reported errors, so the stages after it do not run."""


class Report:
    """Collects findings inside a stage and stops between stages."""

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []
        self._seen: set[tuple[object, ...]] = set()
        self.ignored: frozenset[str] = frozenset()

    def add(self, diagnostic: Diagnostic) -> None:
        """Take a finding in; the same finding at the same place is kept once."""
        identity = (diagnostic.kind.code, diagnostic.place, diagnostic.message)
        if identity not in self._seen:
            self._seen.add(identity)
            self._found.append(diagnostic)

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Take several findings in."""
        for diagnostic in diagnostics:
            self.add(diagnostic)

    @property
    def findings(self) -> list[Diagnostic]:
        """What was found, in the order it was found, less the warnings that ``[lint] ignore`` names."""
        return [found for found in self._found if found.severity == "error" or found.kind.code not in self.ignored]

    @property
    def errors(self) -> int:
        """How many of the findings are errors."""
        return sum(found.severity == "error" for found in self._found)

    def gate(self) -> None:
        """End the run here if there was an error: what follows would only report its consequences."""
        if self.errors:
            raise Stopped
