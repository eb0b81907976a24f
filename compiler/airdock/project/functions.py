"""Python functions of the user's: found in their file, and copied as they stand."""

from __future__ import annotations

import ast
import posixpath

from airdock.diagnostics import Related, SpecPath, SpecPlace, TextPlace
from airdock.diagnostics.suggest import did_you_mean
from airdock.facts import Feature
from airdock.project.findings import NAMES_COLLIDE, NO_SUCH_FUNCTION
from airdock.project.function_names import Binding, bindings, compiled, parsed, spot_of
from airdock.project.function_source import sendable
from airdock.project.model import Function
from airdock.project.scope import Scope

_IMPORTED = "ConfigReference DeviceRequest DockerOperator DockerSwarmOperator Mount Placement Resources SecretReference"
_IMPORTED += " Sequence ServiceMode Ulimit ZoneInfo date datetime docker_task timedelta"
_OWN = "HOST_DIR PrivateEnvironment annotations dag functions os outputs_as_lists"
_BUILTINS = "bytes dict float getattr isinstance len str tuple"
TAKEN = frozenset(f"{_IMPORTED} {_OWN} {_BUILTINS}".split())
"""What a DAG module imports, sets or has of Python, beside the functions that are copied into it and Airflow's."""


def resolve_function(scope: Scope, named: str, where: SpecPath) -> Function | None:
    """Return the function ``path/file.py:name``; reports AD212, AD213 and AD906."""
    file, _, name = named.rpartition(":")
    text = scope.read_text(file, where, "Python file")
    if text is None:
        return None
    # Python ends a line at a lone CR too; a form feed or U+2028 in a string ends none.
    text = text.replace("\r", "\n")
    found = _Found(scope, file, text, where)
    tree = found.tree()
    if tree is None:
        return None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    node = functions.get(name)
    if node is None:
        found.report_missing(tree, name, list(functions))
        return None
    if name in TAKEN or name in scope.target.airflow.imports:
        reason = "is a name that the DAG module has for itself"
        scope.report.add(NAMES_COLLIDE.at(where, name=name, other=named, reason=reason))
        return None
    if node.decorator_list:
        reason = f'defines "{name}" with a decorator, which the container would not have'
        found.report_at(node.decorator_list[0], reason, "remove it, or call what it does inside the function")
        return None
    source = "\n".join(text.split("\n")[node.lineno - 1 : node.end_lineno]) + "\n"
    if not found.compiles(source, node.lineno):
        return None
    drops = scope.target.airflow.has(Feature.COMMENT_LINES_DROPPED)
    return Function(file, name, sendable(source, drops_comments=drops), node.lineno)


class _Found:
    """A file of the user's, and the place of airdock.toml that names it."""

    def __init__(self, scope: Scope, file: str, text: str, where: SpecPath) -> None:
        self._scope, self._file, self._text, self._where = scope, file, text, where
        self._name = posixpath.normpath(file)
        self._related = (Related("named here", SpecPlace(where)),)

    def tree(self) -> ast.Module | None:
        """Return the syntax tree of the file; reports AD213 if it is not Python."""
        try:
            return parsed(self._text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self._report_syntax(error, 1)
            return None

    def compiles(self, source: str, line: int) -> bool:
        """Say whether a function is whole, which its syntax alone does not tell; reports AD213 if it is not."""
        try:
            compiled(source, annotations=False)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self._report_syntax(error, line)
            return False
        return True

    def _report_syntax(self, error: Exception, first: int) -> None:
        """Report AD213 at the fault, or at the name of the file where Python does not say which line it is."""
        if not isinstance(error, SyntaxError) or not error.lineno:
            reason = "is not Python: it is nested too deeply, or holds a NUL character"
            self._scope.report.add(NO_SUCH_FUNCTION.at(self._where, file=self._file, reason=reason))
            return
        lines = self._text.split("\n")
        line = min(error.lineno + first - 1, len(lines))
        column = min(max(error.offset or 1, 1), len(lines[line - 1]) + 1)
        end = error.end_offset if error.end_lineno == error.lineno else None
        place = TextPlace(self._name, line, column, max((end or 0) - column, 1))
        reason = f"is not Python: {error.msg}"
        advice = "airdock reads it as the Python that it runs with itself, which may be older than the file"
        self._scope.report.add(
            NO_SUCH_FUNCTION.of(place, help=advice, related=self._related, file=self._file, reason=reason)
        )

    def report_at(self, node: ast.AST, reason: str, advice: str) -> None:
        """Report AD213 at a place of the file."""
        place = self._place(node, 1)
        segment = ast.get_source_segment(self._text, node) or ""
        width = max(len(segment.partition("\n")[0]), 1)
        place = TextPlace(place.file, place.line, place.column, width)
        self._scope.report.add(
            NO_SUCH_FUNCTION.of(place, help=advice, related=self._related, file=self._file, reason=reason)
        )

    def _place(self, node: ast.AST, width: int) -> TextPlace:
        spot = spot_of(self._text, node, width)
        return TextPlace(self._name, spot.line, spot.column, spot.width)

    def report_missing(self, tree: ast.Module, name: str, functions: list[str]) -> None:
        """Report AD213 for a name that is no function of the top level, and say what it is instead."""
        report, node = self._scope.report, bindings(tree).get(name)
        reason = f'has no function "{name}" at its top level'
        if isinstance(node, ast.AsyncFunctionDef):
            place = self._place(node, len("async def"))
            reason = f'defines "{name}" with async def, and nothing awaits it in the container'
            advice: str | None = "write def, and call asyncio.run(…) inside it"
            report.add(NO_SUCH_FUNCTION.of(place, help=advice, related=self._related, file=self._file, reason=reason))
            return
        related: tuple[Related, ...] = ()
        advice = did_you_mean(name, functions, what="functions of the file")
        what = _what(node) or _nested(tree, name)
        if what is not None:
            words, found = what
            related = (Related(f"it is {words}", self._place(found, 1)),)
            advice = "define it with def, at the top level of the file"
        report.add(NO_SUCH_FUNCTION.at(self._where, help=advice, related=related, file=self._file, reason=reason))


def _what(node: Binding | None) -> tuple[str, ast.AST] | None:
    """Return in words what a statement of the top level makes a name."""
    match node:
        case None:
            return None
        case ast.ClassDef():
            return "a class", node
        case ast.Import() | ast.ImportFrom():
            return "imported", node
        case ast.FunctionDef():
            return "defined under a condition", node
        case ast.Assign(value=ast.Lambda()) | ast.AnnAssign(value=ast.Lambda()):
            return "a lambda", node
        case _:
            return "a variable", node


def _nested(tree: ast.Module, name: str) -> tuple[str, ast.AST] | None:
    """Return a function of this name inside a class or another function."""
    for outer in ast.walk(tree):
        if isinstance(outer, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for node in outer.body:
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                    kind = "a method of class" if isinstance(outer, ast.ClassDef) else "inside function"
                    return f'{kind} "{outer.name}"', node
    return None
