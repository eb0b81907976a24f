"""What can be known of a Python expression without running it."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

_DEEPEST = 100
_LARGEST = 100_000
"""How many parts a value may have: a short module can write down a huge one."""
_UTC = ("timezone.utc", "pendulum.UTC", "datetime.UTC")
_CHANGING = (
    "update",
    "setdefault",
    "pop",
    "popitem",
    "clear",
    "append",
    "extend",
    "insert",
    "remove",
    "sort",
    "reverse",
)
_RULES = ("TriggerRule", "WeightRule")


class NotLiteral(Exception):  # noqa: N818 - becomes a note for a person
    """An expression that only running the module would tell; ``node`` is the part that does not."""

    def __init__(self, node: ast.AST) -> None:
        super().__init__()
        self.node = node


@dataclass(frozen=True)
class HostEnv:
    """A variable of the environment, `os.environ["NAME"]`."""

    name: str
    default: str | None = None


@dataclass(frozen=True)
class Output:
    """The output of a task, `fetch.output`."""

    task: str


@dataclass(frozen=True)
class Made:
    """An object of docker's that a call makes: Mount, DeviceRequest, Ulimit. Arguments by name, or by number."""

    kind: str
    arguments: Mapping[str | int, Any]


@dataclass
class Names:
    """What the names of a module stand for: its imports, and what is assigned once at its top."""

    imports: dict[str, str] = field(default_factory=dict)
    constants: dict[str, ast.expr] = field(default_factory=dict)
    tasks: dict[str, str] = field(default_factory=dict)
    """Variables that hold a task, as far as the module has been read, and its id."""
    _parts: int = 0

    @classmethod
    def of(cls, tree: ast.Module) -> Names:
        """Return the names of a module."""
        found = cls()
        assigned: dict[str, int] = {}
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found.imports.update({alias.asname or alias.name: alias.name for alias in node.names})
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.imports.update(
                    {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
                )
            changed = _changed(node)
            if changed is not None:
                assigned[changed] = assigned.get(changed, 0) + 1
        first = tree.body[0] if tree.body else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            found.constants["__doc__"] = first.value
        for statement in tree.body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else None
            if isinstance(statement, ast.AnnAssign) and statement.value is not None:
                target = statement.target
            if isinstance(target, ast.Name) and assigned[target.id] == 1:
                found.constants[target.id] = statement.value  # type: ignore[attr-defined]
        return found

    def full(self, node: ast.AST) -> str:
        """Return the full name of what an expression names, imports written out; nothing if it names nothing."""
        if isinstance(node, ast.Name):
            return self.imports.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            before = self.full(node.value)
            return f"{before}.{node.attr}" if before else ""
        return ""

    def value(self, node: ast.AST, depth: int = 0) -> Any:
        """Return the value of an expression; raises NotLiteral."""
        self._parts = self._parts + 1 if depth else 0
        if depth > _DEEPEST or self._parts > _LARGEST:
            raise NotLiteral(node)
        reader = _READERS.get(type(node))
        if reader is None:
            raise NotLiteral(node)
        try:
            return reader(self, node, depth + 1)
        except (ValueError, TypeError, LookupError, OverflowError):
            raise NotLiteral(node) from None


def _changed(node: ast.AST) -> str | None:
    """Return the name that is bound, or whose object may be changed, by a part of a module."""
    if isinstance(node, ast.arg):
        return node.arg
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
        return node.value.id if isinstance(node.value, ast.Name) else None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _CHANGING:
        return node.func.value.id if isinstance(node.func.value, ast.Name) else None
    return None


def is_text(value: str) -> bool:
    """Say whether a string can be written to a file, and handed to a process."""
    return "\0" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def _constant(_: Names, node: ast.Constant, __: int) -> Any:
    if isinstance(node.value, bytes | complex) or node.value is ...:
        raise NotLiteral(node)
    if isinstance(node.value, str) and not is_text(node.value):
        raise NotLiteral(node)
    return node.value


def _name(names: Names, node: ast.Name, depth: int) -> Any:
    if node.id in names.tasks:
        return Output(names.tasks[node.id])
    if node.id not in names.constants:
        raise NotLiteral(node)
    return names.value(names.constants[node.id], depth)


def _list(names: Names, node: ast.List | ast.Tuple | ast.Set, depth: int) -> list[Any]:
    return [names.value(item, depth) for item in node.elts]


def _dict(names: Names, node: ast.Dict, depth: int) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for key, item in zip(node.keys, node.values, strict=True):
        value = names.value(item, depth)
        found.update(value if key is None else {names.value(key, depth): value})
    return found


def _joined(names: Names, node: ast.JoinedStr, depth: int) -> str:
    pieces = []
    for piece in node.values:
        plain = isinstance(piece, ast.FormattedValue) and piece.format_spec is None and piece.conversion == -1
        value = names.value(piece.value if plain else piece, depth)  # type: ignore[attr-defined]
        if not isinstance(value, str | int | float):
            raise NotLiteral(piece)
        pieces.append(str(value))
    return "".join(pieces)


def _binary(names: Names, node: ast.BinOp, depth: int) -> Any:
    left, right = names.value(node.left, depth), names.value(node.right, depth)
    numbers = isinstance(left, int | float | timedelta) and isinstance(right, int | float | timedelta)
    if isinstance(node.op, ast.Add) and (numbers or (type(left) is type(right) and isinstance(left, str | list))):
        return left + right
    if isinstance(node.op, ast.Mult) and numbers:
        return left * right
    if isinstance(node.op, ast.BitOr) and isinstance(left, dict) and isinstance(right, dict):
        return left | right
    raise NotLiteral(node)


def _unary(names: Names, node: ast.UnaryOp, depth: int) -> Any:
    value = names.value(node.operand, depth)
    if isinstance(node.op, ast.USub) and isinstance(value, int | float):
        return -value
    raise NotLiteral(node)


def _attribute(names: Names, node: ast.Attribute, depth: int) -> Any:  # noqa: ARG001
    if node.attr == "output" and isinstance(node.value, ast.Name):
        return Output(names.tasks[node.value.id])
    full = names.full(node)
    if full.endswith(_UTC):
        return timezone.utc
    if full.split(".")[-2:-1] and full.split(".")[-2] in _RULES:
        return node.attr.lower()
    raise NotLiteral(node)


def _subscript(names: Names, node: ast.Subscript, depth: int) -> Any:
    if names.full(node.value) == "os.environ":
        return HostEnv(names.value(node.slice, depth))
    return names.value(node.value, depth)[names.value(node.slice, depth)]


def _call(names: Names, node: ast.Call, depth: int) -> Any:
    full = names.full(node.func)
    read = _CALLS.get(full.rpartition(".")[2])
    if full in ("os.environ.get", "os.getenv"):
        read = HostEnv
    if read is None or any(keyword.arg is None for keyword in node.keywords):
        raise NotLiteral(node)
    positional = [names.value(item, depth) for item in node.args]
    return read(*positional, **{str(keyword.arg): names.value(keyword.value, depth) for keyword in node.keywords})


def _moment(*numbers: int, tz: Any = None, tzinfo: Any = None, **named: int) -> datetime:
    zone = tz or tzinfo
    return datetime(*numbers, **named, tzinfo=_zone(zone) if isinstance(zone, str) else zone)  # type: ignore[misc,arg-type]


def _zone(name: str) -> ZoneInfo | timezone:
    return timezone.utc if name == "UTC" else ZoneInfo(name)


def _made(kind: str) -> Callable[..., Made]:
    return lambda *positional, **named: Made(kind, dict(enumerate(positional)) | named)


_CALLS: dict[str, Callable[..., Any]] = {
    "timedelta": timedelta,
    "duration": timedelta,
    "datetime": _moment,
    "date": date,
    "ZoneInfo": _zone,
    "timezone": _zone,
    "dict": dict,
    "dedent": textwrap.dedent,
    "Mount": _made("Mount"),
    "DeviceRequest": _made("DeviceRequest"),
    "Ulimit": _made("Ulimit"),
}
_READERS: dict[type[ast.AST], Callable[[Names, Any, int], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.List: _list,
    ast.Tuple: _list,
    ast.Set: _list,
    ast.Dict: _dict,
    ast.JoinedStr: _joined,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
}
