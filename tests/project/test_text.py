"""Text for Airflow: commands split with their templates whole, and literal text that Jinja gives back."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from jinja2.nativetypes import NativeEnvironment

from airdock.project.text import PLACEHOLDER, literal_template, split_command, templates_in, without_templates
from hostile import HOSTILE, ONE_LINE

WORDS = [
    ("echo hello", ["echo", "hello"]),
    ("echo 'a b' \"c d\" e\\ f", ["echo", "a b", "c d", "e f"]),
    ("", []),
    ("echo ''", ["echo", ""]),
    ("cat {{ ds }}", ["cat", "{{ ds }}"]),
    ("cat /data/{{ ds }}.csv", ["cat", "/data/{{ ds }}.csv"]),
    ("cat '/data/{{ ds }} x'", ["cat", "/data/{{ ds }} x"]),
    ("run {{ params['a b'] }} {{ ti.xcom_pull(\"x\") }}", ["run", "{{ params['a b'] }}", '{{ ti.xcom_pull("x") }}']),
    ("run {{ a }}{{ b }}", ["run", "{{ a }}{{ b }}"]),
    ("run {{ a | default('it\\'s') }}", ["run", "{{ a | default('it\\'s') }}"]),
    ("run {{\n  a\n}} b", ["run", "{{\n  a\n}}", "b"]),
    ("run {# it's a note #}x", ["run", "{# it's a note #}x"]),
    ("run {%- set x = 1 -%}x", ["run", "{%- set x = 1 -%}x"]),
    ("""run {{ "}}" }} b""", ["run", """{{ "}}" }}""", "b"]),
    ("""run {{ '%} }}' ~ "{{" }} b""", ["run", """{{ '%} }}' ~ "{{" }}""", "b"]),
    ("run \\{{ a }}", ["run", "{{ a }}"]),
    ("a\ue0000\ue001 b", ["a\ue0000\ue001", "b"]),
    ("\ue0000\ue001 {{ x y }}", ["\ue0000\ue001", "{{ x y }}"]),
]
TEMPLATE_TEXTS = st.lists(
    st.sampled_from(
        ["{{", "}}", "{%", "%}", "{#", "#}", " raw ", " endraw ", "-", "+", " ", "\n", "\r", "'", '"', "\\"]
    )
    | st.text(max_size=3),
    max_size=10,
).map("".join)


@pytest.mark.parametrize(("command", "words"), WORDS, ids=[repr(command) for command, _ in WORDS])
def test_command_is_split_like_a_shell_would_with_templates_whole(command: str, words: list[str]) -> None:
    assert split_command(command) == words


@pytest.mark.parametrize("command", ["echo 'a", 'echo "{{ a }}', "echo {{ it's", "echo a\\"])
def test_quote_that_is_not_closed_is_refused(command: str) -> None:
    with pytest.raises(ValueError, match=r"closing quotation|escaped character"):
        split_command(command)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(st.lists(st.text(st.characters(blacklist_characters="{}", blacklist_categories=["Cs"]))))
def test_words_without_templates_come_back_from_shell_quoting(words: list[str]) -> None:
    assert split_command(shlex.join(words)) == words


def rendered(environment: Environment, template: str) -> str:
    return str(environment.from_string(template).render())


def outcome(split: Callable[[str], list[str]], text: str) -> list[str] | str:
    try:
        return split(text)
    except ValueError as error:
        return str(error)


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(st.text(st.sampled_from("ab '\"\\\n\r\t\0#\u00a0é")) | st.text(st.characters(blacklist_characters="{}")))
def test_command_is_split_as_shlex_does(text: str) -> None:
    assert outcome(split_command, text) == outcome(shlex.split, text)


def assert_renders_back(text: str) -> None:
    """Jinja takes one line end away at the end; everything else comes back."""
    less = text.removesuffix("\n")
    assert rendered(Environment(), literal_template(text)) in (text, less)  # noqa: S701 - no HTML
    assert rendered(Environment(keep_trailing_newline=True), literal_template(text)) == text  # noqa: S701


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_literal_text_comes_back_from_jinja(text: str) -> None:
    assert_renders_back(text)


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(TEMPLATE_TEXTS)
def test_any_text_comes_back_from_jinja(text: str) -> None:
    assert_renders_back(text)


def test_text_without_markup_stays_as_it_is() -> None:
    for text in ONE_LINE:
        if not any(mark in text for mark in ("{{", "{%", "{#")):
            assert literal_template(text) == text


def test_literal_text_stays_text_where_airflow_renders_native_values() -> None:
    assert NativeEnvironment().from_string(literal_template("echo {{ x }}")).render() == "echo {{ x }}"


_INSIDE = r"""(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^"'])*?"""
TEMPLATE = re.compile(rf"\{{\{{{_INSIDE}\}}\}}|\{{%{_INSIDE}%\}}|\{{#.*?#\}}", re.DOTALL)
"""What a template is: what `_templates` finds without looking at anything twice."""


@settings(max_examples=3000, derandomize=True, database=None, deadline=None)
@given(st.text(st.sampled_from("{{{}}}%#'\"\\a\n"), max_size=30) | TEMPLATE_TEXTS)
def test_templates_are_what_the_expression_says(text: str) -> None:
    assert templates_in(text) == TEMPLATE.findall(text)
    assert without_templates(text) == TEMPLATE.sub(PLACEHOLDER, text)


@pytest.mark.parametrize("text", ["{{", "{%", "{#", "{{ '", '{{ "\\"{{\\"', "{% a {{ b"])
def test_many_templates_that_are_not_closed_are_looked_at_once(text: str) -> None:
    code = f"from airdock.project.text import templates_in; assert templates_in({text!r} * 170_000) == []"
    # Seconds; were each of them looked at to the end, it would be more than ten minutes.
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
