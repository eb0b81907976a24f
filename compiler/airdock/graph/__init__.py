"""`airdock graph`: pictures of DAGs, as text, Mermaid, Graphviz and SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from airdock.graph.picture import picture_of
from airdock.project.model import Dag, Project

__all__ = ["draw"]


def draw(project: Project, dags: Sequence[Dag], form: str, parts: Sequence[str], shows: Callable[[str], bool]) -> str:
    """Return a picture of some DAGs. ``parts`` is what to say of tasks; ``shows`` whether a text can be shown."""
    pictures = [picture_of(project, dag, parts) for dag in dags]
    if form == "svg":
        from airdock.graph.svg import svg

        return svg(pictures)
    if form == "mermaid":
        from airdock.graph.mermaid import mermaid

        return mermaid(pictures)
    if form == "dot":
        from airdock.graph.dot import dot

        return dot(project.name, pictures)
    from airdock.graph.text import text

    return text(pictures, shows)
