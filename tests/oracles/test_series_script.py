"""The script that drafts the facts of a new Airflow series, judged by a series whose facts are known."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import tomli
from airflow_environments import find
from presence import required_or_skip

REPOSITORY = Path(__file__).resolve().parents[2]
NEWEST = "3.3.2"


def script() -> ModuleType:
    """Return scripts/airflow_series.py as a module."""
    spec = importlib.util.spec_from_file_location("airflow_series", REPOSITORY / "scripts" / "airflow_series.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_draft_of_the_newest_series_is_what_is_known_of_it() -> None:
    install = f"python tests/oracles/airflow_environments.py install {NEWEST}"
    required_or_skip(f"Airflow {NEWEST}", find(NEWEST) is not None, install)
    text, before, read, _ = script().draft(NEWEST)
    drafted = tomli.loads(text)
    series = NEWEST.rpartition(".")[0]
    known = tomli.loads((before.parent / f"{series}.toml").read_text(encoding="utf-8"))
    assert before.stem != series
    assert read["moved"] == {}
    for key in ("series", "latest", "python", "features", "imports", "arguments", "assets", "compose", "bundled"):
        assert drafted[key] == known[key], key
    for key in ("trigger_rules", "weight_rules"):
        assert sorted(drafted[key]) == sorted(known[key])
    for key in ("variables", "filters", "dated"):
        assert sorted(drafted["templates"][key]) == sorted(known["templates"][key])
