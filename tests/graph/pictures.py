"""Projects to draw, and what stands in a picture: shared by the tests of `airdock graph`."""

from __future__ import annotations

import random
from pathlib import Path

from airdock.diagnostics import Report
from airdock.graph.picture import Picture, picture_of
from airdock.pipeline import analyse, load
from airdock.views import PARTS
from hostile import HOSTILE, toml_string

HEAD = """\
airdock = 1

[project]
name = "drawn"

[airflow]
version = "3.3.2"

[lint]
ignore = ["AD601", "AD903"]

[images.tool]
ref = "alpine:3.20"
"""


def fifty() -> str:
    """Return a project with a DAG of fifty tasks, most of them in groups, with arrows in and out of these."""
    chance = random.Random(7)  # noqa: S311 - a picture is no secret
    lines = [HEAD, *(f"[dags.big.groups.{name}]" for name in ("one", "two", "three"))]
    lines += ["[dags.big.groups.inner]", 'parent = "two"', "[dags.big.groups.none]"]
    for number in range(50):
        before = sorted(chance.sample(range(number), min(number, chance.randint(0, 3))))
        group = chance.choice(["one", "two", "three", "inner", None])
        lines += [f"[dags.big.tasks.task-{number}]", 'image = "tool"']
        lines += [f"after = {[f'task-{other}' for other in before]}".replace("'", '"')]
        lines += [f'group = "{group}"'] if group else []
    lines += ["[dags.big.tasks.end]", 'image = "tool"', 'after = ["one"]']
    return "\n".join(lines) + "\n"


def hostile() -> str:
    """Return a project with every text that formats stumble over, and words that they have for themselves."""
    lines = [HEAD]
    for number, text in enumerate(HOSTILE):
        lines += [f"[mounts.m{number}]", f'volume = "v{number}"', f"target = {toml_string('/x' + text)}"]
        lines += [f"[dags.d{number}]", f"description = {toml_string(text)}"]
        lines += [f"[dags.d{number}.groups.end]", f"tooltip = {toml_string(text)}"]
        lines += [f"[dags.d{number}.tasks.subgraph]", 'image = "tool"', 'group = "end"', f'mounts = ["m{number}"]']
        lines += [f"display_name = {toml_string(text or 'none')}"]
        lines += [f"[dags.d{number}.tasks.graph]", 'image = "tool"', 'after = ["end"]', 'trigger_rule = "all_done"']
    return "\n".join(lines) + "\n"


def pictures(folder: Path) -> list[Picture]:
    """Return the pictures of a project's DAGs."""
    report = Report()
    project = analyse(load(folder, "airdock.toml", report), report).project
    return [picture_of(project, dag, PARTS) for dag in project.dags]
