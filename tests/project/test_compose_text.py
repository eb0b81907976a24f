"""Compose files that nobody wrote by hand: how much of them is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml.reader import Reader

from airdock.project.base_file import MOST
from airdock.project.compose_text import DEEPEST, NoYaml, values_of
from commands import GOOD, run, write_project

WITH_BASE = GOOD.replace("bundled = true", 'base = "docker-compose.yaml"')
SERVICES = "".join(f"  airflow-{name}: {{}}\n" for name in ("apiserver", "scheduler", "init", "dag-processor"))
COMPOSE = f"x-airflow: &a\n  image: apache/airflow:3.3.2\nservices:\n{SERVICES}"
TOO_DEEP = f"is nested more than {DEEPEST} deep"
TOO_LARGE = f"it is larger than {MOST // 1000} kB"
DEEP = ["[" * 5000, "{a: " * 5000, "[{" * 2500, "- " * 5000, "? " * 5000, "[\n" * 5000]


@pytest.mark.parametrize("text", DEEP)
def test_nothing_is_read_behind_what_is_too_deep(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    forward = Reader.forward

    def counted(self: Reader, length: int = 1) -> None:
        nonlocal read
        read += length
        forward(self, length)

    monkeypatch.setattr(Reader, "forward", counted)
    with pytest.raises(NoYaml, match=TOO_DEEP) as problem:
        values_of(text)
    assert 0 < read <= 4 * (DEEPEST + 2)
    assert problem.value.line == (DEEPEST + 1 if "\n" in text else 1)


@pytest.mark.parametrize(
    "text",
    ["[" * DEEPEST + "]" * DEEPEST, "- " * DEEPEST, "- " * (DEEPEST - 1) + "a: 1\n" + "  " * (DEEPEST - 1) + "b: 2"],
)
def test_what_is_less_deep_is_read(text: str) -> None:
    assert isinstance(values_of(text), list)


@pytest.mark.parametrize("text", ["a: [", "a: *b", "a: 1\na: 2", "? [*a]", "a: !!int x", "\0"])
def test_what_is_no_yaml_is_told_from_what_is_too_deep(text: str) -> None:
    with pytest.raises(NoYaml, match=r"^is no YAML that can be read$"):
        values_of(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        *((text, f"{TOO_DEEP} (line {DEEPEST + 1 if chr(10) in text else 1})") for text in DEEP),
        (COMPOSE + "# a comment\n" * (MOST // 12), f"cannot be read: {TOO_LARGE}"),
        (COMPOSE + "# a comment\n" * 2_000_000, f"cannot be read: {TOO_LARGE}"),
    ],
)
def test_build_says_why_a_base_file_is_not_read(
    text: str, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_project(tmp_path, WITH_BASE)
    (tmp_path / "docker-compose.yaml").write_text(text, encoding="utf-8")
    assert run("check", "-C", tmp_path) == 1
    assert f"error[AD904]: docker-compose.yaml {problem}\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "note"), [(DEEP[0], f":1: {TOO_DEEP}"), (COMPOSE + "#\n" * MOST, f": cannot be read: {TOO_LARGE}")]
)
@pytest.mark.parametrize("name", ["docker-compose.yaml", "compose.override.yml"])
def test_init_says_why_a_compose_file_is_not_read(
    name: str, text: str, note: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert run("init", tmp_path) == 0
    assert f"{name}{note}" in capsys.readouterr().out


def test_large_file_is_read_to_its_last_byte(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_project(tmp_path, WITH_BASE)
    text = COMPOSE + "#" * (MOST - len(COMPOSE))
    (tmp_path / "docker-compose.yaml").write_text(text, encoding="utf-8")
    run("check", "-C", tmp_path)
    assert "AD904" not in capsys.readouterr().err
