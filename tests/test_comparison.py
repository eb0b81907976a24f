"""docs/comparison.md says of airdock what airdock prints; the other tools are not run here."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "comparison.md").read_text(encoding="utf-8")
AGAIN = "`python benchmarks/compare_findings.py` writes docs/comparison.md anew"


@pytest.fixture(scope="module")
def script() -> Any:
    """Return the script that writes the page."""
    spec = importlib.util.spec_from_file_location("compare_findings", REPOSITORY / "benchmarks" / "compare_findings.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def faults(script: Any) -> Any:
    return script.read_data()[0]


@pytest.fixture(scope="module")
def result(script: Any, faults: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Return what the page has to say about airdock; the valid project is accepted, or this fails."""
    tool = script.read_data()[1][0]
    assert tool.name == "airdock"
    return script.Result(tool, script.Bench(tool, tmp_path_factory.mktemp("airdock")), faults)


def test_the_page_has_the_rows_of_airdock(script: Any, faults: Any, result: Any) -> None:
    for fault in faults:
        assert script.row(result.tool, fault, result.seen[fault.key]) + "\n" in PAGE, AGAIN


def test_the_page_has_the_outputs_of_airdock(script: Any, result: Any) -> None:
    for seen in [*result.seen.values(), result.together]:
        assert script.shortened(seen) in PAGE, AGAIN


def test_the_short_table_has_the_column_of_airdock(faults: Any, result: Any) -> None:
    for fault in faults:
        assert f"| {fault.title} | {result.cells[fault.key]} |" in PAGE, AGAIN
    runs = "; ".join(
        f"run {number} reports {', '.join(fault.key for fault in reported)}"
        for number, reported in enumerate(result.rounds, 1)
    )
    assert f"- airdock: {runs}.\n" in PAGE, AGAIN


def test_every_fault_is_reported_with_its_line(script: Any, faults: Any, result: Any) -> None:
    for fault in faults:
        line, _ = script.place(result.tool, fault, result.seen[fault.key])
        # A bracket that is not closed is noticed at the start of the next key.
        assert 0 <= line - script.true_line(result.tool, fault) <= (fault.key == "syntax"), fault.key
    assert sum(map(len, result.rounds)) == len(faults) - 1


def test_nothing_of_this_machine_is_in_the_page() -> None:
    for word in (str(Path.home()), str(REPOSITORY), "/tmp/", "/home/", "/usr/"):
        assert word not in PAGE
