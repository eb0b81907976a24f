"""Facts about public images, from `images.toml`, and how docker-py reads the name of an image."""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import tomli


@cache
def _table() -> dict[str, Any]:
    return tomli.loads((Path(__file__).parent / "images.toml").read_text(encoding="utf-8"))


def registry_of(reference: str) -> str:
    """Return the registry that an image is pulled from (docker.auth.resolve_repository_name)."""
    first, slash, _ = reference.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost"):
        return login_host(first)
    return str(_table()["hub"])


def login_host(address: str) -> str:
    """Return the registry for which docker-py keeps the credentials of a login (docker.auth.resolve_index_name)."""
    host = address.replace("http://", "").replace("https://", "").partition("/")[0]
    hub = str(_table()["hub"])
    return hub if host == f"index.{hub}" else host


def missing_programs(reference: str) -> tuple[str, ...]:
    """Return which of the programs that a Python task needs an official image is known to lack."""
    if registry_of(reference) != _table()["hub"]:
        return ()
    name = reference.partition("@")[0]
    first, slash, rest = name.partition("/")
    if slash and "." in first:
        name = rest
    repository, _, tag = name.removeprefix(f"{_table()['official']}/").partition(":")
    for row in _table()["lacking"]:
        if row["repository"] == repository and fnmatchcase(tag, row["tags"]):
            return tuple(row["programs"])
    return ()
