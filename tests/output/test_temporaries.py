"""What killed builds leave is swept before anything is read: their temporaries, wherever they may be, and no more."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from demo import build, change, new_project, posix_only, said, tree

pytestmark = posix_only
TEMPORARY = ".a.py.abcd1234.airdock"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was never built."""
    return new_project(tmp_path / "demo", monkeypatch)


def left_in(folder: Path) -> Path:
    """Leave a temporary in a folder, as a killed build does."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / TEMPORARY).write_bytes(b"half")
    return folder / TEMPORARY


def test_temporaries_of_a_killed_build_are_no_part_of_an_image(project: Path) -> None:
    copied = 'copy = [{ from = "images/etl", to = "/etl" }]\n'
    change(project, 'from = "python:3.12-slim"\n', f'from = "python:3.12-slim"\n{copied}')
    (project / "images/etl").mkdir(parents=True)
    (project / "images/etl/README").touch()
    assert build(project) == 0
    assert build(project) == 0
    before = {path: entry[0] for path, entry in tree(project).items() if isinstance(entry, tuple)}
    left_in(project / "images/etl")
    assert build(project) == 0
    assert {path: entry[0] for path, entry in tree(project).items() if isinstance(entry, tuple)} == before


def test_only_temporaries_are_swept(project: Path) -> None:
    assert build(project) == 0
    swept = [project / "dags/.a.py.abcd1234.airdock", project / "..env.a_cd1234.airdock"]
    kept = [project / "dags" / name for name in ("a.airdock", ".airdock", ".a.py.airdock", ".a.py.ABCD1234.airdock")]
    kept += [project / "mine/.a.py.abcd1234.airdock", project / "dags/.b.py.abcd1234.airdock"]
    (project / "mine").mkdir()
    for path in (*swept, *kept[:-1]):
        path.write_bytes(b"x")
    kept[-1].mkdir()
    kept.append(project / "dags/.link.py.abcd1234.airdock")
    kept[-1].symlink_to(project / "airdock.toml")
    assert build(project, "--check") == 0
    assert all(path.exists() for path in swept), "--check writes nothing"
    assert build(project) == 0
    assert not any(path.exists() for path in swept)
    assert all(path.exists() for path in kept)


@pytest.mark.parametrize("folder", [".", "dags", "flows", "images/etl", "images/gone"])
def test_first_build_sweeps_every_folder_that_it_may_have_written_to(folder: str, project: Path) -> None:
    change(project, 'executor = "local"\n', 'executor = "local"\ndags_folder = "flows"\n')
    left = left_in(project / folder)
    assert build(project) == 0
    assert not left.exists()


@pytest.mark.parametrize("override", ["docker-compose.override.yaml", "stack.yaml"])
def test_folder_of_an_earlier_build_is_swept(override: str, project: Path) -> None:
    change(project, "bundled = true\n", f'bundled = true\noverride = "{override}"\n')
    change(project, 'executor = "local"\n', 'executor = "local"\ndags_folder = "flows"\n')
    assert build(project) == 0
    change(project, '"flows"', '"pipelines"')
    left = left_in(project / "flows")
    assert build(project) == 0
    assert not left.exists()


@pytest.mark.parametrize("through", ["dags_folder", "a link to the dags", "a link to an image"])
def test_what_lies_outside_the_project_is_not_swept(
    through: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    left = left_in(tmp_path / "outside")
    if through == "dags_folder":
        change(project, 'executor = "local"\n', 'executor = "local"\ndags_folder = "../outside"\n')
    elif through == "a link to the dags":
        (project / "dags").symlink_to(left.parent)
    else:
        (project / "images").mkdir()
        (project / "images/other").symlink_to(left.parent)
    code = build(project)
    assert left.exists()
    assert code == (0 if through == "a link to an image" else 1)
    assert ("error[AD906]" in said(capsys)) == (code == 1)


@pytest.mark.parametrize(
    "airflow", ["airflow = 5", "airflow = { dags_folder = 5 }", 'airflow = { dags_folder = "a\\u0000b" }']
)
def test_sweeping_leaves_faults_of_airdock_toml_to_the_next_stage(
    airflow: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "airdock.toml").write_text(f'airdock = 1\nproject = {{ name = "demo" }}\n{airflow}\n', encoding="utf-8")
    left = left_in(project / "dags")
    assert build(project) == 1
    assert "error[AD10" in said(capsys)
    assert not left.exists()


def test_temporary_of_every_output_is_swept_if_its_build_is_killed(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: set[Path] = set()
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        left.update(path for path in project.rglob("*") if path.name.endswith(".airdock"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    assert build(project) == 0
    assert {path.parent.relative_to(project).as_posix() for path in left} >= {".", "dags", "images/etl"}
    assert not any(path.exists() for path in left)
    for path in left:
        path.write_bytes(b"half")
    assert build(project) == 0
    assert not any(path.exists() for path in left)
