"""The header of every generated file: whose it is, and a digest by which an edit by hand is seen.

No time, no absolute path, no version of airdock stands in it, so that the same airdock.toml gives the same bytes.
"""

from __future__ import annotations

import hashlib
import re

from airdock.emit.artifact import Generated, Style
from airdock.load.claim import CLAIM

_DIGEST = re.compile(r"^# airdock-digest: sha256:([0-9a-f]{64})$")
_NOTES: dict[Style, tuple[str, ...]] = {
    # Formatters and linters leave the file alone: what they would change, the next build would change back.
    "python": (
        "# fmt: off",
        "# isort: skip_file",
        "# ruff: noqa",
        "# flake8: noqa",
        "# pylint: skip-file",
        "# mypy: ignore-errors",
    ),
    "yaml": ("# yamllint disable",),
    "dockerfile": (),
    "ignore": (),
    "dotenv": (),
}


def with_header(artifact: Generated) -> bytes:
    """Return the bytes of a generated file. The digest covers everything below its own line."""
    rest = ("".join(f"{line}\n" for line in _NOTES[artifact.style]) + "\n" + artifact.body).encode()
    return f"{CLAIM}\n# airdock-digest: sha256:{_digest(rest)}\n".encode() + rest


def is_untouched(data: bytes) -> bool:
    """Say whether a generated file is as airdock wrote it; line ends that git has converted do not count."""
    lines = data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n", 2)
    if len(lines) < 3:
        return False
    match = _DIGEST.match(lines[1])
    return lines[0] == CLAIM and match is not None and match[1] == _digest(lines[2].encode())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
