"""docs/troubleshooting.md: what it shows is said by a real Airflow and a real engine, and what it promises is there."""

from __future__ import annotations

import json
import os
import re
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from compose import need_compose
from pages import ANY, blocks_of
from public_images import AIRFLOWS
from stacks import need_images
from test_airflow import environment_for

from airdock.cli import main
from airdock.doctor.registry import CHECKS
from airdock.explain import sorted_kinds
from conftest import REPOSITORY

VERSION = "3.3.2"
PROVOKE = Path(__file__).resolve().parent / "provoke.py"
SHELL, PYTHON = "alpine:3.20", "python:3.12-slim"
PAGE = (REPOSITORY / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
BLOCKS = {block.options["said"]: block for block in blocks_of("troubleshooting.md")}
"""What the page shows, by symptom."""
HEAD = """\
airdock = 1

[project]
name = "shop"

[airflow]
version = "3.3.2"

[compose]
bundled = true

[images.shell]
ref = "alpine:3.20"

[images.python]
ref = "python:3.12-slim"

[assets.orders]
uri = "s3://shop/orders"

[mounts.missing]
source = "no/such/folder"
target = "/data"

[mounts.first]
volume = "first"
target = "/data"
"""
MISTAKES = {
    "source-missing": ("AD408", 'image = "shell"\nmounts = ["missing"]'),
    "same-target": ("AD402", 'image = "shell"\nmounts = ["missing", "first"]'),
    "name-taken": ("AD405", 'image = "shell"\nretries = 2\ncontainer_name = "load"'),
    "little-memory": ("AD108", 'image = "shell"\nmemory = "4m"'),
    "memory-unit": ("AD108", 'image = "shell"\nmemory = "64Mi"'),
    "shell-line": ("AD409", 'image = "shell"\ncommand = "echo one && echo two"'),
    "one-word": ("AD415", 'image = "shell"\ncommand = ["echo hello"]'),
    "command-of-function": ("AD106", 'image = "python"\npython = "tasks.py:function"\ncommand = ["echo", "hello"]'),
    "from-outside": ("AD312", 'image = "python"\npython = "tasks.py:function"'),
    "no-bash": ("AD414", 'image = "shell"\npython = "tasks.py:function"'),
    "left-running": ("AD413", 'image = "shell"\ntimeout = "10m"\nremove = "success"'),
    "boolean-remove": ("AD103", 'image = "shell"\nremove = true'),
    "old-schedule": ("AD101", '[dags.d]\nschedule_interval = "@daily"'),
    "undated": ("AD309", 'image = "shell"\ncommand = ["echo", "{{ ds }}"]\n[dags.d.schedule]\nassets = ["orders"]'),
    "private-template": ("AD308", 'image = "shell"\nworkdir = "/data/{{ conn.api.password }}"'),
    "bad-json": ("AD204", 'image = "shell"\nenv = { TOKEN = { connection = "station", get = "password" } }'),
}
"""The same mistakes in airdock.toml, and what finds them."""
NOT_A_MISTAKE_THERE = {
    "group-variable": "AD905 is about another reason for the same",
    "old-dates": "there is no word for it",
    "source-relative": "it is right in airdock.toml",
}
KINDS = {kind.code: kind for kind in sorted_kinds()}


def pattern(text: str) -> str:
    """Return a regular expression for a text in which three dots stand for anything in a line."""
    return ".*?".join(map(re.escape, text.split(ANY)))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Everything that Airflow and the engine say, by symptom."""
    need_compose()
    need_images(SHELL, PYTHON, AIRFLOWS[VERSION])
    environment = environment_for(VERSION)
    label = f"airdock-docs-{secrets.token_hex(3)}"
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "DOCKER_HOST") if name in os.environ}
    environ["AIRFLOW_HOME"] = str(tmp_path_factory.mktemp("airflow"))
    command = [str(environment.python), "-I", str(PROVOKE), SHELL, PYTHON, AIRFLOWS[VERSION], label]
    try:
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=True)
        yield json.loads(done.stdout)
    finally:
        listed = ["docker", "ps", "--all", "--quiet", "--filter", f"label={label}"]
        left = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
        if left:
            subprocess.run(["docker", "rm", "--force", *left], capture_output=True, check=True)
        volumes = [f"{label}-first", f"{label}-second"]  # the engine makes them before it refuses the container
        subprocess.run(["docker", "volume", "rm", "--force", *volumes], capture_output=True, check=True)


@pytest.mark.parametrize("symptom", BLOCKS)
def test_symptom_is_what_people_see(symptom: str, said: dict[str, str]) -> None:
    block = BLOCKS[symptom]
    for line in block.text.splitlines():
        assert re.search(pattern(line), said[symptom]), f"{block.place}: nobody says {line!r}, but:\n{said[symptom]}"


def test_what_is_provoked_is_on_the_page() -> None:
    names = re.findall(r"^@symptom\ndef (\w+)", PROVOKE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name.replace("_", "-") for name in names} == BLOCKS.keys()


def test_every_code_and_check_exists() -> None:
    codes = {*re.findall(r"AD\d{3}", PAGE)}
    assert codes <= KINDS.keys()
    named = re.findall(r"`airdock doctor`\s\(([^)]*)\)", PAGE)
    checks = {name for names in named for name in names.split(", ")}
    assert named
    assert checks <= {check.name for check in CHECKS}


def codes_by_symptom() -> dict[str, set[str]]:
    """Return the codes that the page names as finding a symptom."""
    return {
        symptom: {*re.findall(r"AD\d{3}", part)}
        for part in re.split("^### ", PAGE, flags=re.MULTILINE)
        for symptom in re.findall(r"said=(\S+)", part)
        if "AD" in part
    }


def test_each_symptom_that_a_finding_is_named_for_has_its_mistake() -> None:
    assert {name for name, codes in codes_by_symptom().items() if codes} == {*MISTAKES, *NOT_A_MISTAKE_THERE}


@pytest.mark.parametrize("symptom", MISTAKES)
def test_the_mistake_is_found(symptom: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, task = MISTAKES[symptom]
    table = "" if task.startswith("[") else "[dags.d.tasks.t]\n"
    (tmp_path / "tasks.py").write_text("FACTOR = 2\n\n\ndef function():\n    return FACTOR\n", encoding="utf-8")
    (tmp_path / "airdock.toml").write_text(f"{HEAD}\n{table}{task}\n", encoding="utf-8")
    main(["check", "-C", str(tmp_path), "--output-format", "concise"])
    assert f" {code} " in capsys.readouterr().err
    assert code in codes_by_symptom()[symptom]


def test_what_airdock_writes_is_in_what_it_writes() -> None:
    snapshots = [path for path in (REPOSITORY / "snapshots").rglob("*") if path.is_file()]
    written = "\n".join(path.read_text(encoding="utf-8") for path in snapshots)
    claims = re.findall(r"airdock\s+writes\s+`([^`]+)`", PAGE)
    assert len(claims) > 5
    assert [claim for claim in claims if not re.search(pattern(claim), written)] == []


def test_what_findings_say_is_what_they_say() -> None:
    quoted = re.findall(r"^\| (AD\d{3}) `([^`]+)` \|", PAGE, re.MULTILINE)
    assert quoted
    for code, words in quoted:
        assert re.search(pattern(words), KINDS[code].message), code
