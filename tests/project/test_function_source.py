"""What Airflow does to the source of a function on its way, and the escapes by which it arrives all the same."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airdock.project.function_source import arrives, as_sent, change_in, sendable


def result_of(source: str) -> Any:
    """Return what the function ``work`` of a source returns."""
    names: dict[str, Any] = {}
    exec(source, names)  # noqa: S102 - the test's own
    return names["work"]()


def meaning_of(source: str) -> str:
    """Return what a source says to Python, which may have a word to say about its escapes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.dump(ast.parse(source))


def body(text: str) -> str:
    """Return a function with a body."""
    return "def work():\n" + text


@pytest.mark.parametrize(
    "source",
    [
        body("    # one\n    return 1  # two\n"),
        body("    x = (\n        1,\n        # three\n    )\n\n    return x\n"),
        body('    """Doc.\n\n    # Heading\n      \n    """\n    return 1\n'),
        body("    return 'a # b'\n"),
        body('    return """\na # b\n"""\n'),
        body("    \n\t\n    return 1\n"),
        body("    return ('a'\n    # no part of it\n    'b')\n"),
    ],
)
def test_source_that_arrives_stays_as_it_is(source: str) -> None:
    for drops in (True, False):
        assert arrives(source, drops_comments=drops)
        assert sendable(source, drops_comments=drops) == source


@pytest.mark.parametrize(
    ("source", "escaped"),
    [
        (body('    return """\n#!/bin/sh\n  # x\n"""\n'), body('    return """\n\\x23!/bin/sh\n  \\x23 x\n"""\n')),
        (body("    return 'a \\\n# b'\n"), body("    return 'a \\\n\\x23 b'\n")),
        (body('    return b"""\n# b"""\n'), body('    return b"""\n\\x23 b"""\n')),
        (body('    return f"""\n# {1}\n# {{2}}"""\n'), body('    return f"""\n\\x23 {1}\n\\x23 {{2}}"""\n')),
        (body('    return """\n   \n\t\n"""\n'), body('    return """\n\\x20  \n\\x09\n"""\n')),
        (body("    return 'a\u2028\x0c\x85b'\n"), body("    return 'a\\u2028\\x0c\\x85b'\n")),
        (body("    x = 1  # a\u2028b\x0c\n    return x\n"), body("    x = 1  # a b \n    return x\n")),
    ],
)
def test_string_that_would_be_changed_is_escaped(source: str, escaped: str) -> None:
    assert sendable(source, drops_comments=True) == escaped
    assert result_of(as_sent(escaped, drops_comments=True)) == result_of(source)


def test_older_airflows_leave_number_signs_alone() -> None:
    source = body('    return """\n# x\n"""\n')
    assert sendable(source, drops_comments=False) == source


@pytest.mark.parametrize(
    ("source", "change"),
    [
        (body('    return r"""\n# x\n"""\n'), (3, "a line of a string that starts with # is dropped")),
        (body('    return rf"""\n\n  # {1}"""\n'), (4, "a line of a string that starts with # is dropped")),
        (body('    return r"""\n  \n"""\n'), (3, "blanks are dropped")),
        (body("    return r'\u2028'\n"), (2, "a line ends at the character U+2028")),
    ],
)
def test_raw_string_cannot_be_escaped(source: str, change: tuple[int, str]) -> None:
    assert not arrives(source, drops_comments=True)
    assert sendable(source, drops_comments=True) == source
    assert change_in(source) == change


def test_source_that_is_nested_deeply_is_no_error() -> None:
    source = body(f'    x = """\n# {"+1" * 3}\n"""\n    return {"1+" * 3000}1\n')
    assert sendable(source, drops_comments=True) in (source, source.replace("\n# +", "\n\\x23 +"))


pieces = st.sampled_from(
    [
        "#",
        " ",
        "\t",
        "\n",
        "\\\n",
        "x",
        "'",
        '"',
        "{",
        "}",
        "{{",
        "{1}",
        "\u2028",
        "\x0c",
        "\x85",
        "\x1c",
        "\\",
        "é",
        "\\n",
    ]
)
prefixes = st.sampled_from(["", "f", "r", "b", "rb", "fr", "u"])
quotes = st.sampled_from(["'", '"', "'''", '"""'])


@settings(max_examples=2500, deadline=None)
@given(st.lists(st.tuples(prefixes, quotes, st.lists(pieces, max_size=8).map("".join)), min_size=1, max_size=2))
def test_whatever_a_string_holds_the_function_means_the_same(parts: list[tuple[str, str, str]]) -> None:
    literals = [prefix + quote + text + quote for prefix, quote, text in parts]
    source = body(f"    return [{', '.join(literals)}]  # {parts[0][2].splitlines()[0] if parts[0][2] else ''}\n")
    try:
        meaning = meaning_of(source)
    except (SyntaxError, ValueError):
        return
    for drops in (True, False):
        sent = sendable(source, drops_comments=drops)
        assert meaning_of(sent) == meaning
        assert sent.count("\n") == source.count("\n")
        if arrives(sent, drops_comments=drops):
            assert meaning_of(as_sent(sent, drops_comments=drops)) == meaning
        else:
            # Behind a backslash an escape would be another one, and behind the brace of an f-string there may be none.
            spot = re.compile("(?:\\\\|\\{.*)[\u2028\x0c\x85\x1c]", re.DOTALL)
            assert any("r" in prefix for prefix, _, _ in parts) or spot.search(source)
