"""One line for each finding: ``airdock.toml:27:9: error AD201 task "load" uses image "elt", …``."""

from __future__ import annotations

from airdock.diagnostics.formats.text import printable
from airdock.diagnostics.locate import Located, Location


def place(location: Location) -> str:
    """Return ``file:line:column``, or the file alone."""
    if not location.line:
        return printable(location.file)
    return f"{printable(location.file)}:{location.line}:{location.column}"


def format_findings(findings: list[Located]) -> str:
    """Return the lines, each with its line end."""
    return "".join(
        f"{place(found.location)}: {found.diagnostic.severity} {found.diagnostic.kind.code} "
        f"{printable(found.diagnostic.message)}\n"
        for found in findings
    )
