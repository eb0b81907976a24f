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
from airflow_environments import find
from compose import need_compose
from pages import ANY, blocks_of
from presence import required_or_skip
from public_images import AIRFLOWS
from stacks import need_images

from airdock.doctor.registry import CHECKS
from airdock.explain import sorted_kinds
from conftest import REPOSITORY

VERSION = "3.3.2"
PROVOKE = Path(__file__).resolve().parent / "provoke.py"
SHELL, PYTHON = "alpine:3.20", "python:3.12-slim"
PAGE = (REPOSITORY / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
BLOCKS = {block.options["said"]: block for block in blocks_of("troubleshooting.md")}
"""What the page shows, by symptom."""
KINDS = {kind.code: kind for kind in sorted_kinds()}


def pattern(text: str) -> str:
    """Return a regular expression for a text in which three dots stand for anything in a line."""
    return ".*?".join(map(re.escape, text.split(ANY)))


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Everything that Airflow and the engine say, by symptom."""
    need_compose()
    need_images(SHELL, PYTHON, AIRFLOWS[VERSION])
    environment = find(VERSION)
    how = "python tests/oracles/airflow_environments.py install"
    required_or_skip(f"Airflow {VERSION}", environment is not None, how)
    assert environment is not None
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
