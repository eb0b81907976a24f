"""What a build says of its changes."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from airdock.diagnostics.paths import path_printer
from airdock.output.changes import Change, drift


def written_lines(written: Sequence[Change], root: Path) -> str:
    """Return a line for each change that was made."""
    printed = path_printer(root)
    return "".join(f"{one.action:<9} {printed(one.path)}{one.note}\n" for one in written) or "nothing to do\n"


def line_to_commit(written: Sequence[Change], root: Path) -> str:
    """Return the line by which git takes the changes of committed files, from where airdock was started."""
    printed = path_printer(root)
    paths = [printed(change.path) for change in drift(written, root)]
    # To git, a colon in front is the beginning of a pattern, a dash that of an option.
    words = shlex.join(f"./{path}" if path.startswith((":", "-")) else path for path in paths)
    return f"to commit: git add {words}\n" if paths else ""
