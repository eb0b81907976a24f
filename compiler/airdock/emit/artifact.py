"""What emitters return: text with a place, and nothing that touches the disk."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

Style: TypeAlias = Literal["python", "yaml", "dockerfile", "ignore", "dotenv"]


class Generated(NamedTuple):
    """A file that is airdock's as a whole; it is written with a header, and it is committed.

    ``path`` is relative to the project directory; ``body`` is the text below the header, ending in one line end.
    """

    path: str
    body: str
    style: Style


class DotenvBlock(NamedTuple):
    """airdock's block of `.env`, without the marker lines. It holds secrets and is never committed or shown."""

    path: str
    body: str


class Folder(NamedTuple):
    """A folder that has to be there, such as a bind source with ``create = true``."""

    path: str
    owner: int
    """Whose it is when root makes it: the user id of Airflow's containers."""


Artifact: TypeAlias = Generated | DotenvBlock | Folder
