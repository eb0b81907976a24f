"""Quotes that are missing, escapes that are none, characters that look like others."""

from __future__ import annotations

import re
import unicodedata

from airdock.load.syntax.fault import Fault, here
from airdock.load.syntax.tokens import Surroundings

_STRAIGHT = dict.fromkeys("“”„‟«»″＂", '"') | dict.fromkeys("‘’‚‛‹›′＇", "'") | {"`": "'"}
_PUNCTUATION = "=[]{},.:#-_"
_ESCAPE = re.compile(
    r"""\\(?: [btnfre"\\] | x[0-9A-Fa-f]{2} | u(?![Dd][89A-Fa-f])[0-9A-Fa-f]{4}
          | U00(?:0(?!000[Dd][89A-Fa-f])[0-9A-Fa-f]|10)[0-9A-Fa-f]{4} | [ \t]*\r?\n )
    | (?P<wrong> \\(?: u[0-9A-Fa-f]{4} | U[0-9A-Fa-f]{8} | .? ) )""",
    re.DOTALL | re.VERBOSE,
)
_DIGITS = {"x": "two", "u": "four", "U": "eight"}


def open_text(around: Surroundings) -> Fault | None:
    """Return the fault of a text without its closing quote: shown from the opening one."""
    token = around.at
    if token is None or token.kind != "open":
        return None
    text = around.of(token)
    if text.startswith(('"""', "'''")):
        reason = f"the text that begins here has no end: {text[:3]} is missing"
        return Fault(token.start, token.start + 3, reason)
    quote, last = text[0], around.last
    advice = f"text over several lines stands between {quote * 3} and {quote * 3}"
    if last is not None and last.kind == "text" and last.end == token.start:
        return None  # a quote inside a text, which ended before it
    if text.rstrip().endswith(f"\\{quote}") and quote == '"':
        advice = "a backslash before the quote takes it into the text: write \\\\ for a backslash, or '…' for \"…\""
    return Fault(token.start, token.end, f"the text that begins here has no end: {quote} is missing", advice)


def bad_escape(around: Surroundings, message: str) -> Fault | None:
    """Return the fault of a backslash in double quotes that begins no escape."""
    if not message.startswith(("Unescaped", "Invalid hex", "Escaped character")):
        return None
    token = next((one for one in (around.at, around.last) if one is not None and one.kind == "text"), None)
    if token is None:
        return None
    for found in _ESCAPE.finditer(around.text, token.start, token.end):
        wrong = found["wrong"]
        if wrong is None:
            continue
        if len(wrong) > 2:
            return Fault(found.start(), found.end(), f"{wrong} is no character of Unicode")
        reason = f"a backslash begins an escape in double quotes, and {wrong} is none"
        if wrong[1:] in _DIGITS:
            reason = f"{wrong} is followed by {_DIGITS[wrong[1]]} hexadecimal digits"
        advice = "write \\\\ for a backslash, or '…' for \"…\": in single quotes it stands for itself"
        return Fault(found.start(), found.end(), reason, advice)
    return None


def odd_character(around: Surroundings) -> Fault | None:
    """Return the fault of a character that TOML does not know, and that may look like one that it does."""
    char = around.char
    if not char or char in "\t\n" or around.text.startswith("\r\n", around.offset):
        return None
    code = f"U+{ord(char):04X}"
    if char == "\r":
        advice = "save the file with the line ends of Unix (LF) or Windows (CRLF)"
        return here(around, "a carriage return alone ends no line", advice)
    if ord(char) < 32 or ord(char) == 127:
        inside = around.at is not None and around.at.kind == "text"
        advice = f'in a text write "\\u{ord(char):04x}"' if inside else "remove it"
        return here(around, f"the control character {code} cannot stand here", advice)
    if around.at is not None and around.at.kind in ("text", "comment"):
        return None
    if char in _STRAIGHT:
        straight = _STRAIGHT[char]
        return here(around, f"{char} is no quote here", f"text stands in straight quotes: {straight}…{straight}")
    plain = unicodedata.normalize("NFKC", char)
    if plain != char and plain in _PUNCTUATION:
        return here(around, f"{char} is not {plain}", f"write {plain}")
    if char != " " and (char.isspace() or not char.isprintable()):
        name = unicodedata.name(char, "unnamed character").lower()
        return here(around, f"the character {code} ({name}) cannot stand here", "remove it, or write a plain blank")
    return None
