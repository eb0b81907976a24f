"""Mutants of a source file: one small change each, made by the operators of mutmut, as text to put in a place.

What cannot change what the program does for anybody is not mutated: annotations and type aliases, docstrings, imports,
and decorators (`frozen=True` declares; what a decorator does is not lost by losing an argument of it).
"""

from __future__ import annotations

import ast
import hashlib
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, WhitespaceInclusivePositionProvider
from mutmut.mutation.mutators import mutation_operators

# mutmut never mutates calls of these two: an argument left out of them is an error at once, not another behaviour.
_CHECKED_BY_PYTHON = {"len", "isinstance"}
_OF_TYPES = {"TypeVar", "cast", "NewType"}
_SHOWN = 100


@dataclass(frozen=True)
class Mutant:
    """Text to put in the place of ``source[start:end]`` (offsets in characters) of a file."""

    path: str
    """Relative to the repository."""
    start: int
    end: int
    text: str
    line: int
    """1-based, where the change begins; shown and counted by."""
    last: int
    """The line where what is replaced ends."""
    original: str
    function: str | None
    """The qualified name of the outermost function whose body has the change; None if it runs at import."""
    body: tuple[int, int] | None
    """The first and the last line of that body."""

    @cached_property
    def id(self) -> str:
        """What it is known by as long as the file stays as it is."""
        return f"{self.path}:{self.start}:{self.end}:{hashlib.sha256(self.text.encode()).hexdigest()[:12]}"

    @property
    def change(self) -> str:
        """``original -> mutant``, on one line; of long ones what differs, with a little around it."""
        old, new = " ".join(self.original.split()), " ".join(self.text.split())
        if max(len(old), len(new)) <= _SHOWN:
            return f"{old} -> {new}"
        same = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
        begin = max(0, same - _SHOWN // 3)
        end = begin + _SHOWN
        return " -> ".join(
            ("…" if begin else "") + text[begin:end] + ("…" if end < len(text) else "") for text in (old, new)
        )

    def applied(self, source: str) -> str:
        """Return the source with the change."""
        return source[: self.start] + self.text + source[self.end :]


def mutants(root: Path, path: str) -> list[Mutant]:
    """Return all mutants of a file, in the order of the text."""
    source = (root / path).read_text(encoding="utf-8")
    module = cst.parse_module(source)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    places = wrapper.resolve(WhitespaceInclusivePositionProvider)
    offsets = [0]
    for text in source.splitlines(keepends=True):
        offsets.append(offsets[-1] + len(text))
    bodies = _bodies(ast.parse(source))
    found: dict[str, Mutant] = {}
    for node in _mutable(module):
        place: CodeRange = places[node]
        start = offsets[place.start.line - 1] + place.start.column
        end = offsets[place.end.line - 1] + place.end.column
        original = source[start:end]
        # The whitespace before belongs to the range: the change begins after it.
        before = original[: len(original) - len(original.lstrip())]
        line = place.start.line + before.count("\n")
        last = line + original.strip().count("\n")
        function, body = next((entry for entry in bodies if entry[1][0] <= line <= entry[1][1]), (None, None))
        for text in _changed(module, node, before.rpartition("\n")[2]):
            mutant = Mutant(path, start, end, text, line, last, original, function, body)
            found.setdefault(mutant.id, mutant)
    return sorted(found.values(), key=lambda mutant: (mutant.start, mutant.end))


def _mutable(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Return the nodes that a change of is a change of behaviour."""
    for child in node.children:
        match child:
            case cst.Annotation() | cst.Import() | cst.ImportFrom() | cst.Decorator():
                continue
            case cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString()):
                continue
            case cst.AnnAssign(annotation=cst.Annotation(annotation=cst.Name(value="TypeAlias"))):
                continue
            case cst.Call(func=cst.Name(value=name)) if name in _CHECKED_BY_PYTHON | _OF_TYPES:
                continue
            case cst.Subscript(value=cst.Name(value="Literal")):
                continue
            case cst.If(test=cst.Name(value="TYPE_CHECKING")):
                continue
        yield child
        yield from _mutable(child)


def _changed(module: cst.Module, node: cst.CSTNode, indent: str) -> Iterator[str]:
    """Return the texts that may stand in the place of a node that is indented so far."""
    for kind, operator in mutation_operators:
        if not isinstance(node, kind):
            continue
        for mutated in operator(node):
            text = module.code_for_node(mutated)
            if isinstance(node, cst.BaseCompoundStatement):  # its range begins at the line, its text at the statement
                text = textwrap.indent(text, indent)
            yield text


def _bodies(module: ast.Module) -> list[tuple[str, tuple[int, int]]]:
    """Return name, and first and last line of the body, of the functions of modules and classes."""
    found: list[tuple[str, tuple[int, int]]] = []

    def look(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                found.append((prefix + node.name, (node.body[0].lineno, node.end_lineno or node.lineno)))
            elif isinstance(node, ast.ClassDef):
                look(node.body, f"{prefix}{node.name}.")

    look(module.body, "")
    return found
