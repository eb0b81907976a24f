"""A Compose file that is there already: its values, and the line of each."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from airdock.load.claim import is_generated
from airdock.load.dotenv import interpolated
from airdock.load.reading import read_file
from airdock.project.base_file import MOST


class Unreadable(Exception):  # noqa: N818 - becomes a note for a person
    """A file cannot be read; ``line`` is where, if that is known."""

    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.line = line


@dataclass(frozen=True)
class ComposeFile:
    """A Compose file of the user's."""

    name: str
    text: str
    data: Mapping[str, Any]

    @property
    def services(self) -> Mapping[str, Any]:
        """The services by name; those that are no mapping are left out."""
        services = self.data.get("services")
        found = services.items() if isinstance(services, dict) else ()
        return {str(name): service for name, service in found if isinstance(service, dict)}

    def place(self, *path: str | int) -> str:
        """Return file:line of a key, or of what stands nearest to it."""
        node: Any = self.data
        line: int | None = None
        for part in path:
            found = _line_of(node, part)
            line = line if found is None else found
            try:
                node = node[part]
            except (KeyError, IndexError, TypeError):
                break
        return self.name if line is None else f"{self.name}:{line + 1}"


def _line_of(node: Any, part: str | int) -> int | None:
    """Return where an entry is written, counted from 0: in the mapping itself, or in one that is merged into it."""
    for mapping in (node, *getattr(node, "merge", ())):
        with contextlib.suppress(AttributeError, KeyError, IndexError, TypeError):
            place: tuple[int, int] = mapping.lc.key(part) if isinstance(mapping, dict) else mapping.lc.item(part)  # type: ignore[attr-defined]
            return place[0]
    return None


def read_compose_file(directory: Path, name: str) -> ComposeFile | None:
    """Return a Compose file of the user's, None if there is none of that name; raises Unreadable."""
    from airdock.project.compose_text import NoYaml, values_of

    path = directory / name
    try:
        if not path.is_file():
            return None
        raw = read_file(path, MOST)
        if is_generated(raw):
            return None
        text = raw.decode("utf-8-sig")
        data = values_of(text)
    except OSError as error:
        raise Unreadable(f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Unreadable("is not UTF-8") from None
    except NoYaml as error:
        raise Unreadable(str(error), error.line) from None
    return ComposeFile(name, text, data if isinstance(data, dict) else {})


def environment_of(service: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the environment of a service, which may be a mapping or a list; None for what the caller hands over."""
    return pairs_of(service.get("environment"))


def pairs_of(found: object) -> dict[str, str | None]:
    """Return what Compose writes as a mapping or as a list of KEY=value."""
    if isinstance(found, dict):
        return {str(key): scalar(value) for key, value in found.items()}
    pairs = ((scalar(line) or "").partition("=") for line in found) if isinstance(found, list) else ()
    return {key: value if equals else None for key, equals, value in pairs if key}


def scalar(value: object) -> str | None:
    """Return the text of a scalar; None for anything else, which may be huge written out."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def volumes_of(service: Mapping[str, Any], known: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """Return the volumes of a service: index, source and target, variables replaced."""
    volumes = service.get("volumes")
    for index, volume in enumerate(volumes if isinstance(volumes, list) else ()):
        if isinstance(volume, dict):
            source, target = scalar(volume.get("source")), scalar(volume.get("target"))
        else:
            source, _, target = interpolated(scalar(volume) or "", known).partition(":")
            target = target.partition(":")[0]
        if source and target:
            yield index, interpolated(source, known), interpolated(target, known)
