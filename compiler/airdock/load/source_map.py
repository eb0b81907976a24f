"""Where each node of a TOML document stands in its text.

tomli gives values without positions. `scan` reads the same text again and gives positions without
values: for every path that tomli's result has, the spans of its key, its value and its table header.

The scanner runs only on text that tomli accepted, so it does not validate: it has to find out where a
token ends, not whether it is legal. tests/load/test_source_map.py compares it with tomli node by node.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

NodePath = tuple[str | int, ...]
"""From the root to a node: table keys as `str`, array indexes (0-based) as `int`; the root is `()`."""


class Span(NamedTuple):
    """A half-open piece of the text, `text[start:end]`, in code points from 0."""

    start: int
    end: int


class Node:
    """The places of one node in the text, and the nodes below it.

    | node                                    | key               | value           | header         |
    |-----------------------------------------|-------------------|-----------------|----------------|
    | root                                    | None              | None            | `Span(0, 0)`   |
    | `k = ...` (scalar, array, inline table) | its key part      | right-hand side | None           |
    | element of an array                     | None              | the element     | None           |
    | table with a `[header]`                 | last part inside  | None            | with brackets  |
    | element of an array of tables           | last part inside  | None            | with brackets  |
    | the array of tables itself              | as its element 0  | None            | as element 0   |
    | table that only longer keys name        | first such part   | None            | None           |

    A tree and no dictionary by path: a key of a thousand parts would take half a million entries.
    """

    __slots__ = ("children", "dotted", "header", "key", "last_table", "value")

    def __init__(self, key: Span | None = None, header: Span | None = None) -> None:
        self.key, self.header = key, header
        self.value: Span | None = None
        self.children: dict[str | int, Node] = {}
        self.last_table: Node | None = None
        """Only an array of tables has one: the element that keys and headers through the array mean."""
        self.dotted = False
        """Made by a dotted key in front of `=`: no header may open it again."""

    def append(self, child: "Node") -> "Node":
        """Add an element to an array; return it."""
        self.children[len(self.children)] = child
        return child

    def child(self, name: str, span: Span) -> "Node":
        """Give the child of that name; if `span` is the first place to name it, make it."""
        found = self.children.get(name)
        if found is None:
            found = self.children[name] = Node(key=span)
        return found

    def nearest(self, path: NodePath) -> "tuple[Node, int]":
        """Give the last node on the way to `path` that is written, and how many parts of `path` lead to it."""
        node: Node = self
        for depth, part in enumerate(path):
            below = node.children.get(part)
            if below is None:
                return node, depth
            node = below
        return node, len(path)

    def walk(self) -> "Iterator[tuple[NodePath, Node]]":
        """Give every node with its path; a table comes before what it contains."""
        waiting: list[tuple[NodePath, Node]] = [((), self)]
        while waiting:
            path, node = waiting.pop()
            yield path, node
            waiting.extend(((*path, part), child) for part, child in reversed(node.children.items()))


def scan(text: str) -> Node:
    """Give the root of `text`, with every node of it below.

    `text` is the original text, CRLF included (the spans are offsets into it), and tomli accepts it.
    Nesting depth is not limited. Time is linear in the length of the text.

    Raises ValueError where a text cannot be read as TOML; most other invalid texts pass unnoticed.
    """
    return _Scanner(text).read_document()


class Repeat(NamedTuple):
    """A node that the text declares a second time."""

    path: NodePath
    first: Span
    second: Span
    whole: bool
    """Not the same once more, but an addition to a list or table that was written in brackets."""


def first_repeat(text: str) -> Repeat | None:
    """Give the first thing that `text` declares twice; None if there is none before the text is no TOML any more."""
    scanner = _Scanner(text)
    try:
        root = scanner.read_document()
    except ValueError:
        root = scanner.root
    if scanner.repeated is None:
        return None
    twice, first, second, whole = scanner.repeated
    path = next((path for path, node in root.walk() if node is twice), ())
    return Repeat(path, first, second, whole)


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


class _Scanner:
    """A text, and how far it has been read. Each `_read_…` starts at the position and moves it on."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self.root = Node(header=Span(0, 0))
        self.repeated: tuple[Node, Span, Span, bool] | None = None
        """The first node that is declared twice, as in `Repeat`; never set on a text that tomli accepts."""

    def read_document(self) -> Node:
        """Read the whole text; return the root."""
        table = self.root
        self._skip_blank()
        while self._position < len(self._text):
            if self._text.startswith("[", self._position):
                table = self._read_header()
            else:
                self._read_value(self._read_key(table))
            self._skip_blank()
        return self.root

    def _read_header(self) -> Node:
        """Read `[a.b]` or `[[a.b]]`; return the table that the next lines fill."""
        start = self._position
        brackets = 2 if self._text.startswith("[[", start) else 1
        self._position += brackets
        before = self.repeated
        parent, name, key = self._read_dotted(self.root, dotted=False)
        self._position += brackets
        header = Span(start, min(self._position, len(self._text)))
        if self.repeated and not before:  # `[a.b]` below `a = {}`
            node, first, _, whole = self.repeated
            self.repeated = (node, first, header, whole)
        known = parent.children.get(name)
        node = parent.child(name, key)
        if known and (known.value or (known.last_table is None if brackets == 2 else known.header or known.dotted)):
            self._repeat(known, header, whole=brackets == 2)
        if brackets == 1:
            node.key, node.header = key, header
            return node
        node.header = node.header or header
        node.last_table = node.append(Node(key=key, header=header))
        return node.last_table

    def _read_key(self, table: Node) -> Node:
        """Read `a.b =` up to the value; return the node that gets the value."""
        parent, name, key = self._read_dotted(table, dotted=True)
        self._position += len("=")
        self._skip_blank()
        known = parent.children.get(name)
        if known:
            self._repeat(known, key, whole=False)
        return parent.child(name, key)

    def _read_dotted(self, table: Node, *, dotted: bool) -> tuple[Node, str, Span]:
        """Read `a.b.c` and the blanks after it; return the table `a.b`, and name and span of `c`."""
        start = self._position
        while True:
            self._skip_blank()
            key = self._read(_KEY_PART)
            name = _key_name(self._text[key.start : key.end])
            self._skip_blank()
            if not self._text.startswith(".", self._position):
                return table, name, key
            self._position += len(".")
            node = table.child(name, key)
            if node.value or (dotted and node.header):
                self._repeat(node, Span(start, key.end), whole=True)
            node.dotted = node.dotted or dotted
            table = node.last_table or node

    def _repeat(self, node: Node, second: Span, *, whole: bool) -> None:
        if self.repeated is None:
            first = node.header or node.key or node.value or Span(0, 0)
            bracket = node.value is not None and self._text.startswith(("[", "{"), node.value.start)
            self.repeated = (node, first, second, whole and bracket)

    def _read_value(self, node: Node) -> None:
        """Read the value of `node` with all that it contains.

        The open brackets are a list and not calls in calls, so that depth cannot exhaust Python's stack.
        """
        open_brackets: list[tuple[Node, int]] = []
        self._read_scalar_or_bracket(node, open_brackets)
        while open_brackets:
            self._skip_blank()
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
                item = container.append(Node()) if is_array else self._read_key(container)
                self._read_scalar_or_bracket(item, open_brackets)

    def _read_scalar_or_bracket(self, node: Node, open_brackets: list[tuple[Node, int]]) -> None:
        if self._text.startswith(("[", "{"), self._position):
            open_brackets.append((node, self._position))
            self._position += 1
        else:
            node.value = self._read(_SCALAR)

    def _skip_blank(self) -> None:
        found = _BLANK.match(self._text, self._position)
        if found is not None:
            self._position = found.end()

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
