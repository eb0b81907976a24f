"""A picture as a graph of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from airdock.graph.mermaid import label_lines
from airdock.graph.picture import Arrow, Box, Picture

_COLOURS = {"container": "#3b82f6", "python": "#16a34a", "operator": "#d97706", "": "#888888"}


def dot(name: str, pictures: Sequence[Picture]) -> str:
    """Return a digraph with a cluster for each DAG."""
    lines = [
        f"digraph {_quoted(name)} {{",
        "  rankdir=LR; compound=true; newrank=true;",
        '  fontname="Helvetica"; bgcolor="transparent"; nodesep=0.25;',
        '  node [shape=box style="rounded" fontname="Helvetica" fontsize=11];',
        '  edge [color="#888888" arrowsize=0.7];',
    ]
    for number, picture in enumerate(pictures, 1):
        lines += _Clusters(picture, f"d{number}").lines()
    return "\n".join([*lines, "}"]) + "\n"


def _quoted(*lines: str) -> str:
    """Return lines as a string of Graphviz, which reads escapes and HTML entities in labels."""
    texts = [line.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines if line]
    return '"' + "\\n".join(texts) + '"'


class _Clusters:
    """The clusters and nodes of one DAG."""

    def __init__(self, picture: Picture, prefix: str) -> None:
        self._picture, self._prefix = picture, prefix
        self._names = {box.id: f"{prefix}_{box.id}" for box in picture.boxes}
        self._frames = {frame.id: f"cluster_{prefix}_{frame.id}" for frame in picture.frames}

    def lines(self) -> Iterator[str]:
        yield f"  subgraph {_quoted(f'cluster_{self._prefix}')} {{"
        yield f'    label={_quoted(f"{self._picture.id}: {self._picture.about}")}; color="#bbbbbb"; style="rounded";'
        yield from self._inside(None, "    ")
        yield "  }"
        for arrow in self._picture.arrows:
            yield self._arrow(arrow)

    def _inside(self, parent: str | None, indent: str) -> Iterator[str]:
        for frame in self._picture.frames:
            if frame.parent == parent:
                yield f"{indent}subgraph {_quoted(self._frames[frame.id])} {{"
                yield f"{indent}  label={_quoted(frame.id)}; tooltip={_quoted(frame.hint or frame.id)};"
                yield from self._inside(frame.id, indent + "  ")
                yield f"{indent}}}"
        for box in self._picture.boxes:
            if box.parent == parent:
                yield f"{indent}{_quoted(self._names[box.id])} [{self._about(box)}];"

    def _about(self, box: Box) -> str:
        texts = {"label": _quoted(*label_lines(box)), "tooltip": _quoted(box.hint or box.id)}
        return " ".join(f"{key}={text}" for key, text in texts.items()) + f' color="{_COLOURS[box.kind]}"'

    def _arrow(self, arrow: Arrow) -> str:
        """Return an arrow; to a group it is one to a task in it, cut off at the group's border."""
        options = ["style=dashed"] if arrow.cleanup else []
        first, then = self._end(arrow.first, last=True), self._end(arrow.then, last=False)
        if arrow.first in self._frames:
            options.append(f"ltail={_quoted(self._frames[arrow.first])}")
        if arrow.then in self._frames:
            options.append(f"lhead={_quoted(self._frames[arrow.then])}")
        return f"  {_quoted(first)} -> {_quoted(then)}" + (f" [{' '.join(options)}];" if options else ";")

    def _end(self, id_: str, *, last: bool) -> str:
        if id_ not in self._frames:
            return self._names[id_]
        members = [box for box in self._picture.boxes if id_ in self._picture.chain(box.id)]
        return self._names[(max if last else min)(members, key=lambda box: box.level).id]
