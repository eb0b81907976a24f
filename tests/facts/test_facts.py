"""Facts: complete for every series, and the only place where versions stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomli

from airdock import facts
from airdock.facts import (
    AirflowFacts,
    Feature,
    facts_for,
    newest_provider,
    newest_series,
    provider_release,
    provider_releases,
    supported_series,
)
from airdock.facts.versions import version_key
from conftest import REPOSITORY

SOURCES = REPOSITORY / "compiler" / "airdock"
FOLDER = Path(facts.__file__).parent
SERIES = supported_series()
PAIRS = [(series, python) for series in SERIES for python in (facts_for(f"{series}.0") or newest_series()).python]
VERSION = re.compile(r"(?<![\w.:])v?\d+\.\d+(\.\d+)?(?![\w.])")
WORDS_FOR_PEOPLE = {"Kind", "Doc"}
"""Calls whose texts are descriptions and examples."""
_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
OF_OTHER_THINGS = {
    ("__init__.py", "0.1.0"): "airdock's own",
    ("spec/schema.py", "v1.1.0"): "TOML's",
    ("diagnostics/formats/sarif.py", "2.1.0"): "SARIF's",
    ("diagnostics/formats/sarif.py", _SARIF): "SARIF's",
}

each_series = pytest.mark.parametrize("series", SERIES)


def of(series: str) -> AirflowFacts:
    found = facts_for(f"{series}.0")
    assert found is not None
    return found


def test_series_are_those_of_the_language_in_order() -> None:
    assert SERIES == ("2.8", "2.9", "2.10", "2.11", "3.0", "3.1", "3.2", "3.3")
    assert newest_series().series == SERIES[-1]


@each_series
def test_file_is_complete(series: str) -> None:
    found = of(series)
    assert found.series == series
    assert found.latest.startswith(f"{series}.")
    assert found.image_python in found.python
    assert list(found.python) == sorted(found.python, key=version_key)
    assert {"DAG", "Param", found.cron_timetable} <= set(found.imports)
    assert all(module.split(".")[0] == "airflow" for module in found.imports.values())
    assert {"all_success", "none_failed", "always"} <= set(found.trigger_rules)
    assert {"airflow-init", "airflow-scheduler", "airflow-worker", "airflow-cli", found.webserver} <= set(
        found.services
    )
    assert set(found.parses) <= set(found.services)
    assert "FERNET_KEY" in found.bundled.once


@each_series
def test_lists_name_nothing_twice(series: str) -> None:
    found = of(series)
    for names in (found.python, found.trigger_rules, found.services, found.parses, found.once, found.bundled.once):
        assert len(set(names)) == len(names)


@each_series
def test_bundled_stack_has_a_command_and_a_probe_for_each_service(series: str) -> None:
    found = of(series)
    bundled = found.bundled
    assert set(bundled.commands) == set(found.services) - {"airflow-init", "airflow-cli", "flower"}
    assert set(bundled.health) == set(bundled.commands)
    named = {name for text in bundled.environment.values() for name in re.findall(r"\$\{(\w+)", text)}
    assert named <= set(bundled.once)
    for image in (bundled.postgres, bundled.redis):
        assert re.fullmatch(r"[a-z]+:[0-9][\w.-]*", image)


@each_series
def test_files_have_the_same_keys(series: str) -> None:
    def keys(name: str) -> dict[str, object]:
        data = tomli.loads((FOLDER / "airflow" / f"{name}.toml").read_text(encoding="utf-8"))
        free = ("imports", "environment", "commands", "health")
        return {
            key: sorted(value) if isinstance(value, dict) and key not in free else None for key, value in data.items()
        }

    assert keys(series) == keys(SERIES[-1])


@each_series
def test_file_says_where_its_facts_come_from(series: str) -> None:
    text = (FOLDER / "airflow" / f"{series}.toml").read_text(encoding="utf-8")
    assert text.startswith("#")
    assert text.count("#") >= 5


def test_features_are_named_and_each_is_had_by_some_and_not_by_all() -> None:
    having = {feature: {series for series in SERIES if of(series).has(feature)} for feature in Feature}
    assert all(set() < had < set(SERIES) for had in having.values())
    third = {series for series in SERIES if version_key(series) >= (3, 0)}
    assert having[Feature.EXECUTION_API] == third
    assert having[Feature.START_DATE_REQUIRED] == set(SERIES) - third
    assert having[Feature.CONSTRAINTS_IN_IMAGE] == set(SERIES) - {SERIES[0]}


@pytest.mark.parametrize("version", ["2.8.0", "2.10.5", "3.3.99"])
def test_release_has_the_facts_of_its_series(version: str) -> None:
    found = facts_for(version)
    assert found is not None
    assert version.startswith(f"{found.series}.")


@pytest.mark.parametrize("version", ["3.4.0", "3.10.0", "3.99.1", "4.0.0", "10.0.0"])
def test_newer_series_is_treated_like_the_newest(version: str) -> None:
    assert facts_for(version) is newest_series()


@pytest.mark.parametrize("version", ["2.7.3", "2.0.0", "1.10.15", "2.12.0"])
def test_series_that_is_too_old_or_never_was_has_no_facts(version: str) -> None:
    assert facts_for(version) is None


@pytest.mark.parametrize(("series", "python"), PAIRS)
def test_newest_provider_fits_and_no_newer_one_does(series: str, python: str) -> None:
    for airflow in (f"{series}.0", of(series).latest):
        found = newest_provider(airflow, python)
        assert found.fits(airflow, python)
        releases = provider_releases()
        for version in releases[releases.index(found.version) + 1 :]:
            newer = provider_release(version)
            assert newer is not None
            assert not newer.fits(airflow, python)


@pytest.mark.parametrize(
    ("airflow", "python", "provider"),
    [
        ("2.8.4", "3.8", "3.14.0"),
        ("2.8.4", "3.11", "3.14.1"),
        ("2.9.3", "3.12", "4.3.1"),
        ("2.10.5", "3.9", "4.4.0"),
        ("2.10.5", "3.12", "4.4.5"),
        ("2.11.2", "3.10", "4.6.0"),
        ("3.3.2", "3.13", "4.6.1"),
        ("3.99.0", "3.14", "4.6.1"),
    ],
)
def test_provider_pin_is_the_expected_one(airflow: str, python: str, provider: str) -> None:
    assert newest_provider(airflow, python).version == provider


def test_no_provider_is_known_for_an_airflow_that_is_too_old() -> None:
    with pytest.raises(LookupError, match=r"no docker provider is known for Airflow 2\.3\.0 on Python 3\.7"):
        newest_provider("2.3.0", "3.7")
    assert provider_release("0.0.1") is None


def test_provider_releases_are_in_order_and_need_ever_more() -> None:
    releases = [provider_release(version) for version in provider_releases()]
    needs = [(version_key(release.airflow), version_key(release.python)) for release in releases if release]
    assert [airflow for airflow, _ in needs] == sorted(airflow for airflow, _ in needs)
    assert [python for _, python in needs] == sorted(python for _, python in needs)


def test_provider_has_a_parameter_from_the_release_that_brought_it() -> None:
    old, new = provider_release("4.1.0") or provider_release("4.0.0"), provider_release("4.2.0")
    assert old is not None
    assert new is not None
    assert (old.has("labels"), new.has("labels")) == (False, True)
    assert old.has("image")
    assert old.since("image") == provider_releases()[0]


def test_versions_are_ordered_as_numbers() -> None:
    assert version_key("3.10.0") > version_key("3.9.9")
    with pytest.raises(ValueError, match="invalid literal"):
        version_key("3.1.0rc1")


def version_literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Return the texts with a version in them, by line; docstrings and words for people are no such texts."""
    skipped = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(node.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in WORDS_FOR_PEOPLE:
            skipped |= {inner for inner in ast.walk(node) if isinstance(inner, ast.Constant)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or node in skipped:
            continue
        if VERSION.search(node.value) and "such as" not in node.value:
            yield node.lineno, node.value


def test_no_module_outside_of_facts_holds_a_version() -> None:
    found = [
        (name, line, text)
        for path in sorted(SOURCES.rglob("*.py"))
        if not path.is_relative_to(FOLDER) and not path.is_relative_to(SOURCES / "graph")  # lengths of a drawing
        for line, text in version_literals(ast.parse(path.read_text(encoding="utf-8")))
        if ((name := path.relative_to(SOURCES).as_posix()), text) not in OF_OTHER_THINGS
    ]
    assert found == []


def test_version_would_be_found() -> None:
    code = 'if version >= "3.0" or v.startswith(f"2.{x}"):\n    """Since 2.8."""\nDoc("3.3.2")\npin = "x==2.10.5"\n'
    assert [text for _, text in version_literals(ast.parse(code))] == ["x==2.10.5", "3.0"]
