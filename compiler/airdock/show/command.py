"""What is asked for, and the JSON of it."""

from __future__ import annotations

import json
from collections.abc import Callable

from airdock.diagnostics.suggest import did_you_mean
from airdock.load.document import Document
from airdock.project.model import Project
from airdock.show.dags import shown_dag
from airdock.show.declared import declared
from airdock.show.places import Leaf, Places


class UnknownName(Exception):  # noqa: N818 - a sentence for the user
    """There is no such DAG or task."""


def as_json(project: Project, document: Document, printed: Callable[[str], str], name: str | None) -> str:
    """Return the whole project as JSON; or one DAG, or one task, at the same place of the same tables.

    Raises UnknownName where there is no DAG or task of that name.
    """
    places = Places(document, printed)
    dag, _, task = (name or "").partition(".")
    if name is None:
        dags = {one.id: shown_dag(places, project, one, None) for one in project.dags}
        found = declared(places, project) | {"dags": dags}
    else:
        dags_by_id = {one.id: one for one in project.dags}
        if dag not in dags_by_id:
            raise UnknownName(_sentence(f'there is no DAG "{dag}"', dag, list(dags_by_id), "DAGs"))
        tasks = [one.id for one in dags_by_id[dag].tasks]
        if "." in name and task not in tasks:
            raise UnknownName(_sentence(f'DAG "{dag}" has no task "{task}"', task, tasks, "tasks"))
        found = {"dags": {dag: shown_dag(places, project, dags_by_id[dag], task or None)}}
    return _text(found, "") + "\n"


def _text(found: object, indent: str) -> str:
    """Return JSON in which each value with its place is one line: as a file of a thousand of them can be read."""
    deeper = indent + "  "
    if not isinstance(found, dict | list) or isinstance(found, Leaf) or not found:
        return json.dumps(found, ensure_ascii=False)
    if isinstance(found, list):
        inner, brackets = [_text(part, deeper) for part in found], "[]"
    else:
        inner = [f"{json.dumps(key, ensure_ascii=False)}: {_text(part, deeper)}" for key, part in found.items()]
        brackets = "{}"
    return f"{brackets[0]}\n{deeper}" + f",\n{deeper}".join(inner) + f"\n{indent}{brackets[1]}"


def _sentence(problem: str, name: str, known: list[str], what: str) -> str:
    advice = did_you_mean(name, known, what=what)
    return f"{problem}\n{advice}" if advice else problem
