"""The nearest known name to one that is not known."""

from __future__ import annotations

from difflib import SequenceMatcher, get_close_matches

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airdock.diagnostics.suggest import closest, did_you_mean

KEYS = ["image", "command", "retries", "retry_delay", "trigger_rule"]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("imgae", "image"),
        ("IMAGE", "image"),
        ("retry", "retries"),
        ("retrydelay", "retry_delay"),
        ("trigger-rule", "trigger_rule"),
        ("schedule", None),
        ("", None),
        ("日本", None),
    ],
)
def test_nearest_word_is_found_if_it_is_near_enough(word: str, near: str | None) -> None:
    assert closest(word, KEYS) == near


def test_same_word_in_another_case_is_nearer_than_a_similar_one() -> None:
    assert closest("ETL", ["etl2", "etl"]) == "etl"


def test_first_of_two_words_that_differ_in_case_alone_is_taken() -> None:
    assert closest("Db", ["DB", "db"]) == "DB"


def test_help_names_the_nearest() -> None:
    assert did_you_mean("imgae", KEYS) == 'did you mean "image"?'


def test_help_lists_a_few_names_if_none_is_near() -> None:
    names = ["one", "two"]
    assert did_you_mean("schedule", names, what="declared images") == "declared images: one, two"
    assert did_you_mean("schedule", [], what="declared images") == "declared images: none"


def test_help_does_not_list_many_names() -> None:
    assert did_you_mean("schedule", [f"x{number}" for number in range(13)]) is None


def test_names_may_come_from_an_iterator() -> None:
    assert did_you_mean("imgae", iter(KEYS)) == 'did you mean "image"?'


MANY = [f"{letter}_task_{number:03}_{letter}" for letter in "abcdefghij" for number in range(100)]


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("fetch_ordrs", "fetch_orders"),
        ("fetch_orderz", "fetch_orders"),
        ("vetch_orders", "fetch_orders"),
        ("etch_orders", "fetch_orders"),
        ("FETCH_ORDERS", "fetch_orders"),
        ("unlike_all_others", None),
    ],
)
def test_mistake_is_found_among_a_thousand_names(word: str, near: str | None) -> None:
    names = [*MANY[:500], "fetch_orders", *MANY[500:]]
    assert closest(word, names) == near
    assert closest(word, reversed(names)) == near


@pytest.mark.parametrize("name", ["aardvark", "zebra"])
def test_first_and_last_of_a_thousand_names_are_found(name: str) -> None:
    names = ["aardvark", *MANY, "zebra"]
    assert closest(f"{name}x", names) == closest(f"x{name}", names) == name


def test_word_that_nobody_types_is_not_compared() -> None:
    assert closest("x" * 100, ["x" * 99]) == "x" * 99
    assert closest("x" * 101, ["x" * 100]) is None
    assert closest("X" * 101, ["x" * 101]) == "x" * 101


def test_help_lists_up_to_a_dozen_names() -> None:
    names = [f"{letter * 3}" for letter in "abcdefghijkl"]
    assert did_you_mean("schedule", names) == f"known: {', '.join(names)}"


WORDS = st.text(st.sampled_from("abcdeé_A1") | st.characters(blacklist_categories=["Cs"]), max_size=9)


@settings(max_examples=2000, derandomize=True, database=None, deadline=None)
@given(WORDS, st.lists(WORDS, min_size=1, max_size=8, unique_by=str.casefold))
def test_what_is_not_compared_would_not_have_been_near(word: str, known: list[str]) -> None:
    folded = {name.casefold(): name for name in known}
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    assert closest(word, known) == folded.get(word.casefold(), folded[near[0]] if near else None)


def test_words_with_other_letters_are_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    set_first = SequenceMatcher.set_seq1

    def counted(self: SequenceMatcher[str], word: str) -> None:
        compared.append(word)
        set_first(self, word)

    monkeypatch.setattr(SequenceMatcher, "set_seq1", counted)
    assert closest("zuxqob", KEYS) is None
    assert compared == []
    assert closest("comand", KEYS) == "command"
    assert compared == ["", "command"]
