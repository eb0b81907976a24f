"""From tomli's refusal to a fault: what stands around the place tells the usual mistakes apart."""

from __future__ import annotations

import re

import tomli

from airdock.load.syntax.brackets import open_bracket
from airdock.load.syntax.fault import Fault, here
from airdock.load.syntax.keys import no_header, no_key, no_statement
from airdock.load.syntax.texts import bad_escape, odd_character, open_text
from airdock.load.syntax.tokens import Surroundings, surroundings, tokens
from airdock.load.syntax.values import after_value, no_value

_DEEP = 200
"""Levels of lists and tables in each other, and parts of one key: tomli refuses about twice as many."""


def syntax_fault(text: str, error: ValueError | RecursionError) -> Fault:
    """Return what is wrong with a text that tomli refused with ``error``."""
    if not isinstance(error, tomli.TOMLDecodeError):
        return _beyond_limits(text)
    around = surroundings(text, place_of(text, error))
    found = open_text(around) or bad_escape(around, error.msg) or odd_character(around) or open_bracket(around)
    return found or _by_family(around, error.msg) or here(around, f"not TOML: {error.msg[:1].lower()}{error.msg[1:]}")


def place_of(text: str, error: tomli.TOMLDecodeError) -> int:
    """Return the offset where tomli stopped. It counts without carriage returns, but line by line that is the same."""
    start = 0
    for _ in range(error.lineno - 1):
        start = text.index("\n", start) + 1
    return min(start + error.colno - 1, len(text))


def _by_family(around: Surroundings, message: str) -> Fault | None:
    if around.in_header:
        return no_header(around, message)
    if message.startswith(("Expected '='", "Invalid initial character")):
        return no_key(around)
    if message.startswith("Invalid statement"):
        return no_statement(around)
    if message.startswith(("Invalid value", "Invalid date")):
        return no_value(around)
    if message.startswith(("Expected newline", "Unclosed")):
        return after_value(around)
    return None


def _beyond_limits(text: str) -> Fault:
    """What no reader holds: nesting without end, and numbers of thousands of digits."""
    depth = outermost = 0
    for token in tokens(text):
        if token.mark in ("[", "{"):
            outermost = outermost if depth else token.start
            depth += 1
            if depth > _DEEP:
                return Fault(outermost, outermost + 1, "the lists or tables that begin here are nested too deeply")
        elif token.mark in ("]", "}"):
            depth = max(0, depth - 1)
        elif token.kind == "word":
            word = text[token.start : token.end]
            if re.fullmatch(r"[+-]?[0-9][0-9_]{4000,}", word):
                return Fault(token.start, token.end, "a number of thousands of digits")
            if word.count(".") > _DEEP:
                return Fault(token.start, token.end, "a key of more than a thousand parts")
    return Fault(0, 1, "lists, tables or keys are nested too deeply")
