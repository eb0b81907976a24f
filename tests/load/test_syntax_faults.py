"""What is wrong with a text that is not TOML: the sentence, the advice, and the characters that are marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.diagnostics import Report
from airdock.load.document import load_document

BARE_KEY = "a name with other characters than A-Z a-z 0-9 _ - stands in quotes"
STATEMENT = "a line is KEY = VALUE, or [table]"
ONE_A_LINE = "one KEY = VALUE on a line; text stands in quotes"
NO_VALUE = "leave the key out, or write a value; empty text is two quotes"
LEAVE_OUT = "leave the key out; text stands in quotes"
DATE = "a date is 2026-01-31, with a time 2026-01-31T07:30:00"
TIME = "a time is 07:30:00; text stands in quotes"
ENDS_HERE = "the text ends at this quote, and more stands behind it"
SEVERAL_LINES = 'text over several lines stands between """ and """'
BACKSLASH = "write \\\\ for a backslash, or '…' for \"…\": in single quotes it stands for itself"
REMOVE = "remove it, or write a plain blank"

KEYS = [
    ("a = { ⟦=⟧ 1 }", "a key is missing here", "a table in a line is { KEY = VALUE, … }"),
    ("a = { b = 1, ⟦=⟧ 2 }", "a key is missing here", "a table in a line is { KEY = VALUE, … }"),
    ("a = { ⟦,⟧ }", "a comma too many", None),
    ("a.b. ⟦=⟧ 1", "a part of the key is missing behind the dot", None),
    ("a.⟦é⟧.b = 1", BARE_KEY, 'write "é"'),
    ("a.⟦b c⟧ = 1", BARE_KEY, 'write "b c"'),
    ("a.b.⟦c d⟧ = 1", BARE_KEY, 'write "c d"'),
    ('"a".⟦é⟧ = 1', BARE_KEY, 'write "é"'),
    ("a = { ⟦é⟧ = 1 }", BARE_KEY, 'write "é"'),
    ("a ⟦+⟧= 1", "a key and its value are joined by = alone", "write a = …"),
    ("a ⟦?⟧= 1", "a key and its value are joined by = alone", "write a = …"),
    ("a ⟦:⟧= 1", "a key and its value are joined by = alone", "write a = …"),
    ("a =⟦>⟧ 1", "a key and its value are joined by = alone", None),
    ("a ⟦-⟧> 1", "a key and its value are joined by = alone", "write a = …"),
    ("a ⟦~⟧= 1", "a key and its value are joined by = alone", "write a = …"),
    ("a ⟦:⟧ 1", "a key and its value are joined by =, not by :", "write a = …"),
    ("b.c ⟦:⟧ 1", "a key and its value are joined by =, not by :", "write b.c = …"),
    ("b.c.d ⟦e⟧ : 1", "= is missing between key and value", "write b.c.d = …"),
    ('"a" ⟦1⟧', "= is missing between key and value", 'write "a" = …'),
    ("⟦-⟧ a", "a list is written in brackets", 'write KEY = ["a", "b"]'),
    ("a ⟦b⟧", "= is missing between key and value", "write a = …"),
    ("a ⟦b⟧\t# = 1", "= is missing between key and value", "write a = …"),
    ("k" * 41 + " ⟦:⟧ 1", "a key and its value are joined by =, not by :", STATEMENT),
    ('"\t" ⟦:⟧ 1', "a key and its value are joined by =, not by :", STATEMENT),
    ("⟦=⟧ 1", "the key before = is missing", STATEMENT),
    ("⟦,⟧ 1", "a line cannot begin with a comma", "a list begins with [ and ends with ]"),
    ("⟦?⟧ x", "a line cannot begin like this", STATEMENT),
    ("⟦?⟧ = 1", BARE_KEY, 'write "?"'),
    ("⟦" + "é" * 40 + "⟧ = 1", BARE_KEY, 'write "' + "é" * 40 + '"'),
    ("⟦é⟧" + "é" * 40 + " = 1", "a line cannot begin like this", STATEMENT),
    ("⟦}⟧", "} closes nothing", None),
    ("⟦]⟧ ", "] closes nothing", None),
    (
        '⟦{⟧ "a": 1 }',
        "a line cannot begin with a table",
        "this looks like JSON; in TOML a line is KEY = VALUE, or [table]",
    ),
]
LINES = [
    ("⟦/⟧/ a", "a comment begins with #", None),
    ("⟦/⟧* a */", "a comment begins with #", None),
    ("⟦<⟧!-- a -->", "a comment begins with #", None),
    ("⟦%⟧ a", "a comment begins with #", None),
    ("⟦;⟧ a", "a comment begins with #", None),
    ("⟦<<<<<<<⟧ HEAD", "an unresolved merge conflict", "keep one of its two sides"),
    ("⟦=======⟧", "an unresolved merge conflict", "keep one of its two sides"),
    ("⟦>>>>>>>⟧ other", "an unresolved merge conflict", "keep one of its two sides"),
    ("⟦|||||||⟧ base", "an unresolved merge conflict", "keep one of its two sides"),
]
HEADERS = [
    ("[a.⟦b c⟧]", BARE_KEY, 'write "b c"'),
    ("[a.b.⟦c d⟧]", BARE_KEY, 'write "c d"'),
    ("[⟦a b⟧.c]", BARE_KEY, 'write "a b"'),
    ("[⟦é⟧.b]", BARE_KEY, 'write "é"'),
    ("⟦[[a.b⟧", "the header that begins here has no end: ]] is missing", "write [[a.b]]"),
    ("⟦[[a.b⟧]", "the header that begins here has no end: ] is missing", "write [[a.b]]"),
    ("⟦[a.b⟧", "the header that begins here has no end: ] is missing", "write [a.b]"),
    ("⟦[a.b ⟧# c", "the header that begins here has no end: ] is missing", "write [a.b]"),
    ("⟦[" + "k" * 40 + "⟧", "the header that begins here has no end: ] is missing", "write [" + "k" * 40 + "]"),
    ("⟦[" + "k" * 41 + "⟧", "the header that begins here has no end: ] is missing", None),
    ("[a]⟦]⟧", "a bracket too many", None),
    ("[a] ⟦b⟧", "a header stands alone on its line", "its keys stand on the lines below it"),
    ("[a⟦\\⟧b]", "names in a header are joined by dots", BARE_KEY),
    ("[a⟦:⟧b]", "names in a header are joined by dots", BARE_KEY),
    ("[⟦.⟧a]", "a name is missing beside the dot", None),
    ("[a.⟦.⟧b]", "a name is missing beside the dot", None),
    ("⟦[ ]⟧", "a header has the name of a table in it", "write [images.NAME]"),
    ("⟦[[]⟧]", "a header has the name of a table in it", "write [images.NAME]"),
    ("[a⟦$⟧]", "this cannot stand in a header", BARE_KEY),
    ("[a⟦,⟧ b]", "this cannot stand in a header", BARE_KEY),
    ('["a" ⟦b⟧]', "this cannot stand in a header", BARE_KEY),
]
VALUES = [
    ("⟦a =⟧", "this key has no value", NO_VALUE),
    ("⟦a =⟧ # b", "this key has no value", NO_VALUE),
    ("⟦a =⟧ , 1", "this key has no value", NO_VALUE),
    ("a = { ⟦b =⟧ }", "this key has no value", NO_VALUE),
    ("a = { ⟦b =⟧ , c = 1 }", "this key has no value", NO_VALUE),
    ("a = ⟦=⟧= 1", "one = is enough", None),
    ("a = [1,⟦,⟧ 2]", "a comma too many", None),
    ("a = [⟦,⟧]", "a comma too many", None),
    ("a = ⟦]⟧", "] closes nothing", None),
    ("a = ⟦)⟧", ") closes nothing", None),
    ("a = ⟦(⟧1)", "a list is written in brackets", "write [ and ]"),
    ("a = ⟦|⟧", "text over several lines stands in three quotes", 'write """ before it and behind it'),
    ("a = ⟦>⟧", "text over several lines stands in three quotes", 'write """ before it and behind it'),
    ("a = ⟦|⟧-", "text over several lines stands in three quotes", 'write """ before it and behind it'),
    ("a = ⟦>⟧+", "text over several lines stands in three quotes", 'write """ before it and behind it'),
    (
        "a = ⟦$HOME⟧",
        "there are no variables in TOML",
        'write { env = "HOME" } for a variable of this host; text stands in quotes',
    ),
    (
        "a = ⟦${DATA_DIR}⟧/in",
        "there are no variables in TOML",
        'write { env = "DATA_DIR" } for a variable of this host; text stands in quotes',
    ),
    (
        "a = [⟦$A⟧, $B]",
        "there are no variables in TOML",
        'write { env = "A" } for a variable of this host; text stands in quotes',
    ),
    ("a = ⟦$1⟧", "text stands in quotes", 'write "$1"'),
    ("a = ⟦~⟧", "TOML has no ~", LEAVE_OUT),
    ("a = ⟦None⟧", "TOML has no None", LEAVE_OUT),
    ("a = ⟦nil⟧", "TOML has no nil", LEAVE_OUT),
    ("a = ⟦undefined⟧", "TOML has no undefined", LEAVE_OUT),
    ("a = [⟦null⟧]", "TOML has no null", LEAVE_OUT),
    ("a = ⟦Yes⟧", "a boolean is true or false", "write true"),
    ("a = ⟦TRUE⟧", "a boolean is true or false", "write true"),
    ("a = ⟦False⟧", "a boolean is true or false", "write false"),
    ("a = ⟦OFF⟧", "a boolean is true or false", "write false"),
    ("a = ⟦on⟧", "a boolean is true or false", "write true"),
    ("a = ⟦no⟧", "a boolean is true or false", "write false"),
    ("a = ⟦7:30⟧", "there is no such time of day", TIME),
    ("a = ⟦25:00:00.5⟧", "there is no such time of day", TIME),
    ("a = [⟦24:00⟧, 1]", "there is no such time of day", TIME),
    ("a = ⟦1/2/2026⟧", "there is no such date", DATE),
    ("a = ⟦2026/01/31⟧", "there is no such date", DATE),
    ("a = ⟦1.2.2026 10:00⟧", "there is no such date", DATE),
    ("a = ⟦2026-1-5⟧", "there is no such date", DATE),
    ("a = { b = ⟦2026-02-30⟧ }", "there is no such date", DATE),
    ("a = ⟦07⟧", "a number does not begin with 0", 'write 7, or "07" for text; octal is 0o7'),
    ("a = ⟦+07⟧", "a number does not begin with 0", 'write +7, or "+07" for text'),
    ("a = ⟦-07⟧", "a number does not begin with 0", 'write -7, or "-07" for text'),
    ("a = ⟦0_8⟧", "a number does not begin with 0", 'write 8, or "0_8" for text'),
    ("a = ⟦00⟧", "a number does not begin with 0", 'write 0, or "00" for text; octal is 0o0'),
    ("a = ⟦.5⟧", "a decimal number has digits on both sides of the dot", "write 0.5"),
    ("a = ⟦5.⟧", "a decimal number has digits on both sides of the dot", "write 5.0"),
    ("a = ⟦-.5⟧", "a decimal number has digits on both sides of the dot", "write -0.5"),
    ("a = ⟦1__0⟧", "in a number, _ stands between two digits", None),
    ("a = ⟦_1⟧", "in a number, _ stands between two digits", None),
    ("a = ⟦+1_⟧", "in a number, _ stands between two digits", None),
    ("a = ⟦5m⟧", "text stands in quotes", 'write "5m"'),
    ("a = [⟦5m⟧, 1h]", "text stands in quotes", 'write "5m"'),
    ("a = ⟦10.0.0.1⟧", "text stands in quotes", 'write "10.0.0.1"'),
    ('a = ⟦x"y⟧', "text stands in quotes", "write 'x\"y'"),
    ("a = ⟦x\\y⟧", "text stands in quotes", "write 'x\\y'"),
    ("a = ⟦it's⟧", "text stands in quotes", 'write "it\'s"'),
    ("a = ⟦" + "x" * 40 + "⟧", "text stands in quotes", 'write "' + "x" * 40 + '"'),
    ("a = ⟦" + "x" * 41 + "⟧", "text stands in quotes", 'write "…"'),
    ("a = ⟦x\ty⟧", "text stands in quotes", 'write "…"'),
    ("password = ⟦hunter2⟧", "text stands in quotes", 'write "…"'),
    ("PASSWORD = ⟦hunter2⟧", "text stands in quotes", 'write "…"'),
    ("LOGINS_OF_ALL = ⟦hunter2⟧", "text stands in quotes", 'write "…"'),
    ("a = { api_token = ⟦abc⟧ }", "text stands in quotes", 'write "…"'),
]
BEHIND_VALUES = [
    ('a = "x" ⟦y⟧', "this cannot stand behind a value", ONE_A_LINE),
    ('a = "x⟦"⟧y"', ENDS_HERE, "write '…' around text with \" in it, or \\\" for each inside"),
    ("a = 'x⟦'⟧y'", ENDS_HERE, 'write "…" around text with \' in it'),
    ('a = [ "x⟦"⟧y" ]', ENDS_HERE, "write '…' around text with \" in it, or \\\" for each inside"),
    ("a = 1⟦;⟧", "no semicolon stands behind a value", None),
    ("a = [1⟦;⟧ 2]", "no semicolon stands behind a value", None),
    ('a = "x" ⟦/⟧/ b', "a comment begins with #", None),
    ("a = 1 ⟦/⟧* b */", "a comment begins with #", None),
    ("a = 1⟦,⟧ 2", "several values are a list", "write [ before the first and ] behind the last"),
    ("a = 1⟦,⟧", "no comma stands behind the value of a line", None),
    ("a = 1⟦,⟧ # b", "no comma stands behind the value of a line", None),
    ("a = 1⟦,⟧000", "a number has no comma in it", "write it without, or with _: 1_000"),
    ('a = "x"⟦,⟧000', "several values are a list", "write [ before the first and ] behind the last"),
    ("a = 1⟦,⟧ b = 2", "one KEY = VALUE on a line, without a comma", None),
    ("a = 1⟦,⟧ [b]", "one KEY = VALUE on a line, without a comma", None),
    ("a = 1 ⟦b⟧ = 2", "this cannot stand behind a value", ONE_A_LINE),
    ('a = "x" ⟦[⟧b]', "this cannot stand behind a value", ONE_A_LINE),
    ("a = ⟦1 2⟧", "text stands in quotes", 'write "1 2"'),
    ("a = ⟦0 3 * * *⟧", "text stands in quotes", 'write "0 3 * * *"'),
    ("a = [1 ⟦2⟧]", "a comma is missing before this", None),
    ('a = ["x" ⟦"⟧y"]', "a comma is missing before this", None),
    ("a = { b = 1 ⟦c⟧ = 2 }", "a comma is missing before this", None),
    ("a = [1 ⟦}⟧", "} does not close the [ before it", None),
    ("a = { b = 1 ⟦]⟧", "] does not close the { before it", None),
    ("a = 1 ⟦]⟧", "] closes nothing", None),
    ("a = [07:30 ⟦1⟧]", "a comma is missing before this", None),
    ("a = ⟦10:30 pm⟧", "text stands in quotes", 'write "10:30 pm"'),
    ("a = ⟦10:30pm⟧", "text stands in quotes", 'write "10:30pm"'),
    ("a = [⟦10:30pm⟧, 1]", "text stands in quotes", 'write "10:30pm"'),
    ("a = [1, 10:30 ⟦p⟧m]", "a comma is missing before this", None),
    ("a = { b = ⟦5m⟧ }", "text stands in quotes", 'write "5m"'),
    ("a = ⟦1-5 x⟧", "text stands in quotes", 'write "1-5 x"'),
    ("a.b = ⟦7 x⟧", "text stands in quotes", 'write "7 x"'),
    ("a = [1, ⟦7:61⟧]", "there is no such time of day", TIME),
    ("a = { b = ⟦7:61⟧ }", "there is no such time of day", TIME),
]
BRACKETS = [
    ("a = ⟦[⟧1,", "the list that begins here has no end: ] is missing", None),
    ("a = ⟦[⟧[1, 2]", "the list that begins here has no end: ] is missing", None),
    ("a = ⟦{⟧ b = 1", "the table that begins here has no end: } is missing", None),
    ("a = ⟦[⟧1,\nb = 2", "the list that begins here has no end: ] is missing", None),
    ("a = ⟦[⟧\n  1\n[b]\n", "the list that begins here has no end: ] is missing", None),
    ("a = ⟦{⟧\n  b = 1,\n  c = 2\n", "the table that begins here has no end: } is missing", None),
    ("a = ⟦{⟧ b = 1,\nc = 2", "the table that begins here has no end: } is missing", None),
    ("a = [\n  ⟦{⟧ b = 1,\n  { c = 2 }\n]", "the table that begins here has no end: } is missing", None),
    ("a = [1\n⟦2⟧]", "a comma is missing before this", None),
    ("a = ⟦[⟧1,\n  b = 2 ]", "the list that begins here has no end: ] is missing", None),
]
TEXTS = [
    ('a = ⟦"x⟧', 'the text that begins here has no end: " is missing', SEVERAL_LINES),
    ('a = ⟦"x⟧\ny"', 'the text that begins here has no end: " is missing', SEVERAL_LINES),
    (
        "a = ⟦'x⟧",
        "the text that begins here has no end: ' is missing",
        "text over several lines stands between ''' and '''",
    ),
    ('a = ⟦"""⟧x', 'the text that begins here has no end: """ is missing', None),
    ("a = ⟦'''⟧x", "the text that begins here has no end: ''' is missing", None),
    (
        'a = ⟦"x\\"⟧',
        'the text that begins here has no end: " is missing',
        "a backslash before the quote takes it into the text: write \\\\ for a backslash, or '…' for \"…\"",
    ),
    ('a = [⟦"x, 1]⟧', 'the text that begins here has no end: " is missing', SEVERAL_LINES),
    ('a = "⟦\\q⟧"', "a backslash begins an escape in double quotes, and \\q is none", BACKSLASH),
    ('a = "⟦\\x⟧g"', "\\x is followed by two hexadecimal digits", BACKSLASH),
    ('a = "⟦\\u⟧12"', "\\u is followed by four hexadecimal digits", BACKSLASH),
    ('a = "⟦\\U⟧0012"', "\\U is followed by eight hexadecimal digits", BACKSLASH),
    ('a = "⟦\\ud800⟧"', "\\ud800 is no character of Unicode", None),
    ('a = "⟦\\U00110000⟧"', "\\U00110000 is no character of Unicode", None),
    ('a = ["\\t⟦\\d⟧"]', "a backslash begins an escape in double quotes, and \\d is none", BACKSLASH),
    ('"⟦\\q⟧" = 1', "a backslash begins an escape in double quotes, and \\q is none", BACKSLASH),
    ('a = "\\n\\\\\\e⟦\\z⟧"', "a backslash begins an escape in double quotes, and \\z is none", BACKSLASH),
    ('a = "x⟦\\ ⟧y"', "a backslash begins an escape in double quotes, and \\  is none", BACKSLASH),
]
CHARACTERS = [
    ("a = ⟦‘⟧x’", "‘ is no quote here", "text stands in straight quotes: '…'"),
    ("a = ⟦«⟧x»", "« is no quote here", 'text stands in straight quotes: "…"'),
    ("a = ⟦′⟧x′", "′ is no quote here", "text stands in straight quotes: '…'"),
    ("a = ⟦`⟧x`", "` is no quote here", "text stands in straight quotes: '…'"),
    ("⟦“⟧a” = 1", "“ is no quote here", 'text stands in straight quotes: "…"'),
    ("a ⟦：⟧ 1", "： is not :", "write :"),
    ("a ⟦＝⟧ 1", "＝ is not =", "write ="),
    ("a⟦\xa0⟧= 1", "the character U+00A0 (no-break space) cannot stand here", REMOVE),
    ("a = ⟦\u200b⟧1", "the character U+200B (zero width space) cannot stand here", REMOVE),
    ("a = 1⟦\u000b⟧", "the control character U+000B cannot stand here", "remove it"),
    (
        "a⟦\r⟧b = 1",
        "a carriage return alone ends no line",
        "save the file with the line ends of Unix (LF) or Windows (CRLF)",
    ),
    ('a = "⟦\u0007⟧"', "the control character U+0007 cannot stand here", 'in a text write "\\u0007"'),
    ("a = ⟦\u0007⟧", "the control character U+0007 cannot stand here", "remove it"),
    ("# ⟦\u0007⟧", "the control character U+0007 cannot stand here", "remove it"),
    ("a = 1⟦\u2028⟧", "the character U+2028 (line separator) cannot stand here", REMOVE),
    ('a = "x⟦\x7f⟧"', "the control character U+007F cannot stand here", 'in a text write "\\u007f"'),
    ("a = ⟦\ue000⟧", "the character U+E000 (unnamed character) cannot stand here", REMOVE),
]


DEEP = "the lists or tables that begin here are nested too deeply"
LIMITS = [
    ("a = ⟦[⟧" + "[" * 1999 + "]" * 2000, DEEP, None),
    ("a = ⟦{⟧b=" + "{b=" * 1999 + "1" + "}" * 2000, DEEP, None),
    ("a = [1, [2]]\nb = { c = 1 }\nd = ⟦[⟧1, " + "[" * 1999 + "]" * 2000, DEEP, None),
    ("a = [1]\nb = ⟦-" + "1" * 5000 + "⟧", "a number of thousands of digits", None),
    ("a = 1\n⟦" + ".".join("b" * 3000) + "⟧ = 2", "a key of more than a thousand parts", None),
]


@pytest.mark.parametrize(
    ("marked", "reason", "advice"),
    [*KEYS, *LINES, *HEADERS, *VALUES, *BEHIND_VALUES, *BRACKETS, *TEXTS, *CHARACTERS, *LIMITS],
    ids=lambda value: None if value is None else value.encode("unicode_escape").decode()[:40],
)
def test_fault_is_marked_and_explained(marked: str, reason: str, advice: str | None, tmp_path: Path) -> None:
    before, wrong, behind = marked.replace("⟧", "⟦").split("⟦")
    (tmp_path / "airdock.toml").write_bytes(f"{before}{wrong}{behind}".encode())
    report = Report()
    document = load_document(tmp_path, "airdock.toml", report)
    (found,) = report.findings
    at = document.locate(found.place)
    assert (found.kind.code, found.message, found.help) == ("AD003", reason, advice)
    assert (at.line, at.column) == (before.count("\n") + 1, len(before) - before.rfind("\n"))
    line = f"{before}{wrong}{behind}".split("\n")[at.line - 1]
    assert line[at.column - 1 : at.end_column - 1] == wrong
