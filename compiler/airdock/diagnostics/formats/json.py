"""One JSON object with all findings."""

from __future__ import annotations

import json

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
    text = json.dumps({"findings": rows, "summary": summary}, indent=2)
    # ASCII alone, so that any stream can hold it; of that, json leaves only DEL as it is.
    return text.replace("\x7f", "\\u007f") + "\n"
