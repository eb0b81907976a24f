"""What is wrong with a text that is not TOML, and where."""

from __future__ import annotations

import re
from dataclasses import dataclass

from airdock.load.hidden import hidden
from airdock.load.syntax.tokens import Surroundings

STATEMENT = "a line is KEY = VALUE, or [table]"
BARE_KEY = "a name with other characters than A-Z a-z 0-9 _ - stands in quotes"
LONGEST = 40
"""Characters of the text that are shown; more would hide the sentence that they stand in."""
_SECRET = re.compile(r"pass|uri|token|secret|key|login|credential", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """A stretch of the text, what is wrong there, and what would be right."""

    start: int
    end: int
    reason: str
    help: str | None = None


def here(around: Surroundings, reason: str, advice: str | None = None) -> Fault:
    """Return a fault at the one character where reading stopped."""
    return Fault(around.offset, around.offset + 1, reason, advice)


def written(around: Surroundings, piece: str) -> str:
    """Return a piece of the text for a message; … for one that is long, or that may be a secret."""
    named = around.text[around.line_start : around.offset]
    plain = 0 < len(piece) <= LONGEST and piece.isprintable() and not _SECRET.search(named)
    return piece if plain and piece in hidden(around.text, None)[around.line_start : around.offset + LONGEST] else "…"
