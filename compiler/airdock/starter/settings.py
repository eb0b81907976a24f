"""`.env` of the user's: what of it has to be said in airdock.toml so that it still has its effect."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from airdock.load.dotenv import read_dotenv
from airdock.load.reading import read_file
from airdock.project.base_file import ENV_FILE_PATH
from airdock.starter.note import Note
from airdock.starter.stack import Stack

_CONNECTION = "AIRFLOW_CONN_"
_PIP = "_PIP_ADDITIONAL_REQUIREMENTS"
_OF_COMPOSE = re.compile(r"(COMPOSE|DOCKER|AIRDOCK|_AIRFLOW)_.*|AIRFLOW_(UID|GID|IMAGE_NAME|PROJ_DIR)|ENV_FILE_PATH")
"""What Compose, the engine, and the official file itself read."""
_KNOWN = (_PIP, "FERNET_KEY", "AIRFLOW__API_AUTH__JWT_SECRET")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


@dataclass
class Dotenv:
    """The user's own lines of `.env`: never a value of them is shown."""

    own: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    notes: list[Note] = field(default_factory=list)

    def place(self, key: str) -> str:
        """Return file:line of a key."""
        match = re.search(rf"(?m)^[ \t]*(?:export[ \t]+)?{re.escape(key)}[ \t]*[=:]", self.text)
        return ".env" if match is None else f".env:{self.text.count(chr(10), 0, match.start()) + 1}"


def read_settings(directory: Path) -> Dotenv:
    """Read `.env`."""
    path = directory / ".env"
    try:
        if not path.is_file():
            return Dotenv()
        text = read_file(path).decode("utf-8")
    except OSError as error:
        return Dotenv(notes=[Note(".env", f"cannot be read: {error.strerror}")])
    except UnicodeDecodeError:
        return Dotenv(notes=[Note(".env", "is not UTF-8: airdock build will not take it")])
    return Dotenv(read_dotenv(text, {}).own, text)


@dataclass
class Carried:
    """What of `.env` airdock.toml names."""

    connections: list[str] = field(default_factory=list)
    """Ids of connections that a DAG or plugin names."""
    unnamed: list[str] = field(default_factory=list)
    """Ids of connections that none of them names."""
    environment: list[str] = field(default_factory=list)
    """Variables that the base file gave to every service so far."""


def carried(directory: Path, stack: Stack, dotenv: Dotenv) -> Carried:
    """Return what has to be named, because Airflow's containers get of `.env` only what airdock.toml names."""
    found = Carried()
    used = _words(directory, (stack.dags_folder, "plugins"))
    compose = "".join(file.text for file in stack.files)
    handed_on = stack.base is not None and ENV_FILE_PATH in stack.base.text
    for key in dotenv.own:
        if key.startswith(_CONNECTION) and _IDENTIFIER.fullmatch(key) and key != _CONNECTION:
            id_ = key[len(_CONNECTION) :].lower()
            if f"${{{key}" in compose or f"${key}" in compose:
                continue  # it reaches them by a Compose file of the user's
            if id_ in used or id_.endswith("_default"):
                found.connections.append(id_)
            elif handed_on:
                found.environment.append(key)
            else:
                found.unnamed.append(id_)
        elif handed_on and _is_passed(key) and f"${{{key}" not in compose:
            found.environment.append(key)
    return found


def _is_passed(key: str) -> bool:
    """Say whether a variable may be one that a DAG or Airflow reads."""
    return _IDENTIFIER.fullmatch(key) is not None and not _OF_COMPOSE.fullmatch(key) and key not in _KNOWN


def pip_lines(dotenv: Dotenv) -> list[tuple[str, str]]:
    """Return what `.env` has installed at each start, with its place."""
    try:
        words = shlex.split(dotenv.own.get(_PIP, ""))
    except ValueError:
        words = dotenv.own[_PIP].split()
    return [(dotenv.place(_PIP), word) for word in words]


def _words(directory: Path, folders: tuple[str, ...]) -> set[str]:
    """Return the words of the user's modules: what a connection may be named by."""
    words: set[str] = set()
    for folder in folders:
        for path in sorted((directory / folder).rglob("*.py"))[:5000]:
            try:
                text = read_file(path)[:1_000_000].decode("utf-8", "replace")
            except OSError:
                continue
            words.update(re.findall(r"[\w-]+", text.lower()))
    return words
