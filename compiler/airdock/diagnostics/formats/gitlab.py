"""GitLab's code quality report: a list of violations, as JSON."""

from __future__ import annotations

from airdock.diagnostics.formats.fingerprint import fingerprints
from airdock.diagnostics.formats.text import ascii_json
from airdock.diagnostics.locate import Located, Location

_SEVERITIES = {"error": "major", "warning": "minor"}
"""GitLab has info, minor, major, critical and blocker; the last two are for what endangers a running system."""


def format_findings(findings: list[Located]) -> str:
    """Return the list; an empty one says that all violations of the last run are gone."""
    return ascii_json(
        [
            {
                "check_name": found.diagnostic.kind.code,
                "description": _description(found),
                "severity": _SEVERITIES[found.diagnostic.severity],
                "fingerprint": fingerprint,
                "location": {"path": found.location.file, "positions": _positions(found.location)},
            }
            for found, fingerprint in zip(findings, fingerprints(findings), strict=True)
        ]
    )


def _description(found: Located) -> str:
    text = found.diagnostic.message
    return f"{text}; {found.diagnostic.help}" if found.diagnostic.help else text


def _positions(location: Location) -> dict[str, dict[str, int]]:
    """Return begin and end; GitLab wants a line, so a whole file is its first."""
    return {
        "begin": {"line": location.line or 1, "column": location.column or 1},
        "end": {"line": location.end_line or 1, "column": location.end_column or 1},
    }
