"""Keeping a run that had nothing to do, so that `recall` can answer the next one, and the language as it was compiled.

Beside `apply`, the only module that writes: files in the user's cache, never in the project. Where it cannot be
written, or where something might have changed while the run looked at it, nothing is kept.
"""

from __future__ import annotations

import contextlib
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from airdock.load import seen
from airdock.load.git import GroundsUnknown, note_grounds
from airdock.recall import look, record_of, sealed, values_of

_RUNS, _LANGUAGES = 200, 10
"""Records at most; a project has one for each way in which it is built."""
_TICK, _COARSE_TICK = 100_000_000, 2_000_000_000
"""Nanoseconds in which two changes of a file may get one ctime: on a file system with full times, and on others."""


_NAME = re.compile(r"[0-9a-f]{32}(\.\w+)?\Z")


class _NotKept(Exception):  # noqa: N818 - no failure of the run
    """It cannot be told what the run depends on."""


def remember(asked: bytes, began: int, stdout: str, stderr: str) -> None:
    """Keep what a run said on its streams. ``began`` is when it began, in nanoseconds of the clock."""
    with contextlib.suppress(_NotKept, GroundsUnknown, OSError, ValueError, RuntimeError):
        _write(Path(record_of(asked)), _record(asked, began, stdout, stderr), _RUNS)


def _record(asked: bytes, began: int, stdout: str, stderr: str) -> bytes:
    if not all(_settled(known, began) for known in seen.looks.values()):
        raise _NotKept  # the usual case after a change, and seen at once
    grounds = [note_grounds(*one) for one in list(seen.repositories)]
    indexes = [(one.known, os.fsencode(one.path), os.fsencode(one.name)) for one in grounds if one is not None]
    if any(b"\t" in word for words in indexes for word in words):
        raise _NotKept
    _note_program()
    looks = {**seen.looks, **_ways()}
    if any(look(how, path) != known or not _settled(known, began) for (how, path), known in looks.items()):
        raise _NotKept
    names = [os.fsencode(name) for name in sorted(seen.variables)]
    lines = [b"%s\t%s" % (known, path) for (_, path), known in looks.items()]
    tracking = [b"\t".join(words) for words in indexes]
    if any(b"\n" in word or b"\0" in word for word in [*lines, *names, *tracking]):
        raise _NotKept
    lists = (b"\n".join(names), values_of(names), b"\n".join(lines), b"\n".join(tracking))
    texts = stdout.encode(), stderr.encode()
    if any(b"\0" in text for text in texts):
        raise _NotKept
    return sealed(b"\0".join((asked, *lists, *texts)))


def _settled(known: bytes, began: int) -> bool:
    """Say whether a later change of what is there would surely be seen."""
    fields = known.split()
    if len(fields) == 1:
        return True
    changed = int(fields[3])
    return began - changed > (_TICK if changed % 1_000_000_000 else _COARSE_TICK)


def _note_program() -> None:
    """Note airdock itself, and where the libraries are installed that had a part in it."""
    for directory, names, files in os.walk(Path(__file__).parents[1]):
        names[:] = [name for name in names if name != "__pycache__"]
        for path in (directory, *(f"{directory}/{name}" for name in files)):
            seen.content(path)
    for name, module in list(sys.modules.items()):
        if "." not in name and name not in sys.stdlib_module_names and name != "__main__":
            file = getattr(module, "__file__", None)
            if file:
                seen.content(Path(file).parents[1 if hasattr(module, "__path__") else 0])
    validator = sys.modules.get("pydantic_core._pydantic_core")  # pydantic is imported in part (`airdock.spec.core`)
    if validator is not None and validator.__file__:
        seen.content(Path(validator.__file__).parents[1])


def _ways() -> dict[tuple[bytes, bytes], bytes]:
    """Return what is on the way to everything that was looked at: a link there may lead somewhere else one day."""
    found: dict[tuple[bytes, bytes], bytes] = {}
    for way in {path for _, path in seen.looks}:
        if _is_link(way):
            found[b"l", way] = look(b"l", way)
        above = way.rpartition(b"/")[0]
        while above and (b"l", above) not in found and (b"a", above) not in found:
            how = b"l" if _is_link(above) else b"a"
            found[how, above] = look(how, above)
            above = above.rpartition(b"/")[0]
    return found


def _is_link(path: bytes) -> bool:
    try:
        return stat.S_ISLNK(os.lstat(path).st_mode)
    except OSError:
        return False


def remember_language(path: str, record: bytes, looks: list[bytes], began: int) -> None:
    """Keep what pydantic made of the language (`airdock.spec.language`), unless its files are as young as the run."""
    if all(_settled(known, began) for known in looks):
        with contextlib.suppress(OSError):
            _write(Path(path), sealed(record), _LANGUAGES)


def _write(path: Path, data: bytes, most: int) -> None:
    cache = path.parent
    cache.mkdir(0o700, parents=True, exist_ok=True)
    temporary = cache / f"{path.name}.{os.urandom(4).hex()}"
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    for old in _superfluous(cache, most):
        old.unlink(missing_ok=True)


def _superfluous(cache: Path, most: int) -> Iterator[Path]:
    records = [entry for entry in os.scandir(cache) if _NAME.match(entry.name)]
    if len(records) > most:
        oldest = sorted(records, key=lambda entry: entry.stat().st_mtime)
        yield from (Path(entry.path) for entry in oldest[: most // 2])
