"""Text that is safe to print on a terminal."""

from __future__ import annotations

import re
import unicodedata


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
    if text.isascii():
        return len(text)
    return sum(0 if _has_no_cell(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _has_no_cell(char: str) -> bool:
    """Say whether a character is drawn into the one before it: accents, emoji variations, the later parts of Hangul."""
    return unicodedata.category(char) in ("Mn", "Me") or "\u1160" <= char <= "\u11ff"


def ascii_json(value: object) -> str:
    """Return a value as JSON in ASCII alone, so that any stream can hold it and any terminal show it."""
    import json

    # Of ASCII, json leaves only DEL as it is.
    return json.dumps(value, indent=2).replace("\x7f", "\\u007f") + "\n"


def markdown(text: str) -> str:
    """Return plain text with `code` in it as Markdown, in which nothing else means something."""
    parts = re.split(r"(`[^`]*`)", text)
    escaped = (re.sub(r"[\\*<]|\[(?=[^\[\]]*\]\()", r"\\\g<0>", part) for part in parts[::2])
    return "".join(f"{plain}{code}" for plain, code in zip(escaped, [*parts[1::2], ""], strict=True))
