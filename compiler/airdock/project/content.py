"""The content of an image as a short digest: the default tag, so that a changed source means another image."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from airdock.load import seen
from airdock.load.reading import read_file
from airdock.project.dockerfile import IGNORED_NAMES, IGNORED_SUFFIX
from airdock.project.ignore import IgnoreRules

NOTHING = IgnoreRules()
LENGTH = 12
"""Hex digits of a content tag."""


class ContentDigest:
    """Takes in everything that goes into an image. Independent of time, owner, and the project's own place."""

    def __init__(self) -> None:
        import hashlib  # loads OpenSSL, and most projects build no image

        self._hash = hashlib.sha256()

    def add(self, name: str, data: bytes) -> None:
        """Take in a named piece; names and lengths are part of it, so pieces cannot run into each other."""
        named = name.encode(errors="surrogateescape")  # file names need not be UTF-8
        self._hash.update(b"%d %b %d\n" % (len(named), named, len(data)) + data)

    def add_tree(self, name: str, path: Path, *, filtered: bool = False, ignore: IgnoreRules = NOTHING) -> None:
        """Take in a file or a folder: paths, executable bits and bytes; neither what is never sent nor what is ignored.

        ``filtered`` is for a context whose ignore file airdock writes. Raises OSError when something cannot be read.
        """
        for inner, entry in _entries(path, filtered=filtered, ignore=ignore):
            if inner and ignore.leaves_out(inner):
                continue
            full = f"{name}/{inner}" if inner else name
            if entry.is_symlink():
                self.add(f"link {full}", os.fsencode(entry.readlink()))
            elif entry.is_dir():
                self.add(f"folder {full}", b"")
            else:
                executable = bool(entry.stat().st_mode & stat.S_IXUSR)
                self.add(f"{'executable' if executable else 'file'} {full}", read_file(entry, None))

    @property
    def tag(self) -> str:
        """The first digits of the digest."""
        return self._hash.hexdigest()[:LENGTH]


def _entries(path: Path, *, filtered: bool, ignore: IgnoreRules, above: str = "") -> Iterator[tuple[str, Path]]:
    """Return the path itself and all below it, by name, with their paths relative to the first."""
    yield above.rstrip("/"), seen.content(path)
    if path.is_symlink() or not path.is_dir():
        return
    if above and not ignore.brings_back and ignore.leaves_out(above.rstrip("/")):
        return  # a folder that is left out is not even looked into
    for entry in sorted(path.iterdir(), key=lambda child: child.name):
        if filtered and (entry.name in IGNORED_NAMES or entry.name.endswith(IGNORED_SUFFIX)):
            continue
        yield from _entries(entry, filtered=filtered, ignore=ignore, above=f"{above}{entry.name}/")
