"""Brackets that nothing closes: shown at the opening one."""

from __future__ import annotations

import re

from airdock.load.syntax.fault import Fault
from airdock.load.syntax.tokens import Surroundings, Token

_KEY = re.compile(r"""[ \t]*(?:[A-Za-z0-9_.-]+|"[^"\n]*"|'[^'\n]*')[ \t]*=""")
_HEADER = re.compile(r"""[ \t]*\[\[?[ \t]*[A-Za-z_"'][^\],=]*\]\]?[ \t]*(?:\#.*)?$""")


def open_bracket(around: Surroundings) -> Fault | None:
    """Return the fault of a list or table that is still open where the text ends or the next statement begins."""
    if not around.brackets:
        return None
    if not around.text[around.offset :].strip():
        return _unclosed(around.brackets[-1])
    # `[header]` may have been taken for a list in the list, so what counts is how the line begins.
    above = [bracket for bracket in around.brackets if bracket.start < around.line_start]
    if not above or around.text[around.line_start : around.offset].strip() not in ("", "[", "[["):
        return None
    inner = above[-1]
    line = around.line(around.offset)
    # A table that goes on over lines has keys in it too: there a comma is missing.
    goes_on = inner.mark == "{" and around.line(inner.start).partition("#")[0].rstrip().endswith("{")
    begins = _HEADER.match(line) or (_KEY.match(line) and not goes_on) or (inner.mark == "{" and around.char == "{")
    return _unclosed(inner) if begins else None


def _unclosed(bracket: Token) -> Fault:
    what, closing = ("list", "]") if bracket.mark == "[" else ("table", "}")
    return Fault(bracket.start, bracket.end, f"the {what} that begins here has no end: {closing} is missing")
