"""The run that has nothing to do, decided before anything heavy is imported.

A run of `airdock build` or `airdock check` that wrote nothing and reported no error is remembered: the question (what
was asked, where, how it is shown), all that it looked at (files, folders, variables, the index of git), and what it
said. The same question, while nothing of that has changed, has the same answer. `load.seen` notes what is looked at,
`output.remember` writes the record; here it is only read.

A file is taken for the same if its inode, mode, size, mtime and ctime are. Nothing but the kernel's clock sets a ctime,
and a record is not kept while one is so young that a later change might have the same one. Windows has no ctime, so
there every run is a whole one. One kind of change is not seen: what a process that had mapped the file into its memory
(mmap(2)) before the run writes there afterwards, for which the kernel need not set a time. Editors and git write files.

Imports nothing but what the interpreter has loaded when it starts, and a digest.
"""

from __future__ import annotations

import os
import sys

from airdock import __version__

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CACHE = "AIRDOCK_CACHE_DIR"
"""The variable that names the folder of the records; empty: nothing is remembered."""
_PARTS = 7
_COMMANDS = ("build", "check")
_SHOWN_BY = ("NO_COLOR", "FORCE_COLOR", "TERM", "GITHUB_ACTIONS", "GITHUB_WORKSPACE", "CI_PROJECT_DIR")
_RUNS_BY = ("PYTHONPATH", "PYTHONTZPATH", "PYTHONUTF8", "PYTHONIOENCODING")
_INDEX_FORMAT = b"DIRC\0\0\0\x02"
"""The format of git's index that nearly every repository has: a path stands there as it is, behind its length."""


def question(arguments: Sequence[str]) -> bytes | None:
    """Return all that a run depends on before it looks at anything; None where nothing may be remembered."""
    if os.name != "posix" or not arguments or arguments[0] not in _COMMANDS or not folder():
        return None
    if any(argument.startswith("--f") for argument in arguments):
        return None  # --force, also shortened
    try:
        here = os.getcwd()  # noqa: PTH109
        width = os.get_terminal_size(2).columns if os.isatty(2) else 0
        shown = sys.stdout.encoding, sys.stderr.encoding, os.isatty(1), os.isatty(2), width
    except (OSError, AttributeError):
        return None
    who = os.getuid(), os.geteuid(), os.getegid(), sorted(os.getgroups())
    around = [os.environ.get(name) for name in (*_SHOWN_BY, *_RUNS_BY)]
    # As Python writes it, no text runs into the next one, whatever it has in it.
    asked = __version__, sys.version, sys.prefix, sys.executable, here, who, shown, list(arguments), around
    return repr(asked).encode()


def recall(asked: bytes) -> tuple[str, str] | None:
    """Return what the remembered run said, on standard output and standard error; None if it has to be done anew."""
    parts = _record(asked)
    if parts is None:
        return None
    names, values, looks, indexes = parts[1:5]
    if values_of(names.split(b"\n")) != values:
        return None
    for line in looks.split(b"\n"):
        known, _, path = line.partition(b"\t")
        if look(known[:1], path) != known:
            return None
    for line in indexes.split(b"\n"):
        known, path, name = line.split(b"\t", 2) if line else (b"", b"", b"")
        if name and look(b"s", path) != known and not untracked(path, name):
            return None
    try:
        return parts[5].decode(), parts[6].decode()
    except UnicodeDecodeError:
        return None


def _record(asked: bytes) -> list[bytes] | None:
    parts = (kept(record_of(asked)) or b"").split(b"\0")
    return parts if len(parts) == _PARTS and parts[0] == asked else None


def kept(path: str) -> bytes | None:
    """Return what an earlier run has kept in a file (`sealed`); None if there is none, or not all of it."""
    try:
        # Where others may write too, a pipe may stand there, or what another one made up.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with open(descriptor, "rb") as stream:  # noqa: PTH123 - pathlib costs more than all of this
            data = stream.read() if os.fstat(descriptor).st_uid == os.geteuid() else b""
    except OSError:
        return None
    record, _, checksum = data.rpartition(b"\0")
    return record if checksum == digest([record]).encode() else None


def sealed(record: bytes) -> bytes:
    """Return what is written to keep a record."""
    return b"%s\0%s" % (record, digest([record]).encode())


def folder(of: str = "runs") -> str:
    """Return the folder where runs, or something else, are kept; empty if there is none."""
    if CACHE in os.environ:
        named = os.environ[CACHE]
        return f"{named}/{of}" if named else ""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    return f"{home}/airdock/{of}" if home.startswith("/") else ""


def record_of(asked: bytes) -> str:
    """Return the path of the record of a question."""
    return f"{folder()}/{digest([asked])}"


def look(how: bytes, path: bytes) -> bytes:
    """Return what is at a path, as one word.

    ``how`` says what counts of it: its content (s) or its kind (k), or the same of a link itself (l, a).
    """
    try:
        found = os.stat(path, follow_symlinks=how in b"sk")  # noqa: PTH116
    except (OSError, ValueError) as error:
        return b"%s!%d" % (how, getattr(error, "errno", None) or 0)
    if how in b"ka":
        return b"%s%o" % (how, found.st_mode >> 12)
    times = found.st_mtime_ns, found.st_ctime_ns
    return b"%s%o %d %d %d %d %d" % (how, found.st_mode, found.st_size, *times, found.st_ino, found.st_dev)


def values_of(names: Iterable[bytes]) -> bytes:
    """Return a digest of the values of these variables: they may be secrets."""
    values = ((name, os.environb.get(name)) for name in names if name)
    return digest(b"%s=%s" % (name, value) if value is not None else name for name, value in values).encode()


def untracked(index: bytes, name: bytes) -> bool:
    """Say whether git surely does not track a file, by the path it has in the repository."""
    try:
        if any(entry.startswith(b"sharedindex.") for entry in os.listdir(os.path.dirname(index))):  # noqa: PTH208, PTH120
            return False
        with open(index, "rb") as stream:  # noqa: PTH123
            data = stream.read()
    except FileNotFoundError:
        return True  # nothing was ever added
    except OSError:
        return False
    # The length has twelve bits. Its upper four share a byte with flags, so they are not looked at.
    # With the extension "sdir" one entry may stand for all that is in a folder.
    whole = data.startswith(_INDEX_FORMAT) and b"sdir" not in data
    return whole and b"%c%s\0" % (len(name) & 0xFF, name) not in data


def digest(pieces: Iterable[bytes]) -> str:
    """Return 128 bits that tell these pieces from others, in hexadecimal digits."""
    try:
        from _blake2 import blake2b  # a quarter of what importing hashlib costs
    except ImportError:
        from hashlib import blake2b
    made = blake2b(digest_size=16)
    for piece in pieces:
        made.update(b"%d " % len(piece) + piece)
    return made.hexdigest()
