"""Text that goes to Airflow, where strings are Jinja templates."""

from __future__ import annotations

import re
import shlex

# A carriage return is markup too: Jinja turns it into a line feed.
_MARKUP = re.compile(r"\{\{|\{%|\{#|\{?\r")
_INSIDE = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^"'])*?"""  # what looks like an end in quotes is none
_TEMPLATE = re.compile(rf"\{{\{{{_INSIDE}\}}\}}|\{{%{_INSIDE}%\}}|\{{#.*?#\}}", re.DOTALL)
_END_RAW = re.compile(r"\{%[-+]?\s*endraw")
# The private use area: nothing in it is white space, a quote or a backslash to shlex.
_PRIVATE = range(0xE000, 0xF900)
PLACEHOLDER = chr(_PRIVATE[0])


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
    pieces = _TEMPLATE.findall(text)
    numbers = iter(range(len(pieces)))
    mark = next(char for char in map(chr, _PRIVATE) if char not in text)
    masked = _TEMPLATE.sub(lambda _: f"{mark}{next(numbers)}{mark}", text)
    words = shlex.split(masked)
    return [re.sub(f"{mark}(\\d+){mark}", lambda match: pieces[int(match[1])], word) for word in words]


def without_templates(text: str) -> str:
    """Return a text with a placeholder for each Jinja expression, which neither a shell nor a splitter minds."""
    return _TEMPLATE.sub(PLACEHOLDER, text)


def templates_in(text: str) -> list[str]:
    """Return the Jinja expressions, statements and comments of a text."""
    return _TEMPLATE.findall(text)
