"""How a list of findings is printed. A format is a function from located findings to text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from airdock.diagnostics.locate import Located

FORMATS = ("full", "concise", "json", "github", "gitlab", "sarif")
FOR_PEOPLE = ("full", "concise")
"""Printed to standard error; all others are read by programs, and have standard output to themselves."""
BASES = {
    "github": ("GITHUB_WORKSPACE",),
    "gitlab": ("CI_PROJECT_DIR",),
    "sarif": ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"),
}
"""Formats whose paths a CI server takes to start at the repository, and the variables that say where that is."""


def formatter(name: str) -> Callable[[list[Located]], str]:
    """Return the ``format_findings`` function of a format; only the one in use is imported."""
    module = import_module(f"airdock.diagnostics.formats.{name}")
    function: Callable[[list[Located]], str] = module.format_findings
    return function
