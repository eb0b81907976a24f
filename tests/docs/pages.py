"""Pages of docs/ as something that can be carried out: what each fenced block says after its language is what it is.

| the block says | what is done |
| --- | --- |
| `file=PATH` | the file gets this text |
| `add=PATH` | the text goes to the end of the file, after an empty line |
| `change=PATH`, a diff | lines with - are replaced by those with +; with those around them, they are there once |
| `in=PATH` | the file has these lines, one after the other |
| `console` alone | what stands after `$ ` is run by bash; what follows is all that it prints, on both streams |

`exit=N` is the exit code of the last command of a block, else 0. Three dots (…) stand for what differs from host to
host: in a line any text, as a line of their own any lines. Further words say what a block needs that not every machine
has.
"""

from __future__ import annotations

import os
import re
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from markdown_it import MarkdownIt

from conftest import REPOSITORY

TIMEOUT = 600  # seconds for one command
ANY = "…"


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    section: str
    """The heading of the second level that it stands under."""
    language: str
    options: Mapping[str, str]
    words: frozenset[str]
    text: str

    @property
    def place(self) -> str:
        return f"docs/{self.page}:{self.line}"


def blocks_of(page: str) -> Iterator[Block]:
    """Return the fenced blocks of a page in docs/, in their order."""
    section, heading = "", ""
    for token in MarkdownIt().parse((REPOSITORY / "docs" / page).read_text(encoding="utf-8")):
        if token.type == "heading_open":
            heading = token.tag
        elif token.type == "inline" and heading == "h2":
            section = token.content
        elif token.type == "heading_close":
            heading = ""
        elif token.type == "fence":
            assert token.map is not None
            language, *words = token.info.split() or [""]
            options = dict(word.split("=", 1) for word in words if "=" in word)
            flags = frozenset(word for word in words if "=" not in word)
            yield Block(page, token.map[0] + 1, section, language, options, flags, token.content)


def commands_of(block: Block) -> Iterator[tuple[str, str]]:
    """Return each command of a console block, and what it prints."""
    first, *rest = re.split(r"^\$ ", block.text, flags=re.MULTILINE)
    assert first == "", f"{block.place} starts with output"
    for part in rest:
        command, _, printed = part.partition("\n")
        yield command, printed


def matches(wanted: str, found: str) -> bool:
    """Say whether a text is as a page shows it, but for empty lines at the end."""
    lines = (
        r"(?:.*\n)*?" if line.strip() == ANY else r"[^\n]*?".join(map(re.escape, line.split(ANY))) + "\n"
        for line in wanted.rstrip("\n").split("\n")
    )
    return re.fullmatch("".join(lines) + r"\n*", found.rstrip("\n") + "\n") is not None


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a person who has installed airdock, and has set nothing up."""
    kept = {
        name: os.environ[name] for name in ("HOME", "DOCKER_HOST", "LANG", "AIRDOCK_CACHE_DIR") if name in os.environ
    }
    who = {
        f"GIT_{role}_{key}": value
        for role in ("AUTHOR", "COMMITTER")
        for key, value in (("NAME", "Test"), ("EMAIL", "test@example.invalid"))
    }
    git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    path = os.pathsep.join([sysconfig.get_path("scripts"), os.environ.get("PATH", os.defpath)])
    return {**kept, **who, **git, "PATH": path, "NO_COLOR": "1", "PWD": str(folder)}


@dataclass
class Reader:
    """Somebody who does what a page says, in a folder."""

    folder: Path
    environ: dict[str, str] = field(default_factory=dict)
    stand_ins: Mapping[str, Callable[[Path], None]] = field(default_factory=dict)
    """What is done in place of a command that needs the open network, by the command."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Words of the page that are others here, such as the name of a project on an engine that many share."""

    def do(self, block: Block) -> None:
        """Carry one block out. Raises AssertionError where it does not go as the page says."""
        block = replace(block, text=self._said(block.text))
        ways = {"file": self._write, "add": self._add, "change": self._change, "in": self._find}
        (way, path) = next(((way, block.options[way]) for way in ways if way in block.options), ("", ""))
        if way:
            ways[way](block, self.folder / path)
        else:
            assert block.language == "console", f"{block.place}: nothing says what this block is"
            self._run(block)

    def _said(self, text: str) -> str:
        for word, other in self.words.items():
            text = text.replace(word, other)
        return text

    def _write(self, block: Block, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        path.chmod(0o644)  # whatever the umask is: airdock says when it changes that

    def _add(self, block: Block, path: Path) -> None:
        path.write_text(path.read_text(encoding="utf-8") + "\n" + block.text, encoding="utf-8")

    def _change(self, block: Block, path: Path) -> None:
        lines = block.text.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] != "+")
        new = "".join(line[1:] for line in lines if line[0] != "-")
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{block.place}: {path.name} has not exactly these lines:\n{old}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def _find(self, block: Block, path: Path) -> None:
        text = path.read_text(encoding="utf-8")
        assert matches(f"{ANY}\n{block.text}{ANY}\n", text), f"{block.place}: {path.name} has no such lines:\n{text}"

    def _run(self, block: Block) -> None:
        commands = list(commands_of(block))
        for number, (command, wanted) in enumerate(commands, 1):
            if command in self.stand_ins:
                self.stand_ins[command](self.folder)
                continue
            done = subprocess.run(
                ["bash", "-c", command],
                cwd=self.folder,
                env={**environment(self.folder), **self.environ},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=TIMEOUT,
                check=False,
            )
            code = int(block.options.get("exit", "0")) if number == len(commands) else 0
            told = f"{block.place}: {command}\nexit code {done.returncode}, and printed:\n{done.stdout}"
            assert done.returncode == code, told
            assert matches(wanted, done.stdout), f"{told}\nthe page says:\n{wanted}"
