"""GitHub workflow commands: ``::error title=…,file=…,line=…,col=…::text``, which GitHub Actions shows in the diff."""

from __future__ import annotations

from airdock.diagnostics.formats.concise import place
from airdock.diagnostics.formats.text import printable
from airdock.diagnostics.locate import Located, Location

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = _DATA | {":": "%3A", ",": "%2C"}


def format_findings(findings: list[Located]) -> str:
    """Return one workflow command, which is one line, for each finding."""
    return "".join(_command(found) for found in findings)


def _command(found: Located) -> str:
    kind = found.diagnostic.kind
    properties = {"title": f"{kind.code} {kind.slug}", "file": found.location.file, **_region(found.location)}
    shown = ",".join(f"{name}={_escaped(str(value), _PROPERTY)}" for name, value in properties.items())
    return f"::{found.diagnostic.severity} {shown}::{_escaped(_text(found), _DATA)}\n"


def _region(location: Location) -> dict[str, int]:
    """Return the lines, and the columns if it is one line: GitHub refuses columns of a region over several."""
    if not location.line:
        return {}
    lines = {"line": location.line, "endLine": location.end_line}
    if location.line != location.end_line:
        return lines
    # GitHub counts the last column in, and refuses one before the first.
    return {**lines, "col": location.column, "endColumn": max(location.column, location.end_column - 1)}


def _text(found: Located) -> str:
    """Return what the annotation says. The log shows nothing else of a command, so the place stands in it too."""
    lines = [f"{place(found.location)}: {found.diagnostic.message}"]
    lines += [f"{place(other.location)}: {other.message}" for other in found.related]
    if found.diagnostic.help:
        lines.append(f"help: {found.diagnostic.help}")
    return "\n".join(lines)


def _escaped(text: str, escapes: dict[str, str]) -> str:
    return "".join(escapes[char] if char in escapes else printable(char) for char in text)
