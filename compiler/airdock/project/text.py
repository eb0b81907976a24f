"""Text that goes to Airflow, where strings are Jinja templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

# A carriage return is markup too: Jinja turns it into a line feed.
_MARKUP = re.compile(r"\{\{|\{%|\{#|\{?\r")
_INSIDE = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^"'])*?"""  # what looks like an end in quotes is none
_BEGIN = re.compile(r"\{[{%#]")
_CLOSED_BY = {"{": "}}", "%": "%}"}
_WHOLE = {mark: re.compile(rf"\{{{mark}{_INSIDE}{re.escape(end)}", re.DOTALL) for mark, end in _CLOSED_BY.items()}
_END_RAW = re.compile(r"\{%[-+]?\s*endraw")
# The private use area: nothing in it is white space, a quote or a backslash to shlex.
_PRIVATE = range(0xE000, 0xF900)
PLACEHOLDER = chr(_PRIVATE[0])
# What a word of a command is made of, as `shlex.split` reads it: plain text, '…', "…", an escape; and what ends it.
_PART = re.compile(
    r"""(?P<plain>[^ \t\r\n'"\\]+) | '(?P<single>[^']*)' | "(?P<double>[^"\\]*(?:\\.[^"\\]*)*)" | \\(?P<escaped>.)
    | (?P<blank>[ \t\r\n]+)""",
    re.DOTALL | re.VERBOSE,
)
_IN_DOUBLE = re.compile(r'\\(["\\])')


def literal_template(text: str) -> str:
    """Return a template that renders to exactly this text (less one line end at its end, which Jinja removes)."""
    if not _MARKUP.search(text):
        return text
    if "\r" not in text and not _END_RAW.search(text):
        return f"{{% raw %}}{text}{{% endraw %}}"
    return _MARKUP.sub(lambda match: f"{{{{ {match[0]!r} }}}}", text)


def split_command(text: str) -> list[str]:
    """Return the arguments that a shell would make of a command, with each Jinja expression kept in one piece.

    Raises ValueError for a quote that is not closed.
    """
    pieces = templates_in(text)
    mark = next(char for char in map(chr, _PRIVATE) if char not in text)
    masked = _replaced(text, lambda number: f"{mark}{number}{mark}")
    words = _split(masked)
    return [re.sub(f"{mark}(\\d+){mark}", lambda match: pieces[int(match[1])], word) for word in words]


def _split(text: str) -> list[str]:
    """Return what ``shlex.split`` does, in time that is linear in the length of a word: its own is quadratic."""
    words: list[str] = []
    parts: list[str] | None = None  # of the present word, if there is one
    position = 0
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            # An escape at the end, in double quotes or not, is told from a quote that is open, as shlex does.
            escape = re.search(r"(?<!\\)(?:\\\\)*\\\Z", text[position:]) and text[position] != "'"
            raise ValueError("No escaped character" if escape else "No closing quotation")
        position = found.end()
        if found["blank"] is not None:
            if parts is not None:
                words.append("".join(parts))
            parts = None
            continue
        kind = str(found.lastgroup)
        parts = parts or []
        parts.append(_IN_DOUBLE.sub(r"\1", found[kind]) if kind == "double" else found[kind])
    return words if parts is None else [*words, "".join(parts)]


def without_templates(text: str) -> str:
    """Return a text with a placeholder for each Jinja expression, which neither a shell nor a splitter minds."""
    return _replaced(text, lambda _: PLACEHOLDER)


def templates_in(text: str) -> list[str]:
    """Return the Jinja expressions, statements and comments of a text."""
    return [text[start:end] for start, end in _templates(text)]


def _replaced(text: str, by: Callable[[int], str]) -> str:
    parts: list[str] = []
    behind = 0
    for number, (start, end) in enumerate(_templates(text)):
        parts += text[behind:start], by(number)
        behind = end
    return "".join(parts) + text[behind:]


def _templates(text: str) -> Iterator[tuple[int, int]]:
    """Return where templates begin and end, in time that is linear in the length of the text."""
    ends: dict[str, list[int]] = {}
    last_comment = text.rfind("#}")
    begin = _BEGIN.search(text)
    while begin is not None:
        start, mark, end = begin.start(), text[begin.end() - 1], -1
        if mark in ends:
            end = ends[mark][begin.end()]
        elif mark != "#":
            whole = _WHOLE[mark].match(text, start)
            end = -1 if whole is None else whole.end()
            if whole is None:
                # It was looked at to its end; for the next one that is not closed that would be done again.
                ends[mark] = _ends(text, _CLOSED_BY[mark])
        elif last_comment >= begin.end():
            end = text.index("#}", begin.end()) + 2
        if end >= 0:
            yield start, end
        begin = _BEGIN.search(text, end if end >= 0 else start + 1)


def _ends(text: str, close: str) -> list[int]:
    """Return, for every place outside of quotes, where a template that is open there ends; -1 for nowhere."""
    size = len(text)
    closed = {quote: [size] * (size + 2) for quote in "\"'"}  # where a text in quotes that is open at a place ends
    ends = [-1] * (size + 2)
    for place in range(size - 1, -1, -1):
        char = text[place]
        for quote, at in closed.items():
            at[place] = place if char == quote else at[place + 2 if char == "\\" else place + 1]
        if char in closed:
            ends[place] = ends[closed[char][place + 1] + 1]
        elif text.startswith(close, place):
            ends[place] = place + len(close)
        else:
            ends[place] = ends[place + 1]
    return ends
