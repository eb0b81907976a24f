"""What a value has to be beyond its type: the functions that pydantic calls, and the tags of its unions.

A union of the language is told apart by the type that a value has in TOML. Its tags are no TOML keys, so that they can
be told from keys in the place of a finding. The functions are found by their names where the language was kept, see
`language.py`: so each is public and stands here.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from math import isfinite
from typing import Any

from airdock.spec.core import PydanticCustomError, PydanticKnownError

_DURATION = re.compile(r"^(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$", re.ASCII)
_SIZE = re.compile(r"^(\d+)([bkmg]?)$", re.ASCII)
_UNITS = {"": 1, "b": 1, "k": 1024, "m": 1024**2, "g": 1024**3}
LEAST_MEMORY = 6 * 1024**2
"""Bytes. The engine refuses a smaller memory limit."""
GREATEST_DURATION = datetime.timedelta(days=10 * 366)


def path(value: str) -> str:
    """Return a path that a file can have."""
    if len(value.encode(errors="replace")) > 2000 or any(len(part.encode(errors="replace")) > 255 for part in value.split("/")):
        raise PydanticCustomError("path_length", "too long")
    return value


def duration(value: Any) -> datetime.timedelta:
    """Return `1h30m` as a duration."""
    if not isinstance(value, str):
        raise PydanticCustomError("duration_type", "a duration")
    return _read_duration(value)


@lru_cache(256)  # of a thousand tasks most have the same
def _read_duration(value: str) -> datetime.timedelta:
    match = _DURATION.match(value)
    if match is None or not value:
        raise PydanticCustomError("duration", "not a duration")
    weeks, days, hours, minutes, seconds = (min(int(group or 0), 10**9) for group in match.groups())
    try:
        found = datetime.timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise PydanticCustomError("duration", "too long") from None
    if not datetime.timedelta(0) < found <= GREATEST_DURATION:
        raise PydanticCustomError("duration", "zero, or too long")
    return found


def seconds(value: Any) -> int:
    """Return `1h30m` in seconds."""
    return int(duration(value).total_seconds())


def size(value: Any) -> int:
    """Return `512m` in bytes."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise PydanticCustomError("size_type", "a size")
    if isinstance(value, int):
        found = value
    else:
        match = _SIZE.match(value)
        if match is None:
            raise PydanticCustomError("size", "not a size")
        found = int(match[1]) * _UNITS[match[2]] if len(match[1]) < 20 else 0
    if not 0 < found < 2**63:
        raise PydanticCustomError("size", "out of range")
    return found


def memory(value: Any) -> int:
    """Return a size that the engine takes as a limit of memory."""
    found = size(value)
    if found < LEAST_MEMORY:
        raise PydanticCustomError("memory", "under 6m")
    return found


def date(value: Any) -> datetime.date:
    """Return a date or date-time that can be told in UTC."""
    if not isinstance(value, datetime.date):
        raise PydanticCustomError("date_type", "a date")
    if isinstance(value, datetime.datetime) and value.tzinfo is not None:
        try:
            value.astimezone(datetime.timezone.utc)
        except OverflowError:
            raise PydanticCustomError("date_type", "a date") from None
    found: datetime.date = value
    return found


def number(value: Any) -> int | float:
    """Return a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PydanticCustomError("number_type", "a number")
    if not isfinite(value):
        raise PydanticCustomError("finite_number", "a finite number")
    return value


def cpu_weight(value: Any) -> int | float:
    """Return a share of the CPUs: the engine counts in 1024ths, up to 262,144 of them."""
    return _above(number(value), 0, most=256)


def cpus(value: Any) -> int | float:
    """Return a number of CPUs."""
    return _above(number(value), 0, most=1_000_000)


def factor(value: Any) -> int | float:
    """Return by how much something grows."""
    return _above(number(value), 1)


def _above(value: float, least: int, most: int | None = None) -> float:
    if value <= least:
        raise PydanticKnownError("greater_than", {"gt": least})
    if most is not None and value > most:
        raise PydanticKnownError("less_than_equal", {"le": most})
    return value


def scalar(value: Any) -> str | int | float | bool:
    """Return text, a number or a boolean."""
    if not isinstance(value, str | int | float | bool):
        raise PydanticCustomError("scalar_type", "text, a number or a boolean")
    return value


def text_or_list(value: Any) -> str:
    """Return the tag of a text, or of several."""
    return "<list>" if isinstance(value, list) else "<text>"


def path_or_list(value: Any) -> str:
    """Return the tag of requirements: a list, or the path of a file."""
    return "<list>" if isinstance(value, list) else "<path>"


def one_or_list(value: Any) -> str:
    """Return the tag of one table, or of several."""
    return "<list>" if isinstance(value, list) else "<one>"


def text_or_number(value: Any) -> str:
    """Return the tag of a user: a name, or an id."""
    return "<text>" if isinstance(value, str) else "<number>"


def switch_or_number(value: Any) -> str:
    """Return the tag of a switch that may also be a number."""
    return "<switch>" if isinstance(value, bool) else "<number>"


def switch_or_path(value: Any) -> str:
    """Return the tag of a switch that may also be a path."""
    return "<switch>" if isinstance(value, bool) else "<path>"


def gpus(value: Any) -> str:
    """Return the tag of GPUs: all, a number, or a list of ids."""
    return "<list>" if isinstance(value, list) else "<all>" if isinstance(value, str) else "<number>"


def text_or_file(value: Any) -> str:
    """Return the tag of a text, or of a table that names its file."""
    return "<file>" if isinstance(value, dict) else "<text>"


def choice_or_pickle(value: Any) -> str:
    """Return the tag of an output: a word, or a table that names a pickle file."""
    return "<pickle>" if isinstance(value, dict) else "<choice>"


def number_or_both(value: Any) -> str:
    """Return the tag of a limit: a number, or a table of two."""
    return "<both>" if isinstance(value, dict) else "<number>"


def list_or_output(value: Any) -> str:
    """Return the tag of what a task is mapped over: a list, or the output of another task."""
    return "<output>" if isinstance(value, dict) else "<list>"


def name_or_use(value: Any) -> str:
    """Return the tag of a mount: its name, or a table that says how it is used."""
    return "<use>" if isinstance(value, dict) else "<name>"


def path_or_env(value: Any) -> str:
    """Return the tag of a path, or of a table that names a variable."""
    return "<env>" if isinstance(value, dict) else "<path>"


def text_or_table(value: Any) -> str:
    """Return the tag of a schedule: a text, or a table."""
    return "<table>" if isinstance(value, dict) else "<text>"


def value_or_table(value: Any) -> str:
    """Return the tag of a param: its default, or a table."""
    return "<table>" if isinstance(value, dict) else "<value>"


def number_or_host_source(value: Any) -> str:
    """Return the tag of a port: a number, or a source that is read when airdock builds."""
    if isinstance(value, dict):
        return "<file>" if "file" in value else "<env>"
    return "<number>"


def host_text(value: Any) -> str | None:
    """Return the tag of a text or of a source that is read when airdock builds; None for a table that names none."""
    return _source(value, ("env", "file"))


def task_text(value: Any) -> str | None:
    """Return the tag of a text or of any source; None for a table that names none."""
    return _source(value, ("env", "file", "connection", "variable", "param", "output"))


def _source(value: Any, allowed: tuple[str, ...]) -> str | None:
    return next((f"<{key}>" for key in allowed if key in value), None) if isinstance(value, dict) else "<text>"
