"""Texts read as Jinja reads them; most of them without it."""

from __future__ import annotations

import re
from functools import cache

from airdock.rules.template_spots import lines_of, word_spot
from airdock.rules.template_text import MARKS, Reading, Use

_NAME = re.compile(r"(?<!\{)\{\{ *(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?:\.[A-Za-z_][A-Za-z0-9_]*)* *\}\}")
"""A name and what hangs on it: `{{ ds }}`, `{{ dag_run.run_id }}`."""
_NO_PLAIN_NAMES = {
    *("and", "do", "elif", "else", "false", "False", "if", "in", "is", "none", "None", "not", "or", "true", "True"),
    *("caller", "cycler", "dict", "joiner", "lipsum", "loop", "namespace", "range", "self", "varargs", "kwargs"),
    *("conn", "params", "var"),
}
"""Words and names of Jinja's own, and those of Airflow's that lead to something of the project."""


@cache
def read(text: str, filters: tuple[str, ...]) -> Reading:
    """Return what a text is as a template. ``filters`` are those that Airflow has beside Jinja's own."""
    plain = read_plain(text)
    if plain is not None:
        return plain
    # Importing Jinja takes as long as a third of a small check.
    from airdock.rules.jinja_text import read_template

    return read_template(text, filters)


def read_plain(text: str) -> Reading | None:
    """Return what Jinja would find in a text with nothing but names in it, `{{ ds }}`; None for any other text."""
    if any(mark in _NAME.sub("", text) for mark in MARKS):
        return None
    found = list(_NAME.finditer(text))
    if any(match["name"] in _NO_PLAIN_NAMES for match in found):
        return None
    lines = lines_of(text)
    numbers = [len(lines_of(text[: match.start()])) for match in found]
    names = [match["name"] for match in found]
    uses = (Use(name, word_spot(lines, line, name), sure=True) for name, line in zip(names, numbers, strict=True))
    return Reading(uses=tuple(uses))
