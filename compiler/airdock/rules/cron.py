"""Cron lines, judged by croniter: the library that Airflow itself reads them with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

_FIELDS = (
    ("minute", "a minute is 0 to 59"),
    ("hour", "an hour is 0 to 23"),
    ("day of month", "a day of the month is 1 to 31, or L for the last"),
    ("month", "a month is 1 to 12, or jan to dec"),
    ("day of week", "a day of the week is 0 to 7, or sun to sat; 0 and 7 are Sunday"),
    ("second", "a second is 0 to 59"),
    ("year", "a year is 1970 to 2099"),
)
_ORDER = "minute, hour, day of month, month, day of week"
_PLAIN_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_PLAIN = re.compile(r"\*(?:/([1-9][0-9]?))?|([0-9]{1,2})(?:-([0-9]{1,2}))?")
_SAFE_DAY = 28
"""Every month has it."""
_FIRST_YEAR = 1970
_ALL_YEARS = 200


def plainly_fires(line: str) -> bool:
    """Say that a line is one of the plainest, is right, and fires; False says nothing.

    Importing croniter is half of what a whole check costs, and nearly every line is a plain one. That croniter says
    the same of each of them is tested (tests/rules/test_cron_lines.py).
    """
    fields = line.split(" ")
    if len(fields) != len(_PLAIN_RANGES):
        return False
    if not all(_is_plain(field, *limits) for field, limits in zip(fields, _PLAIN_RANGES, strict=True)):
        return False
    return any(day[0] == "*" or int(day.partition("-")[0]) <= _SAFE_DAY for day in fields[2].split(","))


def _is_plain(field: str, low: int, high: int) -> bool:
    for part in field.split(","):
        match = _PLAIN.fullmatch(part)
        if match is None:
            return False
        step, first, last = match.groups()
        if step is not None and int(step) > high:
            return False
        if first is not None and not low <= int(first) <= high:
            return False
        if last is not None and not int(first) < int(last) <= high:
            return False
    return True


def fields_of(line: str) -> list[str]:
    """Return the fields of a line, as croniter splits it."""
    return re.findall(r"\S+", line, re.ASCII)


def fault_of(line: str) -> tuple[str, str] | None:
    """Return what is wrong with a line and what would be right, or None if Airflow takes it."""
    fields = fields_of(line)
    count = len(fields)
    # Releases of croniter before 7 take a day 0 in front of a sixth field, for every second of some night.
    if _accepted(line) and (count <= 5 or _accepted(" ".join(fields[:5]))):
        return None
    if not count:
        return "it is empty", f"a cron line has five fields: {_ORDER}"
    if not 5 <= count <= 7:
        has = "one field" if count == 1 else f"{count} fields"
        return f"it has {has}", f"a cron line has five: {_ORDER}"
    for index, (field, (name, advice)) in enumerate(zip(fields, _FIELDS, strict=False)):
        alone = ["*"] * (5 if index < 5 else count)
        alone[index] = field
        if not _accepted(" ".join(alone)):
            return f'"{field}" is no {name}', _advice(fields, field, advice)
    return "its fields do not go together", f"a cron line has five fields: {_ORDER}"


def _advice(fields: Sequence[str], field: str, advice: str) -> str:
    if re.match("h", field, re.IGNORECASE):
        return f"H is known to Jenkins only; {advice}"
    return advice if len(fields) == 5 else f"{advice}; a sixth field is seconds, and stands behind the other five"


def _accepted(line: str) -> bool:
    from croniter import croniter

    try:
        croniter(line)
    except Exception:  # whatever it is, Airflow refuses the DAG for it
        return False
    return True


def never_fires(line: str, start: date | None) -> bool:
    """Say whether a line that Airflow takes has no date, after ``start`` if there is one."""
    from croniter import CroniterBadDateError, croniter

    base = datetime(_FIRST_YEAR, 1, 1)
    years = None
    if len(fields_of(line)) == len(_FIELDS):
        years = _ALL_YEARS
        if start is not None and start.year > _FIRST_YEAR:
            # Two days earlier: in which time zone it is meant does not matter then.
            base = datetime.combine(start, time()) - timedelta(days=2)
    try:
        croniter(line, base, max_years_between_matches=years).get_next(datetime)
    except CroniterBadDateError:
        return True
    return False


def with_last_day(line: str) -> str | None:
    """Return a line for the last day of its months, if it names days that some months do not have."""
    fields = fields_of(line)
    if len(fields) == 5 and re.fullmatch(r"(29|30|31)(,(29|30|31))*", fields[2]) and fields[4] in ("*", "?"):
        fields[2] = "L"
        return " ".join(fields)
    return None
