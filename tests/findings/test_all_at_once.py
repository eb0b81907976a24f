"""A thousand tasks with two hundred mistakes: one run reports all mistakes of a stage, each at its line, and no other.

The stages are those of `pipeline.py`: the shape of the file, the names in it, what is wrong although all names exist.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.diagnostics import Report, Stopped
from airdock.diagnostics.locate import locate_all
from airdock.pipeline import analyse, load

HEAD = """\
airdock = 1

[project]
name = "shop"

[airflow]
version = "3.3.2"

[compose]
bundled = true

[images.etl]
ref = "python:3.12-slim"

[mounts.raw]
volume = "raw"
target = "/raw"

[connections.db]
type = "postgres"
"""
TASKS, PER_DAG, MISTAKES = 1000, 50, 200

SHAPE: tuple[tuple[str, str, int], ...] = (
    ("AD101", "retrys = 3", 1),
    ("AD101", 'schedule = "@daily"', 1),
    ("AD101", 'mem_limit = "512m"', 1),
    ("AD102", 'env = { A = { connection = "db" } }', 13),
    ("AD102", 'mounts = [{ target = "/x" }]', 11),
    ("AD103", 'retries = "3"', 11),
    ("AD103", "retry_delay = 300", 15),
    ("AD103", 'tty = "yes"', 7),
    ("AD103", 'after = "t0"', 9),
    ("AD104", 'remove = "succes"', 10),
    ("AD104", "skip_exit_codes = [0, 256]", 23),
    ("AD104", 'workdir = "app"', 11),
    ("AD104", "gpus = 0", 8),
    ("AD104", 'xcom = "lst"', 8),
    ("AD104", 'env = { A = "x", B = { vault = "y" } }', 22),
    ("AD105", 'env = { "LOG LEVEL" = "info" }', 9),
    ("AD106", 'script = "true"', 1),
    ("AD106", 'args = { day = "today" }', 1),
    ("AD107", 'timeout = "5 minutes"', 11),
    ("AD108", 'memory = "64Mi"', 10),
)
"""Code, line and column of a mistake that a task of the kind container can hold."""
NAMES: tuple[tuple[str, str, int], ...] = (
    ("AD202", 'mounts = ["row"]', 11),
    ("AD202", 'mounts = ["raw", { mount = "rwa", target = "/x" }]', 28),
    ("AD203", 'after = ["t00"]', 10),
    ("AD203", 'env = { A = { output = "t00" } }', 24),
    ("AD204", 'connection = "bd"', 14),
    ("AD204", 'env = { A = { connection = "bd", get = "uri" } }', 28),
    ("AD206", 'group = "reports"', 9),
    ("AD207", 'pool = "small"', 8),
    ("AD208", 'outlets = ["orders"]', 12),
    ("AD209", 'engine = "gpu"', 10),
    ("AD210", 'env = { A = { param = "day" } }', 23),
    ("AD211", 'env = { A = { variable = "tier" } }', 26),
    ("AD212", 'env_files = ["no.env"]', 14),
    ("AD212", 'doc = { file = "no.md" }', 16),
    ("AD212", 'env = { A = { file = "no.txt" } }', 22),
    ("AD402", 'mounts = ["raw", "raw"]', 18),
    ("AD906", 'env_files = ["../up.env"]', 14),
    ("AD906", 'doc = { file = "../up.md" }', 16),
    ("AD203", 'teardown = "t00"', 12),
    ("AD313", "expand = {}", 10),
)
RULES: tuple[tuple[str, str, int], ...] = (
    ("AD304", 'trigger_rule = "all_failled"', 16),
    ("AD304", 'weight_rule = "up"', 15),
    ("AD306", 'env = { A = "{{ ds" }', 14),
    ("AD307", 'env = { A = "{{ day }}" }', 17),
    ("AD310", "env = { A = \"{{ ti.xcom_pull('t49') }}\" }", 31),
    ("AD308", 'network = "{{ds}}"', 14),
    ("AD210", 'env = { A = "{{ params.day }}" }', 24),
    ("AD308", 'labels = { a = "{{ ds }}" }', 20),
    ("AD307", 'env = { A = "x", B = "{{ next_ds }}" }', 26),
    ("AD306", 'env = { A = "{% if ds %}" }', 14),
)


def project(mistakes: tuple[tuple[str, str, int], ...]) -> tuple[str, list[str]]:
    """Return a text, and its mistakes as ``line:column code``; every fifth task has one, each kind in its turn."""
    lines = HEAD.splitlines()
    expected = []
    for number in range(TASKS):
        dag, task = divmod(number, PER_DAG)
        lines += ["", f"[dags.d{dag}.tasks.t{task}]", 'image = "etl"', 'command = ["true"]']
        if number % (TASKS // MISTAKES) == 2:
            code, line, column = mistakes[number // (TASKS // MISTAKES) % len(mistakes)]
            lines.append(line)
            expected.append(f"{len(lines)}:{column} {code}")
    return "\n".join(lines) + "\n", expected


@pytest.mark.parametrize("stage", ["SHAPE", "NAMES", "RULES"])
def test_one_run_reports_all_mistakes_of_a_stage(stage: str, tmp_path: Path) -> None:
    text, expected = project(globals()[stage])
    (tmp_path / "airdock.toml").write_text(text, encoding="utf-8")
    report = Report()
    document = load(tmp_path, "airdock.toml", report)
    with pytest.raises(Stopped):
        analyse(document, report)
    found = [
        f"{one.location.line}:{one.location.column} {one.diagnostic.kind.code}"
        for one in locate_all(report.findings, document)
        if one.diagnostic.severity == "error"
    ]
    assert len(expected) == MISTAKES
    assert found == expected
