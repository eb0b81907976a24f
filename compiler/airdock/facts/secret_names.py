"""Facts about the names of secrets, from `secrets.toml`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import tomli

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_WHOLE_WORDS = frozenset({"pass", "token", "secret", "bearer"})


@cache
def _table() -> dict[str, Any]:
    return tomli.loads((Path(__file__).parent / "secrets.toml").read_text(encoding="utf-8"))


@cache
def secret_names() -> tuple[str, ...]:
    """Return the ends of names that secrets have."""
    return tuple(_table()["names"])


@cache
def names_secret(name: str) -> bool:
    """Say whether what has this name is a secret: DB_PASSWORD, apiKey, PGPASSWORD; not TOKEN_URL."""
    if name.startswith("AIRFLOW__") and name.endswith("_SECRET"):
        return name in _table()["options_that_end_in_secret"]
    words = re.sub(r"\W+", "_", _HUMP.sub("_", name)).lower()
    return any(words == end or words.endswith(end if end not in _WHOLE_WORDS else f"_{end}") for end in secret_names())


def is_known_to_all(value: str) -> bool:
    """Say whether a password is the one of Airflow's own examples, which Airflow does not hide."""
    return value in _table()["known_to_all"]
