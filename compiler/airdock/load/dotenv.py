r"""Reading `.env` the way Compose does.

python-dotenv differs from Compose where it matters (``$`` inside single quotes, ``\$``, entries after an escaped
backslash), and what Compose reads is what counts. Rules: Compose's own dotenv parser, 2.24 and later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

BLOCK_START = "# >>> airdock: written by `airdock build`; change airdock.toml, not these lines >>>"
BLOCK_END = "# <<< airdock <<<"

_ENTRY = re.compile(
    r"""^[ \t]*(?:export[ \t]+)?(?P<key>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*[=:][ \t]*
    (?: '(?P<single>(?:\\'|[^'])*)'
      | "(?P<double>(?:\\.|[^"\\])*)"
      | (?P<bare>[^\r\n]*) )""",
    re.VERBOSE | re.MULTILINE | re.DOTALL,
)
_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_VARIABLE = re.compile(r"\$(?:\$|(?P<plain>[A-Za-z_]\w*)|\{(?P<name>[A-Za-z_]\w*)(?:(?P<op>:?-)(?P<default>[^}]*))?\})")


class DotenvFile(NamedTuple):
    """`.env` as it stands: the user's lines before and after airdock's block, and all values."""

    before: str = ""
    after: str = ""
    has_block: bool = False
    own: Mapping[str, str] = None  # type: ignore[assignment]
    """What the user sets outside the block."""
    block: Mapping[str, str] = None  # type: ignore[assignment]
    """What the last build wrote."""


def read_dotenv(text: str, environ: Mapping[str, str]) -> DotenvFile:
    """Split the text at the marker lines and read the values; ``environ`` serves ``$NAME`` in them."""
    lines = re.findall(r"[^\n]*\n|[^\n]+", text)  # only \n ends a line here
    bare = [line.rstrip("\r\n") for line in lines]
    if BLOCK_START not in bare:
        return DotenvFile(before=text, own=parse_dotenv(text, environ), block={})
    start = bare.index(BLOCK_START)
    if BLOCK_END not in bare[start:]:
        # Nobody knows where the block ended: every line is kept, as the user's.
        return read_dotenv("".join(lines[:start] + lines[start + 1 :]), environ)
    end = bare.index(BLOCK_END, start)
    before, after = "".join(lines[:start]), "".join(lines[end + 1 :])
    block = parse_dotenv("".join(lines[start + 1 : end]), environ)
    return DotenvFile(before, after, True, parse_dotenv(before + after, environ), block)


def parse_dotenv(text: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that Compose would see; a line that is none is passed over."""
    values: dict[str, str] = {}

    def known(name: str) -> str | None:
        return environ.get(name, values.get(name))

    text, position = text.removeprefix("\ufeff"), 0
    while (match := _ENTRY.search(text, position)) is not None:
        position = max(match.end(), match.start() + 1)
        if match["single"] is not None:
            value = match["single"].replace("\\'", "'")
        elif match["double"] is not None:
            value = _double_quoted(match["double"], known)
        else:
            value = match["bare"].partition(" #")[0].rstrip()
            value = _interpolated(value, known)
        values[match["key"]] = value
        rest = text.find("\n", match.end())
        position = len(text) if rest < 0 else rest + 1
    return values


def _double_quoted(text: str, known: Callable[[str], str | None]) -> str:
    r"""Decode escapes and interpolate, left to right, so that ``\$`` stays a dollar sign."""
    pieces = re.split(r"(\\0[0-3][0-7]{2}|\\.)", text)
    out = []
    for piece in pieces:
        if re.fullmatch(r"\\0[0-7]{3}", piece):
            out.append(chr(int(piece[1:], 8)))
        elif len(piece) == 2 and piece[0] == "\\":
            out.append(_ESCAPES.get(piece[1], piece[1] if piece[1] in '"\\$' else piece))
        else:
            out.append(_interpolated(piece, known))
    return "".join(out)


def interpolated(text: str, known: Mapping[str, str]) -> str:
    """Return a text with the variables that Compose would replace, `${NAME:-default}` among them."""
    return _interpolated(text, known.get)


def _interpolated(text: str, known: Callable[[str], str | None]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match["plain"] or match["name"]
        if name is None:
            return "$"
        found = known(name)
        missing = found is None or (found == "" and match["op"] == ":-")
        return (match["default"] or "") if missing else found or ""

    return _VARIABLE.sub(value, text)
