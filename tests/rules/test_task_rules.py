"""The rules of tasks see every task once, however many DAGs there are; those of the whole see all of them together."""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.diagnostics import Report
from airdock.load.document import document_of
from airdock.pipeline import understand

PROJECT = """\
airdock = 1

[project]
name = "shop"

[airflow]
version = "3.3.2"

[compose]
bundled = true

[images.shell]
ref = "alpine:3.20"

[mounts.host]
source = "/"
target = "/host"
"""
DAG = """
[dags.d{n}.tasks.load]
image = "shell"
command = ["echo hello"]
mounts = ["host"]
"""


@pytest.mark.parametrize("dags", [1, 9, 10, 11, 20, 25])
def test_every_task_is_looked_at_once(dags: int, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text(".env\n", encoding="utf-8")
    text = PROJECT + "".join(DAG.format(n=n) for n in range(dags))
    report = Report()
    understand(document_of(tmp_path, "airdock.toml", text, report), report)
    found = [finding for finding in report.findings if finding.kind.code == "AD415"]
    assert [finding.place.path[1] for finding in found] == [f"d{n}" for n in range(dags)]  # type: ignore[union-attr]
    (handed,) = [finding for finding in report.findings if finding.kind.code == "AD412"]
    assert len(handed.related) == dags
