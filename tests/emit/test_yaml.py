"""YAML of airdock's own: two libraries read from it what went in, and one of them would write it the same."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timezone
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from airdock.emit.compose.yaml import RESET, Instead, to_yaml

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
WORDS = st.sampled_from(["yes", "No", "null", "a-b", "A.b", "x\n", "1", "~", "- a", "k: v", "#", ""])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(-1e6, 1e6).map(lambda number: round(number, 3))


def data(text: st.SearchStrategy[str], keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
    entries = st.recursive(
        text | SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(keys, entries, min_size=1, max_size=4)


@given(data(TEXT | WORDS, TEXT | WORDS))
def test_any_data_comes_back(given_data: dict[str, Any]) -> None:
    text = to_yaml(given_data)
    assert yaml.safe_load(text) == given_data
    assert YAML(typ="safe", pure=True).load(text) == given_data


def quoted(value: Any) -> Any:
    if isinstance(value, dict):
        return CommentedMap((key, quoted(item)) for key, item in value.items())
    if isinstance(value, list):
        return CommentedSeq(map(quoted, value))
    return DoubleQuotedScalarString(value) if isinstance(value, str) else value


@given(data(st.text("ab €😀'\"\\$#:-{}[]", max_size=8), st.sampled_from(["image", "a-b", "A.b", "_x"])))
def test_layout_is_that_of_ruamel(given_data: dict[str, Any]) -> None:
    library = YAML()
    library.width = 10**9
    library.indent(mapping=2, sequence=4, offset=2)
    library.representer.ignore_aliases = lambda *_: True
    stream = io.StringIO()
    library.dump(quoted(given_data), stream)
    assert to_yaml(given_data) == stream.getvalue()


def test_what_compose_is_not_to_merge() -> None:
    data = {"a": {"build": RESET}, "b": {"build": Instead(context=".", args={})}, "c": {"build": Instead()}}
    text = (
        'a:\n  build: !reset null\nb:\n  build: !override\n    context: "."\n    args: {}\nc:\n  build: !override {}\n'
    )
    assert to_yaml(data) == text


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 1, 31), "2026-01-31"),
        (datetime(2026, 1, 31, 4, 5), "2026-01-31 04:05:00"),
        (datetime(2026, 1, 31, 4, 5, tzinfo=timezone.utc), "2026-01-31 04:05:00+00:00"),
        (time(12, 30, 45), '"12:30:45"'),
        (float("inf"), ".inf"),
        (float("-inf"), "-.inf"),
        (float("nan"), ".nan"),
        ((), "[]"),
        ({}, "{}"),
    ],
)
def test_what_else_toml_has(value: object, written: str) -> None:
    text = to_yaml({"key": value, "list": [value]})
    assert text == f"key: {written}\nlist:\n  - {written}\n"
    if not isinstance(value, time | tuple) and value == value:  # noqa: PLR0124 - nan is not itself
        assert yaml.safe_load(text)["key"] == value


def test_key_that_yaml_1_1_reads_as_no_text_is_quoted() -> None:
    """By the types of yaml.org for 1.1: PyYAML takes `y` and `n` for texts, other readers do not."""
    for word in ("y", "yes", "n", "no", "true", "false", "on", "off", "null"):
        for key in (word, word.capitalize(), word.upper()):
            assert to_yaml({key: {key: 1}}) == f'"{key}":\n  "{key}": 1\n'
        assert to_yaml({f"{word}_x": 1}) == f"{word}_x: 1\n"


def test_key_that_is_too_long_for_one_before_a_colon_has_a_line_of_its_own() -> None:
    for length in (10, 990, 1020, 1022, 1024, 1026, 5000):
        for key in ("k" * length, "é" * length, "\x7f" * length):
            given_data = {key: {key: [1, {key: {}}]}, "last": 1}
            text = to_yaml(given_data)
            assert yaml.safe_load(text) == given_data
            assert YAML(typ="safe", pure=True).load(text) == given_data
    assert to_yaml({"k" * 990: 1}).startswith("k")


@pytest.mark.parametrize(
    "text", ["\x7f", "\x80", "\x85", "\x9f", "\u2028", "\u2029", "\ufeff", "\ufffe", "\uffff", "\ud800"]
)
def test_what_yaml_has_no_place_for_is_escaped(text: str) -> None:
    assert to_yaml({"key": f"a{text}b"}) == f'key: "a\\u{ord(text):04x}b"\n'


def test_text_can_be_read_as_it_was_written() -> None:
    assert to_yaml({"é €": "日本 😀"}) == '"é €": "日本 😀"\n'
