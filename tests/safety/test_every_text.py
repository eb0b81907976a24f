"""Hostile text in every place of the schema that takes text: it is refused, or it stays text wherever it goes.

The places are those of the schema, so that a key which is new is attacked as soon as it stands in a case.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomli
from places import Node, NodePath, Place, named, texts_of, written
from same_shape import MARK, differences, parsed, parsed_text

from airdock.diagnostics import Report, Stopped
from airdock.emit.registry import emit
from airdock.pipeline import analyse, load
from airdock.spec.schema import json_schema
from conftest import CASES, copy_case, host_for_tests
from mutants import document, node_at

WORD = 'it\'s"q"\\n\\`id`$(id)$HOME${X}$$#%s%(n)s{0}<b>;|&*!@=~^?,]\\'
"""What a name without blanks may have."""
LINE = f"{WORD} -:\u00a0\u2028\u2029\x85\ufeff\u202e\u200b\x1b[31m\x7f\t\"\"\" ''' - {{a: b}} # c \\"
LINES = f"\n {LINE}\r\n\r\nFROM x\nservices:\n- y\n'''\n\"\"\"\n"
TEMPLATE = "{{ '{%' }}{# \" #}{% raw %}{{ x }}{% endraw %}"
LONG = "x'\" " * 500
HOSTILE = (LINES, LINE, LONG, WORD, TEMPLATE, "a\0b")
"""From the worst on; a place that refuses one of them may take another."""
REST = """\
airdock = 1
[project]
name = "rest"
[airflow]
version = "3.3.2"
image = "registry.example.org/airflow:1"
[compose]
base = "compose/docker-compose.yaml"
bundled = true
[docker]
access = "proxy"
proxy_image = "registry.example.org/proxy:1"
[connections.login]
type = "http"
password = "x"
[connections.whole]
uri = "http://x"
[images.shell]
ref = "alpine:3.20"
[dags.d]
params = { p = { enum = ["a", "b"], default = "a" } }
[dags.d.tasks.t]
image = "shell"
command = ["true"]
"""
"""Keys that no case has."""
SCHEMA = json_schema()
PLACES = tuple(dict.fromkeys(texts_of(SCHEMA, SCHEMA["$defs"])))
BASES = {name: (folder / "airdock.toml").read_text(encoding="utf-8-sig") for name, folder in CASES.items()}
BASES["rest"] = REST


@dataclass(frozen=True)
class Target:
    """A text of a project that is to be replaced."""

    place: Place
    base: str
    path: NodePath
    is_name: bool = False
    """Not the value is replaced, but the name that it stands under."""

    def __str__(self) -> str:
        return f"{'name of ' if self.is_name else ''}{'.'.join(map(str, self.path))}"


def targets() -> Iterator[Target]:
    """Return the texts and names of all cases: for each place, the first in each table of the top."""
    seen: set[tuple[Place, str, bool]] = set()
    for base, text in BASES.items():
        values = tomli.loads(text)
        for is_name, walk in ((False, written), (True, named)):
            for place, path in walk(values, SCHEMA, SCHEMA["$defs"]):
                if (place, str(path[0]), is_name) not in seen:
                    seen.add((place, str(path[0]), is_name))
                    yield Target(place, base, path, is_name)


TARGETS = tuple(targets())


def test_every_place_of_the_schema_is_in_a_case() -> None:
    assert [place for place in PLACES if place not in {target.place for target in TARGETS}] == []


class Refused(Exception):  # noqa: N818 - what is wanted
    """There were findings."""


class Attack:
    """One text of a project, and what becomes of the project with others in its place."""

    def __init__(self, target: Target, folder: Path) -> None:
        self.target = target
        self.folder = folder
        self.values = tomli.loads(BASES[target.base])
        self.before: str = str(target.path[-1]) if target.is_name else node_at(self.values, target.path)

    def build(self, text: str) -> dict[str, Node]:
        """Return the artifacts, parsed. Raises Refused where there are errors."""
        values = deepcopy(self.values)
        around = node_at(values, self.target.path[:-1])
        if self.target.is_name:
            # Names keep their order: it is the order of what is made of them.
            entries = [(text if key == self.before else key, value) for key, value in around.items()]
            around.clear()
            around.update(entries)
        else:
            around[self.target.path[-1]] = text
        (self.folder / "airdock.toml").write_text(document(values), encoding="utf-8", newline="")
        report = Report()
        try:
            checked = analyse(load(self.folder, "airdock.toml", report), report)
        except Stopped:
            raise Refused from None
        return {artifact.path: parsed(artifact) for artifact in emit(checked.project, checked.host)}

    def put_file(self, text: str) -> None:
        """Put a copy of the file or folder that the text names, if it names one, where another one names it."""
        here = {path.name: path for path in self.folder.iterdir()}
        source = here.get(self.before)
        if source is None or set(text) & {"/", "\0"} or len(text.encode()) > 255 or text in here:
            return
        (shutil.copytree if source.is_dir() else shutil.copy)(source, self.folder / text)


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_text_stays_text(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("airdock.pipeline.read_host", host_for_tests)
    attack = Attack(target, copy_case(target.base, tmp_path) if target.base in CASES else tmp_path)
    for form in dict.fromkeys((MARK, f"{attack.before}{MARK}", f"/{MARK}", f"http://{MARK}")):
        attack.put_file(form)
        try:
            wanted = attack.build(form)
        except Refused:
            continue
        break
    else:
        form, wanted = MARK, {}
    for text in HOSTILE:
        put = form.replace(MARK, text)
        attack.put_file(put)
        try:
            found = attack.build(put)
        except Refused:
            continue
        assert wanted, f"a plain word is refused here, and {text!r} is not"
        assert list(differences(wanted, found, text)) == []


@pytest.mark.parametrize(
    ("style", "wanted", "found"),
    [
        ("yaml", f"a: {MARK}", "a: x\nb: y"),
        ("yaml", f"a: {MARK}", "a: [x]"),
        ("yaml", f"a: {MARK}", "a: $x"),
        ("python", f"a(b={MARK!r})", "a(b='x', c=1)"),
        ("python", f"a(b={MARK!r})", "a(b='x' + y)"),
        ("python", f"a(b={MARK!r})", "a(b='y')"),
        ("dockerfile", f'USER "{MARK}"', 'USER "x"\nRUN y'),
        ("dockerfile", f'USER "{MARK}"', 'USER "x" y'),
        ("dotenv", f"A='{MARK}'", "A='x'\nB='y'"),
        ("dotenv", f"A='{MARK}'", "A='x y'"),
    ],
)
def test_other_shapes_and_other_texts_are_differences(style: str, wanted: str, found: str) -> None:
    assert list(differences(parsed_text(style, wanted), parsed_text(style, found), "x"))
    assert not list(differences(parsed_text(style, wanted), parsed_text(style, wanted.replace(MARK, "x")), "x"))
