"""`.dockerignore`: which files of a build context Docker does not send, so that they change no image.

Rules: moby's patternmatcher, which the engine and BuildKit use. A pattern is one of Go's filepath.Match with `**`; it
matches a path or any folder above it; the last pattern that matches decides, and `!` brings back.
"""

from __future__ import annotations

import posixpath
import re
from typing import NamedTuple

_SPECIAL = re.compile(r"(\*\*/?|\*|\?|\\.|\[\^?(?:\\.|[^\]\\])+\]|[^*?\[\\]+|.)", re.DOTALL)


class IgnoreRules(NamedTuple):
    """The patterns of an ignore file: (regular expression for a whole path, whether it brings back)."""

    patterns: tuple[tuple[re.Pattern[str], bool], ...] = ()

    @property
    def brings_back(self) -> bool:
        """Say whether something in a folder that is left out may be sent all the same."""
        return any(back for _, back in self.patterns)

    def leaves_out(self, path: str) -> bool:
        """Say whether a path of the context, with /, is not sent."""
        parts = path.split("/")
        above = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
        out = False
        for pattern, back in self.patterns:
            # A pattern that would change nothing need not be tried.
            if back == out and any(pattern.fullmatch(one) for one in above):
                out = not back
        return out


def read_ignore(text: str) -> IgnoreRules:
    """Return the rules of an ignore file; a pattern that Docker could not read either is passed over."""
    found = []
    for line in text.removeprefix("\ufeff").splitlines():
        if line.startswith("#") or not line.strip():
            continue
        written = line.strip()
        back = written.startswith("!")
        pattern = posixpath.normpath(written.removeprefix("!").strip() or ".").lstrip("/")
        try:
            found.append((re.compile(_expression(pattern), re.DOTALL), back))
        except re.error:
            continue
    return IgnoreRules(tuple(found))


def _expression(pattern: str) -> str:
    out = []
    for piece in _SPECIAL.findall(pattern):
        match piece:
            case "**/":
                out.append("(?:.*/)?")
            case "**":
                out.append(".*")
            case "*":
                out.append("[^/]*")
            case "?":
                out.append("[^/]")
            case _ if piece.startswith("[") and len(piece) > 1:
                out.append(piece)
            case _ if piece.startswith("\\") and len(piece) == 2:
                out.append(re.escape(piece[1]))
            case _:
                out.append(re.escape(piece))
    return "".join(out)
