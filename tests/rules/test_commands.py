"""AD409 reads quotes like the splitter does."""

from __future__ import annotations

import random
import shlex

import pytest

from airdock.rules.commands import _syntax, _words

ALPHABET = "ab |&;<>$'\"\\`(){}=\n\t"


def test_words_are_those_that_the_command_is_split_into() -> None:
    chance = random.Random(5)  # noqa: S311 - seeded, so that every run sees the same texts
    compared = 0
    for _ in range(20_000):
        text = "".join(chance.choices(ALPHABET, k=chance.randint(0, 12)))
        try:
            words = shlex.split(text)
        except ValueError:
            continue
        found = list(_words(text))
        assert len(found) == len(words), text
        for mine, word in zip(found, words, strict=True):
            assert mine.quoted or mine.bare == word, text
            compared += 1
    assert compared > 10_000


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("a && b", ["&&"]),
        ("a&&b", []),
        ("a 'x && y'", []),
        ('a "$HOME"', ["$HOME"]),
        ("a '$HOME'", []),
        ('sh -c "cd $HOME; ls"', []),
        ("a $HOME", ["$HOME"]),
        ("a $home", []),
        ("a $my", ["$my"]),
        ("a $1 $$ $", []),
        ("a \\$HOME", []),
        ("a 2>&1", ["2>&1"]),
        ("a >> /x", [">>"]),
        ("a >>/x", [">>/x"]),
        ("a <<END", ["<<END"]),
        ("a x>=2 y<3 '>' \\> ->", []),
        ("test 3 < 4", []),
        ("[ 3 < 4 ]", []),
        ("find . -exec rm {} ;", []),
        ("a ; b", [";"]),
        ("a; b", [";"]),
        ("a b;", []),
        ("a `b`", ["`"]),
        ("a $(b)", ["$(…)"]),
        ("a $((1 + 2))", []),
        ("{{ a | b }} {% if x > 1 %}y{% endif %} {# && #}", []),
    ],
)
def test_signs_of_a_shell(command: str, found: list[str]) -> None:
    assert list(dict.fromkeys(_syntax(command, {"my"}))) == found
