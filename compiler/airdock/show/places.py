"""A value and where it is from: the form of everything that `airdock show` prints."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from airdock.diagnostics import SpecPath, SpecPlace
from airdock.diagnostics.hiding import PASSWORD_IN_ADDRESS
from airdock.facts.secret_names import names_secret
from airdock.load.document import Document

Shown: TypeAlias = "dict[str, Any]"
"""A value, or a table of such."""


class Leaf(dict[str, Any]):
    """A value: `value`, `from` and, where it is written, `key`."""


BUILT_IN = "built-in"
HIDDEN = "***"
MISSING = object()
"""What is written at a place where nothing is."""


class Places:
    """Looks up what is written in airdock.toml, and where."""

    def __init__(self, document: Document, printed: Callable[[str], str]) -> None:
        self._document = document
        self._printed = printed

    def written(self, path: SpecPath) -> Any:
        """Return what is written at a place, as it stands there; MISSING if nothing is."""
        value: Any = self._document.values
        try:
            for part in path:
                value = value[part]
        except (KeyError, IndexError, TypeError):
            return MISSING
        return value

    def given(self, path: SpecPath, value: object = MISSING) -> Leaf:
        """Return the value of a place: as it is written, or as it is meant."""
        found = self.written(path) if value is MISSING else value
        at = self._document.locate(SpecPlace(path))
        place = f"{self._printed(at.file)}:{at.line}:{at.column}"
        return Leaf({"value": plain(found, str(path[-1])), "from": place, "key": ".".join(map(_part, path))})

    def either(self, path: SpecPath, value: object) -> Leaf:
        """Return a value from its place, or as airdock's own where nothing is written."""
        return built_in(value) if self.written(path) is MISSING else self.given(path, value)

    def each(self, path: SpecPath, names: Iterable[str] | None = None) -> Shown:
        """Return each key of a table that is written somewhere, or those of them that are asked for."""
        table = self.written(path)
        keys = table if isinstance(table, dict) else ()
        return {key: self.given((*path, key)) for key in keys if names is None or key in names}

    def tables(self, path: SpecPath) -> Iterable[tuple[str, SpecPath]]:
        """Return the entries of a table with their places."""
        table = self.written(path)
        return [(name, (*path, name)) for name in table] if isinstance(table, dict) else []


def _part(part: str | int) -> str:
    """Return a part of a path as TOML would have it."""
    return str(part) if re.fullmatch(r"[\w-]+", str(part), re.ASCII) else json.dumps(part, ensure_ascii=False)


def built_in(value: object) -> Leaf:
    """Return a value that nobody wrote: a default of airdock's, or what follows from the rest."""
    return Leaf({"value": plain(value), "from": BUILT_IN})


def plain(value: Any, name: str = "") -> Any:
    """Return a value as JSON can hold it, without what is secret: no default of a host's value, no password."""
    if isinstance(value, dict):
        if "env" in value and set(value) <= {"env", "default"} and isinstance(value["env"], str):
            return {key: inner if key == "env" or name == "source" else HIDDEN for key, inner in value.items()}
        return {str(key): plain(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner, name) for inner in value]
    if isinstance(value, str):
        # A template holds no secret, it names one.
        return HIDDEN if names_secret(name) and "{{" not in value else PASSWORD_IN_ADDRESS.sub(r"\g<before>***", value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
