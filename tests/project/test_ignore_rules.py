"""Which files an ignore file leaves out of a build. BuildKit judges more of them in tests/oracles/test_ignore.py."""

from __future__ import annotations

import pytest

from airdock.project.ignore import read_ignore


@pytest.mark.parametrize(
    ("text", "out", "sent"),
    [
        ("", [], ["a", "a/b"]),
        ("a\n", ["a", "a/b", "a/b/c"], ["b/a", "ab"]),
        ("*.md", ["x.md"], ["d/x.md", "x.mdx", "xmd"]),
        ("*/*.md", ["d/x.md"], ["x.md", "d/e/x.md"]),
        ("**/*.md", ["x.md", "d/x.md", "d/e/x.md"], ["x.txt"]),
        ("a/**/b", ["a/b", "a/c/b", "a/c/d/b/e"], ["b", "a/c"]),
        ("a/**", ["a/b", "a/b/c"], ["b", "ab/c"]),
        ("?.md", ["x.md"], ["xy.md", ".md", "/.md"]),
        ("x[0-9].txt", ["x1.txt"], ["xa.txt", "x[0-9].txt"]),
        ("x[^0-9].txt", ["xa.txt"], ["x1.txt", "x^.txt"][:1]),
        ("x\\[1\\].txt\nstar\\*", ["x[1].txt", "star*"], ["x1.txt", "stars"]),
        ("a.b+c", ["a.b+c"], ["aXb+c", "a.bbc"]),
        ("*\n!a", ["b", "b/a"], ["a", "a/b"]),
        ("*.txt\n!a.txt\na.txt", ["a.txt", "b.txt"], []),
        ("!a\n*.txt", ["b.txt"], ["a"]),
        ("d\n! d/a \n", ["d", "d/b"], ["d/a"]),
        ("# a\n\n   \n  b  \n", ["b"], ["a", "# a"]),
        ("/a/\n./b/../c\n", ["a", "a/x", "c"], ["b"]),
        ("/\n.\n!\nd/..\n", [], ["a", "d"]),
        ("\ufeffa\r\nb\r\n", ["a", "b"], ["c"]),
        ("z[b-a]\nc\n", ["c"], ["z", "zb"]),
        ("x[", ["x["], ["x"]),
    ],
    ids=repr,
)
def test_what_is_left_out_and_what_is_sent(text: str, out: list[str], sent: list[str]) -> None:
    rules = read_ignore(text)
    assert {path: rules.leaves_out(path) for path in (*out, *sent)} == {
        **dict.fromkeys(out, True),
        **dict.fromkeys(sent, False),
    }


def test_rules_that_bring_back_say_so() -> None:
    assert read_ignore("a\n!a/b\n").brings_back
    assert not read_ignore("a\n# !b\n").brings_back
