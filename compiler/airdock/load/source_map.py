"""Where each node of a TOML document stands in its text.

tomli gives values without positions. `scan` reads the same text again and gives positions without
values: for every path that tomli's result has, the spans of its key, its value and its table header.

The scanner runs only on text that tomli accepted, so it does not validate: it has to find out where a
token ends, not whether it is legal. tests/load/test_source_map.py compares it with tomli node by node.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

NodePath = tuple[str | int, ...]
"""From the root to a node: table keys as `str`, array indexes (0-based) as `int`; the root is `()`."""


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open piece of the text, `text[start:end]`, in code points from 0."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mark:
    """The places of one node in the text.

    | node                                    | key               | value           | header         |
    |-----------------------------------------|-------------------|-----------------|----------------|
    | root                                    | None              | None            | `Span(0, 0)`   |
    | `k = ...` (scalar, array, inline table) | its key part      | right-hand side | None           |
    | element of an array                     | None              | the element     | None           |
    | table with a `[header]`                 | last part inside  | None            | with brackets  |
    | element of an array of tables           | last part inside  | None            | with brackets  |
    | the array of tables itself              | as its element 0  | None            | as element 0   |
    | table that only longer keys name        | first such part   | None            | None           |
    """

    key: Span | None
    value: Span | None
    header: Span | None


def scan(text: str) -> dict[NodePath, Mark]:
    """Give the mark of every node of `text`; a table comes before what it contains.

    `text` is the original text, CRLF included (the spans are offsets into it), and tomli accepts it.
    Nesting depth is not limited. Time is linear in the length of the text plus that of all paths.

    Raises ValueError where a text cannot be read as TOML; most other invalid texts pass unnoticed.
    """
    root = _Scanner(text).read_document()
    marks: dict[NodePath, Mark] = {}
    waiting: list[tuple[NodePath, _Node]] = [((), root)]
    while waiting:
        path, node = waiting.pop()
        marks[path] = Mark(node.key, node.value, node.header)
        waiting.extend(((*path, part), child) for part, child in reversed(node.children.items()))
    return marks


def line_starts(text: str) -> list[int]:
    r"""Give the offset of each line's first character; only `\n` ends a line."""
    return [0, *(newline.end() for newline in re.finditer("\n", text))]


def line_column(starts: Sequence[int], offset: int) -> tuple[int, int]:
    """Turn an offset into (line, column), both 1-based, the column in code points.

    `starts` is what `line_starts` gave for the same text.
    """
    line = bisect_right(starts, offset)
    return line, offset - starts[line - 1] + 1


# No repetition below can match the same text in two ways, so matching takes linear time.
_BLANK = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = r""" "[^"\\]*(?:\\.[^"\\]*)*" | '[^']*' """
_KEY_PART = re.compile(rf"[A-Za-z0-9_-]+ | {_STRING}", re.DOTALL | re.VERBOSE)
_SCALAR = re.compile(
    # One or two quotes may stand directly before the three that end a multi-line string.
    r"""
    \"{3} [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* "{3,5}
    | '{3} .*? '{3,5}
    """
    rf"| {_STRING}"
    # A blank inside a bare value: only between date and time, as in `1979-05-27 07:32:00`.
    r"| (?: [0-9]{4}-[0-9]{2}-[0-9]{2} [ ] (?=[0-9]) )? [0-9A-Za-z_.:+-]+",
    re.DOTALL | re.VERBOSE,
)
_HEX = "[0-9A-Fa-f]"
_ESCAPE = re.compile(rf"\\(?: x({_HEX}{{2}}) | u({_HEX}{{4}}) | U({_HEX}{{8}}) | (.) )", re.VERBOSE)
_ESCAPED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b"}


@dataclass(slots=True, eq=False)
class _Node:
    """A node while the text is being read: later lines may still add children or its own header."""

    key: Span | None = None
    value: Span | None = None
    header: Span | None = None
    children: "dict[str | int, _Node]" = field(default_factory=dict)
    last_table: "_Node | None" = None
    """Only an array of tables has one: the element that keys and headers through the array mean."""

    def append(self, child: "_Node") -> "_Node":
        """Add an element to an array; return it."""
        self.children[len(self.children)] = child
        return child

    def child(self, name: str, span: Span) -> "_Node":
        """Give the child of that name; if `span` is the first place to name it, make it."""
        found = self.children.get(name)
        if found is None:
            found = self.children[name] = _Node(key=span)
        return found


class _Scanner:
    """A text, and how far it has been read. Each `_read_…` starts at the position and moves it on."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def read_document(self) -> _Node:
        """Read the whole text; return the root."""
        root = table = _Node(header=Span(0, 0))
        self._read(_BLANK)
        while self._position < len(self._text):
            if self._text.startswith("[", self._position):
                table = self._read_header(root)
            else:
                self._read_value(self._read_key(table))
            self._read(_BLANK)
        return root

    def _read_header(self, root: _Node) -> _Node:
        """Read `[a.b]` or `[[a.b]]`; return the table that the next lines fill."""
        start = self._position
        brackets = 2 if self._text.startswith("[[", start) else 1
        self._position += brackets
        parent, name, key = self._read_dotted(root)
        self._position += brackets
        header = Span(start, self._position)
        node = parent.child(name, key)
        if brackets == 1:
            node.key, node.header = key, header
            return node
        node.header = node.header or header
        node.last_table = node.append(_Node(key=key, header=header))
        return node.last_table

    def _read_key(self, table: _Node) -> _Node:
        """Read `a.b =` up to the value; return the node that gets the value."""
        parent, name, key = self._read_dotted(table)
        self._position += len("=")
        self._read(_BLANK)
        return parent.child(name, key)

    def _read_dotted(self, table: _Node) -> tuple[_Node, str, Span]:
        """Read `a.b.c` and the blanks after it; return the table `a.b`, and name and span of `c`."""
        while True:
            self._read(_BLANK)
            key = self._read(_KEY_PART)
            name = _key_name(self._text[key.start : key.end])
            self._read(_BLANK)
            if not self._text.startswith(".", self._position):
                return table, name, key
            self._position += len(".")
            node = table.child(name, key)
            table = node.last_table or node

    def _read_value(self, node: _Node) -> None:
        """Read the value of `node` with all that it contains.

        The open brackets are a list and not calls in calls, so that depth cannot exhaust Python's stack.
        """
        open_brackets: list[tuple[_Node, int]] = []
        self._read_scalar_or_bracket(node, open_brackets)
        while open_brackets:
            self._read(_BLANK)
            container, start = open_brackets[-1]
            character = self._text[self._position : self._position + 1]
            if character in ("]", "}"):
                self._position += 1
                container.value = Span(start, self._position)
                open_brackets.pop()
            elif character == ",":
                self._position += 1
            else:
                is_array = self._text[start] == "["
                item = container.append(_Node()) if is_array else self._read_key(container)
                self._read_scalar_or_bracket(item, open_brackets)

    def _read_scalar_or_bracket(self, node: _Node, open_brackets: list[tuple[_Node, int]]) -> None:
        if self._text.startswith(("[", "{"), self._position):
            open_brackets.append((node, self._position))
            self._position += 1
        else:
            node.value = self._read(_SCALAR)

    def _read(self, pattern: re.Pattern[str]) -> Span:
        found = pattern.match(self._text, self._position)
        if found is None:
            raise ValueError(f"not TOML at offset {self._position}; tomli must accept a text before it is scanned")
        self._position = found.end()
        return Span(*found.span())


def _key_name(source: str) -> str:
    """Turn one part of a key, as written, into the name that tomli gives it."""
    if source.startswith("'"):
        return source[1:-1]
    if source.startswith('"'):
        return _ESCAPE.sub(_unescaped, source[1:-1])
    return source


def _unescaped(escape: re.Match[str]) -> str:
    digits = escape[1] or escape[2] or escape[3]
    return chr(int(digits, 16)) if digits else _ESCAPED.get(escape[4], escape[4])
