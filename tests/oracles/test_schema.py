"""schema/airdock.schema.json: what the models say, closed at every table, and judged by check-jsonschema."""

from __future__ import annotations

import json
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
from presence import required_or_skip

from airdock.diagnostics import Report
from airdock.spec.base import Table, every_table
from airdock.spec.compiled import model
from airdock.spec.language import keys_by_field
from airdock.spec.project import ProjectSpec
from airdock.spec.schema import json_schema, schema_text
from airdock.spec.validate import validate
from conftest import CASES, REPOSITORY

FILE = REPOSITORY / "schema" / "airdock.schema.json"
SCHEMA: dict[str, Any] = json_schema()
TIMEOUT = 60  # seconds
ANY = {"additionalProperties": True}
"""How the schema says "any value"."""
OPEN = {
    "ComposeTable.services.*": "what Compose takes",
    "ConnectionSpec.extra": "what the type of connection takes",
    "MountSpec.driver_opts": "what the volume driver takes",
    "ParamSpec.default": "any value",
    "ParamSpec.enum[]": "any value",
    "DagKeys.params.*[]": "any value",
    "DagSpec.params.*[]": "any value",
    "ProjectSpec.variables.*": "any value",
    "TaskKeys.args.*": "what the function takes",
    "TaskKeys.arguments.*": "what the operator takes",
    "AssetSpec.extra": "what the user says of the data",
    "CallbackSpec.args.*": "what the notifier takes",
    "ExpandSpec.args.*[]": "what the function takes",
    "ExpandSpec.arguments.*[]": "what the operator takes",
    "ScheduleSpec.args.*": "what the timetable takes",
    "TaskSpec.args.*": "what the function takes",
    "TaskSpec.arguments.*": "what the operator takes",
}
"""Where the language lets any table pass, and why."""

HEAD = 'airdock = 1\n\n[project]\nname = "shop"\n\n[airflow]\nversion = "3.3.2"\n\n'
IMAGE = '[images.a]\nref = "alpine:3.20"\n'
TASK = '[dags.x.tasks.y]\nimage = "a"\n'
INVALID = {
    "unknown key at the top": ("colour = 1\n" + HEAD, "$"),
    "unknown key of project": (HEAD + '[project.author]\nname = "x"\n', "$.project"),
    "unknown key of airflow": (HEAD + "[airflow.workers]\ncount = 1\n", "$.airflow"),
    "unknown key of an image": (HEAD + IMAGE + 'tags = "x"\n', "$.images.a"),
    "unknown key of a mount": (HEAD + '[mounts.a]\nvolume = "a"\ntarget = "/a"\nsize = 1\n', "$.mounts.a"),
    "unknown key of a DAG": (HEAD + '[dags.x]\nschedul = "@daily"\n', "$.dags.x"),
    "unknown key of a task": (HEAD + TASK + "retry = 1\n", "$.dags.x.tasks.y"),
    "unknown key of defaults": (HEAD + "[defaults.task]\nretry = 1\n", "$.defaults.task"),
    "unknown key of a param": (HEAD + "[dags.x.params.n]\ndefaul = 1\n", "$.dags.x.params.n"),
    "unknown key of a source": (
        HEAD + TASK + 'env = { A = { env = "A", defaut = "1" } }\n',
        "$.dags.x.tasks.y.env.A",
    ),
    "bad name of an image": (HEAD + '[images.Big]\nref = "alpine:3.20"\n', "$.images"),
    "too long name of an image": (HEAD + f'[images.{"a" * 64}]\nref = "alpine:3.20"\n', "$.images"),
    "bad id of a DAG": (HEAD + '[dags."my dag"]\n', "$.dags"),
    "missing version": ('airdock = 1\n[project]\nname = "shop"\n[airflow]\n', "$.airflow"),
    "another version of the language": (HEAD.replace("= 1", "= 2", 1), "$.airdock"),
    "text for a number": (HEAD + TASK + 'retries = "2"\n', "$.dags.x.tasks.y.retries"),
    "text for a list": (HEAD + TASK + 'after = "z"\n', "$.dags.x.tasks.y.after"),
    "a word that is no choice": (HEAD.replace("[airflow]", '[airflow]\nexecutor = "kube"'), "$.airflow.executor"),
    "no duration": (HEAD + TASK + 'timeout = "5 minutes"\n', "$.dags.x.tasks.y.timeout"),
    "no size": (HEAD + TASK + 'memory = "64Mi"\n', "$.dags.x.tasks.y.memory"),
    "a date in words": (HEAD + '[dags.x]\nstart_date = "next Monday"\n', "$.dags.x.start_date"),
    "gpus: no member of the union": (HEAD + TASK + 'gpus = "some"\n', "$.dags.x.tasks.y.gpus"),
    "schedule: a member with a wrong key": (HEAD + '[dags.x]\nschedule = { evry = "6h" }\n', "$.dags.x.schedule"),
    "port: a member of a wrong type": (
        HEAD + '[connections.c]\ntype = "http"\nport = true\n',
        "$.connections.c.port",
    ),
}
"""Documents and the place that the schema finds fault with."""


@pytest.fixture
def judge() -> str:
    """The path of check-jsonschema."""
    found = shutil.which("check-jsonschema", path=sysconfig.get_path("scripts"))
    required_or_skip("check-jsonschema", found is not None, 'pip install -e ".[test]"')
    return str(found)


def run_judge(judge: str, *arguments: object) -> tuple[int, Any]:
    """Return the exit code and the report of check-jsonschema."""
    command = [judge, "--output-format", "json", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def definition(table: type[Table]) -> dict[str, Any]:
    """Return the schema of a table."""
    found: dict[str, Any] = SCHEMA if table is ProjectSpec else SCHEMA["$defs"][table.__name__]
    return found


def described(node: dict[str, Any]) -> str:
    """Return the description that an editor shows for a key."""
    # pydantic leaves out a description that is word for word the one of the table referred to.
    target = SCHEMA["$defs"].get(node.get("$ref", "").removeprefix("#/$defs/"), {})
    text: str = node.get("description") or target.get("description", "")
    return text.strip()


TABLES = every_table()


def nodes(node: Any, place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each schema below a schema with its place: keys after a dot, * for any name, [] for list and union."""
    if not isinstance(node, dict):
        return
    yield place, node
    for key, inner in node.get("properties", {}).items():
        yield from nodes(inner, f"{place}.{key}")
    for inner in node.get("patternProperties", {}).values():
        yield from nodes(inner, f"{place}.*")
    for inner in (node.get("items"), *node.get("oneOf", ()), *node.get("anyOf", ())):
        yield from nodes(inner, place if place.endswith("[]") else f"{place}[]")


def all_nodes() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each schema of the language, placed from its table."""
    for table in TABLES:
        yield from nodes(definition(table), table.__name__)


def test_the_file_is_what_the_models_say() -> None:
    assert FILE.read_text(encoding="utf-8") == schema_text(), "run `airdock schema > schema/airdock.schema.json`"


def test_the_schema_can_be_made_twice() -> None:
    assert schema_text() == schema_text()


def test_the_schema_is_a_valid_schema_of_2020(judge: str) -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    code, report = run_judge(judge, "--check-metaschema", FILE)
    assert code == 0, report


def test_the_schema_has_every_table_and_no_other() -> None:
    assert {*SCHEMA["$defs"], ProjectSpec.__name__} == {table.__name__ for table in TABLES}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_the_keys_are_the_fields_of_the_model(table: type[Table]) -> None:
    schema = definition(table)
    assert list(schema["properties"]) == list(keys_by_field(table).values())
    required = [keys_by_field(table)[name] for name, field in model(table).model_fields.items() if field.is_required()]
    assert schema.get("required", []) == required


def test_every_table_is_closed_but_those_that_are_meant_to_be_open() -> None:
    opened = {place for place, node in all_nodes() if node.get("additionalProperties", False) is not False}
    assert opened == set(OPEN)
    unsaid = [
        place
        for place, node in all_nodes()
        if ("properties" in node or "patternProperties" in node or node.get("type") == "object")
        and "additionalProperties" not in node
    ]
    assert unsaid == []


def test_any_value_is_never_an_empty_schema() -> None:
    # tombi's strict mode warns of every key of a table below one.
    empty = [place for place, node in all_nodes() if not node.keys() - {"description"}]
    assert empty == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_has_a_description(table: type[Table]) -> None:
    schema = definition(table)
    assert schema["description"].strip()
    assert [key for key, inner in schema["properties"].items() if not described(inner)] == []


def test_no_word_of_python_is_in_the_schema() -> None:
    for place, node in all_nodes():
        assert "title" not in node or node is SCHEMA, place
        assert node.get("type") != "null", place
        assert node.get("default", "something") not in (None, [], {}), place
        assert "discriminator" not in node, place


def test_example_and_all_cases_are_valid(judge: str) -> None:
    files = [folder / "airdock.toml" for folder in CASES.values()]
    code, report = run_judge(judge, "--schemafile", FILE, *files)
    assert code == 0, report


def test_documents_with_a_fault_are_refused_at_its_place(judge: str, tmp_path: Path) -> None:
    places = {}
    for number, (text, place) in enumerate(INVALID.values()):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, encoding="utf-8")
        places[str(file)] = place
    code, report = run_judge(judge, "--schemafile", FILE, *places)
    assert code == 1
    assert not report["parse_errors"]
    found: dict[str, set[str]] = {file: set() for file in places}
    for error in report["errors"]:
        found[error["filename"]].add(error["path"])
    assert dict(zip(INVALID, found.values(), strict=True)) == {name: {place} for name, (_, place) in INVALID.items()}


@pytest.mark.parametrize("name", INVALID)
def test_what_the_schema_refuses_airdock_refuses_too(name: str) -> None:
    report = Report()
    validate(tomli.loads(INVALID[name][0]), report)
    assert report.errors
