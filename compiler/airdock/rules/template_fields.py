"""The texts of tasks that look like templates, and which of them Airflow renders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from airdock.diagnostics import Diagnostic, Kind, Related, SpecPath, SpecPlace, TextPlace
from airdock.diagnostics.kind import Inside, Place
from airdock.facts import ProviderFacts
from airdock.project.connections import leaves
from airdock.project.model import HostPath, Swarm, Task
from airdock.project.values import EnvValue, HostVariable
from airdock.rules.context import Context
from airdock.rules.template_text import Spot, is_template

_DOCUMENTATION = frozenset({"doc_md", "owner", "task_display_name"})
"""Keywords of text for people, who may well write about templates."""
_RENDERED = frozenset({"map_index_template"})
"""Keywords that Airflow renders although they are no template fields."""


class TaskText(NamedTuple):
    """A text of a task, and where it comes from."""

    task: Task
    field: str
    """Operator keyword."""
    text: str
    path: SpecPath
    file: str | None = None
    """The file of a script."""

    @property
    def user(self) -> str:
        """How a finding calls who has written it."""
        if self.path[: len(self.task.path)] == self.task.path:
            return f'task "{self.task.id}"'
        match self.path:
            case ("images" | "mounts" as table, name, *_):
                return f'{table.removesuffix("s")} "{name}"'
            case ("defaults", *_):
                return "[defaults.task]"
        return f"[dags.{self.path[1]}.defaults]"

    @property
    def key(self) -> str:
        """The key of airdock.toml that it stands at."""
        names = [part for part in self.path if isinstance(part, str)]
        return names[-2 if self.field in ("labels", "extra_hosts") else -1]

    def finding(
        self, kind: Kind, spot: Spot, advice: str | None, related: tuple[Related, ...] = (), **params: object
    ) -> Diagnostic:
        """Return a finding at a part of the text."""
        place: Place = SpecPlace(self.path, inside=Inside(spot.line, spot.column, spot.width))
        if self.file is not None:
            related = (Related("the script of the task", SpecPlace(self.path)), *related)
            place = TextPlace(self.file, spot.number, spot.column, spot.width)
        return kind.of(place, help=advice, related=related, **{"user": self.user, **params})


def is_rendered(field: str, provider: ProviderFacts) -> bool:
    """Say whether Airflow renders a field of an operator."""
    return field in _RENDERED or provider.renders(field)


def template_texts(context: Context, task: Task) -> Iterator[TaskText]:
    """Return the texts of a task with something for Jinja to do that reach its operator, without documentation.

    Other operators than docker's render what they like: which fields those are, only their class knows, and a field
    that is not rendered may well hold braces.
    """
    if task.kind == "operator":
        return
    if task.command is not None and "{" in "".join(task.command):
        yield from (text for text in _command(context, task) if is_template(text.text))
    for key, variable in task.env:
        if isinstance(variable, str) and is_template(variable):
            yield TaskText(task, "environment", variable, written_place(context, task, "env", key))
    for field, value, path in _values(context, task):
        if isinstance(value, str):
            if is_template(value):
                yield TaskText(task, field, value, path)
        elif isinstance(value, dict | list):
            for place, leaf in leaves(value, path):
                if isinstance(leaf, str) and is_template(leaf):
                    yield TaskText(task, field, leaf, place)


def _values(context: Context, task: Task) -> Iterator[tuple[str, Any, SpecPath]]:
    """Return (operator keyword, value, place), without command and environment."""
    if task.image is not None and task.image.build is None:
        yield "image", task.image.reference, ("images", task.image.name, "ref")
    for _, variable in task.env:
        if isinstance(variable, HostVariable) and isinstance(variable.value, EnvValue):
            yield "private_environment", variable.value.default, (*variable.value.path, "default")
    for use in task.mounts:
        if "{" in use.target:
            own = use.target != use.mount.target
            yield "mounts", use.target, (*(use.path if own else use.mount.path), "target")
        source = use.mount.source
        if isinstance(source, HostPath) and "{" in source.tail and isinstance(source.base, str):
            yield "mounts", source.tail, (*use.mount.path, "source")
    for argument, given in task.arguments:
        yield "op_kwargs", given, (*task.places["args"], argument)
    for keyword, mapped in task.expand:
        # What is written down is rendered like any other value; the output of a task is not.
        if isinstance(mapped, list):
            names = ("args", keyword) if task.kind == "python" else ({"environment": "env"}.get(keyword, keyword),)
            field = "op_kwargs" if task.kind == "python" else keyword
            yield field, mapped, (*task.path, "expand", *names)
    for keyword, option in task.options.items():
        if isinstance(option, (str, dict, list)) and keyword in task.keys and keyword not in _DOCUMENTATION:
            place = task.places.get(task.keys[keyword])
            if place is not None:
                yield keyword, option, place
    if task.swarm is not None:
        yield from _of_service(task.swarm, task.places.get("swarm", task.path))
    for key, label in task.labels:
        if "{" in label:
            yield "labels", label, written_place(context, task, "labels", key)
    for key, keyword, text in (("network", "network_mode", task.network), ("user", "user", task.user)):
        if key in task.places:
            yield keyword, text, task.places[key]
    if isinstance(task.xcom, tuple):
        yield "retrieve_output_path", task.xcom[1], (*task.places["xcom"], "pickle")


def _of_service(swarm: Swarm, path: SpecPath) -> Iterator[tuple[str, Any, SpecPath]]:
    for keyword, option in swarm.options.items():
        yield keyword, option, (*path, swarm.keys[keyword])
    yield "placement", list(swarm.constraints), (*path, "constraints")
    for keyword, rows in (("configs", swarm.configs), ("secrets", swarm.secrets)):
        for index, row in enumerate(rows):
            for name, value in row.items():
                yield keyword, value, (*path, keyword, index, name.rpartition("_")[2])


def _command(context: Context, task: Task) -> Iterator[TaskText]:
    """Return the arguments of a container; the last one of a script is the script."""
    if task.command is None:
        return
    # The nearer of the two keys rules the other one out.
    choices = ((*layer, key) for layer in _layers(task) for key in ("script", "command"))
    place = next((choice for choice in choices if context.written_at(choice) is not None), task.path)
    arguments = task.command
    if place[-1] == "script":
        arguments, script = task.command[:-1], task.command[-1]
        written = context.written_at(place)
        if not isinstance(written, dict):
            yield TaskText(task, "command", script, place)
        elif written.get("template"):  # else it is text that is to arrive as it is
            yield TaskText(task, "command", script, place, str(written["file"]))
        place = written_place(context, task, "shell")
    for index, argument in enumerate(arguments):
        yield TaskText(task, "command", argument, (*place, index))


def _layers(task: Task) -> list[SpecPath]:
    """Return the tables that a task has its keys from, the nearest first."""
    return [task.path, (*task.path[:2], "defaults"), ("defaults", "task")]


def written_place(context: Context, task: Task, *keys: str) -> SpecPath:
    """Return the nearest place where a key of a task is written."""
    own = (*task.path, *keys)
    if context.written_at(own) is not None:
        return own
    places = ((*layer, *keys) for layer in _layers(task)[1:])
    return next((place for place in places if context.written_at(place) is not None), own)
