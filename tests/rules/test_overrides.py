"""AD905: which override Compose takes, and that the advice helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.cli import main

SPEC = 'airdock = 1\n[project]\nname = "shop"\n[airflow]\nversion = "3.3.2"\n[compose]\nbundled = true\n'
USERS = "services:\n  mine:\n    image: alpine:3.20\n"


def codes(folder: Path, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    main(["check", "-C", str(folder), *words])
    return capsys.readouterr().err


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("COMPOSE_FILE", raising=False)
    (tmp_path / "airdock.toml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "docker-compose.override.yml").write_text(USERS, encoding="utf-8")
    return tmp_path


def test_other_override_is_an_error(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "AD905" in codes(folder, capsys)


def test_user_who_names_the_files_knows(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("COMPOSE_FILE=docker-compose.yaml:docker-compose.override.yaml\n", encoding="utf-8")
    assert "AD905" not in codes(folder, capsys)
    (folder / ".env").unlink()
    monkeypatch.setenv("COMPOSE_FILE", "docker-compose.yaml")
    assert "AD905" not in codes(folder, capsys)


def test_override_of_an_earlier_build_is_in_nobodys_way(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "docker-compose.override.yml").unlink()
    (folder / "airdock.toml").write_text(f'{SPEC}base = "docker-compose.yml"\n', encoding="utf-8")
    assert main(["build", "-C", str(folder)]) == 0
    assert (folder / "docker-compose.override.yml").is_file()
    (folder / "airdock.toml").write_text(SPEC, encoding="utf-8")
    assert "AD905" not in codes(folder, capsys)
    assert main(["build", "-C", str(folder)]) == 0
    assert not (folder / "docker-compose.override.yml").exists()


def test_override_that_compose_takes_now_is_named_whatever_it_is_called(folder: Path) -> None:
    (folder / "compose.override.yaml").write_text(USERS, encoding="utf-8")
    (folder / "airdock.toml").write_text(f'{SPEC}override = "docker-compose.airdock.yaml"\n', encoding="utf-8")
    assert main(["build", "-C", str(folder), "--strict"]) == 0
    # Compose took this one alone, and passed over docker-compose.override.yml.
    line = "COMPOSE_FILE='docker-compose.yaml:compose.override.yaml:docker-compose.airdock.yaml'"
    assert line in (folder / ".env").read_text(encoding="utf-8").splitlines()


def test_advice_leads_to_both_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "docker-compose.override.yml").rename(folder / "docker-compose.override.yaml")
    (folder / "airdock.toml").write_text(f'{SPEC}override = "docker-compose.airdock.yaml"\n', encoding="utf-8")
    assert main(["build", "-C", str(folder), "--strict"]) == 0
    line = "COMPOSE_FILE='docker-compose.yaml:docker-compose.override.yaml:docker-compose.airdock.yaml'"
    assert line in (folder / ".env").read_text(encoding="utf-8").splitlines()
    assert capsys.readouterr().err == ""
