"""How a list of findings is printed. A format is a function from located findings to text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from airdock.diagnostics.locate import Located

FORMATS = ("full", "concise", "json")


def formatter(name: str) -> Callable[[list[Located]], str]:
    """Return the ``format_findings`` function of a format; only the one in use is imported."""
    module = import_module(f"airdock.diagnostics.formats.{name}")
    function: Callable[[list[Located]], str] = module.format_findings
    return function
