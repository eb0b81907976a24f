"""TOML text as a formatter would write it, and as a comment that becomes live when "# " is taken away."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")
"""What a comment of TOML cannot hold."""
_WIDTH = 80
"""Where formatters of TOML begin a new line for each item of a list, by default."""


def table(path: Iterable[str], values: Mapping[str, Any]) -> list[str]:
    """Return the lines of a table with its header."""
    return [f"[{'.'.join(map(key, path))}]", *(line for name, value in values.items() for line in entry(name, value))]


def entry(name: str, value: Any) -> list[str]:
    """Return the lines of a key and its value."""
    line = f"{key(name)} = {text(value)}"
    if len(line) <= _WIDTH or not isinstance(value, list) or not value:
        return [line]
    return [f"{key(name)} = [", *(f"  {text(item)}," for item in value), "]"]


def key(name: str) -> str:
    """Return a key, quoted where it has to be."""
    return name if _BARE.fullmatch(name) else text(name)


def text(value: Any) -> str:
    """Return a value in one line."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, dict):
        return (
            f"{{ {', '.join(f'{key(str(name))} = {text(inner)}' for name, inner in value.items())} }}"
            if value
            else "{}"
        )
    return repr(value)


def commented(lines: Iterable[str]) -> list[str]:
    """Return lines behind "# ": what an editor puts before lines to comment them out, and takes away again."""
    return [f"# {line}" if line else "#" for line in lines]


def prose(*sentences: str) -> list[str]:
    """Return sentences as comments that stay comments when what stands below them is made live."""
    return [f"## {_CONTROL.sub('?', line)}" for sentence in sentences for line in sentence.splitlines()]
