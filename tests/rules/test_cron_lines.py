"""Cron lines: the quick look never says of a line what croniter would not say, and croniter's faults are named."""

from __future__ import annotations

import itertools
from datetime import date, datetime

import pytest
from croniter import croniter
from hypothesis import given, settings
from hypothesis import strategies as st

from airdock.rules.cron import fault_of, never_fires, plainly_fires, with_last_day

LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
NAMES = ("minute", "hour", "day of month", "month", "day of week")
START = datetime(2026, 1, 1)


def tokens(high: int) -> list[str]:
    """Return every form of one part of a field that the quick look reads, and those just beyond."""
    numbers = range(high + 3)
    forms = ["*", *(f"*/{step}" for step in range(high + 3)), *map(str, numbers)]
    return [*forms, *(f"{first}-{last}" for first, last in itertools.product(numbers, repeat=2))]


def fires(line: str) -> bool:
    """Say whether croniter takes a line and finds a date for it."""
    try:
        croniter(line, START).get_next(datetime)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("index", range(5), ids=NAMES)
def test_plain_field_is_right_for_croniter(index: int) -> None:
    lines = [" ".join(["*"] * index + [token] + ["*"] * (4 - index)) for token in tokens(LIMITS[index][1])]
    plain = [line for line in lines if plainly_fires(line)]
    assert [line for line in plain if not fires(line)] == []
    low, high = LIMITS[index]
    # Not a quick look that always says no: every number, every rising range and every step of the field.
    count = high - low + 1
    assert len(plain) >= count + count * (count - 1) // 2 - (0 if index != 2 else 6)


def test_lists_of_plain_parts_are_plain() -> None:
    assert plainly_fires("0,30 1-5,22 1,15 */3,1 0,6")
    assert not plainly_fires("0,60 * * * *")
    assert not plainly_fires("0, * * * *")


part = st.one_of(
    st.sampled_from(["*", "*/2", "*/7", "?", "L", "1-5/2", "MON", "jan", "", "-", "5#2"]),
    st.integers(0, 62).map(str),
    st.tuples(st.integers(0, 62), st.integers(0, 62)).map(lambda both: f"{both[0]}-{both[1]}"),
)
field = st.lists(part, min_size=1, max_size=4).map(",".join)
lines = st.lists(field, min_size=4, max_size=7).map(" ".join)
plain_lines = st.tuples(
    *(
        st.lists(
            st.one_of(
                st.just("*"),
                st.integers(1, high).map(lambda step: f"*/{step}"),
                st.integers(low, high).map(str),
                st.tuples(st.integers(low, high), st.integers(low, high)).map(lambda both: f"{min(both)}-{max(both)}"),
            ),
            min_size=1,
            max_size=3,
        ).map(",".join)
        for low, high in LIMITS
    )
).map(" ".join)


@settings(max_examples=600, deadline=None)
@given(st.one_of(plain_lines, lines))
def test_line_that_plainly_fires_fires_for_croniter(line: str) -> None:
    if plainly_fires(line):
        assert fires(line)
        assert fault_of(line) is None
        assert not never_fires(line, None)


@settings(max_examples=300, deadline=None)
@given(st.one_of(lines, st.text(max_size=30)))
def test_any_text_has_a_fault_or_is_taken(text: str) -> None:
    fault = fault_of(text)
    if fault is None:
        never_fires(text, None)
    else:
        assert all(fault)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("60 * * * *", '"60" is no minute'),
        ("* 24 * * *", '"24" is no hour'),
        ("* * 0 * *", '"0" is no day of month'),
        ("* * * 13 *", '"13" is no month'),
        ("* * * * 8", '"8" is no day of week'),
        ("0 0 * * 5#6", '"5#6" is no day of week'),
        ("0 0 * * * 60", '"60" is no second'),
        ("0 0 * * * 0 1969", '"1969" is no year'),
        ("0 0 0 * * *", '"0" is no day of month'),
        ("*/0 * * * *", '"*/0" is no minute'),
        ("1, * * * *", '"1," is no minute'),
        ("٠ 3 * * *", '"٠" is no minute'),
        ("", "it is empty"),
        ("daily", "it has one field"),
        ("* * * * * * * *", "it has 8 fields"),
    ],
)
def test_fault_names_the_field(line: str, reason: str) -> None:
    fault = fault_of(line)
    assert fault is not None
    assert fault[0] == reason


@pytest.mark.parametrize("line", ["0 0 31 2 *", "0 0 30,31 2 *", "0 0 31 2-4/2 *", "0 0 29 2 1#1", "0 0 31 2 * 30"])
def test_line_without_a_date_never_fires(line: str) -> None:
    assert not plainly_fires(line)
    assert fault_of(line) is None
    assert never_fires(line, None)


@pytest.mark.parametrize("line", ["0 0 29 2 *", "0 0 31 * *", "0 0 L 2 *", "0 0 * 2 0#5", "0 0 1 1 * 0 2099"])
def test_line_with_a_rare_date_fires(line: str) -> None:
    assert fault_of(line) is None
    assert not never_fires(line, None)


def test_years_count_from_the_start_date() -> None:
    line = "0 0 * * * 0 2020"
    assert not never_fires(line, None)
    assert not never_fires(line, date(2020, 12, 31))
    assert not never_fires(line, date(1, 1, 1))
    assert never_fires(line, date(2021, 2, 1))


@pytest.mark.parametrize(
    ("line", "advice"),
    [("0 0 31 2 *", "0 0 L 2 *"), ("5 1 30,31 2,4 *", "5 1 L 2,4 *"), ("0 0 31 2 1#1", None), ("0 0 28-31 2 *", None)],
)
def test_last_day_is_offered_for_plain_days(line: str, advice: str | None) -> None:
    assert with_last_day(line) == advice
