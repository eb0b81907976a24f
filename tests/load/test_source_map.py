"""The scanner against tomli: every node has a mark, no mark is too much, and each span says what tomli says."""

import math
import re
from random import Random
from typing import Any, NamedTuple

import pytest
import tomli
from hypothesis import given, settings
from hypothesis import strategies as st

from airdock.load.source_map import NodePath, Span, first_repeat, line_column, line_starts, scan

DOCUMENTS = {
    "empty document": "",
    "only blanks and a comment without a newline at the end": "\n\n  \t# [a] = {\"'",
    "bare keys of all kinds": "a=1\nA-b_c = 2\n1234 = 3\n-_- = 4\n2020-01-01 = 5\ntrue = 6\ninf = 7\n",
    "quoted keys": '"" = 1\n\'lit.eral\' = 2\n"a b" = 3\n"[x]" = 4\n"#" = 5\n"=" = 6\n',
    "escapes in keys": r"""
"\"q\"" = 1
"\\x41" = 2
"\x41\u00e9\U0001F600\e\t" = 3
'\n' = 4
""",
    "dotted keys": 'a.b.c = 1\na.b.d = 2\n  x . "y z" . \'w\'\t=\t3\n1.2 = 4\na."b".e = 5\n',
    "dotted key that leads to an inline table": "a.b = { c.d = 1, c.e = 2 }\n",
    "table": "[a]\nx = 1\n\n[b] # [c]\ny = 2\n",
    "empty tables": "[a]\n[b.c]\n[d]",
    "header with blanks": '[ a . "b c" ]\nx = 1\n[\td\t]\n[[ e . f ]]\n[[e."f"]]\n',
    "header with brackets in quotes": '[a."]".\'[[#\']\nx = 1\n[[ "]]" ]]\ny = 1\n',
    "super-table named later": "[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3\n",
    "header below a dotted table": "[fruit]\napple.color = 1\n[fruit.apple.taste]\nsweet = true\n",
    "array of tables": "[[a]]\nx = 1\n[[a]]\n[[a]]\nx = 3\n",
    "sub-tables of an array of tables": "[[a]]\n[a.b]\nx = 1\n[[a]]\n[a.b]\nx = 2\n[a.b.c]\nd.e = 1\n",
    "arrays of tables in each other": (
        "[[a]]\n[[a.b]]\n[[a.b]]\nx.y = 1\n[[a.b.c]]\n[[a]]\nz = 1\n[[a.b]]\n[a.b.d.e]\n[[a.b.d.f]]\n"
    ),
    "array of tables below an implicit table": "[[a.b]]\nx = 1\n[a]\ny = 2\n[[a.b]]\nx = 3\n[a.b.c]\n",
    "arrays": "a = []\nb = [ ]\nc = [1,2, 3 , ]\nd = [[1], [\"]\", '['], [[]], [ { }, {x=[1]} ]]\n",
    "array over several lines": 'a = [ # "[\n  1, # ,\n\n  # ]\n  2 # }\n  , "#", # end\n]\n',
    "inline tables": 'a = {}\nb = { }\nc = {x=1,"y" = 2 , z.w = { v = "}" } }\nd = [{a=1}, {b.c=2}]\n',
    "inline table over several lines": (
        "a = {\n  x = 1, # one }\n  # two {\n  y.z = [\n    2,\n  ],\n  w = {\n  },\n}\nb = { c = 1, }\n"
    ),
    "strings with brackets and hashes": 'a = "# [x] = {"\nb = \'"#\\\'\nc = ["a,b", \']\']\nd = "\\\\"\n',
    "escapes in strings": r"""
a = "\"\\\b\t\n\f\r\e\x41\u00e9\U0001F600"
b = '\'
""",
    "empty strings": "a = \"\"\nb = ''\nc = \"\"\"\"\"\"\nd = ''''''\ne = [\"\", '', \"\"\"\"\"\", '''''']\n",
    "quotes at the end of multi-line basic strings": r'''
a = """"one""""
b = """""two"""""
c = [""" "" """, "x"]
''',
    "quotes at the end of multi-line literal strings": """
a = ''''one''''
b = '''''two'''''
c = [''' '' ''', 'x']
""",
    "multi-line basic strings": r'''
a = """
[x]
# y = "1" \""" "" \
   z"""
b = """\

  """
''',
    "multi-line literal strings": "a = '''\n[x]\\\n# \"\"\" '' y''' # z\nb = 1\n",
    "unicode": '"é" = "日本 😀"\n"😀".x = \'ü\' # ñ\n[ "日" ]\nx = ["𐍈", 1]\n',
    "dates and times": (
        "a = 1979-05-27T07:32:00Z\nb = 1979-05-27 07:32:00.5-07:00\nc = 1979-05-27 # 07:32\nd = 07:32:00\n"
        "e = [1979-05-27 07:32:00, 1979-05-27 , 1979-05-27]\nf = 1979-05-27t07:32:00z\n"
    ),
    "times without seconds": "a = 07:32\nb = 1979-05-27 07:32\nc = {d=1979-05-27T07:32Z,e=07:32}\n",
    "numbers": ("a = +1_000\nb = 0xDEAD_beef\nc = 0o17\nd = 0b1\ne = 6.626e-34\nf = -1E+2\ng = 0#0\n"),
    "infinities and nans": "a = inf\nb = -inf\nc = +inf\nd = [nan, +nan, -nan]\n[nan]\ninf = nan\n",
    "booleans right before a comment or bracket": "a = true#x\nb = [false,true]\nc = {d=false}\n",
    "indentation": "  a = 1\n\t[b]\n\t\tc = 2\n  [[d]]  # e\n    f = 3",
}


def with_crlf(text: str) -> str:
    return text.replace("\n", "\r\n")


def nodes(document: dict[str, Any]) -> dict[NodePath, Any]:
    """Every node of tomli's result by its path, the root included."""
    found: dict[NodePath, Any] = {}
    waiting: list[tuple[NodePath, Any]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        found[path] = value
        if isinstance(value, dict):
            waiting.extend(((*path, key), child) for key, child in value.items())
        elif isinstance(value, list):
            waiting.extend(((*path, index), child) for index, child in enumerate(value))
    return found


def same(left: Any, right: Any) -> bool:
    """Equality that tells types apart (`1`, `1.0`, `true`) and takes nan for equal to nan."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, float) and math.isnan(left):
        return math.isnan(right)
    return bool(left == right)


class Mark(NamedTuple):
    """The places of one node."""

    key: Span | None
    value: Span | None
    header: Span | None


def marks_of(text: str) -> dict[NodePath, Mark]:
    return {path: Mark(node.key, node.value, node.header) for path, node in scan(text).walk()}


def check_marks(text: str) -> None:
    """The oracle: compare each mark of `text` with what tomli makes of the whole text and of the marked piece."""
    expected = nodes(tomli.loads(text))
    marks = marks_of(text)
    assert first_repeat(text) is None
    assert set(marks) == set(expected)
    for path, mark in marks.items():
        check_mark(text, path, mark, expected[path])
    values = [mark.value for mark in marks.values() if mark.value is not None]
    assert len(set(values)) == len(values), "no two nodes have the same text"


def check_mark(text: str, path: NodePath, mark: Mark, expected: Any) -> None:
    names = [part for part in path if isinstance(part, str)]
    if not path:
        assert mark == Mark(key=None, value=None, header=Span(0, 0))
        return
    if mark.key is None:
        assert isinstance(path[-1], int), f"{path}: only an array element has no key"
        assert mark.value is not None
    else:
        piece = text[mark.key.start : mark.key.end]
        assert tomli.loads(f"{piece}=1") == {names[-1]: 1}
    if mark.value is None:
        assert isinstance(expected, dict | list), f"{path}: a scalar has a value"
    else:
        assert mark.header is None, f"{path}: a table has a value or a header"
        piece = text[mark.value.start : mark.value.end]
        assert same(tomli.loads(f"k={piece}")["k"], expected)
        if mark.key is not None:
            assert text[mark.key.end : mark.value.start].strip(" \t") == "="
    if mark.header is not None:
        assert mark.key is not None
        assert mark.header.start < mark.key.start < mark.key.end < mark.header.end
        piece = text[mark.header.start : mark.header.end]
        assert tomli.loads(piece) == tables_of_header(names, [{}] if piece.startswith("[[") else {})


def tables_of_header(path: list[str], innermost: Any) -> Any:
    for name in reversed(path):
        innermost = {name: innermost}
    return innermost


@pytest.mark.parametrize("newline", ["LF", "CRLF"])
@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_marks_agree_with_tomli(document: str, newline: str) -> None:
    check_marks(document if newline == "LF" else with_crlf(document))


# A random document is made in two steps: a value (scalars are TOML already), then one of its many spellings.
CHARACTERS = "ab1 -_.#[]{}=,'\"\\\t\né😀"
BARE_SCALARS = [
    "0", "-1.5e3", "+1_000", "0xdead_BEEF", "0o17", "0b1", "6.626e-34", "inf", "+inf", "-nan", "true", "false",
    "07:32", "07:32:00.999", "1979-05-27", "1979-05-27 07:32", "1979-05-27 07:32:00.5Z", "1979-05-27t07:32:00-07:00",
]  # fmt: skip
GAPS = ["", "", " ", "\n\t", " # ]}\"'\n", "\n\n#,\n ", "#[a]\n", '\t#"""\n']

Value = Any  # str (a scalar as it is written) | list[Value] | dict[str, Value]
Entries = list[tuple[tuple[str, ...], Value]]


def basic_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("é", "\\xe9")
    return f'"{escaped}"'


def escaped_string(text: str) -> str:
    """A string of escapes alone: a scanner that takes one for the end of the string is lost."""
    return '"' + "".join(f"\\u{ord(char):04X}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}" for char in text) + '"'


def spellings(text: str) -> list[str]:
    """The ways to write a string as a value."""
    within = text.replace("\\", "\\\\").replace('"""', '""\\"')
    result = [basic_string(text), escaped_string(text), f'"""\n{within}"""', f'"""\\\n  \n {within}\\\n"""']
    result.append(f'""""{within}"""' if not within.startswith('"') else f'"""{within}"""')
    if "'" not in text and "\n" not in text:
        result.append(f"'{text}'")
    if "'''" not in text:
        result.append(f"'''\n{text}'''")
    return result


def key_spelling(random: Random, name: str) -> str:
    choices = [basic_string(name), escaped_string(name)]
    if re.fullmatch("[A-Za-z0-9_-]+", name):
        choices += [name, name]
    if "'" not in name and "\n" not in name:
        choices.append(f"'{name}'")
    return random.choice(choices)


def dotted_spelling(random: Random, path: tuple[str, ...]) -> str:
    return random.choice([".", "\t. "]).join(key_spelling(random, name) for name in path)


def value_spelling(random: Random, value: Value) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        brackets, items = "[]", [value_spelling(random, item) for item in value]
    else:
        pairs, _ = split_table(random, value, (), ["pair", "dotted"])
        brackets, items = "{}", [pair_spelling(random, path, item) for path, item in pairs]
    body = ",".join(random.choice(GAPS) + item + random.choice(GAPS) for item in items)
    comma = random.choice(["", ","]) if items else ""
    return brackets[0] + body + comma + random.choice(GAPS) + brackets[1]


def pair_spelling(random: Random, path: tuple[str, ...], value: Value) -> str:
    return dotted_spelling(random, path) + random.choice(["=", " =\t"]) + value_spelling(random, value)


def split_table(random: Random, table: Value, prefix: tuple[str, ...], styles: list[str]) -> tuple[Entries, Entries]:
    """Divide a table into what stands as `key = value` and what gets headers, by path from the table."""
    pairs: Entries = []
    sections: Entries = []
    for name, value in table.items():
        path, style = (*prefix, name), random.choice(styles)
        is_tables = isinstance(value, list) and value and all(isinstance(item, dict) for item in value)
        if style == "section" and (isinstance(value, dict) or is_tables):
            sections.append((path, value))
        elif style == "dotted" and isinstance(value, dict) and value:
            deeper_pairs, deeper_sections = split_table(random, value, path, styles)
            pairs += deeper_pairs
            sections += deeper_sections
        else:
            pairs.append((path, value))
    return pairs, sections


def table_lines(random: Random, table: Value, path: tuple[str, ...], header: str) -> list[str]:
    """The lines of a table and all that is below it; `header` is "", "[" or "[["."""
    pairs, sections = split_table(random, table, (), ["pair", "dotted", "section", "section"])
    own = [pair_spelling(random, pair_path, value) for pair_path, value in pairs]
    if header == "[[" or (header == "[" and (own or not sections or random.random() < 0.5)):
        blank = random.choice(["", " "])
        own.insert(0, header + blank + dotted_spelling(random, path) + blank + header.replace("[", "]"))
    below: list[str] = []
    for section_path, value in sections:
        for item in value if isinstance(value, list) else [value]:
            below += table_lines(random, item, path + section_path, "[[" if isinstance(value, list) else "[")
    return below + own if header == "[" and random.random() < 0.3 else own + below


@st.composite
def documents(draw: st.DrawFn) -> str:
    names = st.text(CHARACTERS, max_size=3)
    scalars = st.sampled_from(BARE_SCALARS) | st.text(CHARACTERS, max_size=6).map(spellings).flatmap(st.sampled_from)
    values = st.recursive(
        scalars,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(names, inner, max_size=3)
            | st.lists(st.dictionaries(names, inner, max_size=3), min_size=1, max_size=3)
        ),
        max_leaves=12,
    )
    table = draw(st.dictionaries(names, values, max_size=5))
    random = draw(st.randoms(use_true_random=False))
    lines = table_lines(random, table, (), "")
    noise = ["", "", "\n", "# [x] = \"'''\n", "\t "]
    return "\n".join(random.choice(noise) + line + random.choice(["", "# ]"]) for line in lines)


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(documents(), st.randoms(use_true_random=False))
def test_marks_agree_with_tomli_on_random_documents(document: str, random: Random) -> None:
    check_marks(document)
    check_marks(with_crlf(document))
    check_marks("".join(random.choice([char, "\r\n"]) if char == "\n" else char for char in document))


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(documents(), st.randoms(use_true_random=False))
def test_what_stands_twice_is_found_in_random_documents(document: str, random: Random) -> None:
    """Anything that the first repetition could be, written once more below all else."""
    values = tomli.loads(document)
    name = random.choice(sorted(values)) if values else "new"
    again = random.choice([f"[{basic_string(name)}]", f"[[{basic_string(name)}]]\n[{basic_string(name)}]"])
    text = f"{document}\n{again}\n[new.{basic_string(name)}]\n{basic_string(name)} = 1\n{basic_string(name)}.x = 2\n"
    with pytest.raises(tomli.TOMLDecodeError) as refused:
        tomli.loads(text)
    start = line_starts(text)[refused.value.lineno - 1]
    repeat = first_repeat(text[: start + refused.value.colno - 1])
    assert repeat is not None
    assert repeat.second.start >= len(document)
    assert repeat.first.start < repeat.second.start


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(st.text("a=.[]{}\"'\\#,1 \n", max_size=30))
def test_a_text_that_is_not_toml_gives_marks_or_a_value_error(text: str) -> None:
    try:
        assert scan(text).header == Span(0, 0)
    except ValueError as error:
        assert "tomli must accept" in str(error)  # noqa: PT017 - most texts raise, some do not


PLACES = """\
title = "é" # x
[ a . "b c" ]
x.y = { z = [1, 22] }
[[t.u]]
[[ t."u" ]]
v = '''
w'''
[a]
"""


@pytest.mark.parametrize("newline", ["LF", "CRLF"])
@pytest.mark.parametrize(
    ("path", "place", "line_and_column", "piece"),
    [
        (("title",), "key", (1, 1), "title"),
        (("title",), "value", (1, 9), '"é"'),
        (("a", "b c"), "header", (2, 1), '[ a . "b c" ]'),
        (("a", "b c"), "key", (2, 7), '"b c"'),
        (("a", "b c", "x", "y"), "value", (3, 7), "{ z = [1, 22] }"),
        (("a", "b c", "x", "y", "z", 1), "value", (3, 17), "22"),
        (("t", "u"), "key", (4, 5), "u"),
        (("t", "u"), "header", (4, 1), "[[t.u]]"),
        (("t", "u", 0), "header", (4, 1), "[[t.u]]"),
        (("t", "u", 1), "header", (5, 1), '[[ t."u" ]]'),
        (("t", "u", 1), "key", (5, 6), '"u"'),
        (("t", "u", 1, "v"), "value", (6, 5), "'''\nw'''"),
        (("a",), "header", (8, 1), "[a]"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_exact_place_of(path: NodePath, place: str, line_and_column: tuple[int, int], piece: str, newline: str) -> None:
    convert = with_crlf if newline == "CRLF" else str
    text = convert(PLACES)
    span = getattr(marks_of(text)[path], place)
    assert text[span.start : span.end] == convert(piece)
    assert line_column(line_starts(text), span.start) == line_and_column


def test_an_implicit_table_has_only_the_key_that_names_it_first() -> None:
    marks = marks_of("[a.b]\n[a.c]\n")
    assert marks["a",] == Mark(key=Span(1, 2), value=None, header=None)


def test_the_end_of_the_text_is_a_place() -> None:
    assert line_column(line_starts("a\n"), 2) == (2, 1)
    assert line_column(line_starts(""), 0) == (1, 1)


def test_only_a_newline_ends_a_line() -> None:
    text = 'a = "\u2028\x85"\rb'
    assert line_starts(text) == [0]
    assert line_column(line_starts(text), len(text)) == (1, len(text) + 1)


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a=", "}")], ids=["arrays", "inline tables"])
def test_depth_does_not_exhaust_the_stack(opening: str, closing: str) -> None:
    core = "1" if closing == "}" else ""
    assert sum(1 for _ in scan("k=" + opening * 3000 + core + closing * 3000).walk()) >= 3001
