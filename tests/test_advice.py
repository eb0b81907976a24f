"""The words of Airflow and Docker lead to keys that airdock.toml really has."""

from __future__ import annotations

from airdock.spec.advice import _WORDS
from airdock.spec.schema import json_schema


def test_every_word_leads_to_a_key() -> None:
    schema = json_schema()
    tables = [schema, *schema["$defs"].values()]
    keys = {key for table in tables for key in table["properties"]}
    assert {word: wanted for word, wanted in _WORDS.items() if not keys.issuperset(wanted)} == {}
