"""Keys, headers and lines that are none."""

from __future__ import annotations

import re

from airdock.load.syntax.fault import BARE_KEY, LONGEST, STATEMENT, Fault, here
from airdock.load.syntax.tokens import Surroundings

_COMMENTS = ("//", "/*", ";", "%", "<!--")
_CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
_JOINED = ("+=", "?=", ":=", "->", "~=")
_NAME = re.compile(r"""[^\s."'\[\]=,#{}:$(]+(?:[ \t]+[^\s."'\[\]=,#{}:$(]+)*(?=[ \t]*[.=\]])""")
"""A name of any characters, also blanks, before a dot, an equals sign or a bracket."""


def no_key(around: Surroundings) -> Fault | None:
    """What stands where a key should, or where its = should."""
    char, last = around.char, around.last
    if last is None or last.mark in ("{", ",") or around.of(last).endswith("."):
        return _no_beginning(around)
    if around.ends() or char in ("}", ","):
        return Fault(last.start, last.end, "this key has no value", STATEMENT)
    key = around.of(last)
    advice = f"write {key} = …" if len(key) <= LONGEST and key.isprintable() else STATEMENT
    if around.rest.startswith(_JOINED):
        return here(around, "a key and its value are joined by = alone", advice)
    odd = _odd_name(around, last.start + key.rfind(".") + 1)
    if odd is not None and "=" in around.rest:
        return odd
    if char == ":":
        return here(around, "a key and its value are joined by =, not by :", advice)
    if key == "-":
        return Fault(last.start, last.end, "a list is written in brackets", 'write KEY = ["a", "b"]')
    return here(around, "= is missing between key and value", advice)


def _no_beginning(around: Surroundings) -> Fault:
    char, last = around.char, around.last
    odd = _odd_name(around, around.offset)
    if odd is not None:
        return odd
    if last is not None and around.of(last).endswith("."):
        return here(around, "a part of the key is missing behind the dot")
    if char == "{" and last is not None and last.mark == "{" and last.end == around.offset:
        return Fault(last.start, around.offset + 1, "text with {{ }} stands in quotes", 'write "{{ … }}"')
    if char == ",":
        return here(around, "a comma too many")
    return here(around, "a key is missing here", "a table in a line is { KEY = VALUE, … }")


def _odd_name(around: Surroundings, start: int) -> Fault | None:
    """Return the fault of a name that needs quotes; None where there is no such name."""
    found = _NAME.match(around.text, start)
    if found is None or len(found[0]) > LONGEST or re.fullmatch(r"[A-Za-z0-9_-]+", found[0]):
        return None
    return Fault(found.start(), found.end(), BARE_KEY, f'write "{found[0]}"')


def no_header(around: Surroundings, message: str) -> Fault:
    """`[table]` that is not one."""
    char, first, last = around.char, around.before[0], around.before[-1]
    brackets = 2 if around.text.startswith("[[", first.start) else 1
    name = around.text[first.start : around.offset].strip("[] \t")
    if message.startswith("Expected newline"):  # `[table]` is whole
        if char == "]":
            return here(around, "a bracket too many")
        return here(around, "a header stands alone on its line", "its keys stand on the lines below it")
    if not name and (char == "]" or around.ends()):
        return Fault(first.start, around.offset + 1, "a header has the name of a table in it", "write [images.NAME]")
    if char == "." or (name.endswith(".") and (char == "]" or around.ends())):
        return here(around, "a name is missing beside the dot")
    if around.ends() or (char == "]" and brackets == 2):
        missing = "]" if char == "]" or brackets == 1 else "]]"
        reason = f"the header that begins here has no end: {missing} is missing"
        advice = f"write {'[' * brackets}{name}{']' * brackets}" if len(name) <= LONGEST else None
        return Fault(first.start, max(around.offset, first.end), reason, advice)
    if char in ":/\\":
        return here(around, "names in a header are joined by dots", BARE_KEY)
    start = last.start + around.of(last).rfind(".") + 1 if last.kind == "word" else around.offset
    return _odd_name(around, start) or here(around, "this cannot stand in a header", BARE_KEY)


def no_statement(around: Surroundings) -> Fault:
    """A line that begins as no line can."""
    char, rest = around.char, around.rest
    if rest.startswith(_CONFLICT):
        return Fault(around.offset, around.offset + 7, "an unresolved merge conflict", "keep one of its two sides")
    if rest.startswith(_COMMENTS):
        return here(around, "a comment begins with #")
    if char in "]})":
        return here(around, f"{char} closes nothing")
    if char == "{":
        return here(around, "a line cannot begin with a table", f"this looks like JSON; in TOML {STATEMENT}")
    if char == "=":
        return here(around, "the key before = is missing", STATEMENT)
    if char == ",":
        return here(around, "a line cannot begin with a comma", "a list begins with [ and ends with ]")
    odd = _odd_name(around, around.offset) if "=" in rest else None
    return odd or here(around, "a line cannot begin like this", STATEMENT)
