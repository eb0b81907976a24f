"""The form for people: message, place, source line with a caret, other places, help."""

from __future__ import annotations

import os
import sys

from airdock.diagnostics.formats.concise import place
from airdock.diagnostics.formats.text import printable, width, without_secrets
from airdock.diagnostics.locate import Located, Location

TAB = 4
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


def _frame(location: Location, mark: str, label: str, style: str, gutter: int, paint: _Paint) -> list[str]:
    """Return the source line and the line below it with the marks and the label."""
    text = without_secrets(location.text)
    before = printable(text[: location.column - 1].expandtabs(TAB))
    end = location.end_column if location.end_line == location.line else len(text) + 1
    marked = printable(text[location.column - 1 : end - 1].expandtabs(TAB))
    rest = printable(text[end - 1 :].expandtabs(TAB))
    under = " " * width(before) + paint(style, mark * max(1, width(marked)) + (f" {label}" if label else ""))
    bar = paint("gutter", "|")
    return [
        f"{paint('gutter', str(location.line).rjust(gutter))} {bar} {before}{marked}{rest}".rstrip(),
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
        lines += [bar, *_frame(location, "^", "", severity, gutter, paint)]
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
