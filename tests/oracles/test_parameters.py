"""The signatures of installed docker providers judge what airdock knows of them, and that nothing is forgotten."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from airflow_environments import existing
from presence import required_or_skip

from airdock.facts.versions import version_key

REPOSITORY = Path(__file__).resolve().parents[2]
READ = """
import inspect, json
from importlib.metadata import version
from airflow.providers.docker.decorators.docker import _DockerDecoratedOperator
from airflow.providers.docker.operators.docker import DockerOperator
from airflow.providers.docker.operators.docker_swarm import DockerSwarmOperator

names = {}
for made in (DockerOperator, DockerSwarmOperator, _DockerDecoratedOperator):
    found = inspect.signature(made.__init__).parameters.values()
    names[made.__name__] = [one.name for one in found if one.name != "self" and one.kind != one.VAR_KEYWORD]
print(json.dumps({"version": version("apache-airflow-providers-docker"), "parameters": names}))
"""


def script() -> ModuleType:
    """Return scripts/operator_parameters.py as a module."""
    spec = importlib.util.spec_from_file_location("parameters", REPOSITORY / "scripts" / "operator_parameters.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def installed() -> list[Any]:
    """Return one installed environment for each release of the provider."""
    return list({environment.provider: environment for environment in existing()}.values())


def test_known_parameters_are_those_of_the_installed_providers(tmp_path: Path) -> None:
    environments = installed()
    required_or_skip("an Airflow", bool(environments), "python tests/oracles/airflow_environments.py install")
    known = script().signatures()
    for environment in environments:
        run = subprocess.run(
            [environment.python, "-c", READ],
            check=True,
            capture_output=True,
            text=True,
            env={"AIRFLOW_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )
        read = json.loads(run.stdout.splitlines()[-1])
        at = version_key(read["version"])
        for operator, parameters in read["parameters"].items():
            rows = known[operator].items()
            expected = {
                name
                for name, row in rows
                if version_key(row["since"]) <= at and ("until" not in row or at < version_key(row["until"]))
            }
            assert set(parameters) == expected, f"{operator} of {read['version']}"


def test_every_parameter_is_reached_or_left_out_with_a_reason() -> None:
    module = script()
    known = {name for operator, rows in module.signatures().items() if operator != "releases" for name in rows}
    reached, left_out = set(module.reached()), module.left_out()
    assert known - reached - set(left_out) == set()
    assert reached & set(left_out) == set()
    assert [name for name, reason in left_out.items() if len(reason) < 20] == []
    assert set(left_out) - known == set(), "a reason for a parameter that does not exist"


def test_page_says_what_the_facts_say() -> None:
    written = (REPOSITORY / "docs" / "operator-parameters.md").read_text(encoding="utf-8")
    assert written == script().page(), "run: python scripts/operator_parameters.py > docs/operator-parameters.md"


@pytest.mark.parametrize("parameter", ["labels", "ulimits", "serializer", "service_prefix"])
def test_fact_of_a_parameter_is_asked_by_release(parameter: str) -> None:
    from airdock.facts import provider_release

    old, new = provider_release("3.7.0"), provider_release("4.6.1")
    assert old is not None
    assert new is not None
    assert (old.has(parameter), new.has(parameter)) == (False, True)
