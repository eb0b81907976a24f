"""A text as Jinja reads it: what is wrong with it, and what it takes from Airflow."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

MARKS = ("{{", "{%", "{#")
"""How everything starts that Jinja does something with."""
Thing: TypeAlias = Literal["param", "variable", "connection"]


class Spot(NamedTuple):
    """A place in a text: its line with its number, and where in the line, all counted from 1 but the width."""

    number: int
    line: str
    column: int
    width: int


class Fault(NamedTuple):
    """Why Jinja cannot read or compile a text."""

    reason: str
    spot: Spot
    help: str | None = None


class Use(NamedTuple):
    """A variable that a template takes from Airflow. ``sure`` says that it does in every run."""

    name: str
    spot: Spot
    sure: bool


class Lookup(NamedTuple):
    """A param, variable or connection that a template names."""

    thing: Thing
    name: str
    spot: Spot


class Pull(NamedTuple):
    """An output that a template reads."""

    task: str
    key: str | None
    """None where the template works it out."""
    default: bool
    """Whether the template says what to take where there is none."""
    spot: Spot


class Reading(NamedTuple):
    """What a text is as a template."""

    faults: tuple[Fault, ...] = ()
    uses: tuple[Use, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    pulls: tuple[Pull, ...] = ()


def is_template(text: str) -> bool:
    """Say whether there is anything in a text for Jinja to do; needs no Jinja."""
    if "{" not in text:
        return False  # nearly all of them
    if text.startswith("{% raw %}") and text.endswith("{% endraw %}") and text.count("endraw") == 1:
        return False  # how airdock hands on a text that is none
    return any(mark in text for mark in MARKS)
