"""Where a part of a text value stands in airdock.toml, or in a file beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.diagnostics import Report, SpecPath, SpecPlace, TextPlace
from airdock.diagnostics.kind import Inside
from airdock.load.document import Document, load_document


def loaded(folder: Path, text: str) -> Document:
    (folder / "airdock.toml").write_bytes(text.encode())
    report = Report()
    document = load_document(folder, "airdock.toml", report)
    assert report.findings == []
    return document


@pytest.mark.parametrize(
    ("text", "path", "line", "expected"),
    [
        ('a = "x {{ ds }}"', ("a",), "x {{ ds }}", (1, 11, "ds")),
        ("a = 'x {{ ds }}'", ("a",), "x {{ ds }}", (1, 11, "ds")),
        ('a = ["y", "x {{ ds }}"]', ("a", 1), "x {{ ds }}", (1, 17, "ds")),
        # A text that was split: its words have no places of their own.
        ("a = \"run  'x {{ ds }}'\"", ("a", 1), "x {{ ds }}", (1, 17, "ds")),
        ('a = """\nb\nx {{ ds }}\n"""', ("a",), "x {{ ds }}", (3, 6, "ds")),
        ('a = """\r\nb\r\nx {{ ds }}\r\n"""', ("a",), "x {{ ds }}", (3, 6, "ds")),
        ('a = """x {{ ds }} y\nx {{ ds }}"""', ("a",), "x {{ ds }}", (2, 6, "ds")),
        ('[a]\nb = { c = "x {{ ds }}" }', ("a", "b", "c"), "x {{ ds }}", (2, 17, "ds")),
        # Written with escapes: all of the value.
        ('a = "\\u0078 {{ ds }}"', ("a",), "x {{ ds }}", (1, 5, '"\\u0078 {{ ds }}"')),
        ("[a]\nb = 1", ("a", "c"), "x {{ ds }}", (1, 1, "[a]")),
    ],
)
def test_part_of_a_value_is_found(
    text: str, path: SpecPath, line: str, expected: tuple[int, int, str], tmp_path: Path
) -> None:
    document = loaded(tmp_path, text)
    found = document.locate(SpecPlace(path, inside=Inside(line, line.index("ds") + 1, 2)))
    number, column, marked = expected
    assert (found.line, found.column) == (number, column)
    assert found.text[found.column - 1 : found.end_column - 1] == marked


def test_line_of_another_file_is_shown(tmp_path: Path) -> None:
    document = loaded(tmp_path, "a = 1")
    (tmp_path / "load.sh").write_bytes("\ufeffone\r\nö two\r\n".encode())
    found = document.locate(TextPlace("load.sh", 2, 3, 3))
    assert (found.file, found.line, found.column, found.text) == ("load.sh", 2, 3, "ö two")


@pytest.mark.parametrize("place", [TextPlace("no.sh", 1, 1), TextPlace("load.sh", 9, 1)])
def test_file_that_has_changed_since_is_named_without_its_line(place: TextPlace, tmp_path: Path) -> None:
    document = loaded(tmp_path, "a = 1")
    (tmp_path / "load.sh").write_bytes(b"one\n")
    assert document.locate(place).text == ""
