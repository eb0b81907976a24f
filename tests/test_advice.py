"""The words of Airflow and Docker lead to keys that airdock.toml really has; how many are helped by them."""

from __future__ import annotations

import json
from itertools import islice, product
from pathlib import Path

import pytest

from airdock.spec.advice import _WORDS
from airdock.spec.schema import json_schema
from airdock.spec.validate import _HELPED
from commands import GOOD, run, write_project


def test_every_word_leads_to_a_key() -> None:
    schema = json_schema()
    tables = [schema, *schema["$defs"].values()]
    keys = {key for table in tables for key in table["properties"]}
    assert {word: wanted for word, wanted in _WORDS.items() if not keys.issuperset(wanted)} == {}


def test_help_is_for_so_many_as_somebody_may_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = (f"comm{''.join(letters)}and" for letters in product("bdef", repeat=6))
    write_project(tmp_path, GOOD + "".join(f"{name} = 1\n" for name in islice(names, _HELPED + 500)))
    assert run("check", "-C", tmp_path, "--output-format", "json") == 1
    found = json.loads(capsys.readouterr().out)["findings"]
    assert len(found) == _HELPED + 500
    assert sum("command" in (one["help"] or "") for one in found) == _HELPED
    assert all(one["code"] == "AD101" for one in found)
