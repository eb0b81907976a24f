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
    text = json.dumps({"findings": rows, "summary": summary}, indent=2, ensure_ascii=False) + "\n"
    return "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    """Return a character that a terminal might act on, or that has no UTF-8, as JSON's escape."""
    units = char.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
