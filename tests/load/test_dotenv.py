"""Reading `.env` like Compose: the table of what is written and read, any text there and back, and Compose itself."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from airdock.emit.dotenv import dotenv_quoted
from airdock.load.dotenv import BLOCK_END, BLOCK_START, parse_dotenv, read_dotenv
from hostile import HOSTILE, numbered

ENVIRON = {"SHELL_VALUE": "from shell", "EMPTY": ""}
TABLE: list[tuple[str, str | None]] = [
    ("V=abc # c", "abc"),
    ("V=abc#c", "abc#c"),
    ("V=abc \t ", "abc"),
    ("V= abc", "abc"),
    ("V=", ""),
    ("V= # nothing", "# nothing"),
    ("V=#abc", "#abc"),
    ("V=abc\t# c", "abc\t# c"),
    ("V=''", ""),
    ('V=""', ""),
    ("export V=abc", "abc"),
    ("  V=abc", "abc"),
    ("V = abc", "abc"),
    (r"V='a # $X ${Y} \n $$'", r"a # $X ${Y} \n $$"),
    (r"V='a\'b'", "a'b"),
    (r"V='a\\b'", r"a\\b"),
    (r'V="a\nb\t\"\\"', 'a\nb\t"\\'),
    (r'V="\a\b\f\r\v"', "\a\b\f\r\v"),
    (r'V="\0101 \0377"', "A ÿ"),
    (r'V="\q \$ \\n"', r"\q $ \n"),
    ('V="a$UNSET_NAMEb"', "a"),
    ("V=a$UNSET_NAMEb", "a"),
    ("V=a$UNSET_NAME-b", "a-b"),
    ("V=$SHELL_VALUE", "from shell"),
    ('V="<${SHELL_VALUE}>"', "<from shell>"),
    ("V=${UNSET_NAME:-else}", "else"),
    ("V=${UNSET_NAME-else}", "else"),
    ("V=${EMPTY:-else}", "else"),
    ("V=${EMPTY-else}", ""),
    ('V="a$$b"', "a$b"),
    ("V=a$$b", "a$b"),
    (r'V="a\$b"', "a$b"),
    ("V='a\nb'", "a\nb"),
    ('V="a\n\nb"', "a\n\nb"),
    ("V=abc\r\nW=1\r", "abc"),
    ('V="a\r\nb"', "a\r\nb"),
    ("\ufeffV=abc", "abc"),
    ("V: abc", "abc"),
    ("V:abc", "abc"),
    ("V='abc' rest", "abc"),
    ("V='abc' # it's", "abc"),
    ('V={"a": [1, "b"]}', '{"a": [1, "b"]}'),
    ("# V=abc", None),
    ("W='\nV=abc\n'", None),
    ("V=one\nV=two", "two"),
    ("W=one\nV=<$W>", "<one>"),
    ("# it's a comment\nV='abc'", "abc"),
]
"""What is written, and the value that Compose gives V."""
ALPHABET = [
    *"aZ0 '\"\\$`#={}()[]:;,!%&*|<>~-\n\r\t\v\f\a\x1b\x7f\x85\xa0\u2028\ufeff\u0301é日",
    "${", "$$", " #", "\\n", "\\$", "\\'", "'\\''", "\r\n", "{{ x }}", "\\\\", "--BEGIN KEY--\n", "\U0001f469\u200d",
]  # fmt: skip
LINES = st.lists(
    st.sampled_from(["A=1", "B='x\ny'", "# note", "", "C=é", "export D=2 ", "junk", "E=\u2028", "\t"])
    | st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0\n"), max_size=12),
    max_size=6,
)


@pytest.mark.parametrize(("written", "value"), TABLE, ids=[repr(written) for written, _ in TABLE])
def test_value_is_what_compose_reads(written: str, value: str | None) -> None:
    assert parse_dotenv(written + "\n", ENVIRON).get("V") == value
    assert parse_dotenv(written, ENVIRON).get("V") == value


def test_name_alone_sets_nothing() -> None:
    assert parse_dotenv("V\nW=1\n", {}) == {"W": "1"}


def test_variable_of_the_environment_stands_before_one_of_the_file() -> None:
    assert parse_dotenv("A=file\nV=$A\n", {"A": "shell"})["V"] == "shell"


@settings(max_examples=500, derandomize=True, database=None, deadline=None)
@given(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"))
    | st.lists(st.sampled_from(ALPHABET)).map("".join)
)
def test_any_text_comes_back_from_its_quoted_form(text: str) -> None:
    assert parse_dotenv(f"key={dotenv_quoted(text)}", {"a": "wrong", "HOME": "wrong"}) == {"key": text}


def test_hostile_texts_come_back_from_one_file() -> None:
    values = numbered(HOSTILE)
    assert parse_dotenv("".join(f"{key}={dotenv_quoted(text)}\n" for key, text in values.items()), {"X": "x"}) == values


@settings(max_examples=300, derandomize=True, database=None, deadline=None)
@given(LINES, LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_lines_around_the_block_are_byte_for_byte(
    before: list[str], after: list[str], newline: str, ends: bool
) -> None:
    head = "".join(line + newline for line in before)
    tail = newline.join(after) + (newline if ends else "")
    block = f"{BLOCK_START}{newline}KEY='value'{newline}{BLOCK_END}{newline}"
    found = read_dotenv(head + block + tail, {})
    assert (found.before, found.after, found.has_block) == (head, tail, True)
    assert found.block == {"KEY": "value"}
    assert "KEY" not in found.own or "KEY" in head + tail


def test_text_without_a_block_is_the_user_s_as_a_whole() -> None:
    found = read_dotenv("A=1\r\nB=2", {})
    assert (found.before, found.after, found.has_block) == ("A=1\r\nB=2", "", False)
    assert found.own == {"A": "1", "B": "2"}
    assert found.block == {}


def test_line_behind_the_block_sees_variables_before_it() -> None:
    found = read_dotenv(f"A=1\n{BLOCK_START}\n{BLOCK_END}\nB=$A\n", {})
    assert found.own == {"A": "1", "B": "1"}


def test_without_its_end_marker_no_line_of_a_block_is_lost() -> None:
    text = f"A=1\n{BLOCK_START}\nKEY='once'\nMINE=2"
    found = read_dotenv(text, {})
    assert found.before + found.after == "A=1\nKEY='once'\nMINE=2"
    assert not found.has_block
    assert found.own == {"A": "1", "KEY": "once", "MINE": "2"}


def compose_reads(folder: Path, texts: dict[str, str], dotenv: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return what Compose makes of the variables of a `.env`; skip, or fail in CI, where it is missing."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "oracles"))
    from compose import compose_config, need_compose

    need_compose()
    environment = {key: f"${{{key}:-}}" for key in texts}
    service = {"image": "none", "environment": environment}
    (folder / "docker-compose.yaml").write_text(json.dumps({"services": {"one": service}}), encoding="utf-8")
    (folder / ".env").write_bytes(dotenv.encode())
    found: dict[str, str] = compose_config(folder)["services"]["one"]["environment"]
    return found


def test_compose_reads_quoted_texts_as_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(20260101)  # noqa: S311 - no secret is made of it
    texts = ["".join(chance.choices(ALPHABET, k=chance.randint(0, 12))) for _ in range(400)]
    values = numbered([*texts, *HOSTILE])
    dotenv = "".join(f"{key}={dotenv_quoted(text)}\n" for key, text in values.items())
    found = compose_reads(tmp_path, values, dotenv, monkeypatch)
    wrong = {key: (text, found.get(key)) for key, text in values.items() if found.get(key) != text}
    assert wrong == {}


@pytest.mark.parametrize("rows", [TABLE[start::3] for start in range(3)], ids=["first", "second", "third"])
def test_compose_reads_the_table_the_same(
    rows: list[tuple[str, str | None]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {}
    for number, (written, value) in enumerate(rows):
        folder = tmp_path / str(number)
        folder.mkdir()
        shell = "".join(f"{key}='{text}'\n" for key, text in ENVIRON.items())
        separate = written if written.startswith("\ufeff") else shell + written
        found[written] = (compose_reads(folder, {"V": ""}, separate + "\n", monkeypatch)["V"], value or "")
    assert {written: both for written, both in found.items() if both[0] != both[1]} == {}
