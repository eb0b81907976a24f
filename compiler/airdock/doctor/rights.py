"""What a user of a container may do with a file or folder of the host, by its owner and mode."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

READ, WRITE, SEARCH = 4, 2, 1


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the process of a container is. ``groups`` is None where only the user's number is known."""

    uid: int
    groups: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Lack:
    """A right that is lacking, or may be (not ``sure``), and why."""

    right: Literal["read", "write"]
    reason: str
    sure: bool = True


ROOT = Identity(0, frozenset({0}))


def missing_right(path: Path, who: Identity, *, write: bool) -> Lack | None:
    """Return what a user lacks to read a path, or to write to it too; None if nothing."""
    found = path.stat()
    right: Literal["read", "write"] = "write" if write else "read"
    if write and _read_only(path):
        return Lack(right, "its file system is read-only")
    if who.uid == 0:
        # Root passes over owner and mode; the folders above do not count, for the engine mounts the path itself.
        return None
    search = SEARCH if stat.S_ISDIR(found.st_mode) else 0
    sure = "owner" if found.st_uid == who.uid else _class(found.st_gid, who)
    reason = f"owner {found.st_uid}, group {found.st_gid}, mode {stat.S_IMODE(found.st_mode):04o}"
    for needed, name in ((READ | search, "read"), (WRITE | search, "write"))[: 2 if write else 1]:
        if sure is None:
            answers = {_allows(found.st_mode, kind, needed) for kind in ("group", "other")}
            if answers == {True}:
                continue
            if answers != {False}:
                return Lack(right, "its image knows the groups of the user, and is not on the engine", sure=False)
        elif _allows(found.st_mode, sure, needed):
            continue
        if _has_list(path):
            return Lack(right, "it has an access list", sure=False)
        return Lack("read" if name == "read" else "write", f"user {who.uid}; {reason}")
    return None


def _class(group: int, who: Identity) -> str | None:
    """Return which part of the mode counts for somebody who is not the owner; None if that is not known."""
    if who.groups is None:
        return None
    return "group" if group in who.groups else "other"


def _allows(mode: int, kind: str, needed: int) -> bool:
    shift = {"owner": 6, "group": 3, "other": 0}[kind]
    return (mode >> shift) & needed == needed


def _read_only(path: Path) -> bool:
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except (AttributeError, OSError):  # not on this system
        return False


def _has_list(path: Path) -> bool:
    """Say whether a path has an access control list, which may allow what the mode does not."""
    try:
        return "system.posix_acl_access" in os.listxattr(path)
    except (AttributeError, OSError):  # not on this system, or not on this file system
        return False
