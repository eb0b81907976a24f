"""TOML text to a Document: the values, and where each of them stands."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import tomli

from airdock.diagnostics import Diagnostic, FilePlace, Kind, Related, Report, SpecPath, SpecPlace, TextPlace
from airdock.diagnostics.kind import Place
from airdock.diagnostics.locate import Location
from airdock.diagnostics.shape import UNKNOWN_KEY, WRONG_TYPE, describe
from airdock.diagnostics.suggest import did_you_mean
from airdock.load.source_map import Mark, Span, line_column, line_starts, scan

FILE_NOT_READABLE = Kind(
    "AD001",
    "file-not-readable",
    "error",
    "cannot read {file}: {reason}",
    what="airdock.toml, or a file that it includes, is not there or may not be read.",
    why="Without it there is nothing to build.",
    example="(no airdock.toml in the folder that airdock runs in)",
    fix="Run airdock in the folder of airdock.toml, or name it with -C DIR or -f FILE. `airdock init` writes one.",
)
NOT_UTF8 = Kind(
    "AD002",
    "not-utf8",
    "error",
    "{file} is not UTF-8: byte 0x{byte:02x} cannot stand here",
    what="The file holds bytes that are not UTF-8.",
    why="TOML is UTF-8 by definition; guessing another encoding would change names and secrets silently.",
    example="(a file saved as Latin-1)",
    fix="Save the file as UTF-8. A byte order mark at the start is fine.",
)
SYNTAX = Kind(
    "AD003",
    "toml-syntax",
    "error",
    "{reason}",
    what="The file is not TOML.",
    why="Nothing after the fault can be understood for certain, so it is the only finding of the run.",
    example="[images.etl]\nref = alpine:3.20\n",
    fix='Write strings in quotes, one key a line, tables as [name]: ref = "alpine:3.20".',
)
INCLUDE = Kind(
    "AD004",
    "bad-include",
    "error",
    'include "{pattern}" {reason}',
    what="A pattern of `include` matches no file, or matches one outside the project.",
    why="A part of the project would be missing without a word.",
    example='airdock = 1\ninclude = ["dags.d/*.toml"]\n\n[project]\nname = "shop"\n\n[airflow]\nversion = "3.3.2"\n',
    fix="Correct the pattern: it is relative to the folder of airdock.toml, with / and *, and stays below it.",
)
DECLARED_TWICE = Kind(
    "AD005",
    "declared-twice",
    "error",
    "{name} is declared twice",
    what="Two tables, or two keys of one table, have the same name, in one file or in two.",
    why="One of them would win by accident of order.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[images.etl]\nref = "alpine:3.19"\n',
    fix="Rename one of them, or remove it.",
)
INCLUDABLE = ("images", "mounts", "connections", "variables", "dags")
"""Top-level tables that an included file may hold."""

_SYNTAX_HELP = (
    ("Invalid value", "text stands in quotes; true, false, numbers and dates without"),
    (
        "Expected '='",
        'a line is key = value, or [table]; a key with other characters than A-Z a-z 0-9 _ - stands in "quotes"',
    ),
    ("Unterminated string", "a quote is missing at the end"),
    ("Illegal character '\\n'", "a quote is missing at the end of the line"),
    ("Unescaped '\\'", "a backslash in double quotes stands twice; in single quotes it stands for itself"),
    ("Invalid statement", "a line is key = value, or [table]"),
    ("Unclosed array", 'a "]" is missing'),
    ("Unclosed inline table", 'a "}" is missing'),
    ("Cannot mutate immutable", "a list or an inline table is whole where it stands: write all of it there"),
    ("Expected newline or end of document", "one key = value on a line; text stands in quotes"),
)


@dataclass
class SourceFile:
    """One TOML file: its name as shown to the user, its text as it stands on disk."""

    name: str
    text: str

    @cached_property
    def marks(self) -> dict[SpecPath, Mark]:
        """Span of every node. Made only when something has to be shown: building needs no positions."""
        return scan(self.text)

    @cached_property
    def starts(self) -> list[int]:
        """Offset of the start of every line."""
        return line_starts(self.text)

    def at(self, span: Span) -> Location:
        """Return the location of a span."""
        line, column = line_column(self.starts, span.start)
        end_line, end_column = line_column(self.starts, span.end)
        return Location(self.name, line, column, end_line, end_column, self.line(line))

    def line(self, number: int) -> str:
        """Return the text of a line (1-based), without its line end."""
        start = self.starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start : len(self.text) if end < 0 else end].rstrip("\r")


@dataclass
class Document:
    """All values of airdock.toml and its included files, and where they stand."""

    root: Path
    main: str
    values: dict[str, object] = field(default_factory=dict)
    files: dict[str, SourceFile] = field(default_factory=dict)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    """(table, name) to the file that declares it, for what comes from an included file."""

    def file_of(self, path: SpecPath) -> SourceFile:
        """Return the file in which a path stands."""
        owner = self.owners.get((str(path[0]), str(path[1]))) if len(path) > 1 else None
        return self.files[owner or self.main]

    def locate(self, place: Place) -> Location:
        """Return the location of a place; the nearest table around it when the place itself is not written."""
        if isinstance(place, FilePlace):
            return Location(place.file)
        if isinstance(place, TextPlace):
            file = self.files.get(place.file)
            text = file.line(place.line) if file else ""
            return Location(place.file, place.line, place.column, place.line, place.column + place.width, text)
        file = self.files.get(place.file) if place.file else self.file_of(place.path)
        if file is None:
            return Location(self.main)
        path = place.path
        while path and path not in file.marks:
            path = path[:-1]
        mark = file.marks[path]
        part = place.part if path == place.path else "header"
        order = {
            "key": (mark.key, mark.header, mark.value),
            "value": (mark.value, mark.header, mark.key),
            "header": (mark.header, mark.value, mark.key),
        }[part]
        span = next((span for span in order if span is not None), Span(0, 0))
        return file.at(span)


def load_document(root: Path, name: str, report: Report) -> Document:
    """Read ``root/name`` and what it includes. Reports AD001 to AD005; the document is whole only if it did not."""
    document = Document(root, name)
    values = _read(document, root / name, name, report)
    if values is None:
        return document
    document.values = values
    patterns = values.get("include", [])
    if isinstance(patterns, list):
        for index, pattern in enumerate(patterns):
            if isinstance(pattern, str):
                _include(document, index, pattern, report)
    return document


def _read(document: Document, path: Path, name: str, report: Report) -> dict[str, object] | None:
    try:
        data = path.read_bytes()
    except OSError as error:
        advice = "name the folder with -C DIR or the file with -f FILE; `airdock init` writes a first one"
        main = name == document.main and isinstance(error, FileNotFoundError)
        reason = error.strerror or str(error)
        report.add(FILE_NOT_READABLE.of(FilePlace(name), help=advice if main else None, file=name, reason=reason))
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The part before the fault is valid, so it says how many lines and characters come first.
        before = error.object[: error.start].decode()  # without a byte order mark
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        shown = data.decode("utf-8-sig", "replace")
        document.files[name] = SourceFile(name, shown)
        report.add(NOT_UTF8.of(TextPlace(name, line, column), file=name, byte=error.object[error.start]))
        return None
    document.files[name] = SourceFile(name, text)
    return _parse(document.files[name], report)


def _parse(source: SourceFile, report: Report) -> dict[str, object] | None:
    try:
        return tomli.loads(source.text)
    except tomli.TOMLDecodeError as error:
        twice = re.match(r"Cannot declare (\(.*\)) twice", error.msg)
        if twice:
            report.add(_declared_twice(source, error.lineno))
            return None
        line = min(error.lineno, len(source.starts))
        key = _key_twice(source, line) if error.msg == "Cannot overwrite a value" else None
        if key is not None:
            report.add(key)
            return None
        # tomli shows a table as a Python tuple.
        reason = re.sub(r"\('(.*?)',?\)", lambda found: f"[{found[1]}]".replace("', '", "."), error.msg)
        advice = next((text for start, text in _SYNTAX_HELP if error.msg.startswith(start)), None)
        if error.msg == "Invalid value" and not source.text[source.starts[line - 1] :].strip():
            reason, advice = "The file ends inside a value", 'a "]" or a quote is missing'
        column = min(error.colno, len(source.line(line)) + 1)
        place = TextPlace(source.name, line, column)
        report.add(SYNTAX.of(place, help=advice, reason=f"not TOML: {reason[:1].lower()}{reason[1:]}"))
    except (RecursionError, ValueError):
        reason = "not TOML that can be read: nested too deeply, or a number of thousands of digits"
        report.add(SYNTAX.of(TextPlace(source.name, 1, 1), reason=reason))
    return None


def _declared_twice(source: SourceFile, line: int) -> Diagnostic:
    """Both places of a table that one file declares twice; everything above the second is valid TOML."""
    header = source.line(line)
    start, end = len(header) - len(header.lstrip()), len(header)
    path: SpecPath = ()
    with contextlib.suppress(ValueError):  # the end of the line is no TOML either
        path, span = next((path, mark.header) for path, mark in scan(header).items() if path and mark.header)
        end = min(span.end, end)
    place = TextPlace(source.name, line, start + 1, end - start)
    above = SourceFile(source.name, source.text[: source.starts[line - 1]])
    known = path
    while known and known not in above.marks:
        known = known[:-1]  # `[images.etl]` below `images = {}`
    first = above.marks[known] if known else None
    first_span = first and (first.header or first.key or first.value)
    related: tuple[Related, ...] = ()
    if first_span:
        at = above.at(first_span)
        first_place = TextPlace(source.name, at.line, at.column, at.end_column - at.column)
        related = (Related("first declared here", first_place),)
    return DECLARED_TWICE.of(place, related=related, name=f"[{'.'.join(map(str, path))}]" if path else header.strip())


def _key_twice(source: SourceFile, line: int) -> Diagnostic | None:
    """Both places of what stands twice; ``line`` is where the second value, or the second header, ends."""
    try:
        marks = scan(source.text[: len(source.line(line)) + source.starts[line - 1]])
    except ValueError:
        return None  # the rest of the line is no TOML either
    values = ((mark.value.end, -len(path), mark.value, path) for path, mark in marks.items() if mark.value)
    _, _, value, path = max(values, default=(0, 0, Span(0, 0), ()))
    if line_column(source.starts, value.end)[0] < line:
        return _declared_twice(source, line)
    at = source.at(value)
    key = at.text[: at.column - 1].rstrip(" \t=")
    here = TextPlace(source.name, at.line, len(key) - len(key.lstrip()) + 1, len(key.lstrip()))
    while (first := marks[path].key) is not None and first.start >= source.starts[at.line - 1]:
        path = path[:-1]  # `a.b = 2` where `a` is no table
    first_at = source.at(first or Span(0, 0))
    place = TextPlace(source.name, first_at.line, first_at.column, first_at.end_column - first_at.column)
    related = (Related("first declared here", place),)
    return DECLARED_TWICE.of(here, related=related, name=".".join(map(str, path)))


def _include(document: Document, index: int, pattern: str, report: Report) -> None:
    path: SpecPath = ("include", index)
    if pattern.startswith("/") or ".." in pattern.split("/"):
        report.add(INCLUDE.at(path, pattern=pattern, reason="leaves the project"))
        return
    root = document.root.resolve()
    try:
        found = sorted(entry for entry in document.root.glob(pattern) if entry.is_file())
    except (ValueError, IndexError, NotImplementedError, OSError):
        found = []
    if not found:
        # A folder is easily meant to stand for what is in it.
        folder = pattern and (document.root / pattern).is_dir()
        advice = f'write "{pattern.rstrip("/")}/*.toml" for the files of a folder' if folder else None
        report.add(INCLUDE.at(path, help=advice, pattern=pattern, reason="matches no file"))
    for entry in found:
        name = entry.relative_to(document.root).as_posix()
        if not entry.resolve().is_relative_to(root):
            report.add(INCLUDE.at(path, pattern=pattern, reason=f"leaves the project by the link {name}"))
        elif name != document.main and name not in document.files:
            values = _read(document, entry, name, report)
            if values is not None:
                _merge(document, name, values, report)


def _merge(document: Document, name: str, values: dict[str, object], report: Report) -> None:
    for table, entries in values.items():
        if table not in INCLUDABLE:
            report.add(
                UNKNOWN_KEY.at(
                    (table,),
                    "key",
                    in_file=name,
                    key=table,
                    where=" in an included file",
                    help=did_you_mean(table, INCLUDABLE, what="an included file may hold"),
                )
            )
            continue
        into = document.values.setdefault(table, {})
        if not isinstance(entries, dict):
            report.add(WRONG_TYPE.at((table,), in_file=name, expected="a table", found=describe(entries)))
            continue
        if not isinstance(into, dict):
            continue  # the main file's own fault, reported when its shape is checked
        for key, value in entries.items():
            if key not in into:
                into[key] = value
                document.owners[table, key] = name
                continue
            first = document.owners.get((table, key), document.main)
            related = Related("first declared here", SpecPlace((table, key), "key", first))
            report.add(
                DECLARED_TWICE.at((table, key), "key", in_file=name, related=(related,), name=f"[{table}.{key}]")
            )
