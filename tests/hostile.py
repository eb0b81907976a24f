"""Strings that break generators, and TOML for them."""

from __future__ import annotations

HOSTILE = [
    "it's",
    'say "hi"',
    "back\\slash \\n \\",
    "'''\"\"\"'\\''",
    "two\nlines",
    "\nblank lines around\n\n",
    "carriage\r\nreturn\r",
    "tab\there",
    "$HOME $$ ${X} ${X:-y} $(id) `id`",
    "$",
    "{% set a = 1 %}{{ a }}{% if a %}{% endif %} {# note #} }} %}",  # a template, and one that takes nothing
    "{% raw %}{{ x }}{% endraw %}",
    "# comment",
    "a # b",
    "yes",
    "no",
    "on",
    "null",
    "~",
    "012",
    "0x10",
    "1e3",
    "12:30:45",
    "1.0",
    "- item",
    "key: value",
    "*alias &anchor !tag",
    "[a, b]",
    "{a: b}",
    "%YAML 1.1",
    "| block",
    "> folded",
    "a\u2028b\u2029c\u0085d",
    "\u00a0 \ufeff \u200b \u202e",
    "emoji \U0001f469\u200d\U0001f4bb and 日本語 e\u0301",
    "bell \x07 escape \x1b[31m delete \x7f",
    "import os; os.system('id')",
    '", environment={}) or exit(1) #',
    "${jndi:x} %s %(name)s {0} {name}",
    'FROM scratch\nRUN ["x"]',
    "<<EOF\nEOF",
    "--flag",
    "@reboot",
    "; rm -rf / && echo | tee > /dev/null",
    "services:\n  x: {image: y}\n",
    "A=1\nB='2'\n",
    " leading and trailing ",
    "",
    "x" * 3000,
    "run.sh",
    "app.env",
    "C:\\path\\new",
    "\\$escaped \\${X}",
    "%{x} %d 100%",
    "<b>&amp;</b>",
]
ONE_LINE = [text for text in HOSTILE if "\n" not in text and "\r" not in text]
"""Those that a format without line breaks can hold."""


def toml_string(text: str) -> str:
    """Return a text as a TOML basic string."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(char, char if char.isprintable() else _escape(char)) for char in text) + '"'


def _escape(char: str) -> str:
    return f"\\U{ord(char):08x}"


def toml_list(texts: list[str]) -> str:
    """Return a list of texts in TOML."""
    return "[" + ", ".join(toml_string(text) for text in texts) + "]"


def toml_table(texts: dict[str, str]) -> str:
    """Return an inline table of texts in TOML."""
    return "{ " + ", ".join(f"{toml_string(key)} = {toml_string(text)}" for key, text in texts.items()) + " }"


def numbered(texts: list[str], prefix: str = "V") -> dict[str, str]:
    """Return the texts under names that every format allows."""
    return {f"{prefix}{number}": text for number, text in enumerate(texts)}
