"""`airdock explain`: the catalogue of findings for people, on a terminal and as docs/findings.md."""

from __future__ import annotations

import textwrap

from airdock.diagnostics import CATALOGUE, Kind
from airdock.diagnostics.formats.text import markdown
from airdock.pipeline import know_all_kinds

know_all_kinds()

_INTRODUCTION = """\
# Findings

<!-- Generated: airdock explain --markdown > docs/findings.md -->

Everything that airdock reports, by code. `airdock explain CODE` prints one of these sections. A code never changes its
meaning. An error stops the build; a warning does not, unless `--strict` is given. Warnings that are meant can be
silenced by code in airdock.toml:

```toml
[lint]
ignore = ["AD404"]
```

An example is a whole airdock.toml, or what stands below a minimal `[project]` and `[airflow]`.
"""


def explanation(code: str) -> str | None:
    """Return the text for a code, also without its letters; None for one that does not exist."""
    kind = CATALOGUE.get(f"AD{code:0>3}" if code.isdecimal() else code.upper())
    return _page(kind) if kind else None


def overview() -> str:
    """Return one line for each code."""
    return "".join(f"{kind.code}  {kind.slug:<24} {_severity(kind)}\n" for kind in sorted_kinds())


def document() -> str:
    """Return the whole catalogue as Markdown: a table of all codes, then a section for each."""
    rows = (
        f"| [{kind.code}](#{_anchor(kind)}) | {_severity(kind)} | {kind.slug} | {_cell(kind.what)} |\n"
        for kind in sorted_kinds()
    )
    table = "| code | severity | name | what |\n| --- | --- | --- | --- |\n" + "".join(rows)
    return "\n".join([_INTRODUCTION, table, *(_section(kind) for kind in sorted_kinds())])


def sorted_kinds() -> list[Kind]:
    """Return the catalogue by code."""
    return sorted(CATALOGUE.values(), key=lambda kind: kind.code)


def _severity(kind: Kind) -> str:
    return f"{kind.severity} or warning" if kind.also_warning else kind.severity


def _anchor(kind: Kind) -> str:
    """Return the name that Markdown viewers give the heading of a section."""
    return f"{kind.code.lower()}-{kind.slug}"


def _cell(text: str) -> str:
    return markdown(text).replace("|", "\\|")


def _section(kind: Kind) -> str:
    # Some examples are a sentence in brackets: what is on the disk, not what is in the file.
    language = "text" if kind.example.startswith("(") else "toml"
    return (
        f"## {kind.code} {kind.slug}\n\n"
        f"*{_severity(kind)}* – {markdown(kind.what)}\n\n"
        f"**Why it matters.** {markdown(kind.why)}\n\n"
        f"```{language}\n{kind.example.rstrip()}\n```\n\n"
        f"**Fix.** {markdown(kind.fix)}\n"
    )


def _page(kind: Kind) -> str:
    def wrapped(text: str) -> str:
        return textwrap.fill(text, 88, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)

    parts = [
        f"{kind.code} {kind.slug} ({_severity(kind)})",
        f"What\n{wrapped(kind.what)}",
        f"Why it matters\n{wrapped(kind.why)}",
        f"Example\n{textwrap.indent(kind.example.rstrip(), '  ')}",
        f"Fix\n{wrapped(kind.fix)}",
    ]
    return "\n\n".join(parts) + "\n"
