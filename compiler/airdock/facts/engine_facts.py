"""Facts about Docker engines, Docker Compose and registries, from `engine.toml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import tomli

from airdock.facts.versions import version_key

_NUMBER = re.compile(r"v?(\d+(?:\.\d+)+)")


class EngineFacts(NamedTuple):
    """What a host has to have."""

    api: str
    """Least API version of the engine."""
    name: str
    """The release of the engine that has it."""
    compose: str
    """Least release of Docker Compose."""
    hub: str
    """Host at which the registry that images come from by default answers."""
    plain: tuple[str, ...]
    """Networks whose registries need no TLS."""

    def api_fits(self, version: str) -> bool | None:
        """Say whether an API version is new enough; None if it is no version."""
        return _at_least(version, self.api)

    def compose_fits(self, version: str) -> bool | None:
        """Say whether a release of Docker Compose, such as ``v2.26.1-4``, is new enough; None if it is none."""
        return _at_least(version, self.compose)


def _at_least(version: str, least: str) -> bool | None:
    found = _NUMBER.match(version.strip())
    return None if found is None else version_key(found[1]) >= version_key(least)


@cache
def engine_facts() -> EngineFacts:
    """Return the facts."""
    table = tomli.loads((Path(__file__).parent / "engine.toml").read_text(encoding="utf-8"))
    return EngineFacts(
        api=table["engine"]["api"],
        name=table["engine"]["name"],
        compose=table["compose"]["least"],
        hub=table["registry"]["hub"],
        plain=tuple(table["registry"]["plain"]),
    )
