"""The rule about what is declared and never used. Where a use cannot be seen from here, it is taken for granted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from airdock.diagnostics import Diagnostic, Kind, SpecPath
from airdock.load.files import FileProblem
from airdock.project.model import HostPath, Image, Volume
from airdock.rules.context import Context

UNUSED = Kind(
    "AD601",
    "unused",
    "warning",
    '{what} "{name}" is declared and never used',
    what="Something is declared that no task, no other declaration and no service uses.",
    why="It is left over, or a name is not what it was meant to be. A built image costs time at each build, and a "
    "connection is handed to the containers with its password.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[images.old]\nref = "alpine:3.19"\n\n'
    '[dags.a.tasks.load]\nimage = "etl"\n',
    fix="Use it, or remove it. A connection or variable that only code outside of the project reads: [lint] "
    'ignore = ["AD601"].',
)

_TABLES = {
    "images": "image",
    "mounts": "mount",
    "connections": "connection",
    "variables": "variable",
    "pools": "pool",
    "assets": "asset",
    "engines": "engine",
}
_READ_BY_CODE = ("connections", "variables", "pools", "assets")
"""What code in Airflow can look up by its name."""
_CLASSES = ("operator", "notifier", "callable", "class", "timetable")
"""Keys that name code which Airflow imports."""
_OF_AIRFLOW = "airflow."
_PLUGINS = "plugins"
"""The folder that the official Compose file mounts beside that of the DAGs."""


def never_used(context: Context) -> Iterator[Diagnostic]:
    """What is declared should be used."""
    if next(context.tasks, None) is None:
        return  # a project that is being begun
    uses = _Uses(context)
    for table, what in _TABLES.items():
        declared = context.written.get(table)
        for name in declared if isinstance(declared, dict) else ():
            if not uses.used(table, name):
                yield UNUSED.at((table, name), "key", what=what, name=name, help="use it, or remove it")


class _Uses:
    """Where names are used: every use is a mention in a text."""

    def __init__(self, context: Context) -> None:
        self._context = context
        project = context.project
        self._images = {image.name: image for image in project.images}
        self._mounts = {mount.name: mount for mount in project.mounts}

    def used(self, table: str, name: str) -> bool:
        """Say whether something is used, as far as can be seen; where that is not far enough, it is."""
        if (table, name) in self._by_tasks:
            return True
        if table == "connections" and name.endswith("_default"):
            return True  # what Airflow's own operators look for when nothing else is said
        whole, phrases = self._names(table, name)
        others = [texts for owner, texts in self._declared.items() if owner != (table, name)]
        if any(texts.mention(whole, phrases) for texts in (self._elsewhere, *others, self._of_tasks)):
            return True
        if table in ("images", "mounts"):
            return self._of_compose.mention(set(), phrases)
        return table in _READ_BY_CODE and (self._foreign_code or self._of_code.mention(set(), phrases))

    def _names(self, table: str, name: str) -> tuple[set[str], set[str]]:
        """Return the texts that are a use as a whole, and those that are one wherever they stand."""
        if table == "images":
            image: Image = self._images[name]
            reference = image.reference if image.build is None else image.reference.rpartition(":")[0]
            return {name}, {reference}
        if table == "mounts":
            source = self._mounts[name].source
            return {name}, {source.key, source.name} if isinstance(source, Volume) else set()
        uri = self._context.written_at((table, name, "uri")) if table == "assets" else None
        return set(), {name, uri} if isinstance(uri, str) else {name}

    @cached_property
    def _by_tasks(self) -> set[tuple[str, str]]:
        """What tasks have of the project. All else has to be looked for, and often nothing is left."""
        found = {("images", task.image.name) for task in self._context.tasks if task.image is not None}
        return found | {("mounts", use.mount.name) for task in self._context.tasks for use in task.mounts}

    @cached_property
    def _written(self) -> list[tuple[SpecPath, str]]:
        found: list[tuple[SpecPath, str]] = []
        _collect(self._context.written, (), found)
        return found

    @cached_property
    def _elsewhere(self) -> _Texts:
        """What is written outside of the tables of declarations."""
        return _Texts(text for place, text in self._written if place[0] not in _TABLES)

    @cached_property
    def _declared(self) -> dict[SpecPath, _Texts]:
        """What is written in the declarations, for each of them."""
        found: dict[SpecPath, list[str]] = {}
        for place, text in self._written:
            if place[0] in _TABLES:
                found.setdefault(place[:2], []).append(text)
        return {owner: _Texts(texts) for owner, texts in found.items()}

    @cached_property
    def _of_tasks(self) -> _Texts:
        """Scripts and functions that tasks have from files."""
        texts = [word for task in self._context.tasks for word in task.command or ()]
        return _Texts([*texts, *(task.function.source for task in self._context.tasks if task.function is not None)])

    @cached_property
    def _of_compose(self) -> _Texts:
        """The base file, which may use an image or a volume, and Dockerfiles, which may build on an image."""
        builds = [image.build for image in self._images.values() if image.build is not None]
        files = [f"{build.context}/{build.dockerfile}" for build in builds if build.text is None]
        return _Texts(filter(None, map(self._read, [self._context.project.compose.base, *files])))

    @cached_property
    def _foreign_code(self) -> bool:
        """Say whether Airflow runs code that cannot be read here."""
        names = [text for place, text in self._written if place[-1] in _CLASSES]
        sources = [use.mount.source for use in self._context.project.airflow.mounts if use.mount.source is not None]
        outside = any(
            not isinstance(source, HostPath) or source.base != "project" or not source.tail for source in sources
        )
        own_image = self._context.written_at(("airflow", "image")) is not None
        return outside or own_image or any(not name.startswith(_OF_AIRFLOW) for name in names)

    @cached_property
    def _of_code(self) -> _Texts:
        """The user's own DAG files and plugins, and what else is mounted into Airflow."""
        sources = [use.mount.source for use in self._context.project.airflow.mounts]
        folders = {source.tail for source in sources if isinstance(source, HostPath)}
        folders |= {str(self._context.project.airflow.dags_folder), _PLUGINS}
        names = [path for folder in sorted(folders) for path in self._context.files.below(folder, "*.py")]
        return _Texts(filter(None, map(self._read, filter(self._context.files.is_users, names))))

    def _read(self, path: str) -> str | None:
        try:
            return self._context.files.read_text(path)
        except FileProblem:
            return None


def _collect(value: Mapping[str, object] | list[object], path: SpecPath, found: list[tuple[SpecPath, str]]) -> None:
    """Collect all texts in a value with their places, and the keys of what goes to Compose."""
    for key, inner in enumerate(value) if isinstance(value, list) else value.items():
        if path[:1] == ("compose",) and isinstance(key, str):
            found.append((path, key))  # depends_on and volumes may be tables
        if isinstance(inner, str):
            found.append(((*path, key), inner))
        elif isinstance(inner, dict | list):
            _collect(inner, (*path, key), found)


class _Texts:
    """Texts to look for names in."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._whole = set(texts)

    @cached_property
    def _joined(self) -> str:
        return "\n".join(self._whole).lower()

    @cached_property
    def _words(self) -> set[str]:
        return set(re.findall(r"[\w-]+", self._joined))

    def mention(self, whole: set[str], phrases: set[str]) -> bool:
        """Say whether one of them is a text as a whole, or a phrase stands in one; a name has to stand as a word."""
        lower = {phrase.lower() for phrase in phrases}
        names = {phrase for phrase in lower if re.fullmatch(r"[\w-]+", phrase)}
        return bool(whole & self._whole or names & self._words) or any(one in self._joined for one in lower - names)
