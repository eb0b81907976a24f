"""Text that goes to Airflow, where strings are Jinja templates."""

from __future__ import annotations

import re
import shlex

_MARKUP = re.compile(r"\{\{|\{%|\{#")
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_END_RAW = re.compile(r"\{%[-+]?\s*endraw")
# From the private use area: cannot be white space, a quote or a backslash to shlex.
_STAND_IN = "\ue000{}\ue001"


def literal_template(text: str) -> str:
    """Return a template that renders to exactly this text (less one line end at its end, which Jinja removes)."""
    if not _MARKUP.search(text):
        return text
    if not _END_RAW.search(text):
        return f"{{% raw %}}{text}{{% endraw %}}"
    return _MARKUP.sub(lambda match: f"{{{{ '{match[0]}' }}}}", text)


def split_command(text: str) -> list[str]:
    """Return the arguments that a shell would make of a command, with each Jinja expression kept in one piece.

    Raises ValueError for a quote that is not closed.
    """
    pieces = _TEMPLATE.findall(text)
    numbers = iter(range(len(pieces)))
    masked = _TEMPLATE.sub(lambda _: _STAND_IN.format(next(numbers)), text)
    words = shlex.split(masked)
    return [re.sub("\ue000(\\d+)\ue001", lambda match: pieces[int(match[1])], word) for word in words]
