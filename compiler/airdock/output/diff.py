"""What a build would change, for `airdock build --diff`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from airdock.load.dotenv import BLOCK_END, BLOCK_START, parse_dotenv
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
    shown, known = [], parse_dotenv(text, {})
    for line in text.splitlines():
        # A value may go over several lines, and what looks like a comment or a name may be a part of it.
        key = re.match(r"(?:export )?(\w*)=", line)
        plain = not line or line in (BLOCK_START, BLOCK_END)
        shown.append(f"{line}\n" if plain else f"{key[1]}=***\n" if key and key[1] in known else "***\n")
    return shown
