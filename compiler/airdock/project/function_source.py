"""The source of a function, so written that Airflow hands it to the container unchanged.

Airflow reads the source back from the DAG module and works on its lines before it sends them (get_python_source):
blanks on a line of nothing else go, and newer series drop every line that starts with a number sign and end a line
at any character that Unicode has for it. In strings of several lines that changes what the function does.
"""

from __future__ import annotations

import ast
import io
import re
import textwrap
import tokenize
import warnings
from collections.abc import Iterator
from functools import cache

_LINE_ENDS = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
"""What str.splitlines takes for the end of a line, and Python does not."""
_SPANS_LINES = re.compile(rf"\"\"\"|'''|\\\n|{_LINE_ENDS.pattern}")
"""What a source has in which a string goes over several lines, or seems to."""
_CHANGED = re.compile(r"\s*#|[ \t]+\Z")
"""A line inside a string that Airflow changes."""


def as_sent(source: str, *, drops_comments: bool) -> str:
    """Return what Airflow makes of the source of a function; ``drops_comments`` says whether it drops lines."""
    if drops_comments:
        source = "\n".join(line for line in source.splitlines() if not line.strip().startswith("#")) + "\n"
    return textwrap.dedent(source)


@cache
def arrives(source: str, *, drops_comments: bool) -> bool:
    """Say whether a function means the same in its container; docstrings do not count."""
    if not _SPANS_LINES.search(source):
        return True
    sent = as_sent(source, drops_comments=drops_comments)
    return sent == source or _meaning(sent, docstrings=False) == _meaning(source, docstrings=False)


def sendable(source: str, *, drops_comments: bool) -> str:
    """Return a source that arrives and means the same, with a few characters of its strings written as escapes.

    What cannot be written so, such as a raw string, is returned as it is.
    """
    if arrives(source, drops_comments=drops_comments):
        return source
    escaped, meaning = _escaped(source), _meaning(source, docstrings=True)
    same = meaning is not None and _meaning(escaped, docstrings=True) == meaning
    return escaped if same and arrives(escaped, drops_comments=drops_comments) else source


def change_in(source: str) -> tuple[int, str]:
    """Return the first line (from 1) of a source that does not arrive as it is, and what happens to it."""
    inside = {row for row, _ in _rows_in_strings(source)}
    for number, line in enumerate(source.split("\n"), 1):
        character = _LINE_ENDS.search(line)
        if character:
            return number, f"a line ends at the character U+{ord(character[0]):04X}"
        if number in inside and _CHANGED.match(line):
            return number, "a line of a string that starts with # is dropped" if line.strip() else "blanks are dropped"
    return 1, "its lines are joined in another way"


def _meaning(source: str, *, docstrings: bool) -> str | None:
    """Return what a source says to Python, or None if it is not Python, or too deep to tell."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
        for node in () if docstrings else ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and ast.get_docstring(node):
                node.body[0] = ast.Pass()
        return ast.dump(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _escaped(source: str) -> str:
    """Return the source with an escape for every character that would make Airflow change a string."""
    lines = source.split("\n")
    for row, raw in _rows_in_strings(source):
        if not raw:
            lines[row - 1] = re.sub(r"^(\s*)#|^[ \t](?=[ \t]*$)", _escape, lines[row - 1])
    tokens = [token for token in _tokens("\n".join(lines)) if _LINE_ENDS.search(token.string)]
    # From the end, so that an edit moves nothing that is still to be edited.
    for token in reversed(tokens):
        code = " " if token.type == tokenize.COMMENT else _code
        for row in range(token.start[0], token.end[0] + 1):
            line = lines[row - 1]
            start = token.start[1] if row == token.start[0] else 0
            end = token.end[1] if row == token.end[0] else len(line)
            lines[row - 1] = line[:start] + _LINE_ENDS.sub(code, line[start:end]) + line[end:]
    return "\n".join(lines)


def _escape(match: re.Match[str]) -> str:
    return f"{match[1]}\\x23" if match[1] is not None else f"\\x{ord(match[0]):02x}"


def _code(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"


def _rows_in_strings(source: str) -> Iterator[tuple[int, bool]]:
    """Return the lines that start inside a string, and whether that string is a raw one."""
    prefixes: list[str] = []
    for token in _tokens(source):
        kind = tokenize.tok_name[token.type]
        if kind.endswith("STRING_START"):
            prefixes.append(token.string)
        elif kind.endswith("STRING_END"):
            prefixes.pop()
        elif kind == "STRING" or kind.endswith("STRING_MIDDLE"):
            prefix = token.string if kind == "STRING" else prefixes[-1]
            raw = "r" in prefix.partition(prefix[-1])[0].lower()
            yield from ((row, raw) for row in range(token.start[0] + 1, token.end[0] + 1))


def _tokens(source: str) -> list[tokenize.TokenInfo]:
    try:
        return list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return []  # not reached: the source has been parsed
