"""Facts about templates hang together; tests/oracles/test_templates.py compares them with Airflow itself."""

from __future__ import annotations

import re

import pytest

from airdock.facts import AirflowFacts, facts_for, provider_release, series_with_variable, supported_series


def facts_of(series: str) -> AirflowFacts:
    facts = facts_for(f"{series}.0")
    assert facts is not None
    return facts


each_series = pytest.mark.parametrize("series", supported_series())


@each_series
def test_dated_variables_are_variables(series: str) -> None:
    templates = facts_of(series).templates
    assert templates.dated <= templates.variables


@each_series
def test_what_to_write_instead_is_there_in_the_series(series: str) -> None:
    templates = facts_of(series).templates
    for name, instead in templates.instead.items():
        assert name not in templates.variables
        assert series_with_variable(name)
        used = re.findall(r"[a-z_]+(?=[ .,|])", instead.partition("}}")[0].replace("(", " "))
        assert templates.variables & set(used), instead


@each_series
def test_variable_that_a_series_lost_has_an_answer_or_none(series: str) -> None:
    templates = facts_of(series).templates
    earlier = supported_series()[: supported_series().index(series)]
    lost = {name for one in earlier for name in facts_of(one).templates.variables} - templates.variables
    assert lost - set(templates.instead) <= {"conf", "expanded_ti_count", "test_mode"}


def test_series_of_a_variable() -> None:
    assert series_with_variable("ds") == supported_series()
    assert series_with_variable("nobody") == ()


def test_mounts_are_templates_from_a_release_on() -> None:
    before, after = provider_release("4.4.0"), provider_release("4.4.1")
    assert before is not None
    assert after is not None
    assert (before.renders("mounts"), after.renders("mounts")) == (False, True)
    assert before.renders("command")
    assert not after.renders("working_dir")
    assert after.renders_since("working_dir") is None
