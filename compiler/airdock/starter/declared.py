"""Images and mounts that the DAGs of a project use, each with a name of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from airdock.load.files import ProjectFiles
from airdock.starter.literals import HostEnv, Made
from airdock.starter.unfit import Unfit

_REFERENCE = re.compile(r"[^\s\x00-\x1f$]+")
_VOLUME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")
_POSITIONS: tuple[str, ...] = (
    "target",
    "source",
    "type",
    "read_only",
    "consistency",
    "propagation",
    "no_copy",
    "labels",
)
_POSITIONS += ("driver_config", "tmpfs_size", "tmpfs_mode")
"""Parameters of docker.types.Mount, in their order (docker-py 7)."""
_PROPAGATION = ("private", "rprivate", "shared", "rshared", "slave", "rslave")


@dataclass
class Declaration:
    """A table of airdock.toml, and what to say above it."""

    values: dict[str, Any]
    remarks: list[str] = field(default_factory=list)
    silent: bool = True
    """Whether airdock has nothing to warn of it on this host."""


@dataclass
class Declared:
    """The images and mounts so far, by name."""

    root: Path
    project: str
    built: dict[str, str]
    """Images that a Compose file builds: reference to what is to be said of it."""
    connections: frozenset[str] = frozenset()
    """Ids of the connections that airdock.toml declares."""
    images: dict[str, Declaration] = field(default_factory=dict)
    mounts: dict[str, Declaration] = field(default_factory=dict)

    def image(self, reference: object, *, always: bool = False) -> str:
        """Return the name of an image; raises Unfit."""
        if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
            raise Unfit(f"image {reference!r} is no plain reference")
        values: dict[str, Any] = {"ref": reference} | ({"pull": "always"} if always else {})
        remarks = [self.built[reference]] if reference in self.built else []
        last = reference.rpartition("/")[2]
        moving = "@" not in last and last.partition(":")[2] in ("", "latest")
        if moving:
            remarks.append('Give it a fixed tag, such as "alpine:3.20"; then make it live.')
        name = re.split(r"[:@]", last)[0]
        return _named(self.images, name, "image", Declaration(values, remarks, silent=not moving))

    def mount(self, made: object) -> str | dict[str, Any]:
        """Return the use of a mount: its name, with what is otherwise where it is used; raises Unfit."""
        if not isinstance(made, Made) or made.kind != "Mount":
            raise Unfit("a mount that is no Mount(…)")
        given = {_POSITIONS[key] if isinstance(key, int) else key: value for key, value in made.arguments.items()}
        given = {key: value for key, value in given.items() if value not in (None, False)}
        kind, target = given.pop("type", "volume"), given.pop("target", None)
        if not isinstance(target, str) or not re.fullmatch(r"/[^\x00]*[^\x00/][^\x00]*", target):
            raise Unfit(f"a mount on {target!r}")
        readers = {"bind": self._bind, "volume": self._volume, "tmpfs": self._tmpfs}
        if kind not in readers:
            raise Unfit(f"a mount of type {kind!r}")
        found = readers[kind](given)
        found.values["target"] = target
        if given.pop("read_only", False):
            found.values["read_only"] = True
        given.pop("consistency", None)
        if given:
            raise Unfit(f"a mount with {', '.join(given)}")
        for name, known in self.mounts.items():
            if _what(known.values) == _what(found.values):
                return _use(name, known.values, found.values)
        source = found.values.get("source", found.values.get("volume", target))
        wish = source["env"] if isinstance(source, dict) else str(source).rstrip("/").rpartition("/")[2]
        return _named(self.mounts, wish or target.rpartition("/")[2], "mount", found)

    def _bind(self, given: dict[str, Any]) -> Declaration:
        source = given.pop("source", None)
        extra = {"propagation": given.pop("propagation")} if given.get("propagation") in _PROPAGATION else {}
        if isinstance(source, HostEnv):
            default = {} if source.default is None else {"default": source.default}
            found: dict[str, Any] = {"source": {"env": source.name, **default}}
            remark = f"{source.name} is looked up when airdock builds: set it there, or in .env."
            return Declaration(found | extra, [remark], silent=False)
        if not isinstance(source, str) or not source.startswith("/"):
            raise Unfit(f"a bind mount of {source!r}, which is no absolute path")
        inside = self._inside(source)
        if inside is None:
            there = "{{" in source or ProjectFiles(self.root).there(source)
            remarks = [] if there else ["Not there on this host: make it, then make this live."]
            return Declaration({"source": source, **extra}, remarks, silent=there)
        missing = not ProjectFiles(self.root).there(inside)
        return Declaration({"source": inside, **({"create": True} if missing else {}), **extra})

    def _inside(self, source: str) -> str | None:
        """Return an absolute path relative to the project directory; None where it is not below it."""
        for root in (self.root.absolute(), self.root.resolve()):
            if Path(source).is_relative_to(root) and ".." not in Path(source).parts:
                return Path(source).relative_to(root).as_posix()
        return None

    def _volume(self, given: dict[str, Any]) -> Declaration:
        source = given.pop("source", None)
        if not isinstance(source, str) or not _VOLUME.fullmatch(source):
            raise Unfit(f"a volume {source!r}")
        extra = {"no_copy": True} if given.pop("no_copy", False) else {}
        if source.startswith(f"{self.project}_"):
            return Declaration({"volume": source.removeprefix(f"{self.project}_"), **extra})
        remark = f"Compose looks for it: docker volume create {source}"
        return Declaration({"volume": source, "external": True, **extra}, [remark])

    def _tmpfs(self, given: dict[str, Any]) -> Declaration:
        given.pop("source", None)
        size, mode = given.pop("tmpfs_size", None), given.pop("tmpfs_mode", None)
        if not isinstance(size, int | str) or not re.fullmatch(r"[1-9]\d*[bkmg]?", str(size)):
            raise Unfit("a tmpfs without a size")
        return Declaration({"tmpfs": size} | ({"mode": f"{mode:o}"} if isinstance(mode, int) else {}))


def _what(values: dict[str, Any]) -> dict[str, Any]:
    """Return what is mounted, wherever it appears in the container."""
    return {key: value for key, value in values.items() if key not in ("target", "read_only")}


def _use(name: str, declared: dict[str, Any], wanted: dict[str, Any]) -> str | dict[str, Any]:
    use: dict[str, Any] = {"mount": name}
    if wanted["target"] != declared["target"]:
        use["target"] = wanted["target"]
    if wanted.get("read_only", False) != declared.get("read_only", False):
        use["read_only"] = wanted.get("read_only", False)
    return use if len(use) > 1 else name


def _named(known: dict[str, Declaration], wish: str, otherwise: str, made: Declaration) -> str:
    """Return the name of what is declared already, or of a new one: as wished for, with a number if it is taken."""
    for name, declared in known.items():
        if declared.values == made.values:
            return name
    base = re.sub(r"[^a-z0-9_-]+", "-", wish.lower()).strip("-_")[:50]
    base = base if base[:1].isalpha() else f"{otherwise}-{base}".strip("-")
    name = next(name for name in (base, *(f"{base}-{number}" for number in range(2, 10**6))) if name not in known)
    known[name] = made
    return name
