"""Text that is safe to print on a terminal."""

from __future__ import annotations

import re
import unicodedata

_SECRET = re.compile(r"""(?P<key>\b(?:password|uri)["']?\s*=\s*)(?P<text>"(?:\\.|[^"\\])*"?|'[^']*'?)""")


def printable(text: str) -> str:
    """Return the text with control characters shown as escapes: a finding cannot move the cursor or set colours."""
    if text.isprintable():
        return text
    return "".join(
        char if char == "\t" or char.isprintable() or char == " " else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def width(text: str) -> int:
    """Return how many terminal cells the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )


def without_secrets(line: str) -> str:
    """Return a source line with literal passwords and URIs as asterisks, as long as they were."""
    return _SECRET.sub(lambda match: match["key"] + "*" * len(match["text"]), line)
