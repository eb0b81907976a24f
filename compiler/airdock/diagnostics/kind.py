"""A kind of finding, and a finding: facts only. Lines, colours and frames belong to the renderer."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]
Part: TypeAlias = Literal["key", "value", "header"]
SpecPath: TypeAlias = tuple[str | int, ...]
"""Keys and list indices from the top of airdock.toml, for example ``("dags", "etl", "tasks", "load", "after", 0)``."""


class Inside(NamedTuple):
    """A stretch of one line of a text value: ``line`` is all of that line, ``column`` is 1-based."""

    line: str
    column: int
    width: int


class SpecPlace(NamedTuple):
    """A key, a value or a table header of airdock.toml or an included file.

    ``file`` is set only where the path alone does not say which file is meant (a name declared in two files).
    """

    path: SpecPath
    part: Part = "value"
    file: str | None = None
    inside: Inside | None = None
    """Where in the value, if it is written there as it is meant; else the whole value is shown."""


class TextPlace(NamedTuple):
    """A stretch of one line: ``line`` and ``column`` are 1-based, ``width`` is in characters."""

    file: str
    line: int
    column: int
    width: int = 1


class FilePlace(NamedTuple):
    """A file as a whole."""

    file: str


Place: TypeAlias = SpecPlace | TextPlace | FilePlace


class Related(NamedTuple):
    """Another place that belongs to a finding, such as "declared here"."""

    message: str
    place: Place


class Diagnostic(NamedTuple):
    """One finding: what kind, where, and the facts its sentence is made of."""

    kind: Kind
    place: Place
    severity: Severity
    params: dict[str, object]
    help: str | None = None
    related: tuple[Related, ...] = ()

    @property
    def message(self) -> str:
        """The sentence, without place and without code."""
        return self.kind.message.format(**self.params)


class Kind:
    """One row of the catalogue of findings; it stands next to the code that raises it.

    ``also_warning`` is set on the errors that in some cases are only a warning, which `[lint] ignore` may name.
    ``what``, ``why``, ``example`` (the shortest airdock.toml that has the fault: a whole file, or what stands
    below a minimal ``[project]`` and ``[airflow]``) and ``fix`` are what ``airdock explain CODE`` prints.
    """

    def __init__(
        self,
        code: str,
        slug: str,
        severity: Severity,
        message: str,
        *,
        what: str,
        why: str,
        example: str,
        fix: str,
        also_warning: bool = False,
    ) -> None:
        """Enter the kind into the catalogue; a code has one meaning for ever."""
        self.code, self.slug, self.severity, self.message = code, slug, severity, message
        self.what, self.why, self.example, self.fix = what, why, example, fix
        self.also_warning = also_warning
        known = CATALOGUE.setdefault(code, self)
        if known is not self:
            raise ValueError(f"{code} is declared twice: {known.slug} and {slug}")

    def at(
        self,
        path: SpecPath,
        part: Part = "value",
        /,
        *,
        in_file: str | None = None,
        help: str | None = None,  # noqa: A002 - the word of the report
        related: tuple[Related, ...] = (),
        **params: object,
    ) -> Diagnostic:
        """Return a finding at a place of airdock.toml."""
        return Diagnostic(self, SpecPlace(path, part, in_file), self.severity, params, help, related)

    def of(
        self,
        place: Place,
        /,
        *,
        help: str | None = None,  # noqa: A002 - the word of the report
        related: tuple[Related, ...] = (),
        **params: object,
    ) -> Diagnostic:
        """Return a finding at a stretch of text or about a file as a whole."""
        return Diagnostic(self, place, self.severity, params, help, related)


CATALOGUE: dict[str, Kind] = {}
"""Every kind whose module has been imported, by code."""


def as_warning(diagnostic: Diagnostic) -> Diagnostic:
    """Return the finding as a warning, for the few kinds that come in both severities."""
    return diagnostic._replace(severity="warning")
