"""What tasks read of each other: by templates, and by `{ output = … }`, which is a rule of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from airdock.diagnostics import Diagnostic, Kind, Related, SpecPath, SpecPlace
from airdock.diagnostics.suggest import did_you_mean
from airdock.project.connections import leaves
from airdock.project.expand import NOT_MAPPABLE
from airdock.project.findings import UNKNOWN_TASK
from airdock.project.model import Task
from airdock.project.values import OutputValue
from airdock.rules.context import Context
from airdock.rules.template_fields import TaskText, written_place
from airdock.rules.template_text import Pull, Reading

NO_OUTPUT = Kind(
    "AD310",
    "output-not-there",
    "error",
    'task "{task}" reads the output of "{other}", {reason}',
    what="A task reads the output of a task that it does not wait for, or of one that has no output.",
    why="Airflow gives None in its place, and the word None is what arrives in the container.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.fetch]\nimage = "etl"\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\ncommand = ["load", "{{ ti.xcom_pull(task_ids=\'fetch\') }}"]\n',
    fix='Wait for the task: after = ["fetch"], or env = { ROWS = { output = "fetch" } }, which does both. And let it '
    'have an output: xcom = "last" is the default.',
)
_RETURNED = (None, "return_value")
"""The key of what a task returns."""


def outputs_there(
    rendered: Iterable[tuple[TaskText, Reading]], task: Task, tasks: Mapping[str, Task]
) -> Iterator[Diagnostic]:
    """Return what is wrong with the outputs that a task's templates read; ``tasks`` are those of its DAG."""
    upstream: frozenset[str] | None = None
    for text, reading in rendered:
        for pull in reading.pulls:
            upstream = upstream if upstream is not None else _upstream(task)
            yield from _pull(pull, text, tasks, upstream)


def source_outputs_there(context: Context) -> Iterator[Diagnostic]:
    """The task of `{ output = … }` must have an output; being waited for comes with it."""
    for task in context.tasks:
        for value, place in _outputs(context, task):
            missing = _missing(value.task, value.key)
            if missing is not None:
                reason, advice, related = missing
                where = (*place, "key" if value.key not in _RETURNED and value.task.xcom != "none" else "output")
                yield NO_OUTPUT.at(
                    where, help=advice, related=related, task=task.id, other=value.task.id, reason=reason
                )


def mapped_over_lists(context: Context) -> Iterator[Diagnostic]:
    """What a task is mapped over must be a list or a table: the last line of a container's output is a text.

    Airflow fails the task that hands out the text, with UnmappableXComTypePushed and no word of the one that is mapped.
    """
    for task in context.tasks:
        for mapped, place in _mapped(task):
            # A task that is mapped itself hands out a list: one text of each instance.
            if isinstance(mapped, OutputValue) and not mapped.task.expand and _is_line(mapped.task):
                other = mapped.task.id
                problem = f'"{other}" hands out one line, and one text is nothing to map over'
                advice = f'give {other} xcom = "all" for one instance for each line, or let a function return a list'
                yield NOT_MAPPABLE.at((*place, "output"), help=advice, problem=problem)


def _is_line(task: Task) -> bool:
    return task.kind == "container" and task.swarm is None and task.xcom == "last"


def _pull(pull: Pull, text: TaskText, tasks: Mapping[str, Task], upstream: frozenset[str]) -> Iterator[Diagnostic]:
    other = tasks.get(pull.task)
    if other is None:
        advice = did_you_mean(pull.task, tasks, what="tasks of this DAG")
        yield text.finding(UNKNOWN_TASK, pull.spot, advice, name=pull.task, what="task")
        return
    if pull.default:
        return  # the template says what to take where there is none
    related: tuple[Related, ...] = ()
    if other.id not in upstream:
        reason, advice = "which it does not wait for", f'add after = ["{other.id}"] to {text.task.id}'
        if other is text.task:
            reason, advice = (
                "which is itself",
                "it has none before it has run; include_prior_dates=True reads that of an earlier run",
            )
    else:
        missing = _missing(other, pull.key)
        if missing is None:
            return
        reason, advice, related = missing
    yield text.finding(NO_OUTPUT, pull.spot, advice, related=related, task=text.task.id, other=other.id, reason=reason)


def _missing(task: Task, key: str | None) -> tuple[str, str, tuple[Related, ...]] | None:
    """Return why a task has no output under a key, what to do, and where it says so; None where it may have one."""
    if task.kind == "operator":
        return None  # what it hands out is its own affair
    if task.xcom == "none":
        related = (Related("its xcom", SpecPlace(task.places["xcom"])),)
        return "which has none", f'remove xcom = "none" from {task.id}', related
    if task.swarm is not None and not isinstance(task.xcom, tuple):
        advice = f'give {task.id} xcom = {{ pickle = "/path" }}'
        return "which has none: a service of Docker Swarm hands out no lines", advice, ()
    if key not in _RETURNED and not task.options.get("multiple_outputs"):
        advice = "a container has one output, without a key"
        if task.kind == "python":
            advice = f"for keys of the returned table add multiple_outputs = true to {task.id}"
        return f'which has none under the key "{key}"', advice, ()
    return None


def _upstream(task: Task) -> frozenset[str]:
    """Return the ids of all tasks that a task comes after."""
    found: set[str] = set()
    pending = list(task.upstream)
    while pending:
        other = pending.pop()
        if other.id not in found:
            found.add(other.id)
            pending += other.upstream
    return frozenset(found)


def _outputs(context: Context, task: Task) -> Iterator[tuple[OutputValue, SpecPath]]:
    """Return the outputs that a task takes as sources, with their places."""
    places: list[tuple[object, SpecPath]] = [
        (value, written_place(context, task, "env", key)) for key, value in task.env if isinstance(value, OutputValue)
    ]
    table = "args" if task.kind == "python" else "arguments"
    places += [(value, (*task.places[table], key)) for key, value in task.arguments]
    places += _mapped(task)
    for given, where in places:
        for inner, leaf in leaves(given, where):
            if isinstance(leaf, OutputValue):
                yield leaf, inner


def _mapped(task: Task) -> Iterator[tuple[object, SpecPath]]:
    """Return what a task is mapped over, with its places."""
    table = "args" if task.kind == "python" else "arguments"
    expand: SpecPath = (*task.path, "expand")
    names = {"command": "command", "environment": "env"}
    for keyword, mapped in task.expand:
        yield mapped, (*expand, names[keyword]) if task.kind == "container" else (*expand, table, keyword)
