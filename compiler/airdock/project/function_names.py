"""The names that a function takes from outside: only the function itself is copied into the container."""

from __future__ import annotations
import __future__

import ast
import builtins
import dis
import warnings
from collections.abc import Iterator
from types import CodeType
from typing import NamedTuple, TypeAlias

_NEWER_BUILTINS = {"BaseExceptionGroup", "ExceptionGroup", "PythonFinalizationError"}
"""Of a Python that may be newer than airdock's own."""
_OF_MODULES = {"__annotations__", "__builtins__", "__cached__", "__conditional_annotations__", "__doc__", "__file__"}
_OF_MODULES |= {"__loader__", "__name__", "__package__", "__spec__"}
_KNOWN = frozenset({*dir(builtins), *_NEWER_BUILTINS, *_OF_MODULES})
_LOADS = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"}


class Spot(NamedTuple):
    """A stretch of a source line; line and column from 1, in characters."""

    line: int
    column: int
    width: int = 1


def compiled(source: str, *, annotations: bool) -> CodeType:
    """Return the code of a source; ``annotations`` says whether it evaluates those. Raises SyntaxError."""
    flags = 0 if annotations else __future__.annotations.compiler_flag
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        code: CodeType = compile(source, "<function>", "exec", flags=flags, dont_inherit=True)
    return code


def outer_names(source: str, *, annotations: bool) -> list[tuple[str, Spot]]:
    """Return the names that a function's source takes from outside of it, each with the first place of its use.

    Python's own compiler decides which they are, so that scopes are what they are when the function runs.
    """
    codes = [list(_instructions(code)) for code in _codes(compiled(source, annotations=annotations))]
    own = {name for code in codes for opcode, name, _ in code if opcode == "STORE_GLOBAL"}
    own |= {name for opcode, name, _ in codes[0] if opcode == "STORE_NAME"}
    uses: dict[str, int] = {}
    for code in codes:
        # The body of a class, whose names are its own once they are set.
        local = {name for opcode, name, _ in code if opcode == "STORE_NAME"}
        for opcode, name, line in code:
            if opcode in _LOADS and name not in own | local | _KNOWN:
                uses[name] = min(line, uses.get(name, line))
    spots = spots_of_names(source) if uses else {}
    found = [
        (name, next((spot for spot in spots.get(name, ()) if spot.line >= line), Spot(line, 1)))
        for name, line in uses.items()
    ]
    return sorted(found, key=lambda item: (item[1].line, item[1].column))


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _instructions(code: CodeType) -> Iterator[tuple[str, str, int]]:
    """Return (opcode, name, line) of the instructions that have to do with names."""
    line = code.co_firstlineno
    for instruction in dis.get_instructions(code):
        positions = getattr(instruction, "positions", None)
        if positions is not None and positions.lineno is not None:
            line = positions.lineno
        elif positions is None and instruction.starts_line:
            line = instruction.starts_line  # Python 3.10
        if isinstance(instruction.argval, str):
            yield instruction.opname, instruction.argval, line


def spots_of_names(source: str) -> dict[str, list[Spot]]:
    """Return where a source uses names, in the order of its lines."""
    found: dict[str, list[Spot]] = {}
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Name):
            found.setdefault(node.id, []).append(spot_of(source, node, len(node.id)))
    for spots in found.values():
        spots.sort(key=lambda spot: (spot.line, spot.column))
    return found


def parsed(source: str) -> ast.Module:
    """Return the tree of a source, without a word about odd escapes in it. Raises SyntaxError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(source)


def definition(source: str) -> ast.FunctionDef:
    """Return the definition that the source of a function consists of."""
    node = parsed(source).body[0]
    assert isinstance(node, ast.FunctionDef)  # noqa: S101 - resolving has looked
    return node


def spot_of(source: str, node: ast.AST, width: int) -> Spot:
    """Return the place of a node; Python counts columns in bytes."""
    line, column = int(node.lineno), int(node.col_offset)  # type: ignore[attr-defined]
    before = source.split("\n")[line - 1].encode()[:column]
    return Spot(line, len(before.decode(errors="replace")) + 1, width)


def yields(function: ast.FunctionDef) -> ast.AST | None:
    """Return what makes a function a generator, if it is one."""
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop(0)
        if isinstance(node, ast.Yield | ast.YieldFrom):
            return node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            pending[:0] = ast.iter_child_nodes(node)
    return None


Binding: TypeAlias = ast.stmt | ast.Name
"""What sets a name: a statement, or the target of a loop or a with."""


def bindings(tree: ast.Module) -> dict[str, Binding]:
    """Return the names that a file sets outside of its functions and classes, with what does so last."""
    found: dict[str, Binding] = {}
    pending: list[ast.AST] = list(tree.body)
    while pending:
        node = pending.pop(0)
        match node:
            case ast.Import() | ast.ImportFrom():
                found |= {(alias.asname or alias.name.split(".")[0]): node for alias in node.names}
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                found[node.name] = node
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                names = [name for name in ast.walk(node) if isinstance(name, ast.Name)]
                found |= {name.id: node for name in names if isinstance(name.ctx, ast.Store)}
            case ast.Name(ctx=ast.Store()):
                found[node.id] = node
            case ast.stmt() | ast.ExceptHandler() | ast.match_case() | ast.withitem() | ast.Tuple() | ast.List():
                pending[:0] = ast.iter_child_nodes(node)
    return found
