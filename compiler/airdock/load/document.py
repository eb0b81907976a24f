"""TOML text to a Document: the values, and where each of them stands."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path

import tomli

from airdock.diagnostics import Diagnostic, FilePlace, Kind, Related, Report, SpecPath, SpecPlace, TextPlace
from airdock.diagnostics.kind import Inside, Place
from airdock.diagnostics.locate import Location
from airdock.diagnostics.shape import UNKNOWN_KEY, WRONG_TYPE, describe
from airdock.diagnostics.suggest import did_you_mean
from airdock.load import seen
from airdock.load.reading import read_file
from airdock.load.source_map import Node, Span, first_repeat, line_column, line_starts, scan

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
_EDGES = tuple("\r\n\"'")
"""What stands before and behind a line of a text value."""
INCLUDABLE = ("images", "mounts", "connections", "variables", "pools", "assets", "engines", "dags")
"""Top-level tables that an included file may hold."""
_REPEATS = ("Cannot declare", "Cannot overwrite", "Cannot mutate", "Cannot redefine", "Duplicate inline table key")
"""How tomli's messages begin where something is declared twice."""


class SourceFile:
    """One TOML file: its name as shown to the user, its text as it stands on disk."""

    def __init__(self, name: str, text: str, is_toml: bool = False) -> None:
        self.name, self.text = name, text
        self.is_toml = is_toml
        """Whether it could be read: only then are there places."""
        self._lines: dict[int, str] = {}

    @cached_property
    def places(self) -> Node:
        """Places of every node. Made only when something has to be shown: building needs none."""
        return scan(self.text)

    @cached_property
    def shown(self) -> str:
        """The text as it may be shown, character by character at the same place."""
        from airdock.load.hidden import hidden

        return hidden(self.text, self.places if self.is_toml else None)

    @cached_property
    def starts(self) -> list[int]:
        """Offset of the start of every line."""
        return line_starts(self.text)

    def at(self, span: Span) -> Location:
        """Return the location of a span."""
        line, column = line_column(self.starts, span.start)
        end_line, end_column = line_column(self.starts, span.end)
        return Location(self.name, line, column, end_line, end_column, self.line(line))

    def inside(self, span: Span, part: Inside) -> Span | None:
        """Return where a part of a text value is written; None where escapes make it look different."""
        value, found = self.text[span.start : span.end], None
        for match in re.finditer(re.escape(part.line), value):
            start = span.start + match.start() + part.column - 1
            found = found or Span(start, start + part.width)
            # One line of a text can be a part of another one.
            if value[match.start() - 1 : match.start()] in _EDGES and value[match.end() : match.end() + 1] in _EDGES:
                return Span(start, start + part.width)
        return found

    def place(self, span: Span) -> TextPlace:
        """Return a span as a stretch of its first line."""
        at = self.at(span)
        end = at.end_column if at.end_line == at.line else len(at.text) + 1
        return TextPlace(self.name, at.line, at.column, max(1, end - at.column))

    def line(self, number: int) -> str:
        """Return a line (1-based) as it may be shown, without its line end."""
        # The same object for all findings of a line, which may be the whole of a large file.
        if number not in self._lines:
            start = self.starts[number - 1]
            end = self.shown.find("\n", start)
            self._lines[number] = self.shown[start : len(self.shown) if end < 0 else end].rstrip("\r")
        return self._lines[number]


class Document:
    """All values of airdock.toml and its included files, and where they stand."""

    def __init__(self, root: Path, main: str) -> None:
        self.root, self.main = root, main
        self.values: dict[str, object] = {}
        self.files: dict[str, SourceFile] = {}
        self.owners: dict[tuple[str, str], str] = {}
        """(table, name) to the file that declares it, for what comes from an included file."""
        self.named: set[tuple[str, str]] = set()
        """What a build looks at beside the project's TOML files; filled by `ProjectFiles`, which see."""

    def file_of(self, path: SpecPath) -> SourceFile:
        """Return the file in which a path stands."""
        owner = self.owners.get((str(path[0]), str(path[1]))) if len(path) > 1 else None
        return self.files[owner or self.main]

    def locate(self, place: Place) -> Location:
        """Return the location of a place; the nearest table around it when the place itself is not written."""
        if isinstance(place, FilePlace):
            return Location(place.file)
        if isinstance(place, TextPlace):
            file = self.files.get(place.file) or self._beside(place.file)
            text = file.line(place.line) if file and place.line <= len(file.starts) else ""
            return Location(place.file, place.line, place.column, place.line, place.column + place.width, text)
        file = self.files.get(place.file) if place.file else self.file_of(place.path)
        if file is None:
            return Location(self.main)
        node, depth = file.places.nearest(place.path)
        part = place.part if depth == len(place.path) else "header"
        order = {
            "key": (node.key, node.header, node.value),
            "value": (node.value, node.header, node.key),
            "header": (node.header, node.value, node.key),
        }[part]
        span = next((span for span in order if span is not None), Span(0, 0))
        return file.at((place.inside and file.inside(span, place.inside)) or span)

    def _beside(self, name: str) -> SourceFile | None:
        """Return a file that is no TOML but that a finding is in."""
        try:
            return SourceFile(name, read_file(seen.content(self.root / name)).decode("utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            return None


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


def document_of(root: Path, name: str, text: str, report: Report) -> Document:
    """Return what ``root/name`` would be with this text, before it is written; it includes nothing."""
    document = Document(root, name)
    document.files[name] = SourceFile(name, text)
    document.values = _parse(document.files[name], report) or {}
    return document


def _read(document: Document, path: Path, name: str, report: Report) -> dict[str, object] | None:
    try:
        data = read_file(seen.content(path))
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
        values = tomli.loads(source.text)
    except tomli.TOMLDecodeError as error:
        if error.msg.startswith(_REPEATS):
            twice = _declared_twice(source, error)
            if twice is not None:
                report.add(twice)
                return None
        report.add(_syntax(source, error))
    except (RecursionError, ValueError) as error:
        report.add(_syntax(source, error))
    else:
        source.is_toml = True
        return values
    return None


def _syntax(source: SourceFile, error: ValueError | RecursionError) -> Diagnostic:
    # Only a file with a fault pays for this import.
    from airdock.load.syntax.explain import syntax_fault

    fault = syntax_fault(source.text, error)
    return SYNTAX.of(source.place(Span(fault.start, fault.end)), help=fault.help, reason=fault.reason)


def _declared_twice(source: SourceFile, error: tomli.TOMLDecodeError) -> Diagnostic | None:
    """Both places of what one file declares twice."""
    from airdock.load.syntax.explain import place_of

    found = first_repeat(source.text[: place_of(source.text, error)])
    if found is None:
        return None
    name = ".".join(map(str, found.path))
    header = source.text.startswith("[", found.second.start)
    # tomli stops before the brackets that close a header.
    closing = re.compile(r"[ \t]*\]{0,2}").match(source.text, found.second.end) if header else None
    second = Span(found.second.start, closing.end() if closing else found.second.end)
    advice = "a list, or a table in braces, is whole where it stands: write all of it there" if found.whole else None
    related = (Related("first declared here", source.place(found.first)),)
    return DECLARED_TWICE.of(source.place(second), help=advice, related=related, name=f"[{name}]" if header else name)


def _include(document: Document, index: int, pattern: str, report: Report) -> None:
    path: SpecPath = ("include", index)
    shown = pattern if len(pattern) <= 80 else f"{pattern[:40]}…"
    if pattern.startswith("/") or ".." in pattern.split("/"):
        report.add(INCLUDE.at(path, pattern=shown, reason="leaves the project"))
        return
    root = document.root.resolve()
    folder = False
    try:
        seen.folders(document.root, pattern)
        matched = document.root.glob(pattern)
        found = sorted(entry for entry in matched if not seen.kind(entry).is_dir() and not _is_lock(entry))
        # A folder is easily meant to stand for what is in it.
        folder = not found and bool(pattern) and (document.root / pattern).is_dir()
    except (ValueError, IndexError, OSError, RuntimeError):
        # Of the last kind there are two: for a pattern with a drive letter, and for one that is too deep.
        found = []
    if not found:
        advice = f'write "{pattern.rstrip("/")}/*.toml" for the files of a folder' if folder else None
        report.add(INCLUDE.at(path, help=advice, pattern=shown, reason="matches no file"))
    for entry in found:
        name = entry.relative_to(document.root).as_posix()
        if not entry.exists():
            report.add(INCLUDE.at(path, pattern=shown, reason=f"matches {name}, a link that leads nowhere"))
        elif not entry.resolve().is_relative_to(root):
            report.add(INCLUDE.at(path, pattern=shown, reason=f"leaves the project by the link {name}"))
        elif not entry.is_file():
            report.add(INCLUDE.at(path, pattern=shown, reason=f"matches {name}, which is a pipe or a device"))
        elif name != document.main and name not in document.files:
            values = _read(document, entry, name, report)
            if values is not None:
                _merge(document, name, values, report)


def _is_lock(path: Path) -> bool:
    """Say whether something is how Emacs marks a file that is being edited: a link to the name of who does it."""
    return path.name.startswith(".#") and path.is_symlink() and not path.exists()


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
            related = Related("first declared here", SpecPlace((table, key), "key"))
            report.add(
                DECLARED_TWICE.at((table, key), "key", in_file=name, related=(related,), name=f"[{table}.{key}]")
            )
