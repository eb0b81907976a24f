"""The form for people: message, place, source line with a caret, other places, help."""

from __future__ import annotations

import contextlib
import os
import sys

from airdock.diagnostics.formats.concise import place
from airdock.diagnostics.formats.text import printable, width
from airdock.diagnostics.locate import Located, Location

TAB = 4
ELLIPSIS = "…"
NARROWEST, WIDEST = 40, 160
"""Cells that a source line takes at most: the width of the terminal, or the second where there is none."""
_REACH = 1000
"""Characters before and behind a place that are looked at, at most: more than any terminal shows in a line."""
_COLOURS = {"error": "1;31", "warning": "1;33", "help": "1;36", "gutter": "1;34", "bold": "1"}


def colours_wanted() -> bool:
    """Say whether standard error takes colours: NO_COLOR, FORCE_COLOR, then whether it is a terminal."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class _Paint:
    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_COLOURS[style]}m{text}\x1b[0m" if self._on else text


def _room() -> int:
    """Return how many cells a line may take: a terminal would wrap a longer one, and part it from its marks."""
    if sys.stderr.isatty():
        with contextlib.suppress(OSError, ValueError):
            return max(NARROWEST, os.get_terminal_size(sys.stderr.fileno()).columns)
    return WIDEST


def _shown(line: str) -> list[str]:
    """Return what is printed for each character: tabs as blanks up to the next stop, control characters as escapes."""
    if line.isascii() and line.isprintable():
        return list(line)
    shown: list[str] = []
    column = 0
    for char in line:
        shown.append(" " * (TAB - column % TAB) if char == "\t" else printable(char))
        column += width(shown[-1])
    return shown


def _window(shown: list[str], start: int, end: int, room: int) -> tuple[int, int]:
    """Return from where to where a line is printed that is too long: around the marked part, or the start of it."""
    widths = [width(text) for text in shown]
    if sum(widths) <= room:
        return 0, len(shown)
    room -= 2  # for an ellipsis at either end
    left = max(room // 4, (room - sum(widths[start:end])) // 2)
    first = start
    while first > 0 and sum(widths[first - 1 : start]) <= left:
        first -= 1
    last = first
    while last < len(shown) and sum(widths[first : last + 1]) <= room:
        last += 1
    # What is left at the end of a line is used before its marked part.
    while first > 0 and last == len(shown) and sum(widths[first - 1 :]) <= room:
        first -= 1
    return first, last


def _near(location: Location) -> tuple[str, int, int]:
    """Return the part of the source line that may be shown, where it begins, and how long the line is.

    A line may be a file of a megabyte, with a finding at every key: nothing here walks through all of it each time.
    """
    line = location.text
    begin = max(0, location.column - 1 - _REACH)
    return line[begin : location.column - 1 + _REACH], begin, len(line)


def _frame(location: Location, mark: str, label: str, style: str, gutter: int, paint: _Paint) -> list[str]:
    """Return the source line and the line below it with the marks and the label."""
    line, begin, length = _near(location)
    shown = _shown(line)
    start = min(location.column - 1 - begin, len(shown))
    end = min(location.end_column - 1 - begin, len(shown)) if location.end_line == location.line else len(shown)
    first, last = _window(shown, start, end, _room() - gutter - len(" | "))
    cut = ELLIPSIS if begin + first else "", ELLIPSIS if begin + last < length else ""
    before = cut[0] + "".join(shown[first:start])
    marked = "".join(shown[start : min(end, last)])
    under = " " * width(before) + paint(style, mark * max(1, width(marked)) + (f" {label}" if label else ""))
    bar = paint("gutter", "|")
    text = f"{before}{''.join(shown[start:last])}{cut[1]}"
    return [
        f"{paint('gutter', str(location.line).rjust(gutter))} {bar} {text}".rstrip(),
        f"{' ' * gutter} {bar} {under}",
    ]


def _block(found: Located, paint: _Paint) -> list[str]:
    diagnostic, location = found.diagnostic, found.location
    severity = diagnostic.severity
    head = f"{severity}[{diagnostic.kind.code}]"
    lines = [f"{paint(severity, head)}{paint('bold', ': ' + printable(diagnostic.message))}"]
    numbers = [location.line, *(other.location.line for other in found.related)]
    gutter = len(str(max(numbers)))
    arrow = paint("gutter", "-->")
    lines.append(f"{' ' * gutter}{arrow} {place(location)}")
    bar = f"{' ' * gutter} {paint('gutter', '|')}"
    if location.line:
        label = f"to line {location.end_line}" if location.end_line > location.line else ""
        lines += [bar, *_frame(location, "^", label, severity, gutter, paint)]
    for other in found.related:
        message = printable(other.message)
        if other.location.line:
            lines.append(f"{' ' * gutter}{paint('gutter', ':::')} {place(other.location)}")
            lines += _frame(other.location, "-", message, "gutter", gutter, paint)
        else:
            lines.append(f"{' ' * gutter}{paint('gutter', ':::')} {place(other.location)} {message}")
    if diagnostic.help:
        if location.line:
            lines.append(bar)
        lines.append(f"{' ' * gutter} = {paint('help', 'help')}: {printable(diagnostic.help)}")
    return lines


def format_findings(findings: list[Located]) -> str:
    """Return the blocks, an empty line between two, and a closing count."""
    if not findings:
        return ""
    paint = _Paint(colours_wanted())
    blocks = ["\n".join(_block(found, paint)) for found in findings]
    errors = sum(found.diagnostic.severity == "error" for found in findings)
    counts = [
        f"{number} {word}{'s' if number > 1 else ''}"
        for number, word in ((errors, "error"), (len(findings) - errors, "warning"))
        if number
    ]
    return "\n\n".join(blocks) + f"\n\n{', '.join(counts)}\n"
