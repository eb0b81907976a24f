"""What is known of the services of the bundled base file is what it has."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from airdock.cli import main
from airdock.project.base_file import BaseFile, check_services
from airdock.project.scope import Scope

PROJECT = """\
airdock = 1

[project]
name = "shop"

[airflow]
version = "{version}"
executor = "{executor}"

[compose]
bundled = true
"""


@pytest.mark.parametrize("version", ["2.11.2", "3.3.2"])
@pytest.mark.parametrize("executor", ["celery", "local"])
def test_services_of_the_bundled_file_are_known(
    version: str, executor: str, tmp_path: Path, fixed_host: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    fixed_host()
    known: list[BaseFile] = []

    def noted(scope: Scope, base: BaseFile) -> None:
        known.append(base)
        check_services(scope, base)

    monkeypatch.setattr("airdock.project.resolve.check_services", noted)
    (tmp_path / "airdock.toml").write_text(PROJECT.format(version=version, executor=executor), encoding="utf-8")
    assert main(["build", "-C", str(tmp_path)]) == 0
    written = yaml.safe_load((tmp_path / "docker-compose.yaml").read_text(encoding="utf-8"))
    assert known[0].every == written["services"].keys()
