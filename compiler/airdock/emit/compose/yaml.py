"""Data to YAML that every reader understands alike: all texts in double quotes, no line ever wrapped.

Texts are written as JSON has them, which is YAML too, in each of its versions. What is left to do are indentations,
for which a library took an eighth of a small build.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import date, time
from typing import Any

RESET = object()
"""In the place of what an earlier file says: nothing (Compose 2.18 and later)."""


class Instead(dict[str, Any]):
    """A value of a key in the place of what an earlier file says, not merged with it (Compose 2.24.4 and later)."""


_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_WORDS = frozenset(("y", "yes", "n", "no", "true", "false", "on", "off", "null"))
"""Keys that YAML 1.1 reads as something else than text."""
_LONGEST_KEY = 1000
"""A key before a colon has 1024 characters at most: YAML 1.2.2, 7.4.2."""
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What JSON leaves as it is and YAML does not, or takes for the end of a line: YAML 1.2.2, 5.1 and 5.4."""


def to_yaml(data: dict[str, Any]) -> str:
    """Return a mapping as YAML; an object that occurs twice is written twice: no anchor has to be looked for."""
    return "".join(f"{line}\n" for line in _block(data))


def literal(text: str) -> str:
    """Return a text that Compose hands on as it is: its dollar signs are no variables."""
    return text.replace("$", "$$")


def _block(value: Any) -> Iterator[str]:
    """Return the lines of a value, from its own first column on."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            lines = _block(item)
            name = _key(key)
            if len(name) > _LONGEST_KEY:
                yield f"? {name}"
                name = ""
            head = f"{name}: !override" if isinstance(item, Instead) else f"{name}:"
            if isinstance(item, dict | list | tuple) and item:
                yield head
                # A list brings its own indentation, that of its dashes.
                yield from (f"  {line}" if isinstance(item, dict) else line for line in lines)
            else:
                yield f"{head} {next(lines)}"
    elif isinstance(value, list | tuple) and value:
        for item in value:
            lines = _block(item)
            yield f"  - {next(lines)}"
            yield from (f"    {line}" for line in lines)
    else:
        yield _flat(value)


def _flat(value: Any) -> str:
    """Return a value that has one line. TOML has all types of YAML, and times, which are texts there."""
    if value is RESET:
        return "!reset null"
    if isinstance(value, float) and not math.isfinite(value):
        return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"
    if isinstance(value, tuple):
        return "[]"
    if isinstance(value, time):
        return _text(value.isoformat())
    return str(value) if isinstance(value, date) else _text(value)


def _text(value: Any) -> str:
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(value, ensure_ascii=False))


def _key(key: str) -> str:
    plain = _PLAIN_KEY.fullmatch(key) and key.lower() not in _WORDS
    return key if plain else _text(key)
