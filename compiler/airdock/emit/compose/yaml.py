"""Data to YAML that every reader understands alike: all texts in double quotes, no line ever wrapped."""

from __future__ import annotations

import io
import re
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from ruamel.yaml.tag import Tag

RESET = TaggedScalar("null", tag="!reset")
"""In the place of what an earlier file says: nothing (Compose 2.18 and later)."""


class Instead(dict[str, Any]):
    """A mapping in the place of what an earlier file says, not merged with it (Compose 2.24.4 and later)."""


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
        mapping = CommentedMap((_key(key), _quoted(item)) for key, item in value.items())
        if isinstance(value, Instead):
            mapping.yaml_set_ctag(Tag(suffix="!override"))
        return mapping
    if isinstance(value, list | tuple):
        return CommentedSeq(_quoted(item) for item in value)
    return DoubleQuotedScalarString(value) if isinstance(value, str) else value


def _key(key: str) -> str:
    plain = _PLAIN_KEY.match(key) and key.lower() not in _WORDS
    return key if plain else DoubleQuotedScalarString(key)
