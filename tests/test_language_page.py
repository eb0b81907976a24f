"""docs/language.md is what the models say, and leaves no table out."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

from airdock.spec.schema import json_schema

REPOSITORY = Path(__file__).resolve().parents[1]
ELSEWHERE = {"TaskKeys", "DagKeys", "DocFile"}
"""Tables whose keys another section has: those of defaults, and a file beside a text."""


def script() -> ModuleType:
    """Return scripts/language_reference.py as a module."""
    spec = importlib.util.spec_from_file_location("language", REPOSITORY / "scripts" / "language_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_what_the_models_say() -> None:
    written = (REPOSITORY / "docs" / "language.md").read_text(encoding="utf-8")
    assert written == script().page(), "run: python scripts/language_reference.py > docs/language.md"


def test_every_table_has_a_section_and_every_key_a_meaning() -> None:
    module = script()
    assert set(json_schema()["$defs"]) - {name for _, name, _ in module.TABLES} == ELSEWHERE
    rows = [line for line in module.page().splitlines() if line.startswith("| `")]
    assert [row for row in rows if row.endswith("|  |")] == []
