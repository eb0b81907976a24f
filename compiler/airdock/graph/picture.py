"""What is drawn of a DAG, whatever it is drawn with: boxes in boxes, arrows, and what the tasks use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from airdock.project.dag_parts import Group, Schedule
from airdock.project.model import Connection, Dag, HostPath, Image, Mount, Project, Task, Volume
from airdock.project.values import ConnectionField, HostVariable

_TEMPLATE = re.compile(r"\bconn\.(?:get\(\s*['\"])?([A-Za-z_][A-Za-z0-9_]*)")
_CONN_ID = "conn_id"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")
"""What ends a line, moves a terminal's cursor, or may not stand in XML."""


@dataclass(frozen=True)
class Box:
    """A task; or a group that holds none, which has no kind."""

    id: str
    kind: str
    parent: str | None
    """The group that it stands in."""
    marks: tuple[str, ...] = ()
    """setup, teardown, and how often it is mapped."""
    runs: str = ""
    """The function or the class that it runs."""
    images: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()
    connections: tuple[str, ...] = ()
    hint: str = ""
    """More about it."""
    level: int = 0
    """How many tasks come before it, one after the other."""


@dataclass(frozen=True)
class Frame:
    """A group with tasks in it."""

    id: str
    parent: str | None
    hint: str = ""


@dataclass(frozen=True)
class Arrow:
    """Something waits for something: tasks or groups."""

    first: str
    then: str
    cleanup: bool = False
    """From a setup to its teardown."""


@dataclass(frozen=True)
class Used:
    """An image, mount or connection, and the tasks that use it."""

    name: str
    about: str
    tasks: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """A DAG to be drawn."""

    id: str
    about: str
    """When it runs, in words."""
    description: str
    boxes: tuple[Box, ...]
    """Each after those it waits for."""
    frames: tuple[Frame, ...]
    """Each after the one it stands in."""
    arrows: tuple[Arrow, ...]
    used: dict[str, tuple[Used, ...]] = field(default_factory=dict)
    """images, mounts, connections, as far as they are asked for."""

    def chain(self, id_: str | None) -> list[str]:
        """Return the groups around a box or frame, from the inside out."""
        found: list[str] = []
        while id_ is not None and (id_ := self._parents.get(id_)) is not None:
            found.append(id_)
        return found

    @cached_property
    def _parents(self) -> dict[str, str | None]:
        return {frame.id: frame.parent for frame in self.frames} | {box.id: box.parent for box in self.boxes}


def picture_of(project: Project, dag: Dag, parts: Sequence[str]) -> Picture:
    """Return what is drawn of a DAG; ``parts`` are those of images, mounts and connections that it shall say."""
    levels = _levels(dag)
    connections = {connection.id: connection for connection in project.connections}
    reads = {task.id: tuple(id_ for id_ in _connections(task) if id_ in connections) for task in dag.tasks}
    filled = {group.id for task in dag.tasks for group in _around(task.group)}
    boxes = tuple(_box(task, reads[task.id], levels, parts) for task in dag.tasks)
    empty = tuple(
        Box(group.id, "", group.parent.id if group.parent else None, ("empty group",), level=levels[group.id])
        for group in dag.groups
        if group.id not in filled
    )
    # A group without tasks in one without tasks is drawn beside it.
    empty = tuple(box if box.parent in filled else Box(box.id, "", None, box.marks, level=box.level) for box in empty)
    return Picture(
        id=dag.id,
        about=_schedule(dag.schedule),
        description=one_line(str(dag.options.get("description") or "")),
        boxes=(*boxes, *empty),
        frames=tuple(
            Frame(group.id, group.parent.id if group.parent else None, one_line(group.tooltip or ""))
            for group in dag.groups
            if group.id in filled
        ),
        arrows=tuple(_arrows(dag)),
        used={part: tuple(_used(part, dag, reads, connections)) for part in parts},
    )


def one_line(text: str) -> str:
    """Return a text without line ends and other characters that are more than a picture of themselves."""
    return " ".join(_CONTROL.sub(" ", text).split())


def shorten(text: str, length: int) -> str:
    """Return a text, its middle left out where it is too long: the ends tell it from others."""
    if len(text) <= length:
        return text
    return f"{text[: (length - 1) // 2]}…{text[len(text) - length // 2 :]}"


def _around(group: Group | None) -> Iterator[Group]:
    while group is not None:
        yield group
        group = group.parent


def _levels(dag: Dag) -> dict[str, int]:
    """Return the level of each task and of each group without tasks. What waits for a group is right of all of it."""
    for strict in (True, False):
        found = _longest_paths(dag, strict=strict)
        if found is not None:
            return found
    raise AssertionError("tasks wait for each other")


def _longest_paths(dag: Dag, *, strict: bool) -> dict[str, int] | None:
    inside: dict[str, list[str]] = {group.id: [] for group in dag.groups}
    for task in dag.tasks:
        for group in _around(task.group):
            inside[group.id].append(task.id)
    needs: dict[str, list[str]] = {task.id: [other.id for other in task.upstream] for task in dag.tasks}
    needs |= {group.id: [] for group in dag.groups if not inside[group.id]}
    for first, then in dag.between:
        for id_ in inside.get(then.id) or [then.id]:
            if strict or id_ in inside:
                needs[id_] += inside.get(first.id) or [first.id]
    levels: dict[str, int] = {}
    waiting = {id_: len(set(found)) for id_, found in needs.items()}
    then_: dict[str, list[str]] = {}
    for id_, found in needs.items():
        for other in set(found):
            then_.setdefault(other, []).append(id_)
    ready = [id_ for id_, count in waiting.items() if not count]
    for id_ in ready:
        levels[id_] = max((levels[other] + 1 for other in needs[id_]), default=0)
        for other in then_.get(id_, ()):
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return levels if len(levels) == len(needs) else None


def _box(task: Task, connections: tuple[str, ...], levels: dict[str, int], parts: Sequence[str]) -> Box:
    runs, marks = "", []
    if task.function is not None:
        runs = f"{task.function.name}()"
    elif task.operator is not None:
        runs = task.operator.rpartition(".")[2]
    if task.setup:
        marks.append("setup")
    if task.teardown is not None:
        marks.append(f"teardown of {task.teardown.id}")
    if task.expand:
        marks.append(_times(task))
    if task.swarm is not None:
        marks.append("swarm")
    rule = task.options.get("trigger_rule")
    if rule not in (None, "all_success"):
        marks.append(str(rule))
    hints = [str(task.options.get("task_display_name") or ""), task.operator or ""]
    hints += [task.function.key if task.function else "", task.image.reference if task.image else ""]
    return Box(
        task.id,
        task.kind,
        task.group.id if task.group else None,
        tuple(one_line(mark) for mark in marks),
        one_line(runs),
        (task.image.name,) if task.image and "images" in parts else (),
        tuple(dict.fromkeys(use.mount.name for use in task.mounts)) if "mounts" in parts else (),
        connections if "connections" in parts else (),
        one_line(" · ".join(filter(None, hints))),
        levels[task.id],
    )


def _times(task: Task) -> str:
    """Return into how many instances a task is mapped, where that is written down."""
    number = 1
    for _, values in task.expand:
        if not isinstance(values, list):
            return "×N"
        number *= len(values)
    return f"×{number}"


def _arrows(dag: Dag) -> Iterator[Arrow]:
    cleanups = {(task.teardown.id, task.id) for task in dag.tasks if task.teardown is not None}
    for task in dag.tasks:
        for other in task.named:
            yield Arrow(other.id, task.id, (other.id, task.id) in cleanups)
    for first, then in dag.between:
        yield Arrow(first.id, then.id)


def _schedule(schedule: Schedule | None) -> str:
    if schedule is None:
        return "started by hand"
    found = []
    if schedule.cron is not None:
        found.append(schedule.cron + (f" ({schedule.cron_timezone})" if schedule.cron_timezone else ""))
    if schedule.every is not None:
        found.append(f"every {_duration(schedule.every)}")
    if schedule.assets:
        word = " or " if schedule.wants == "any" else " and "
        found.append(f"after {word.join(asset.name for asset in schedule.assets)}")
    if schedule.timetable is not None:
        found.append(schedule.timetable.path.rpartition(".")[2])
    return one_line(", ".join(found))


def _duration(time: timedelta) -> str:
    seconds, found = int(time.total_seconds()), ""
    for unit, length in {"d": 86400, "h": 3600, "m": 60, "s": 1}.items():
        found += f"{seconds // length}{unit}" if seconds // length else ""
        seconds %= length
    return found


def _connections(task: Task) -> list[str]:
    """Return the ids of the connections that a task uses, as far as can be seen."""
    found = [task.connection] if task.connection else []
    for value in (*(value for _, value in task.env), *(value for _, value in task.arguments), *(task.command or ())):
        found += _in_value(value)
    for key, value in task.arguments:
        if key.endswith(_CONN_ID) and isinstance(value, str):
            found.append(value)
    return list(dict.fromkeys(found))


def _in_value(value: object) -> Iterator[str]:
    if isinstance(value, ConnectionField):
        yield value.connection
    elif isinstance(value, str):
        if "{{" in value or "{%" in value:
            yield from _TEMPLATE.findall(value)
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _in_value(inner)


def _used(part: str, dag: Dag, reads: dict[str, tuple[str, ...]], declared: dict[str, Connection]) -> Iterator[Used]:
    tasks: dict[str, list[str]] = {}
    about: dict[str, str] = {}
    for task in dag.tasks:
        if part == "images" and task.image is not None:
            about[task.image.name] = _image(task.image)
            tasks.setdefault(task.image.name, []).append(task.id)
        for use in task.mounts if part == "mounts" else ():
            about[use.mount.name] = _mount(use.mount)
            tasks.setdefault(use.mount.name, []).append(task.id)
        for id_ in reads[task.id] if part == "connections" else ():
            kind = declared[id_].fields.get("conn_type", "uri")
            about[id_] = kind if isinstance(kind, str) else ""
            tasks.setdefault(id_, []).append(task.id)
    for name, users in tasks.items():
        yield Used(name, one_line(about[name]), tuple(dict.fromkeys(users)))


def _image(image: Image) -> str:
    return image.reference


def _mount(mount: Mount) -> str:
    source = mount.source
    if source is None:
        where = "memory"
    elif isinstance(source, Volume):
        where = f"volume {source.name}"
    else:
        where = _host_path(source)
    return f"{where} → {mount.target}" + (" (read only)" if mount.read_only else "")


def _host_path(path: HostPath) -> str:
    if isinstance(path.base, HostVariable):
        return f"${getattr(path.base.value, 'name', path.base.variable)}{path.tail}"
    return path.tail if path.base == "absolute" else f"./{path.tail}"
