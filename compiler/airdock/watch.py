"""`airdock build --watch`: a build, and another one whenever something that it reads is not as it was."""

from __future__ import annotations

import fnmatch
import gc
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from watchfiles import Change

TICK = 500
"""Milliseconds after which files outside the project directory are looked at: they are few, and not watched."""
TEMPORARY = ".airdock"
_SHOWN = 3


class Unwatchable(Exception):  # noqa: N818 - a fault of the system that watches, not of the program
    """The project directory cannot be watched; the reason."""


@dataclass(frozen=True)
class Round:
    """What one build read and left."""

    read: frozenset[tuple[str, str]]
    """(path, pattern), as `ProjectFiles.named`."""
    left: Mapping[str, bytes | None] = field(default_factory=dict)
    """Every output and its content, None for a folder and what was deleted. Empty where the build had errors."""


def watch(root: Path, build: Callable[[], Round], say: Callable[[str], object]) -> None:
    """Build until the user interrupts, which raises KeyboardInterrupt. Raises Unwatchable."""
    import watchfiles

    # `main` switches it off for what is a short process elsewhere.
    gc.enable()
    real = root.resolve()
    changes = watchfiles.watch(real, watch_filter=None, rust_timeout=TICK, yield_on_timeout=True, step=50)
    try:
        # From here on nothing is missed: what changes while a build reads is reported after it.
        next(changes)
        inputs = _Inputs(real)
        inputs.after(build)
        say("watching; Ctrl-C ends it\n")
        for found in changes:
            changed = inputs.changed(found)
            if changed:
                say(f"\nchanged: {_listed(changed)}\n")
                inputs.after(build)
    except OSError as error:
        raise Unwatchable(error.strerror or str(error)) from error


class _Inputs:
    """What the last build read, and how to see that it is not as it was."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._left: dict[Path, bytes | None] = {}
        self._outside: dict[Path, tuple[int, ...] | None] = {}

    def after(self, build: Callable[[], Round]) -> None:
        """Build, and take in what it read and left."""
        # No one reports what is outside: as it was before the build is what the build has seen at most.
        before = {path: _state(path) for path in self._outside}
        last = build()
        named = {(spelling, pattern) for path, pattern in last.read for spelling in self._spellings(path)}
        self._exact = {path for path, _ in named}
        self._above = {above for path in self._exact for above in path.parents if self._root in above.parents}
        self._folders = [(path, pattern) for path, pattern in named if pattern]
        self._wrote = bool(last.left)
        if last.left:
            self._left = {self._root / path: data for path, data in last.left.items()}
        outside = (path for path in self._exact if not path.is_relative_to(self._root))
        self._outside = {path: before[path] if path in before else _state(path) for path in outside}

    def _spellings(self, path: str) -> Iterator[Path]:
        """Return a path as it is named, and where it leads: a change is reported at the second."""
        full = Path(os.path.normpath(self._root / path))
        yield full
        try:
            yield full.resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links, a name that no file can have
            return

    def changed(self, reported: Iterable[tuple[Change, str]]) -> list[str]:
        """Return what matters of the changes inside the project, and what has changed outside, as it is shown."""
        from watchfiles import DefaultFilter

        fit = DefaultFilter()
        found = {Path(path) for change, path in reported if self._matters(Path(path), fit(change, path))}
        outside = {path for path, state in self._outside.items() if _state(path) != state}
        self._outside.update((path, _state(path)) for path in outside)
        return sorted([path.relative_to(self._root).as_posix() for path in found] + [str(path) for path in outside])

    def _matters(self, path: Path, fit: bool) -> bool:
        if self._wrote and path in self._left and _content(path) == self._left[path]:
            return False  # by the last build
        if path in self._exact or path in self._above or path in self._left:
            return True
        return (
            fit
            and not path.name.endswith(TEMPORARY)
            and any(fnmatch.fnmatch(path.name, pattern) for folder, pattern in self._folders if folder in path.parents)
        )


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _state(path: Path) -> tuple[int, ...] | None:
    """Return what tells a file from what it was before; of a folder that holds for its own entries alone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_size, stat.st_ino, stat.st_mode


def _listed(paths: list[str]) -> str:
    more = len(paths) - _SHOWN
    return ", ".join(paths[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
