"""Airflow itself judges what airdock knows of templates: variables, filters, fields, and what fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from airflow_environments import PROVIDERS, find
from airflow_judge import judge
from presence import required_or_skip

from airdock.facts import AirflowFacts, facts_for, provider_release
from airdock.rules.template_reading import read

READER = Path(__file__).resolve().parent / "read_templates.py"
FIELDS = ("image", "command", "environment", "env_file", "container_name", "mounts", "docker_conn_id")
FUNCTION_FIELDS = ("op_args", "op_kwargs")
GOOD = (
    "plain text } }} %} #}",
    "{{ ds }} {{ run_id | lower }}",
    "{{ nobody | default('x') }} {{ nobody | d('x') }}",
    "{% if nobody is defined %}{{ nobody }}{% endif %}",
    "{{ nobody if nobody is defined else ds }}",
    "{% set day = ds %}{{ day }}",
    "{% for n in range(3) %}{{ loop.index }}{{ n }}{% else %}{% endfor %}",
    "{% macro line(a, b=1) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ line(ds) }}",
    "{% macro line() %}{{ caller() }}{% endmacro %}{% call line() %}{{ ds }}{% endcall %}",
    "{% if ds %}{% set late = 1 %}{% endif %}{{ late }}",
    "{% set counter = namespace(n=0) %}{% set counter.n = counter.n + 1 %}{{ counter.n }}",
    "{% set block %}{{ ds }}{% endset %}{{ block }}",
    "{% with day = ds %}{{ day }}{% endwith %}",
    "{% do [].append(ds) %}",
    "{% raw %}{{ .Name }}{% endraw %}{{ '{{' }}",
    "{# a comment #}${path%%.*}",
    "{{ dict(a=1) }}{{ lipsum(1) | length }}{{ cycler('a').next() }}{{ joiner(',')() }}",
    "{% if 'slug' is filter %}{{ ds | slug }}{% endif %}",
    "{{ ds is string }}{{ true and ds }}{{ none is none }}",
    "{% filter upper %}{{ ds }}{% endfilter %}",
)
BAD = (
    "{{ ds }",
    "{{ ds",
    "{% if ds %}",
    "{% if ds %}{% endfor %}",
    "${#names} letters",
    "printf '{%s}'",
    "{{.State.Status}}",
    "{{json .State}}",
    "{{ ds | slug }}",
    "{{ ds is sluggish }}",
    "{{ nobody }}",
    "{{ nobody.host | default('x') }}",
    "{% if nobody %}{% endif %}",
    "{{ nobody or ds }}",
    "{% for n in nobody %}{% endfor %}",
    "{% break %}",
    "{{ try_number }}",
    "{{ ds_add(ds, 1) }}",
    "{% raw %}{{ ds }}",
    "{{ loop.index }}",
)


def of(version: str, folder: Path) -> tuple[dict[str, Any], AirflowFacts]:
    """Return what an Airflow says, and what airdock knows of it."""
    environment = find(version)
    how = f"python tests/oracles/airflow_environments.py install {version}"
    required_or_skip(f"Airflow {version}", environment is not None, how)
    assert environment is not None
    (folder / "snippets.json").write_text(json.dumps([*GOOD, *BAD]), encoding="utf-8")
    facts = facts_for(version)
    assert facts is not None
    return judge(environment, folder, {"AIRFLOW_HOME": str(folder)}, READER), facts


@pytest.mark.parametrize("version", PROVIDERS)
def test_templates_are_what_airflow_makes_of_them(version: str, tmp_path: Path) -> None:
    said, facts = of(version, tmp_path)
    known = facts.templates
    assert said["variables"] == sorted(known.variables)
    assert said["dated"] == sorted(known.dated)
    assert said["filters"] == sorted(known.filters)

    provider = provider_release(PROVIDERS[version])
    assert provider is not None
    fields = [field for field in FIELDS if provider.renders(field)]
    assert said["container"] == said["swarm"] == sorted(fields)
    assert said["python"] == sorted([*fields, *FUNCTION_FIELDS])

    assert said["rendered"] == list(GOOD)
    for text in (*GOOD, *BAD):
        reading = read(text, known.filters)
        unknown = [use.name for use in reading.uses if use.name not in known.variables]
        assert bool(reading.faults or unknown) == (text in BAD), text
