"""Rules about the functions of python tasks: what they are called with, and what they find in their container."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator, Mapping, Sequence

from airdock.diagnostics import Diagnostic, Kind, Related, SpecPath, SpecPlace, TextPlace
from airdock.diagnostics.suggest import closest, did_you_mean
from airdock.facts import Feature
from airdock.load.files import FileProblem
from airdock.project.function_names import Binding, Spot, bindings, definition, outer_names, parsed, spot_of, yields
from airdock.project.function_source import arrives, change_in
from airdock.project.model import Function, Target, Task
from airdock.rules.context import Context

UNFIT = Kind(
    "AD312",
    "function-unfit",
    "error",
    "{problem}",
    what="The arguments of a python task do not fit its function, or the function cannot run by itself: it uses what "
    "is outside of it, or gives back what cannot leave the container.",
    why="Only the function itself is copied into the DAG and run in the container. Airflow would refuse the DAG, or "
    "the task would fail when it runs.",
    example='[images.etl]\nref = "python:3.12-slim"\n\n[dags.a.tasks.load]\nimage = "etl"\npython = "tasks.py:load"\n'
    'args = { day = "{{ ds }}" }\n',
    fix="Give the arguments that the function has. Import, and define, inside the function what it needs, or hand it "
    "over by args.",
)


def function_stands_alone(context: Context) -> Iterator[Diagnostic]:
    """A function must find what it uses inside itself, and arrive as it was written."""
    seen: set[str] = set()
    for task in context.tasks:
        function = task.function
        if function is not None and function.key not in seen:
            seen.add(function.key)
            alone = _Alone(context, function, task.places["python"])
            yield from alone.outer_names()
            yield from alone.generator()
            yield from alone.on_its_way()
            yield from alone.context_names()


def arguments_fit(context: Context) -> Iterator[Diagnostic]:
    """A function must be given the arguments that it has, and no others."""
    for task in context.tasks:
        if task.function is not None:
            node = definition(task.function.source)
            given = _given(task)
            yield from _not_taken(task.function, node, given)
            yield from _not_given(context.project.target, task, node, given)


def _given(task: Task) -> dict[str, SpecPath]:
    """Return the names of the arguments that a task gives, written once or mapped over, with their places."""
    given = {name: (*task.places["args"], name) for name, _ in task.arguments}
    return given | {name: (*task.path, "expand", "args", name) for name, _ in task.expand}


def _not_taken(function: Function, node: ast.FunctionDef, given: Mapping[str, SpecPath]) -> Iterator[Diagnostic]:
    """Report the arguments that a function does not take by name."""
    names = [argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)]
    positional = {argument.arg: argument for argument in node.args.posonlyargs}
    for name in _unknown(node, given):
        if name in positional:
            problem = f'function "{function.name}" takes "{name}" by position only, and a task gives it by name'
            related = (_related(function, positional[name], "move it behind the /"),)
            yield UNFIT.at(given[name], "key", related=related, problem=problem)
        else:
            problem = f'function "{function.name}" has no argument "{name}"'
            advice = did_you_mean(name, names, what="arguments of the function")
            related = (_related(function, node, "the function"),)
            yield UNFIT.at(given[name], "key", help=advice, related=related, problem=problem)


def _unknown(node: ast.FunctionDef, given: Mapping[str, SpecPath]) -> list[str]:
    """Return the names that a function does not take."""
    if node.args.kwarg is not None:
        return []
    names = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    return [name for name in given if name not in names]


def _not_given(
    target: Target, task: Task, node: ast.FunctionDef, given: Mapping[str, SpecPath]
) -> Iterator[Diagnostic]:
    """Report the arguments without a default that a task does not give."""
    function, positional = task.function, node.args.posonlyargs
    assert function is not None  # noqa: S101 - a python task has one
    required = [argument for argument, default in _parameters(node) if default is None]
    names = [argument.arg for argument in required]
    # One that is misspelt, or given by name where only its position counts, has its finding already.
    known = {closest(name, names) for name in _unknown(node, given)}
    known |= {one.arg for one in positional if one.arg in given and node.args.kwarg is None}
    missing = [one for one in required if one.arg not in known and (one.arg not in given or one in positional)]
    if not missing:
        return
    listed = ", ".join(f'"{argument.arg}"' for argument in missing)
    what = f"its argument{'s' if len(missing) > 1 else ''} {listed}"
    problem = f'task "{task.id}" does not give function "{function.name}" {what}'
    of_context = [one.arg for one in missing if one.arg in target.airflow.context_names]
    related = tuple(_related(function, argument, "it has no default") for argument in missing)
    place = task.places.get("args") or task.places["python"]
    yield UNFIT.at(place, help=_advice(missing, positional, of_context), related=related, problem=problem)


def _advice(missing: Sequence[ast.arg], positional: Sequence[ast.arg], of_context: Sequence[str]) -> str:
    if of_context:
        name = of_context[0]
        return f'Airflow gives a container no context: hand over what is needed, as args = {{ {name} = "{{{{ … }}}}" }}'
    if all(argument in positional for argument in missing):
        return "a task gives its arguments by name: remove the / from the function"
    return f"args = {{ {', '.join(f'{argument.arg} = …' for argument in missing)} }}"


def _parameters(node: ast.FunctionDef) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Return the parameters with their defaults, but *args and **kwargs."""
    by_position = [*node.args.posonlyargs, *node.args.args]
    without = len(by_position) - len(node.args.defaults)
    yield from zip(by_position, [*[None] * without, *node.args.defaults], strict=True)
    yield from zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)


def _related(function: Function, node: ast.arg | ast.FunctionDef, message: str) -> Related:
    if isinstance(node, ast.arg):
        return Related(message, _place(function, spot_of(function.source, node, len(node.arg))))
    return Related(message, _place(function, Spot(1, 1, len("def ") + len(node.name))))


def _place(function: Function, spot: Spot) -> TextPlace:
    return TextPlace(posixpath.normpath(function.file), spot.line + function.line - 1, spot.column, spot.width)


class _Alone:
    """A function, looked at for what it needs and does by itself."""

    def __init__(self, context: Context, function: Function, named: SpecPath) -> None:
        self._function = function
        self._files = context.files
        self._target = context.project.target
        self._drops = self._target.airflow.has(Feature.COMMENT_LINES_DROPPED)
        self._named = Related("it runs in a container of its own", SpecPlace(named))

    def outer_names(self) -> Iterator[Diagnostic]:
        """Report names from outside of the function."""
        function = self._function
        evaluated = self._target.airflow.has(Feature.ANNOTATIONS_EVALUATED)
        names = outer_names(function.source, annotations=evaluated)
        for name, spot in names:
            statement = self._bindings().get(name)
            place = _place(function, spot)
            if statement is None:
                problem = f'function "{function.name}" uses "{name}", which is defined nowhere'
                yield UNFIT.of(place, related=(self._named,), problem=problem)
                continue
            problem = f'function "{function.name}" uses "{name}" from outside its body'
            width = len(self._text().split("\n")[statement.lineno - 1].rstrip()) - statement.col_offset
            outside = TextPlace(place.file, statement.lineno, statement.col_offset + 1, width)
            related = (Related("this is not copied", outside), self._named)
            advice = _of_header(function, spot) or _move(name, statement, function)
            yield UNFIT.of(place, help=advice, related=related, problem=problem)

    def _bindings(self) -> dict[str, Binding]:
        return bindings(parsed(self._text()))

    def _text(self) -> str:
        """Return the text of the file; resolving has read and parsed it, but it may have gone since then."""
        try:
            return self._files.read_text(self._function.file).replace("\r", "\n")
        except FileProblem:
            return ""

    def generator(self) -> Iterator[Diagnostic]:
        """Report a generator: what it returns is never run, and cannot be sent back."""
        function = self._function
        found = yields(definition(function.source))
        if found is not None:
            problem = f'function "{function.name}" is a generator, and a generator cannot leave the container'
            place = _place(function, spot_of(function.source, found, len("yield")))
            advice = "collect the values in a list, and return that"
            yield UNFIT.of(place, help=advice, related=(self._named,), problem=problem)

    def on_its_way(self) -> Iterator[Diagnostic]:
        """Report a function of which Airflow would send something else."""
        function = self._function
        if arrives(function.source, drops_comments=self._drops):
            return
        line, change = change_in(function.source)
        text = function.source.split("\n")[line - 1]
        start = len(text) - len(text.lstrip())
        problem = f'function "{function.name}" arrives changed with Airflow {self._target.version}: {change}'
        place = _place(function, Spot(line, start + 1, max(len(text.strip()), 1)))
        advice = "write the string with escapes, not as a raw one over several lines"
        yield UNFIT.of(place, help=advice, related=(self._named,), problem=problem)

    def context_names(self) -> Iterator[Diagnostic]:
        """Report parameters named like something of Airflow's context that Airflow refuses."""
        function, facts = self._function, self._target.airflow
        node = definition(function.source)
        parameters = list(_parameters(node))
        if facts.has(Feature.CONTEXT_DEFAULT_REFUSED):
            for argument, default in parameters:
                none = isinstance(default, ast.Constant) and default.value is None
                if argument.arg in facts.context_names and default is not None and not none:
                    yield self._refused(argument, "a default other than None", "remove the default")
                    return
        if facts.has(Feature.CONTEXT_ORDER_REFUSED):
            first: ast.arg | None = None
            for argument, default in parameters[: len(parameters) - len(node.args.kwonlyargs)]:
                if argument.arg in facts.context_names:
                    first = first or argument
                elif first is not None and default is None:
                    yield self._refused(first, "one without a default behind it", "put it behind the others")
                    return

    def _refused(self, argument: ast.arg, what: str, advice: str) -> Diagnostic:
        problem = f'"{argument.arg}" is a name of Airflow\'s context, and Airflow {self._target.version} refuses {what}'
        place = _place(self._function, spot_of(self._function.source, argument, len(argument.arg)))
        return UNFIT.of(place, help=advice, related=(self._named,), problem=problem)


def _of_header(function: Function, spot: Spot) -> str | None:
    """Return what to do about a name in the header of a function, which is evaluated outside of it."""
    header = definition(function.source).args
    defaults = [default for default in (*header.defaults, *header.kw_defaults) if default is not None]
    for node in (inner for default in defaults for inner in ast.walk(default)):
        if isinstance(node, ast.Name) and spot_of(function.source, node, len(node.id)) == spot:
            return "a default is evaluated outside of the function: use None, and set it inside"
    first = definition(function.source).body[0]
    return "write the annotation in quotes" if spot.line < first.lineno else None


def _move(name: str, statement: Binding, function: Function) -> str:
    """Return how a function comes by a name of its file."""
    match statement:
        case ast.Import(names=names):
            return f'write "{ast.unparse(ast.Import(_aliases(name, names)))}" inside it'
        case ast.ImportFrom(module=module, names=names, level=level):
            return f'write "{ast.unparse(ast.ImportFrom(module, _aliases(name, names), level))}" inside it'
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return f'define "{name}" inside "{function.name}"'
        case _:
            return f'set it inside "{function.name}", or hand it over: args = {{ {name} = … }}'


def _aliases(name: str, names: list[ast.alias]) -> list[ast.alias]:
    return [alias for alias in names if (alias.asname or alias.name.split(".")[0]) == name]
