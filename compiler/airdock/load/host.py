"""What only this host knows: its environment, `.env`, user, engine socket, and fresh random keys."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from airdock.load import seen
from airdock.load.dotenv import DotenvFile, read_dotenv
from airdock.load.git import Exposed, exposed
from airdock.load.reading import read_file

AIRFLOW_IMAGE_UID = 50000
"""The user of the official image; used where airdock runs as root, because Celery refuses to work as root."""


class Host(NamedTuple):
    """The host that airdock builds on. Only the `.env` of the output depends on it."""

    directory: str
    """Absolute path of the project directory, as the engine on this host sees it."""
    environ: Mapping[str, str]
    """Its environment, less the variables that are no UTF-8 text."""
    dotenv: DotenvFile
    uid: int
    socket_gid: Callable[[str], int | None]
    new_key: Callable[[int], str]
    """Makes so many random bytes, in URL-safe base64."""
    dotenv_in_git: Callable[[], Exposed | None] = lambda: None
    """Says why git would commit `.env`; None if it would not."""
    not_text: frozenset[str] = frozenset()
    """Variables of the environment whose bytes are no UTF-8: `.env` cannot hold them."""

    @property
    def airflow_uid(self) -> int:
        """The user that Airflow's containers run as: AIRFLOW_UID of the user's own lines of `.env`, else airdock's."""
        own = self.dotenv.own.get("AIRFLOW_UID", "")
        return int(own) if own.isascii() and own.isdigit() else self.uid


def read_host(root: Path) -> Host:
    """Look at this host.

    Raises OSError or UnicodeDecodeError when `.env` is there and cannot be read, UnicodeEncodeError when the path of
    the project directory is no UTF-8.
    """
    path = seen.content(root / ".env")
    text = read_file(path).decode("utf-8") if path.exists() else ""
    directory = root.resolve().as_posix()
    directory.encode()
    texts = {name: value for name, value in os.environ.items() if _is_text(value)}
    environ = seen.Environment(texts)
    uid = os.getuid() if hasattr(os, "getuid") else AIRFLOW_IMAGE_UID
    return Host(
        directory=directory,
        environ=environ,
        dotenv=read_dotenv(text, environ),
        uid=uid or AIRFLOW_IMAGE_UID,
        socket_gid=_socket_gid,
        new_key=_new_key,
        dotenv_in_git=lambda: exposed(root, ".env"),
        not_text=frozenset(os.environ.keys() - texts.keys()),
    )


def _new_key(count: int) -> str:
    import base64

    # What the module `secrets` would ask, which imports OpenSSL.
    return base64.urlsafe_b64encode(os.urandom(count)).decode("ascii")


def _is_text(value: str) -> bool:
    # Python keeps bytes that are no UTF-8 as lone surrogates, which cannot be encoded again.
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)


def _socket_gid(path: str) -> int | None:
    try:
        return seen.content(Path(path)).stat().st_gid
    except OSError:
        return None
