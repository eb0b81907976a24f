"""What only this host knows: its environment, `.env`, user, engine socket, and fresh random keys."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from airdock.load.dotenv import DotenvFile, read_dotenv
from airdock.load.git import Exposed, exposed

AIRFLOW_IMAGE_UID = 50000
"""The user of the official image; used where airdock runs as root, because Celery refuses to work as root."""


@dataclass(frozen=True)
class Host:
    """The host that airdock builds on. Only the `.env` of the output depends on it."""

    directory: str
    """Absolute path of the project directory, as the engine on this host sees it."""
    environ: Mapping[str, str]
    dotenv: DotenvFile
    uid: int
    socket_gid: Callable[[str], int | None]
    new_key: Callable[[int], str]
    """Makes so many random bytes, in URL-safe base64."""
    dotenv_in_git: Callable[[], Exposed | None] = lambda: None
    """Says why git would commit `.env`; None if it would not."""


def read_host(root: Path) -> Host:
    """Look at this host. Raises OSError or UnicodeDecodeError when `.env` is there and cannot be read."""
    path = root / ".env"
    text = path.read_bytes().decode("utf-8") if path.exists() else ""
    uid = os.getuid() if hasattr(os, "getuid") else AIRFLOW_IMAGE_UID
    return Host(
        directory=root.resolve().as_posix(),
        environ=os.environ,
        dotenv=read_dotenv(text, os.environ),
        uid=uid or AIRFLOW_IMAGE_UID,
        socket_gid=_socket_gid,
        new_key=lambda count: base64.urlsafe_b64encode(secrets.token_bytes(count)).decode("ascii"),
        dotenv_in_git=lambda: exposed(root, ".env"),
    )


def _socket_gid(path: str) -> int | None:
    try:
        return Path(path).stat().st_gid
    except OSError:
        return None
