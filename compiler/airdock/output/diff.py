"""What a build would change, for `airdock build --diff`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from airdock.load.dotenv import BLOCK_END, BLOCK_START
from airdock.output.changes import Change


def diff(changes: Iterable[Change]) -> str:
    """Return the unified diff of all changes. Of `.env` only the names of the variables are shown."""
    return "".join(_diff_one(change) for change in changes if change.action != "unchanged" and not change.folder)


def _diff_one(change: Change) -> str:
    old, new = _shown(change, change.old), _shown(change, change.new)
    before = f"a/{change.path}" if change.old is not None else "/dev/null"
    after = f"b/{change.path}" if change.new is not None else "/dev/null"
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(old, new, before, after)
    )


def _shown(change: Change, data: bytes | None) -> list[str]:
    if data is None:
        return []
    text = data.decode("utf-8", "replace")
    if change.committed:
        return text.splitlines(keepends=True)
    shown, inside = [], False
    for line in text.split("\n"):
        # A value may go over several lines, so everything but comments and names is masked.
        key, equals, _ = line.partition("=")
        inside = line == BLOCK_START or (inside and line != BLOCK_END)
        if line.startswith("#") or not line:
            shown.append(f"{line}\n")
        elif equals and key.replace("_", "").isalnum():
            shown.append(f"{key}=***\n")
        else:
            shown.append("***\n")
    return shown[:-1] if shown and shown[-1] == "\n" else shown
