"""Pictures are what their formats ask for, whatever texts are in them: judged by those who read the formats."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pictures import fifty, hostile, pictures
from presence import required_or_skip

from airdock.graph.dot import dot
from airdock.graph.mermaid import mermaid
from airdock.graph.picture import Box, Picture, one_line
from airdock.graph.svg import svg
from airdock.graph.text import text
from commands import write_project
from conftest import CASES, REPOSITORY
from hostile import HOSTILE

_MERMAID = REPOSITORY / ".judges/mermaid"
"""A folder in which mermaid and jsdom are installed."""
_INSTALL = "npm install --prefix .judges/mermaid mermaid@11 jsdom@26"
_PARSE = """\
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
const [folder, ...files] = process.argv.slice(2);
const found = createRequire(folder + "/package.json");
const { JSDOM } = found("jsdom");
globalThis.window = new JSDOM("<body></body>").window;
globalThis.document = window.document;
const path = pathToFileURL(folder + "/node_modules/mermaid/dist/mermaid.core.mjs");
const mermaid = (await import(path)).default;
for (const file of files) {
  const text = readFileSync(file, "utf8");
  await mermaid.parse(text); // makes the kinds of diagrams known
  const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
  console.log(JSON.stringify([[...db.getVertices().values()].map((one) => one.text), db.getEdges().length]));
}
"""
_SVG = "{http://www.w3.org/2000/svg}"


_TEXTS = [
    one_line(text) for text in [*HOSTILE, "end", "--> x", "%% no", "#35;", "a`b`", "**bold**", "1. list", "{{x}}"]
]
_DIRECT = [
    Picture("x", text, text, (Box("a", "python", None, (text,), text), Box("b", "operator", None, hint=text)), (), ())
    for text in _TEXTS
]
"""Texts where none can be now: ids and names are words."""


@pytest.fixture(params=["groups", "example", "mapped", "fifty", "hostile"])
def folder(request: pytest.FixtureRequest, tmp_path: Path, fixed_host: Callable[..., None]) -> Path:
    """Return the folder of a project."""
    fixed_host()
    made = {"fifty": fifty, "hostile": hostile}.get(request.param)
    return write_project(tmp_path, made()) if made else CASES[request.param]


def test_svg_is_xml_that_needs_nothing_else(folder: Path) -> None:
    drawn = svg(pictures(folder))
    root = ET.fromstring(drawn)  # noqa: S314 - our own
    assert root.tag == f"{_SVG}svg"
    kinds = {element.tag.removeprefix(_SVG) for element in root.iter()}
    assert kinds <= {"svg", "style", "defs", "marker", "path", "rect", "g", "text", "tspan", "title"}
    assert "prefers-color-scheme:dark" in drawn
    assert not re.search(r"href|@import|@font-face|src=", drawn.partition("</style>")[0])
    for element in root.iter():
        assert not [name for name in element.attrib if name.startswith("on") or "href" in name]


def test_svg_says_every_task_and_group(folder: Path) -> None:
    shown = pictures(folder)
    root = ET.fromstring(svg(shown))  # noqa: S314 - our own
    tasks = [element.text for element in root.iter(f"{_SVG}text") if element.get("class") == "task"]
    groups = [element.text for element in root.iter(f"{_SVG}text") if element.get("class") == "group"]
    assert sorted(map(str, tasks)) == sorted(box.id for picture in shown for box in picture.boxes)
    assert len(groups) == sum(len(picture.frames) for picture in shown)


def test_text_moves_no_cursor_and_ends_no_line(folder: Path) -> None:
    shown = pictures(folder)
    drawn = text(shown, lambda _: True)
    assert all(char == "\n" or char.isprintable() or ord(char) > 0xFF for char in drawn)
    titles = [line for line in drawn.splitlines() if line.startswith("level  task")]
    assert len(titles) == len(shown)


def test_graphviz_reads_dot(folder: Path) -> None:
    required_or_skip("Graphviz", shutil.which("dot") is not None, "apt-get install graphviz")
    shown = pictures(folder)
    found = _read_by_graphviz(shown)
    nodes = [one for one in found["objects"] if "nodes" not in one and "subgraphs" not in one and one["name"][0] == "d"]
    labels = [one["label"].split("\\n")[0] for one in nodes if one.get("color") != "#bbbbbb"]
    assert sorted(labels) == sorted(box.id for picture in shown for box in picture.boxes)
    assert len(found["edges"]) == sum(len(picture.arrows) for picture in shown)


def _read_by_graphviz(shown: list[Picture]) -> dict[str, Any]:
    done = subprocess.run(["dot", "-Tjson"], input=dot("x", shown).encode(), capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_graphviz_shows_any_text() -> None:
    required_or_skip("Graphviz", shutil.which("dot") is not None, "apt-get install graphviz")
    labels = [one["label"] for one in _read_by_graphviz(_DIRECT)["objects"] if one["name"].endswith("_a")]
    expected = [
        "\\n".join(["a", *([text.replace("\\", "\\\\").replace("&", "&amp;")] * 2 if text else [])]) for text in _TEXTS
    ]
    assert sorted(labels) == sorted(expected)


def test_svg_shows_any_text() -> None:
    root = ET.fromstring(svg(_DIRECT))  # noqa: S314 - our own
    drawn = [element.text or "" for element in root.iter(f"{_SVG}text")]
    for one in _TEXTS:
        assert len(one) > 60 or not one or one in drawn


def test_mermaid_reads_any_text(tmp_path: Path) -> None:
    for labels, _ in _read_by_mermaid(_DIRECT, tmp_path):
        assert len(labels) == 2


def test_mermaid_reads_the_flowchart(folder: Path, tmp_path: Path) -> None:
    shown = pictures(folder)
    for picture, (labels, arrows) in zip(shown, _read_by_mermaid(shown, tmp_path), strict=True):
        # A group that an arrow names is a node too, until it is drawn.
        ids = [label.split("<br>")[0] for label in labels if not re.fullmatch("d1g[0-9]+", label)]
        assert sorted(ids) == sorted(box.id for box in picture.boxes)
        assert arrows == len(picture.arrows)


def _read_by_mermaid(shown: list[Picture], tmp_path: Path) -> list[tuple[list[str], int]]:
    """Return the labels of the nodes and the number of arrows that Mermaid finds in each picture."""
    required_or_skip("Mermaid", (_MERMAID / "node_modules/mermaid").is_dir(), _INSTALL)
    (tmp_path / "parse.mjs").write_text(_PARSE)
    files = []
    for number, picture in enumerate(shown):
        files.append(tmp_path / f"{number}.mmd")
        files[-1].write_text(mermaid([picture]), encoding="utf-8")
    command: list[str | Path] = ["node", tmp_path / "parse.mjs", _MERMAID, *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_texts_of_other_languages_stay_readable(tmp_path: Path, fixed_host: Callable[..., None]) -> None:
    fixed_host()
    assert any(not one.isascii() for one in HOSTILE)
    shown = pictures(write_project(tmp_path, hostile()))
    descriptions = {picture.description for picture in shown if len(picture.description) < 60}
    drawn = {element.text for element in ET.fromstring(svg(shown)).iter(f"{_SVG}text")}  # noqa: S314 - our own
    assert descriptions - {""} <= drawn
