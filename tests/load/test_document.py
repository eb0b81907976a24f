"""Reading airdock.toml and the files it includes."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from airdock.diagnostics import FilePlace, Report, SpecPath, SpecPlace, TextPlace
from airdock.diagnostics.kind import Part
from airdock.diagnostics.locate import locate_all
from airdock.load.document import Document, load_document

BASE = 'airdock = 1\n\n[project]\nname = "shop"\n'


def loaded(root: Path, files: dict[str, str | bytes]) -> tuple[Document, list[str]]:
    """Write the files, load airdock.toml, and return the document and its findings as ``file:line:column CODE``."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    report = Report()
    document = load_document(root, "airdock.toml", report)
    return document, [
        f"{one.location.file}:{one.location.line}:{one.location.column} {one.diagnostic.kind.code}"
        for one in locate_all(report.findings, document)
    ]


def messages(root: Path, files: dict[str, str | bytes]) -> list[str]:
    """Return the sentences of the findings."""
    for name, text in files.items():
        (root / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    report = Report()
    load_document(root, "airdock.toml", report)
    return [found.message for found in report.findings]


def where(document: Document, *path: str | int) -> tuple[str, int, int, int]:
    """Return file, line and columns of a value."""
    location = document.locate(SpecPlace(path))
    return location.file, location.line, location.column, location.end_column


def test_values_of_included_files_stand_beside_those_of_the_main_file(tmp_path: Path) -> None:
    document, found = loaded(
        tmp_path,
        {
            "airdock.toml": f'include = ["parts/*.toml"]\n{BASE}\n[images.a]\nref = "x"\n',
            "parts/one.toml": '[images.b]\nref = "y"\n',
            "parts/two.toml": 'variables.c = "z"\n',
        },
    )
    assert found == []
    assert document.values["images"] == {"a": {"ref": "x"}, "b": {"ref": "y"}}
    assert document.values["variables"] == {"c": "z"}
    assert where(document, "images", "a", "ref") == ("airdock.toml", 8, 7, 10)
    assert where(document, "images", "b", "ref") == ("parts/one.toml", 2, 7, 10)
    assert where(document, "variables", "c") == ("parts/two.toml", 1, 15, 18)


def test_included_files_are_read_once_in_the_order_of_their_names(tmp_path: Path) -> None:
    document, found = loaded(
        tmp_path,
        {
            "airdock.toml": f'include = ["*.toml", "b.toml", "**/*.toml"]\n{BASE}',
            "b.toml": "[variables]\nb = 1\n",
            "a.toml": "[variables]\na = 1\n",
            "sub/c.toml": "[variables]\nc = 1\n",
        },
    )
    assert found == []
    assert list(document.files) == ["airdock.toml", "a.toml", "b.toml", "sub/c.toml"]
    assert document.values["variables"] == {"a": 1, "b": 1, "c": 1}


def test_include_of_an_included_file_is_not_followed_but_refused(tmp_path: Path) -> None:
    _, found = loaded(
        tmp_path,
        {"airdock.toml": f'include = ["a.toml"]\n{BASE}', "a.toml": 'include = ["b.toml"]\n', "b.toml": "x"},
    )
    assert found == ["a.toml:1:1 AD101"]


@pytest.mark.parametrize("pattern", ["../a.toml", "x/../../a.toml", "/a.toml"], ids=["parent", "detour", "absolute"])
def test_pattern_that_leaves_the_project_is_refused(pattern: str, tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (tmp_path / "a.toml").write_text("[variables]\nstolen = 1\n", encoding="utf-8")
    document, found = loaded(root, {"airdock.toml": f'{BASE[:12]}include = ["{pattern}"]\n'})
    assert found == ["airdock.toml:2:12 AD004"]
    assert "variables" not in document.values


def test_link_that_leaves_the_project_is_refused(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / "parts").mkdir(parents=True)
    (tmp_path / "a.toml").write_text("[variables]\nstolen = 1\n", encoding="utf-8")
    (root / "parts" / "a.toml").symlink_to("../../a.toml")
    document, found = loaded(root, {"airdock.toml": f'include = ["parts/*.toml"]\n{BASE}'})
    assert found == ["airdock.toml:1:12 AD004"]
    assert "variables" not in document.values


def test_pattern_that_matches_folders_alone_matches_no_file(tmp_path: Path) -> None:
    (tmp_path / "parts.toml").mkdir()
    _, found = loaded(tmp_path, {"airdock.toml": f'include = ["*.toml", "parts.*"]\n{BASE}'})
    assert found == ["airdock.toml:1:22 AD004"]


@pytest.mark.parametrize(
    "written", ['"parts"', "1", "{ a = 1 }", "[1, [], {}]"], ids=["text", "number", "table", "list"]
)
def test_include_of_a_wrong_type_is_left_to_the_next_stage(written: str, tmp_path: Path) -> None:
    _, found = loaded(tmp_path, {"airdock.toml": f"include = {written}\n{BASE}"})
    assert found == []


def test_faults_of_all_included_files_are_found_in_one_run(tmp_path: Path) -> None:
    _, found = loaded(
        tmp_path,
        {
            "airdock.toml": f'include = ["*.toml"]\n{BASE}',
            "a.toml": "x = \n",
            "b.toml": b"x = '\xff'\n",
            "c.toml": "x = 1\n",
            "d.toml": "images = 1\n",
        },
    )
    assert found == ["a.toml:1:1 AD003", "b.toml:1:6 AD002", "c.toml:1:1 AD101", "d.toml:1:10 AD103"]


def test_byte_order_mark_is_no_character_of_the_first_line(tmp_path: Path) -> None:
    document, found = loaded(tmp_path, {"airdock.toml": b"\xef\xbb\xbfairdock = 1\n"})
    assert found == []
    assert document.values == {"airdock": 1}
    assert where(document, "airdock") == ("airdock.toml", 1, 11, 12)


def test_byte_order_mark_before_bytes_that_are_not_utf8(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"airdock.toml": b"\xef\xbb\xbfx = '\xe9'\n"})[1] == ["airdock.toml:1:6 AD002"]


def test_bytes_that_are_not_utf8_are_shown_after_wide_characters(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"airdock.toml": "a = 1\r\n# 日本\n'ü' = '".encode() + b"\xe9"})[1] == [
        "airdock.toml:3:8 AD002"
    ]


def test_utf16_is_reported_as_not_utf8(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"airdock.toml": BASE.encode("utf-16")})[1] == ["airdock.toml:1:1 AD002"]


def test_windows_line_ends_move_no_place(tmp_path: Path) -> None:
    text = f'{BASE}\n[images.a]\nref = "x"\nrun = [\n  "y",\n]\n'
    for ending in ("\n", "\r\n"):
        document, found = loaded(tmp_path, {"airdock.toml": text.replace("\n", ending)})
        assert found == []
        assert where(document, "images", "a", "ref") == ("airdock.toml", 7, 7, 10)
        assert where(document, "images", "a", "run", 0) == ("airdock.toml", 9, 3, 6)
        assert document.locate(SpecPlace(("images", "a", "ref"))).text == 'ref = "x"'


def test_syntax_fault_is_at_its_place_under_windows_line_ends(tmp_path: Path) -> None:
    assert loaded(tmp_path, {"airdock.toml": 'a = 1\r\nb = "x\r\n'})[1] == ["airdock.toml:2:5 AD003"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = [1,\n", "1:5"),
        ("a = {\n", "1:5"),
        ('a = """\n', "1:5"),
        ("[a\n", "1:1"),
        ("a", "1:1"),
        ("a =", "1:1"),
        ("\x00", "1:1"),
        ("a = 1 b = 2\n", "1:7"),
    ],
    ids=[
        "list",
        "inline table",
        "text of several lines",
        "header",
        "key alone",
        "key without value",
        "NUL",
        "two on one line",
    ],
)
def test_syntax_fault_is_where_a_person_would_look(text: str, place: str, tmp_path: Path) -> None:
    assert loaded(tmp_path, {"airdock.toml": text})[1] == [f"airdock.toml:{place} AD003"]


@pytest.mark.parametrize(
    "text", ["[" * 2000, "a = " + "[" * 2000 + "]" * 2000, "a = " + "{b=" * 2000 + "1" + "}" * 2000]
)
def test_nesting_too_deep_to_read_is_a_finding(text: str, tmp_path: Path) -> None:
    _, found = loaded(tmp_path, {"airdock.toml": text})
    assert [one.split()[1] for one in found] == ["AD003"]


def test_empty_file_is_read(tmp_path: Path) -> None:
    document, found = loaded(tmp_path, {"airdock.toml": ""})
    assert found == []
    assert document.locate(SpecPlace((), "header")).line == 1


def test_missing_file_is_named(tmp_path: Path) -> None:
    assert loaded(tmp_path, {})[1] == ["airdock.toml:0:0 AD001"]


def test_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "airdock.toml").mkdir()
    assert loaded(tmp_path, {})[1] == ["airdock.toml:0:0 AD001"]


def test_file_that_may_not_be_read_is_named() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        (Path(folder) / "airdock.toml").touch(mode=0)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)  # root may read everything
        try:
            assert loaded(Path(folder), {})[1] == ["airdock.toml:0:0 AD001"]
        finally:
            if root:
                os.seteuid(0)


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[a]\n[b]\n[a]\n", "3:1", "[a] is declared twice"),
        ("[a.'b c']\n  [ a . \"b c\" ] # don't\n", "2:3", "[a.b c] is declared twice"),
        ("[a]\nb.c = 1\n[a.b]\n", "3:1", "[a.b] is declared twice"),
        ("a = {}\n[a.b]\n", "2:1", "[a] is declared twice"),
        ("[a]\n[a\n", "2:1", "[a] is declared twice"),
        ("[[a]]\n[a]\n", "2:1", "[a] is declared twice"),
        ('a = 1\n"日" = 2\na = 3\n', "3:1", "a is declared twice"),
        ("[t]\n\"a\" = 1\n  'a' = [\n  2,\n]\n", "3:3", "t.a is declared twice"),
        ("[t]\na = '''\n[x]\na = 2\n'''\na = 3\n", "6:1", "t.a is declared twice"),
        ("[t]\na = 1\na.b = 2\n", "3:1", "t.a is declared twice"),
    ],
    ids=[
        "a table",
        "a table written in another way",
        "a table that dotted keys made",
        "a table below an inline table",
        "a header that is not closed",
        "a list of tables",
        "a key",
        "a key with a list over several lines",
        "a key behind a text with headers in it",
        "a key that is no table",
    ],
)
def test_what_one_file_declares_twice_is_shown_at_the_second(
    text: str, place: str, message: str, tmp_path: Path
) -> None:
    for ending in ("\n", "\r\n"):
        assert loaded(tmp_path, {"airdock.toml": text.replace("\n", ending)})[1] == [f"airdock.toml:{place} AD005"]
    assert messages(tmp_path, {"airdock.toml": text}) == [message]


def test_what_one_file_declares_twice_has_its_first_place_beside_it(tmp_path: Path) -> None:
    (tmp_path / "airdock.toml").write_text("[t]\n\n  key = 1\n\nkey = 2\n", encoding="utf-8")
    report = Report()
    document = load_document(tmp_path, "airdock.toml", report)
    (found,) = locate_all(report.findings, document)
    (related,) = found.related
    assert (related.location.line, related.location.column, related.location.end_column) == (3, 3, 6)


def test_what_two_files_declare_is_shown_in_both(tmp_path: Path) -> None:
    loaded(tmp_path, {"b.toml": '[images.etl]\nref = "y"\n', "a.toml": 'images.etl.ref = "x"\n'})
    (tmp_path / "airdock.toml").write_text(f'include = ["a.toml", "b.toml"]\n{BASE}', encoding="utf-8")
    report = Report()
    document = load_document(tmp_path, "airdock.toml", report)
    (found,) = locate_all(report.findings, document)
    (related,) = found.related
    assert (found.location.file, found.location.line, found.location.column) == ("b.toml", 1, 9)
    assert (related.location.file, related.location.line, related.location.column) == ("a.toml", 1, 8)
    assert document.values["images"] == {"etl": {"ref": "x"}}


def test_file_that_is_not_there_is_asked_for_with_advice_and_an_included_one_without(tmp_path: Path) -> None:
    report = Report()
    load_document(tmp_path, "airdock.toml", report)
    (found,) = report.findings
    assert found.message == "cannot read airdock.toml: No such file or directory"
    assert found.help == "name the folder with -C DIR or the file with -f FILE; `airdock init` writes a first one"
    (tmp_path / "airdock.toml").mkdir()
    report = Report()
    load_document(tmp_path, "airdock.toml", report)
    (found,) = report.findings
    assert (found.message, found.help) == ("cannot read airdock.toml: Is a directory", None)


@pytest.mark.parametrize(
    ("file", "line", "text"),
    [
        ("job.py", 2, "b = 'é'"),
        ("job.py", 4, ""),
        ("job.py", 9, ""),
        ("latin.py", 1, ""),
        ("none.py", 1, ""),
        ("airdock.toml", 1, "airdock = 1"),
    ],
)
def test_line_of_another_file_is_shown_where_it_can_be_read(file: str, line: int, text: str, tmp_path: Path) -> None:
    (tmp_path / "job.py").write_bytes("\ufeffa = 1\r\nb = 'é'\r\nc\n".encode())
    (tmp_path / "latin.py").write_bytes(b"x = '\xe9'\n")
    document, _ = loaded(tmp_path, {"airdock.toml": BASE})
    at = document.locate(TextPlace(file, line, 3, 2))
    assert (at.file, at.line, at.column, at.end_line, at.end_column, at.text) == (file, line, 3, line, 5, text)


def test_table_of_the_main_file_that_is_none_is_left_to_the_next_stage(tmp_path: Path) -> None:
    document, found = loaded(
        tmp_path, {"airdock.toml": f'include = ["a.toml"]\nimages = 5\n{BASE}', "a.toml": '[images.etl]\nref = "x"\n'}
    )
    assert found == []
    assert document.values["images"] == 5


def test_place_that_is_not_written_is_that_of_the_table_around_it(tmp_path: Path) -> None:
    document, _ = loaded(tmp_path, {"airdock.toml": f'{BASE}\n[images.etl]\nref = "x"\n'})
    assert where(document, "images", "etl", "build", "target") == ("airdock.toml", 6, 1, 13)
    assert where(document, "nothing", "at", "all") == ("airdock.toml", 1, 1, 1)


def test_whole_file_has_no_line(tmp_path: Path) -> None:
    document, _ = loaded(tmp_path, {"airdock.toml": BASE})
    location = document.locate(FilePlace(".env"))
    assert (location.file, location.line, location.text) == (".env", 0, "")


FORMS = '''\
# é 日本 😀
variables."é日" = 1
[images . "é".args] # é
"日本" = { a.b = "😀", "c" = [ 1, "é" ] }
text = """
é
"""
after = 1
[[images."é".copy]]
from = "日"
  [[images."é".copy]]
	to = '😀'	# a tab
'''
"""Keys and values in all forms, behind characters of one to four bytes in UTF-8 and of one or two units in UTF-16."""


@pytest.mark.parametrize(
    ("path", "part", "place"),
    [
        (("variables", "é日"), "key", (2, 11, 2, 15)),
        (("variables", "é日"), "value", (2, 18, 2, 19)),
        (("variables",), "header", (2, 1, 2, 10)),
        (("images", "é", "args"), "header", (3, 1, 3, 20)),
        (("images", "é", "args"), "key", (3, 15, 3, 19)),
        (("images", "é"), "key", (3, 11, 3, 14)),
        (("images", "é", "args", "日本"), "key", (4, 1, 4, 5)),
        (("images", "é", "args", "日本"), "value", (4, 8, 4, 39)),
        (("images", "é", "args", "日本", "a", "b"), "key", (4, 12, 4, 13)),
        (("images", "é", "args", "日本", "a", "b"), "value", (4, 16, 4, 19)),
        (("images", "é", "args", "日本", "a"), "header", (4, 10, 4, 11)),
        (("images", "é", "args", "日本", "c"), "key", (4, 21, 4, 24)),
        (("images", "é", "args", "日本", "c", 1), "value", (4, 32, 4, 35)),
        (("images", "é", "args", "text"), "value", (5, 8, 7, 4)),
        (("images", "é", "args", "after"), "value", (8, 9, 8, 10)),
        (("images", "é", "copy"), "value", (9, 1, 9, 20)),
        (("images", "é", "copy", 0), "header", (9, 1, 9, 20)),
        (("images", "é", "copy", 0, "from"), "value", (10, 8, 10, 11)),
        (("images", "é", "copy", 1), "header", (11, 3, 11, 22)),
        (("images", "é", "copy", 1, "to"), "key", (12, 2, 12, 4)),
        (("images", "é", "copy", 1, "to"), "value", (12, 7, 12, 10)),
        (("images", "é", "copy", 1, "not", "there"), "key", (11, 3, 11, 22)),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "byte order mark"])
@pytest.mark.parametrize("included", [False, True], ids=["", "included"])
def test_place_is_exact_in_every_form(
    path: SpecPath,
    part: Part,
    place: tuple[int, int, int, int],
    ends: str,
    mark: str,
    included: bool,
    tmp_path: Path,
) -> None:
    text = f"{mark}{FORMS.replace(chr(10), ends)}".encode()
    files: dict[str, str | bytes] = {"airdock.toml": 'include = ["a.toml"]\n' if included else text}
    document, found = loaded(tmp_path, files | ({"a.toml": text} if included else {}))
    assert found == []
    file = "a.toml" if included else "airdock.toml"
    at = document.locate(SpecPlace(path, part, None if len(path) > 1 else file))
    assert at.file == file
    assert (at.line, at.column, at.end_line, at.end_column) == place
    assert at.text == FORMS.splitlines()[at.line - 1]
