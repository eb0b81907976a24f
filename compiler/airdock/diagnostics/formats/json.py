"""One JSON object with all findings."""

from __future__ import annotations

from airdock.diagnostics.formats.text import ascii_json
from airdock.diagnostics.locate import Located, Location


def _location(location: Location) -> dict[str, object]:
    return {
        "file": location.file,
        "line": location.line,
        "column": location.column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }


def format_findings(findings: list[Located]) -> str:
    """Return ``{"findings": […], "summary": {"errors": n, "warnings": n}}``; places are 1-based, 0 for a whole file."""
    rows = [
        {
            "code": found.diagnostic.kind.code,
            "slug": found.diagnostic.kind.slug,
            "severity": found.diagnostic.severity,
            "message": found.diagnostic.message,
            "help": found.diagnostic.help,
            **_location(found.location),
            "related": [{"message": other.message, **_location(other.location)} for other in found.related],
        }
        for found in findings
    ]
    errors = sum(row["severity"] == "error" for row in rows)
    summary = {"errors": errors, "warnings": len(rows) - errors}
    return ascii_json({"findings": rows, "summary": summary})
