"""What is read out of a template, and where it stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airdock.rules.jinja_text import read_template
from airdock.rules.template_reading import read, read_plain
from airdock.rules.template_text import Reading, Spot, is_template

FILTERS = ("ds", "ds_nodash")
IDENTIFIERS = "have to be valid Python identifiers"


def marked(spot: Spot) -> str:
    """Return what a spot marks."""
    return spot.line[spot.column - 1 : spot.column - 1 + spot.width]


def uses(text: str) -> list[str]:
    return [use.name for use in read(text, FILTERS).uses]


def lookups(text: str) -> list[tuple[str, str]]:
    return [(lookup.thing, lookup.name) for lookup in read(text, FILTERS).lookups]


def pulls(text: str) -> list[tuple[str, str | None, bool]]:
    return [(pull.task, pull.key, pull.default) for pull in read(text, FILTERS).pulls]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ ds }}", True),
        ("{% raw %}", True),
        ("${#names}", True),
        ("}} %} #} { { ${x%%y}", False),
        ("{% raw %}{{ ds }}{% endraw %}", False),
        ("{% raw %}{{{% endraw %}{{ ds }}{% raw %}}}{% endraw %}", True),
    ],
)
def test_text_without_markup_is_no_template(text: str, expected: bool) -> None:
    assert is_template(text) is expected


@pytest.mark.parametrize(
    ("text", "reason", "mark", "line"),
    [
        ("a {{ ds", '"{{" is not closed', "{{ ds", 1),
        ("{{ ds }} {{", '"{{" is not closed', "{{", 1),
        ("{{ ds }", 'unexpected "}"', "{{ ds }", 1),
        ("a\n{% if ds %}\nb\n", '"{% if %}" is not closed', "{% if ds %}", 2),
        ("{% if ds %}\na\n  {% endfor %}", '"endfor" stands where "{% if %}" has to be closed', "{% endfor %}", 3),
        ("a\r\nx ${#n} y  \r\nz", '"{#" starts a comment that is not closed', "{#n} y", 2),
        ("{% raw %}{{", '"{% raw %}" is not closed', "{% raw %}{{", 1),
        ("{% for x in y", '"{%" is not closed', "{% for x in y", 1),
        ("printf '{%s}' {{ ds }}", 'there is no tag "s"', "{%s}' ", 1),
        ("{{ ds ds }}", 'expected "}}", got "ds"', "{{ ds ds }}", 1),
        ("{# a #} b {{ ds ds }} {{ ds }}", 'expected "}}", got "ds"', "{{ ds ds }}", 1),
        ("{% if ds ds %}{% endif %}", 'expected "%}", got "ds"', "{% if ds ds %}", 1),
        ("{{ ds }} | slug {{ ds | slug }}", 'there is no filter "slug"', "slug", 1),
        ("{{ ds is slug }}", 'there is no test "slug"', "slug", 1),
        ("{{ " + "(" * 3000, "it is nested too deeply", None, 1),
        ("a {{ b\n" + "(" * 3000, "it is nested too deeply", "{{ b", 1),
        (
            "{% block a-b %}{% endblock %}",
            f"block names in Jinja {IDENTIFIERS} and may not contain hyphens, use an underscore instead",
            "{% block a-b %}",
            1,
        ),
    ],
)
def test_fault_is_where_it_begins(text: str, reason: str, mark: str | None, line: int) -> None:
    (fault,) = read(text, FILTERS).faults
    assert fault.reason == reason
    assert fault.spot.number == line
    assert mark is None or marked(fault.spot) == mark


def test_advice_is_the_end_that_is_missing() -> None:
    (fault,) = read("a {% if ds %} b", FILTERS).faults
    assert fault.help == "it is closed by {% endif %}"


def test_every_unknown_filter_is_a_fault_of_its_own() -> None:
    faults = read("{{ ds | ds_nodahs }}{{ ds | slug }}", FILTERS).faults
    assert [fault.reason for fault in faults] == ['there is no filter "ds_nodahs"', 'there is no filter "slug"']
    assert faults[0].help == 'did you mean "ds_nodash"?'


@pytest.mark.parametrize(
    "text",
    [
        "{% set a = 1 %}{{ a }}",
        "{% if true %}{% set a = 1 %}{% endif %}{{ a }}",
        "{% set a, b = 1, 2 %}{{ a + b }}",
        "{% set a %}x{% endset %}{{ a }}",
        "{% for a in [1] %}{{ a }}{{ loop.index }}{% endfor %}",
        "{% for a, b in {}.items() %}{{ a }}{{ b }}{% endfor %}",
        "{% macro a(b, c=1) %}{{ b }}{{ c }}{{ varargs }}{{ kwargs }}{{ caller() }}{% endmacro %}{{ a(1) }}",
        "{% macro a() %}{% endmacro %}{% call(b) a() %}{{ b }}{% endcall %}",
        "{% with a = 1 %}{{ a }}{% endwith %}",
        "{% import 'a' as a %}{% from 'b' import b, c as d %}{{ a }}{{ b }}{{ d }}",
        "{% if true %}{% import 'a' as a %}{% from 'b' import b, c as d %}{% endif %}{{ a }}{{ b }}{{ d }}",
        "{% if true %}{% macro a() %}{% endmacro %}{% endif %}{{ a() }}",
        "{{ range(1) }}{{ dict() }}{{ lipsum() }}{{ cycler() }}{{ joiner() }}{{ namespace() }}",
        "{{ true }}{{ None }}{{ 'ds' }}{{ {'ds': 1}['ds'] }}",
        "{{ a | default('x') }}{{ a }}",
        "{{ a | d }}",
        "{% if a is defined %}{{ a.b }}{% endif %}",
        "{{ a if a is not undefined }}",
        "{# {{ a }} #}{% raw %}{{ a }}{% endraw %}",
    ],
)
def test_what_a_template_has_itself_or_asks_for_is_not_taken_from_airflow(text: str) -> None:
    assert read(text, FILTERS) == Reading()


def test_use_is_marked_in_braces_and_not_as_a_key() -> None:
    (use,) = read("ds 'ds' {{ x.ds }} {{ ds }}", FILTERS).uses[1:]
    assert (use.name, use.spot.column, use.sure) == ("ds", 23, True)


def test_use_over_several_lines_is_in_its_own_line() -> None:
    (use,) = read("a\n{{\n  ds\n}}", FILTERS).uses
    assert (use.spot.number, marked(use.spot)) == (3, "ds")


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        ("{{ ds }}", True),
        ("{% if ds %}{% endif %}", True),
        ("{{ 1 if ds else 2 }}", True),
        ("{% for a in [ds] %}{% endfor %}", True),
        ("{% for a in [1] %}{{ ds }}{% endfor %}", True),
        ("{{ ds and 1 }}", True),
        ("{{ ds if 1 }}", False),
        ("{{ 1 if 1 else ds }}", False),
        ("{% if 1 %}{{ ds }}{% endif %}", False),
        ("{% if 1 %}{% elif ds %}{% endif %}", False),
        ("{% if 1 %}{% else %}{{ ds }}{% endif %}", False),
        ("{{ 1 and ds }}", False),
        ("{{ 1 or ds }}", False),
        ("{% for a in [] %}{% else %}{{ ds }}{% endfor %}", False),
        ("{% macro a() %}{{ ds }}{% endmacro %}", False),
    ],
)
def test_use_is_sure_where_every_run_comes_to_it(text: str, sure: bool) -> None:
    assert [use.sure for use in read(text, FILTERS).uses] == [sure]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ params.day }} {{ params['rows'] }}", [("param", "day"), ("param", "rows")]),
        ("{{ params.day.first }}", [("param", "day")]),
        ("{{ params.items() }} {{ params.get('day') }} {{ params[ds] }} {{ params }}", []),
        ("{{ params['items'] }}", [("param", "items")]),
        ("{{ params.day | default(1) }} {{ params.day }}", []),
        ("{% if 'day' in params %}{{ params.day }}{% endif %}", []),
        ("{% if params.get('day') %}{{ params.day }}{% endif %}", []),
        ("{% set params = {} %}{{ params.day }}", []),
        ("{{ var.value.tier }} {{ var.json.map.key }}", [("variable", "tier"), ("variable", "map")]),
        ("{{ var.value.get('tier') }} {{ var['json']['map'] }}", [("variable", "tier"), ("variable", "map")]),
        ("{{ var.value.get('tier', 1) }} {{ var.value.get('tier', default=1) }} {{ var.value.get(ds) }}", []),
        ("{{ var.value.tier | default(1) }} {{ var.value }}", []),
        ("{{ conn.shop.host }} {{ conn['lake'] }}", [("connection", "shop"), ("connection", "lake")]),
        ("{{ conn.get('shop').host }}", [("connection", "shop")]),
        ("{{ conn.shop('x') }} {{ (ds or ts)('x') }}", [("connection", "shop")]),
        ("{{ var.value.items }} {{ conn.copy.host }}", [("variable", "items"), ("connection", "copy")]),
        ("{{ conn.get('shop', none) }} {{ conn[ds] }}", []),
    ],
)
def test_names_of_the_project_are_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert lookups(text) == expected


@pytest.mark.parametrize(
    ("text", "mark", "line"),
    [
        ("a {{ ds }} {{ params['d\\x61y'] }}", "{{ ds }}", 1),
        ("a {{ params['d\\x61y']\n }}", "{{ params['d\\x61y']", 1),
        ("a {{ params['d\\x61y'] {{", "{{ params['d\\x61y'] ", 1),
        ("{{\n  params['d\\x61y']  \n}}", "params['d\\x61y']", 2),
    ],
)
def test_name_that_is_written_otherwise_is_marked_by_its_markup(text: str, mark: str, line: int) -> None:
    reading = read(text, FILTERS)
    spot = (reading.lookups or reading.faults)[0].spot
    assert (spot.number, marked(spot)) == (line, mark)


def test_name_of_the_project_is_marked_behind_its_dot() -> None:
    (lookup,) = read("day {{ ds }} {{ params.day }}", FILTERS).lookups
    assert (lookup.spot.column, marked(lookup.spot)) == (24, "day")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ ti.xcom_pull('a') }}", [("a", "return_value", False)]),
        ("{{ task_instance.xcom_pull(task_ids='a', key='k') }}", [("a", "k", False)]),
        ("{{ ti.xcom_pull(['a', 'b']) }}", [("a", "return_value", False), ("b", "return_value", False)]),
        ("{{ ti.xcom_pull(task_ids=('a',), key=ds) }}", [("a", None, False)]),
        ("{{ ti.xcom_pull('a', default=0)['x'] | upper }}", [("a", "return_value", True)]),
        ("{{ ti.xcom_pull() }} {{ ti.xcom_pull(ds) }} {{ ti.xcom_pull('a' ~ ds) }} {{ ti.xcom_push('a', 1) }}", []),
        ("{{ ti.xcom_pull('a', dag_id='b') }} {{ ti.xcom_pull('a', 'b') }} {{ ti.xcom_pull(*['a']) }}", []),
        ("{{ ti.xcom_pull('a', include_prior_dates=True) }} {{ ti.xcom_pull('a', run_id=run_id) }}", []),
        ("{% set ti = 1 %}{{ ti.xcom_pull('a') }}", []),
    ],
)
def test_outputs_of_this_run_are_found(text: str, expected: list[tuple[str, str | None, bool]]) -> None:
    assert pulls(text) == expected


def test_reading_leaves_constants_as_they_are_written() -> None:
    # Jinja folds them in the tree that it looks for undeclared variables in.
    assert uses("{{ ti.xcom_pull(task_ids=['a', 'b'], key='k' ~ 'l') }} {{ ds }}") == ["ti", "ds"]
    assert [task for task, _, _ in pulls("{{ ds }} {{ ti.xcom_pull(task_ids=['a', 'b']) }}")] == ["a", "b"]


PIECES = (
    *("{{", "}}", "{", "}", "{%", "%}", "{#", "#}", " ", "\n", "\r\n", "\r", ".", "-", "|", "'", "0", "é"),
    *(
        "{{ ds }}",
        "{{ds}}",
        "{{ dag_run.run_id }}",
        "{{ ti.get }}",
        "{{ params.x }}",
        "{{ var.value.x }}",
        "{{ ds | d }}",
    ),
    *("ds", "run_id", "true", "None", "if", "not", "range", "self", "loop", "params", "conn", "x", "_"),
)


@pytest.mark.parametrize("text", ["{{ ds }}", "at {{ ds }} and\n{{ dag_run.run_id }}, {{ds}}", "a } b }} {{ ti.x.y }}"])
def test_texts_with_names_alone_need_no_jinja(text: str) -> None:
    assert read_plain(text) == read_template(text, FILTERS)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_what_is_read_without_jinja_is_what_jinja_reads(text: str) -> None:
    plain = read_plain(text)
    assert plain is None or plain == read_template(text, FILTERS)


@pytest.mark.parametrize("name", [piece for piece in PIECES if piece.isidentifier()])
def test_name_is_read_as_jinja_reads_it(name: str) -> None:
    for text in (f"{{{{ {name} }}}}", f"{{{{ {name}.a }}}}", f"{{{{{{ {name} }}}}}}"):
        assert read_plain(text) in (None, read_template(text, FILTERS))
