"""Where things stand in the text of a template, and what Jinja says of it in plain words."""

from __future__ import annotations

import re

from airdock.rules.template_text import Fault, Spot

_LINE_END = re.compile(r"\r\n|\r|\n")
_OPENING = re.compile(r"\{\{|\{%")
_CLOSING = {"{{": "}}", "{%": "%}"}
_NOT_CLOSED = (
    (r"end of template, expected 'end of print", '"{{" is not closed', r"\{\{"),
    (r"end of template, expected 'end of statement", '"{%" is not closed', r"\{%"),
    (r"unexpected 'end of template'", '"{{" is not closed', r"\{\{"),
    (r"Missing end of comment", '"{#" starts a comment that is not closed', r"\{#"),
    (r"Missing end of raw", '"{% raw %}" is not closed', r"\{%[-+]?\s*raw\b"),
)
"""Part of Jinja's message, what it means, and what has been opened."""
_INNERMOST = re.compile(r"innermost block that needs to be closed is '(\w+)'")
_TAG = re.compile(r"unknown tag '(.*?)'")
_WORDS = {"end of print statement": "}}", "end of statement block": "%}", "expected token": "expected", "'": '"'}
"""Jinja's words for what a person has written, or would have to."""


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, as Jinja counts them."""
    return _LINE_END.split(text)


def word_spot(lines: list[str], number: int, word: str) -> Spot:
    """Return where a name stands in a line that is no key of another one."""
    return _found(lines, number, rf"(?<![\w.'\"]){re.escape(word)}(?!\w)")


def key_spot(lines: list[str], number: int, key: str) -> Spot:
    """Return where a key or a text stands in a line: behind a dot or in quotes."""
    return _found(lines, number, rf"(?<=[.'\"]){re.escape(key)}(?!\w)")


def _found(lines: list[str], number: int, pattern: str) -> Spot:
    """Return the first match of a line that is inside braces, else the first, else what `line_spot` gives."""
    line = lines[min(number, len(lines)) - 1]
    found = list(re.finditer(pattern, line))
    for match in found:
        before = line[: match.start()]
        opened = max(before.rfind(mark) for mark in ("{{", "{%"))
        if opened > max(before.rfind(mark) for mark in ("}}", "%}")):
            return Spot(number, line, match.start() + 1, len(match[0]))
    if found:
        return Spot(number, line, found[0].start() + 1, len(found[0][0]))
    return line_spot(lines, number)


def line_spot(lines: list[str], number: int) -> Spot:
    """Return the first expression or statement of a line, or all of the line."""
    number = min(number, len(lines))
    line = lines[number - 1].rstrip()
    opening = _OPENING.search(line)
    if opening is None:
        start, end = len(line) - len(line.lstrip()), len(line)
    else:
        start = opening.start()
        close, following = line.find(_CLOSING[opening[0]], start), _OPENING.search(line, start + 2)
        end = close + 2 if close >= 0 else following.start() if following else len(line)
    return Spot(number, lines[number - 1], start + 1, max(1, end - start))


def syntax_fault(message: str, number: int, text: str) -> Fault:
    """Return what Jinja's message says in plain words, and where the fault begins."""
    lines = lines_of(text)
    inner, tag = _INNERMOST.search(message), _TAG.search(message)
    if inner:
        name, advice = inner[1], f"it is closed by {{% end{inner[1]} %}}"
        if tag:
            reason = f'"{tag[1]}" stands where "{{% {name} %}}" has to be closed'
            return Fault(reason, line_spot(lines, number), advice)
        return _unclosed(f'"{{% {name} %}}" is not closed', rf"\{{%[-+]?\s*{name}\b", text, lines, advice)
    if tag:
        return Fault(f'there is no tag "{tag[1]}"', line_spot(lines, number))
    for part, reason, opened in _NOT_CLOSED:
        if part in message:
            return _unclosed(reason, opened, text, lines)
    reason = message[:1].lower() + message[1:].rstrip(".")
    for words, plain in _WORDS.items():
        reason = reason.replace(words, plain)
    return Fault(reason, line_spot(lines, number))


def _unclosed(reason: str, opened: str, text: str, lines: list[str], advice: str | None = None) -> Fault:
    """Return a fault at the last of what has been opened, up to the end of its line."""
    start = max((found.start() for found in re.finditer(opened, text)), default=0)
    number = len(lines_of(text[:start]))
    line = lines[number - 1]
    column = start - max(text.rfind(end, 0, start) for end in "\r\n")
    return Fault(reason, Spot(number, line, column, max(1, len(line.rstrip()) - column + 1)), advice)
