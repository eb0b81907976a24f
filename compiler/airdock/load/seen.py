"""What a run looks at: what its result depends on, kept for `output.remember`.

Everything that reads the project or the host says so here, in the words of what it wants to know:
``seen.content(path).read_bytes()``, ``seen.kind(path).is_dir()``. What is noted is how the disk was when it was looked
at. One process makes one run, so this is kept by the module; a run begins with `forget`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from airdock.recall import look

_Path = TypeVar("_Path", Path, str)

looks: dict[tuple[bytes, bytes], bytes] = {}
"""(how, absolute path) to what was there; see `recall.look`."""
variables: set[str] = set()
"""Names of the variables of the environment that were asked for."""
repositories: set[tuple[Path, str]] = set()
"""(folder, name) of the files that git was asked about."""


def forget() -> None:
    """Begin anew."""
    looks.clear()
    variables.clear()
    repositories.clear()


def content(path: _Path) -> _Path:
    """Note that the bytes of a file matter, or the names in a folder; or that nothing is there."""
    return _note(b"s", path)


def kind(path: _Path) -> _Path:
    """Note that it matters whether something is there, and whether that is a file or a folder."""
    return _note(b"k", path)


def folders(root: Path, pattern: str) -> None:
    """Note the folders in which a pattern of `Path.glob` looks for names."""
    parts = Path(pattern).parts
    first = next((index for index, part in enumerate(parts) if set(part) & set("*?[")), len(parts) - 1)
    for count in range(max(first, 0), len(parts)):
        for folder in root.glob("/".join(parts[:count])) if count else (root,):
            if os.path.isdir(folder):  # noqa: PTH112 - what may not be looked at is none
                content(folder)
    content(root.joinpath(*parts[:first]))


def _note(how: bytes, path: _Path) -> _Path:
    name = os.fsencode(path)
    if not os.path.isabs(name):  # noqa: PTH117 - pathlib takes ten times as long
        name = os.path.join(os.getcwdb(), name)  # noqa: PTH109, PTH118
    if (how, name) not in looks:
        looks[how, name] = look(how, name)
    return path


class Environment(Mapping[str, str]):
    """Variables, each of which is noted when it is asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def __getitem__(self, name: str) -> str:
        variables.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        variables.update(self._values)
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
