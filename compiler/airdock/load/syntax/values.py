"""Values that are none, and what cannot stand behind one."""

from __future__ import annotations

import re

from airdock.load.syntax.fault import Fault, here, written
from airdock.load.syntax.tokens import Surroundings, Token

_NOTHING = ("none", "null", "nil", "undefined", "~")
_BOOLEANS = dict.fromkeys(("true", "yes", "on"), "true") | dict.fromkeys(("false", "no", "off"), "false")
_BLOCKS = ("|", ">", "|-", ">-", "|+", ">+")
_DATE = re.compile(r"(?:\d{4}-\d\d-\d\d|\d{1,4}[-/]\d{1,2}[-/]\d{1,4}|\d{1,2}\.\d{1,2}\.\d{4})(?:[Tt ]\s*\d.*)?")
_TIME = re.compile(r"\d{1,2}:\d{1,2}(?::\d{1,2}(?:\.\d+)?)?")
_STATEMENT = re.compile(r"""(?:[A-Za-z0-9_.-]+|"[^"\n]*"|'[^'\n]*')[ \t]*=|\[""")


def no_value(around: Surroundings) -> Fault:
    """What stands where a value should."""
    char, last, rest = around.char, around.last, around.rest.strip()
    if last is not None and last.mark == "=" and (around.ends() or char in ("}", ",")):
        key = around.before[-2]
        advice = "leave the key out, or write a value; empty text is two quotes"
        return Fault(key.start, last.end, "this key has no value", advice)
    if char == "=":
        return here(around, "one = is enough")
    if char == ">" and last is not None and last.mark == "=" and last.end == around.offset:
        return here(around, "a key and its value are joined by = alone")
    if char == ",":
        return here(around, "a comma too many")
    if char in "]})":
        return here(around, f"{char} closes nothing")
    if rest in _BLOCKS:
        return here(around, "text over several lines stands in three quotes", 'write """ before it and behind it')
    if char == "(":
        return here(around, "a list is written in brackets", "write [ and ]")
    variable = re.match(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?", around.rest)
    if variable:
        advice = f'write {{ env = "{variable[1]}" }} for a variable of this host; text stands in quotes'
        end = around.offset + variable.end()
        return Fault(around.offset, end, "there are no variables in TOML", advice)
    return _unquoted(around, around.offset)


def after_value(around: Surroundings) -> Fault:
    """What stands behind a value, on its line or in its list or table."""
    token, last, char = around.at, around.last, around.char
    if token is not None and token.kind == "word" and token.start < around.offset:
        return _unquoted(around, _start(around))  # `5m` begins like a number
    if last is not None and last.end == around.offset and char not in ",;]}":
        if last.kind == "text":
            return _quote_inside(around, last)
        if last.kind == "word":
            return _unquoted(around, _start(around))
    if char == "," and not around.brackets:
        return _comma(around, last)
    if char == ";":
        return here(around, "no semicolon stands behind a value")
    if around.rest.startswith(("//", "/*")):
        return here(around, "a comment begins with #")
    if char in "]}":
        wrong = f"does not close the {around.brackets[-1].mark} before it" if around.brackets else "closes nothing"
        return here(around, f"{char} {wrong}")
    if last is not None and last.kind == "word" and not _STATEMENT.match(around.rest) and not around.brackets:
        return _unquoted(around, _start(around))
    if around.brackets:
        return here(around, "a comma is missing before this")
    return here(around, "this cannot stand behind a value", "one KEY = VALUE on a line; text stands in quotes")


def _start(around: Surroundings) -> int:
    """Return where the value begins that the place is in: a time of day is several tokens."""
    behind = max((token.end for token in around.before if token.mark in ("=", "[", "{", ",")), default=0)
    first = around.at.start if around.at is not None else around.offset
    return next((token.start for token in around.before if token.start >= behind), first)


def _unquoted(around: Surroundings, start: int) -> Fault:
    """Return the fault of a value that was meant as text, a date, a number or a boolean, and is none."""
    stop = r"[^\r\n#,\[\]{}]*" if around.brackets else r"[^\r\n#]*"
    found = re.compile(stop).match(around.text, start)
    value = found[0].rstrip() if found else ""
    end = start + max(1, len(value))
    if value.casefold() in _NOTHING:
        return Fault(start, end, f"TOML has no {value}", "leave the key out; text stands in quotes")
    if value.casefold() in _BOOLEANS:
        return Fault(start, end, "a boolean is true or false", f"write {_BOOLEANS[value.casefold()]}")
    if _DATE.fullmatch(value):
        advice = "a date is 2026-01-31, with a time 2026-01-31T07:30:00"
        return Fault(start, end, "there is no such date", advice)
    if _TIME.fullmatch(value):
        return Fault(start, end, "there is no such time of day", "a time is 07:30:00; text stands in quotes")
    if re.fullmatch(r"[+-]?0[0-9_]+", value):
        sign = value[0] if value[0] in "+-" else ""
        least = sign + (value.lstrip("+-0_") or "0")
        octal = f"; octal is 0o{least}" if re.fullmatch("[0-7]+", least) else ""  # which has no sign
        return Fault(start, end, "a number does not begin with 0", f'write {least}, or "{value}" for text{octal}')
    if re.fullmatch(r"[+-]?(\.[0-9]+|[0-9]+\.)", value):
        whole = re.sub(r"\.$", ".0", re.sub(r"^([+-]?)\.", r"\g<1>0.", value))
        return Fault(start, end, "a decimal number has digits on both sides of the dot", f"write {whole}")
    if re.fullmatch(r"[+-]?[0-9_]+", value):
        return Fault(start, end, "in a number, _ stands between two digits")
    shown = written(around, value)
    quoted = f"'{shown}'" if '"' in shown or "\\" in shown else f'"{shown}"'
    return Fault(start, end, "text stands in quotes", f"write {quoted}")


def _quote_inside(around: Surroundings, last: Token) -> Fault:
    quote = around.text[last.start]
    other = "'" if quote == '"' else '"'
    own = ', or \\" for each inside' if quote == '"' else ""
    advice = f"write {other}…{other} around text with {quote} in it{own}"
    return Fault(last.end - 1, last.end, "the text ends at this quote, and more stands behind it", advice)


def _comma(around: Surroundings, last: Token | None) -> Fault:
    rest = around.rest[1:].strip()
    if not rest or rest.startswith("#"):
        return here(around, "no comma stands behind the value of a line")
    if last is not None and last.kind == "word" and re.match(r"\d{3}\b", rest):
        return here(around, "a number has no comma in it", "write it without, or with _: 1_000")
    if _STATEMENT.match(rest):
        return here(around, "one KEY = VALUE on a line, without a comma")
    return here(around, "several values are a list", "write [ before the first and ] behind the last")
