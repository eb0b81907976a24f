"""A picture as a Mermaid flowchart, which Markdown viewers draw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from airdock.graph.picture import Box, Picture

_SHAPES = {"container": ("[", "]"), "python": ("([", "])"), "operator": ("[[", "]]"), "": ("(", ")")}
_UNSAFE = re.compile(r"[^A-Za-z0-9 _.,:()/+×…→·\u00c0-\u024f\u0370-\u1fff\u3040-\ud7ff-]")
"""What is written by its number: Mermaid reads some signs as its own, and what it draws as HTML."""
_STYLES = {
    "container": "stroke:#3b82f6,stroke-width:1.5px",
    "python": "stroke:#16a34a,stroke-width:1.5px",
    "operator": "stroke:#d97706,stroke-width:1.5px",
}


def mermaid(pictures: Sequence[Picture]) -> str:
    """Return a flowchart with a box for each DAG."""
    lines = ["flowchart LR"]
    for number, picture in enumerate(pictures, 1):
        lines += _Names(picture, f"d{number}").lines()
    kinds = {box.kind for picture in pictures for box in picture.boxes}
    lines += [f"  classDef {kind} {style}" for kind, style in _STYLES.items() if kind in kinds]
    return "\n".join(lines) + "\n"


def _label(*lines: str) -> str:
    """Return lines as the label of a node."""
    return '"' + "<br/>".join(_UNSAFE.sub(lambda found: f"#{ord(found[0])};", line) for line in lines if line) + '"'


class _Names:
    """The nodes of one DAG. Their names are numbers: an id of the user's may be a word of Mermaid's."""

    def __init__(self, picture: Picture, prefix: str) -> None:
        self._picture, self._prefix = picture, prefix
        self._names = {frame.id: f"{prefix}g{number}" for number, frame in enumerate(picture.frames, 1)}
        self._names |= {box.id: f"{prefix}t{number}" for number, box in enumerate(picture.boxes, 1)}

    def lines(self) -> Iterator[str]:
        title = _label(f"{self._picture.id}: {self._picture.about}")
        yield f"  subgraph {self._prefix}[{title}]"
        yield "    direction LR"
        yield from self._inside(None, "    ")
        yield "  end"
        for arrow in self._picture.arrows:
            line = "-.->" if arrow.cleanup else "-->"
            yield f"  {self._names[arrow.first]} {line} {self._names[arrow.then]}"

    def _inside(self, parent: str | None, indent: str) -> Iterator[str]:
        for frame in self._picture.frames:
            if frame.parent == parent:
                yield f"{indent}subgraph {self._names[frame.id]}[{_label(frame.id)}]"
                yield f"{indent}  direction LR"
                yield from self._inside(frame.id, indent + "  ")
                yield f"{indent}end"
        for box in self._picture.boxes:
            if box.parent == parent:
                left, right = _SHAPES[box.kind]
                style = f":::{box.kind}" if box.kind else ""
                yield f"{indent}{self._names[box.id]}{left}{_label(*label_lines(box))}{right}{style}"


def label_lines(box: Box) -> list[str]:
    """Return what is said of a task, line by line."""
    parts = {"image": box.images, "mounts": box.mounts, "connections": box.connections}
    lines = [box.id, box.runs, ", ".join(box.marks)]
    return lines + [f"{name}: {', '.join(names)}" for name, names in parts.items() if names]
