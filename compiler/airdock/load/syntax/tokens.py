"""A text that need not be TOML, cut into tokens: what is open at a place, and what stands before it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

# No repetition below can match the same text in two ways, so matching takes linear time.
_TOKEN = re.compile(
    r"""
      (?P<blank> [ \t]+ )
    | (?P<newline> \r?\n )
    | (?P<comment> \#[^\r\n]* )
    | (?P<text> \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* \"{3,5}
              | '{3} .*? '{3,5}
              | "(?!"") [^"\\\r\n]* (?: \\[^\r\n] [^"\\\r\n]* )* "
              | '(?!'') [^'\r\n]* ' )
    | (?P<open> (?: \"{3} | '{3} ) .* | ["'] [^\r\n]* )
    | (?P<word> [A-Za-z0-9_.+-]+ )
    | (?P<mark> . )
    """,
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the text. ``open`` is a text whose end is missing; ``mark`` is any single character."""

    kind: str
    start: int
    end: int
    mark: str
    """The character of a mark."""


@dataclass
class Surroundings:
    """What stands around the place where reading stopped."""

    text: str
    offset: int
    at: Token | None = None
    """The token that holds the place; None at the end of the text."""
    before: list[Token] = field(default_factory=list)
    """The tokens of the statement before it, without blanks, comments and line ends."""
    brackets: list[Token] = field(default_factory=list)
    """The brackets that are open, the outermost first; that of a header is none of them."""
    in_header: bool = False

    @property
    def char(self) -> str:
        """The character at the place; empty at the end of the text."""
        return self.text[self.offset : self.offset + 1]

    @property
    def rest(self) -> str:
        """The rest of the line from the place on."""
        return self.text[self.offset : self._line_end(self.offset)]

    @property
    def line_start(self) -> int:
        """Offset of the first character of the line."""
        return self.text.rfind("\n", 0, self.offset) + 1

    @property
    def last(self) -> Token | None:
        """The token before the place."""
        return self.before[-1] if self.before else None

    def line(self, offset: int) -> str:
        """Return the whole line around an offset."""
        return self.text[self.text.rfind("\n", 0, offset) + 1 : self._line_end(offset)]

    def ends(self) -> bool:
        """Say whether nothing but a comment is left of the line."""
        return self.rest.lstrip(" \t")[:1] in ("", "#")

    def of(self, token: Token) -> str:
        """Return the text of a token."""
        return self.text[token.start : token.end]

    def _line_end(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > offset and self.text[end - 1] == "\r" else end


def tokens(text: str) -> Iterator[Token]:
    """Return the tokens of a text; together they are the whole of it."""
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "mark"
        yield Token(kind, match.start(), match.end(), match[0] if kind == "mark" else "")


def surroundings(text: str, offset: int) -> Surroundings:
    """Read the text up to the token that holds the offset."""
    found = Surroundings(text, offset)
    for token in tokens(text):
        # What stands behind an open text would have been in it.
        if token.end > offset or token.kind == "open":
            found.at = token
            break
        if token.kind == "newline":
            found.in_header = False
            if not found.brackets:
                found.before.clear()
        elif token.kind not in ("blank", "comment"):
            _take(found, token)
    return found


def _take(found: Surroundings, token: Token) -> None:
    if token.mark == "[" and not found.brackets and (not found.before or found.in_header):
        found.in_header = True
    elif token.mark in ("[", "{"):
        found.brackets.append(token)
    elif token.mark in ("]", "}") and found.brackets:
        found.brackets.pop()
    found.before.append(token)
