"""Data to YAML that every reader understands alike: all texts in double quotes, no line ever wrapped."""

from __future__ import annotations

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

_PLAIN_KEY = re.compile(r"^[A-Za-z_][A-Za-z0-9_.-]*$")
_WORDS = frozenset(("y", "yes", "n", "no", "true", "false", "on", "off", "null"))
"""Keys that YAML 1.1 reads as something else than text."""


def to_yaml(data: dict[str, Any]) -> str:
    """Return a mapping as YAML; an object that occurs twice is written twice."""
    yaml = YAML()
    yaml.width = 10**9
    yaml.indent(mapping=2, sequence=4, offset=2)
    # Equal pieces are written out: a reader of one service need not look for an anchor.
    yaml.representer.ignore_aliases = lambda *_: True
    stream = io.StringIO()
    yaml.dump(_quoted(data), stream)
    return stream.getvalue()


def literal(text: str) -> str:
    """Return a text that Compose hands on as it is: its dollar signs are no variables."""
    return text.replace("$", "$$")


def _quoted(value: Any) -> Any:
    if isinstance(value, dict):
        return CommentedMap((_key(key), _quoted(item)) for key, item in value.items())
    if isinstance(value, list | tuple):
        return CommentedSeq(_quoted(item) for item in value)
    return DoubleQuotedScalarString(value) if isinstance(value, str) else value


def _key(key: str) -> str:
    plain = _PLAIN_KEY.match(key) and key.lower() not in _WORDS
    return key if plain else DoubleQuotedScalarString(key)
