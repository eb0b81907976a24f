"""A Dockerfile of the user's for Airflow's image: what of it airdock.toml can say."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from itertools import dropwhile
from pathlib import Path, PurePosixPath

from airdock.load.reading import read_file
from airdock.starter.note import Note
from airdock.starter.python_packages import Packages

_ARGUMENT = re.compile(r"\$(?:\{(?P<name>\w+)(?::?-(?P<default>[^}]*))?\}|(?P<plain>\w+))")
_USERS = ("root", "0", "airflow", "50000", "${AIRFLOW_UID}", "${AIRFLOW_UID:-50000}")
_APT_OPTIONS = ("-y", "-q", "-qq", "-yq", "-qy", "-yqq", "--yes", "--assume-yes", "--no-install-recommends")
_PIP = (["pip"], ["pip3"], ["python", "-m", "pip"], ["python3", "-m", "pip"], ["uv", "pip"])
_PIP_OPTIONS = frozenset(("--no-cache-dir", "--no-cache", "--user", "-q", "--quiet", "--upgrade", "-U", "--system"))
_PIP_VALUES = frozenset(("-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "--prefix"))
_PIP_VALUES |= {"-e", "--editable", "--trusted-host", "--platform", "--python-version", "--root", "--src", "--proxy"}
"""Options that the next word belongs to."""
_TIDY = re.compile(
    r"(apt-get|apt) (-\S+ )*(update|clean|autoremove|autoclean)\b.*|rm -rf? \S*/var/lib/apt.*|set -\S+|true"
)


class OwnDockerfile:
    """Reads a Dockerfile; ``base`` is the image of its last FROM, ``notes`` what airdock.toml cannot say."""

    def __init__(self, directory: Path, name: str, text: str, arguments: Mapping[str, str]) -> None:
        self.name = name
        self.base: str | None = None
        self.apt: list[str] = []
        self.requirements: list[tuple[str, str]] = []
        """Each with its place."""
        self.notes: list[Note] = []
        self._directory = directory
        self._given = dict(arguments)
        self._arguments: dict[str, str] = dict(arguments)
        self._copied: dict[str, str] = {}
        readers: dict[str, Callable[[str, str], None]] = {
            "FROM": self._from,
            "ARG": self._arg,
            "RUN": self._run,
            "COPY": self._copy,
            "ADD": self._copy,
            "USER": self._user,
        }
        for number, instruction, rest in _instructions(text):
            place = f"{name}:{number}"
            reader = readers.get(instruction)
            if reader is not None:
                reader(place, rest)
            elif instruction not in ("LABEL", "MAINTAINER", "SHELL"):
                self.notes.append(Note(place, f"{instruction} has no place in airdock.toml"))

    def into(self, packages: Packages, version: str) -> list[Note]:
        """Put what is installed into the packages of airdock.toml; return what a person has to look at."""
        packages.apt += [word for word in self.apt if word not in packages.apt]
        return self.notes + packages.take(self.requirements, version)

    def _from(self, place: str, rest: str) -> None:
        if self.base is not None:
            self.notes.append(Note(place, "a second FROM: only what comes after it is taken over"))
            self.apt, self.requirements = [], []
        words = [word for word in rest.split() if not word.startswith("--")]
        self.base = self._filled(words[0]) if words else None

    def _arg(self, place: str, rest: str) -> None:  # noqa: ARG002
        name, equals, value = rest.partition("=")
        if equals:
            self._arguments.setdefault(name.strip(), self._filled(value.strip().strip("\"'")))

    def _user(self, place: str, rest: str) -> None:
        if rest.split(":", maxsplit=1)[0] not in _USERS:
            self.notes.append(Note(place, f"USER {rest} has no place in airdock.toml"))

    def _copy(self, place: str, rest: str) -> None:
        words = [word for word in rest.split() if not word.startswith("--")]
        sources = words[:-1]
        if sources and all(re.search(r"requirements[^/]*\.(txt|in)$", source) for source in sources):
            for source in sources:
                end = PurePosixPath(words[-1])
                into = end / PurePosixPath(source).name if words[-1].endswith(("/", ".")) else end
                self._copied[into.name] = source
            return
        self.notes.append(Note(place, "COPY has no place in airdock.toml: mount it, [airflow] mounts"))

    def _run(self, place: str, rest: str) -> None:
        rest = re.sub(r"^(--\S+\s+)+", "", rest)
        for command in re.split(r"&&|;", rest):
            try:
                words = list(dropwhile(re.compile(r"sudo$|[A-Z_]+=").match, shlex.split(command)))
            except ValueError:
                words = ["?"]
            if not words or _TIDY.fullmatch(" ".join(words)):
                continue
            if not (self._apt(words) or self._pip(place, words)):
                self.notes.append(Note(place, f"RUN {words[0]} has no place in airdock.toml"))

    def _apt(self, words: list[str]) -> bool:
        if words[0] not in ("apt-get", "apt") or "install" not in words:
            return False
        packages = [word for word in words[1:] if word not in _APT_OPTIONS and word != "install"]
        if any("$" in word or word.startswith("-") for word in packages):
            return False
        self.apt += packages
        return True

    def _pip(self, place: str, words: list[str]) -> bool:
        start = next((start for start in _PIP if words[: len(start)] == start), None)
        if start is None or words[len(start) : len(start) + 1] != ["install"]:
            return False
        rest = iter(words[len(start) + 1 :])
        for word in rest:
            name, equals, value = word.partition("=")
            if word in ("-r", "--requirement") or (name == "--requirement" and equals):
                self._requirements_of(place, value if equals else next(rest, ""))
            elif word in ("-c", "--constraint"):
                next(rest, None)  # airdock takes those of the release
            elif name == "--constraint":
                continue
            elif word.startswith("-"):
                if name in _PIP_VALUES and not equals:
                    next(rest, None)
                if word not in _PIP_OPTIONS:
                    self.notes.append(Note(place, f"pip's {name} has no place in airdock.toml"))
            else:
                self.requirements.append((place, self._filled(word, keep="AIRFLOW_VERSION")))
        return True

    def _requirements_of(self, place: str, path: str) -> None:
        source = self._copied.get(PurePosixPath(path).name)
        lines = None if source is None else requirements_in(self._directory, source)
        if lines is None:
            self.notes.append(Note(place, f"{path} cannot be read"))
        else:
            self.requirements += lines

    def _filled(self, text: str, keep: str = "") -> str:
        def value(match: re.Match[str]) -> str:
            name = match["name"] or match["plain"]
            known = {**self._arguments, **self._given}
            return match[0] if name == keep and name not in known else known.get(name, match["default"] or match[0])

        return _ARGUMENT.sub(value, text)


def requirements_in(directory: Path, name: str) -> list[tuple[str, str]] | None:
    """Return the lines of a requirements file of the project with their places; None if it cannot be read."""
    path = directory / name
    try:
        if not path.resolve().is_relative_to(directory.resolve()):
            return None
        text = read_file(path).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError, RuntimeError, ValueError):
        return None
    return [(f"{name}:{number}", line) for number, line in enumerate(text.splitlines(), 1)]


def _instructions(text: str) -> Iterator[tuple[int, str, str]]:
    """Return the instructions of a Dockerfile: line number, name in capitals, the rest in one line."""
    started, collected = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("#") or (collected and not line.strip()):
            continue
        started = started or number
        collected += line.rstrip()
        if collected.endswith("\\"):
            collected = f"{collected[:-1]} "
            continue
        name, _, rest = collected.strip().partition(" ")
        if name:
            yield started, name.upper(), rest.strip()
        started, collected = 0, ""
