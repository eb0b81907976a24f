"""SARIF 2.1.0, which code scanning services and editors read."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import quote

from airdock import __version__
from airdock.diagnostics.formats.fingerprint import fingerprints
from airdock.diagnostics.formats.text import ascii_json, markdown
from airdock.diagnostics.kind import Kind
from airdock.diagnostics.locate import Located, Location

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_BASE = "%SRCROOT%"
_BASE_TEXT = "The folder that the relative paths start at: the repository, or where airdock was started."


def format_findings(findings: list[Located]) -> str:
    """Return one run with the findings as results, and the kinds that they are of as rules."""
    kinds = {found.diagnostic.kind.code: found.diagnostic.kind for found in findings}
    codes = sorted(kinds)
    driver = {"name": "airdock", "semanticVersion": __version__, "rules": [_rule(kinds[code]) for code in codes]}
    results = [
        _result(found, codes.index(found.diagnostic.kind.code), fingerprint)
        for found, fingerprint in zip(findings, fingerprints(findings), strict=True)
    ]
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {_BASE: {"description": {"text": _BASE_TEXT}}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return ascii_json({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(kind: Kind) -> dict[str, object]:
    name = "".join(word.capitalize() for word in kind.slug.split("-"))
    return {
        "id": kind.code,
        "name": name,
        "shortDescription": {"text": kind.what},
        "fullDescription": {"text": f"{kind.what} {kind.why}"},
        "help": {
            "text": f"{kind.what}\n\n{kind.why}\n\nExample:\n\n{kind.example.rstrip()}\n\nFix: {kind.fix}",
            "markdown": f"{markdown(kind.what)}\n\n{markdown(kind.why)}\n\n"
            f"Example:\n\n```toml\n{kind.example.rstrip()}\n```\n\nFix: {markdown(kind.fix)}",
        },
        "defaultConfiguration": {"level": kind.severity},
    }


def _result(found: Located, rule: int, fingerprint: str) -> dict[str, object]:
    diagnostic = found.diagnostic
    advice = diagnostic.help or ""
    text = f"{_ended(diagnostic.message)} {_ended(advice[:1].upper() + advice[1:])}".rstrip()
    result: dict[str, object] = {
        "ruleId": diagnostic.kind.code,
        "ruleIndex": rule,
        "level": diagnostic.severity,
        "message": {"text": _plain(text)},
        "locations": [{"physicalLocation": _physical(found.location)}],
        "partialFingerprints": {"airdockFinding/v1": fingerprint},
    }
    if found.related:
        result["relatedLocations"] = [
            {"id": number, "message": {"text": _plain(other.message)}, "physicalLocation": _physical(other.location)}
            for number, other in enumerate(found.related)
        ]
    return result


def _ended(text: str) -> str:
    return text if not text or text.endswith(("?", ".", "…")) else f"{text}."


def _plain(text: str) -> str:
    """Return text for a message: `[text](target)` would be a link to another place of the report."""
    return re.sub(r"\[(?=[^\[\]]*\]\()", r"\\[", text)


def _physical(location: Location) -> dict[str, object]:
    path = Path(location.file)
    if path.is_absolute():
        artifact = {"uri": path.as_uri()}
    else:
        artifact = {"uri": quote(os.fsencode(location.file)), "uriBaseId": _BASE}
    # For SARIF a file as a whole has no region, but GitHub wants a line of every result.
    region = (
        {"startLine": 1}
        if not location.line
        else {
            "startLine": location.line,
            "startColumn": location.column,
            "endLine": location.end_line,
            "endColumn": location.end_column,
        }
    )
    return {"artifactLocation": artifact, "region": region}
