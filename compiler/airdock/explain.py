"""`airdock explain`: the catalogue of findings for people."""

from __future__ import annotations

import textwrap

# Kinds stand next to the code that raises them, so the catalogue is whole once every stage is imported.
from airdock import pipeline  # noqa: F401
from airdock.diagnostics import CATALOGUE, Kind
from airdock.output import changes  # noqa: F401


def explanation(code: str) -> str | None:
    """Return the text for a code, None for one that does not exist."""
    kind = CATALOGUE.get(code.upper())
    return _page(kind) if kind else None


def overview() -> str:
    """Return one line for each code."""
    return "".join(f"{kind.code}  {kind.slug:<24} {kind.severity}\n" for kind in sorted_kinds())


def sorted_kinds() -> list[Kind]:
    """Return the catalogue by code."""
    return sorted(CATALOGUE.values(), key=lambda kind: kind.code)


def _page(kind: Kind) -> str:
    def wrapped(text: str) -> str:
        return textwrap.fill(text, 88, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)

    parts = [
        f"{kind.code} {kind.slug} ({kind.severity})",
        f"What\n{wrapped(kind.what)}",
        f"Why it matters\n{wrapped(kind.why)}",
        f"Example\n{textwrap.indent(kind.example.rstrip(), '  ')}",
        f"Fix\n{wrapped(kind.fix)}",
    ]
    return "\n\n".join(parts) + "\n"
