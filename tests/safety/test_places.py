"""Paths and names: nothing is written outside the project or over what is read, and no two outputs in one place."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from airdock.cli import main
from hostile import toml_string

PROJECT = """\
airdock = 1

[project]
name = "paths"

[airflow]
version = "3.3.2"
executor = "local"
dags_folder = {dags}

[compose]
bundled = true
override = {override}

[images.shell]
ref = "alpine:3.20"

[mounts.m]
source = {mount}
target = "/m"
create = true

[dags.{dag}.tasks.a]
image = "shell"
command = ["true"]
mounts = ["m"]
"""
GOOD = {"dags": '"dags"', "override": '"docker-compose.override.yaml"', "mount": '"data"', "dag": "first"}
OUTWARD = ("../out/x", "a/../../out/x", "link/x", "deep/link/x", "self/x")
"""Paths that lead outside: by their text, through a link, through a link in a folder, around in a circle."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with links that lead out of it, beside a folder with a file of somebody else."""
    folder = tmp_path / "demo"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out/theirs").write_text("theirs", encoding="utf-8")
    (folder / "link").symlink_to(tmp_path / "out")
    (folder / "deep/link").symlink_to("../../out")
    (folder / "self").symlink_to("self")
    return folder


def build(folder: Path, *options: str, **changed: str) -> int:
    (folder / "airdock.toml").write_text(PROJECT.format(**(GOOD | changed)), encoding="utf-8")
    return main(["build", "-C", str(folder), *options])


def outside(folder: Path) -> list[str]:
    """Return what is beside the project."""
    return sorted(
        path.relative_to(folder.parent).as_posix() for path in folder.parent.rglob("*") if folder not in path.parents
    )


@pytest.mark.parametrize("path", OUTWARD)
@pytest.mark.parametrize("key", ["dags", "override", "mount"])
@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "forced"])
def test_outputs_do_not_leave_the_project(
    key: str, path: str, force: tuple[str, ...], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = outside(project)
    code = build(project, *force, **{key: toml_string(path)})
    said = "".join(capsys.readouterr())
    assert outside(project) == before
    assert code == 1
    assert "AD906" in said or (path.startswith("self") and "AD908" in said), said
    assert "cannot be written: None" not in said
    assert [path.name for path in project.rglob("*") if path.is_file() and path.parent != project.parent / "out"] == [
        "airdock.toml"
    ]


@pytest.mark.parametrize(
    "path",
    ["Dockerfile", ".env", ".env.example", "docker-compose.yaml", "dags/first.py", "dockerfile", "DAGS/First.py"],
)
def test_two_outputs_in_one_place_stop_the_build(path: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for options in ((), ("--force",)):
        assert build(project, *options, override=toml_string(path)) == 1
        shown = "".join(capsys.readouterr())
        assert "error[AD" in shown
        assert "AD908" not in shown or " cannot be written: two outputs have this name\n" in shown
        assert not (project / "Dockerfile").exists()


@pytest.mark.parametrize("path", ["Dockerfile", "dockerfile", "DAGS/First.py", "Docker-Compose.yaml"])
def test_folder_in_the_place_of_an_output_stops_the_build(
    path: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(project, mount=toml_string(path)) == 1
    assert " cannot be written: a mount asks for a folder of this name\n" in "".join(capsys.readouterr())
    assert not (project / "Dockerfile").exists()


@pytest.mark.parametrize("path", ["airdock.toml", "more.toml", "Airdock.TOML"])
def test_what_is_read_is_never_overwritten(path: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "more.toml").write_text("", encoding="utf-8")
    for options in ((), ("--force",)):
        assert build(project, *options, override=toml_string(path)) == 1
        text = PROJECT.format(**(GOOD | {"override": toml_string(path)}))
        assert (project / "airdock.toml").read_text(encoding="utf-8") == text
        reason = f"{path} cannot be written: airdock.toml and what it includes are never written\n"
        assert reason in "".join(capsys.readouterr())


@pytest.mark.parametrize("name", ["../x", "a/b", "a\\b", ".", "..", "", "a.b", "/etc/x", "C:x", "a\nb", "é", "a b"])
def test_names_cannot_be_paths(name: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = outside(project)
    assert build(project, dag=toml_string(name)) == 1
    assert "AD105" in "".join(capsys.readouterr())
    assert outside(project) == before
    text = PROJECT.format(**GOOD).replace('ref = "alpine:3.20"', 'from = "alpine:3.20"')
    text = text.replace("[images.shell]", f"[images.{toml_string(name)}]")
    (project / "airdock.toml").write_text(text, encoding="utf-8")
    assert main(["build", "-C", str(project)]) == 1
    assert "AD105" in "".join(capsys.readouterr())
    assert outside(project) == before


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        *((f"dags/{name}.py", "a device of Windows") for name in ("con", "aux", "NUL", "com1", "LPT9", "con .x")),
        ("images/con/Dockerfile", "a device of Windows"),
        ("Aux/dags/first.py", "a device of Windows"),
        ("dags./first.py", "Windows drops dots"),
        ("override.yaml ", "Windows drops dots"),
        ("docker-compose.yaml:stream", "Windows has no names"),
        ("dags\\first.py", "Windows has no names"),
    ],
)
def test_names_that_windows_takes_for_others_are_refused_there(
    path: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airdock.output.changes import _unfit

    assert _unfit(path, set()) is None, "here it is a name like any other"
    monkeypatch.setattr("os.name", "nt")
    there, fine = _unfit(path, set()), _unfit("a.b/dags/console_x.py", set())
    monkeypatch.undo()
    assert there is not None
    assert there.startswith(reason)
    assert fine is None


def test_every_device_and_character_of_windows_is_refused_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """By "Naming Files, Paths, and Namespaces" of its documentation."""
    from airdock.output.changes import _unfit

    ports = [f"{port}{number}" for port in ("com", "lpt") for number in range(10)]
    devices = [f"dags/{name}.py" for name in ("con", "prn", "aux", "nul", *ports)]
    characters = [f"dags/a{char}b.py" for char in '<>:"|?*\\']
    fine = ["dags/com.py", "dags/lpt.py", "dags/com10.py", "dags/a.con", "./a.py", "../a.py", "dags/a-b_c (1).py"]
    paths = [*devices, *characters, *fine]
    monkeypatch.setattr("os.name", "nt")
    found = {path: _unfit(path, set()) for path in paths}
    monkeypatch.undo()
    assert {found[path] for path in devices} == {"a device of Windows has this name"}
    assert {found[path] for path in characters} == {'Windows has no names with one of " * : < > ? \\ |'}
    assert {found[path] for path in fine} == {None}


def test_every_output_that_cannot_be_is_reported_at_once(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "dags").mkdir(exist_ok=True)
    (project / "dags/first.py").write_text("mine = 1\n", encoding="utf-8")
    (project / "Dockerfile").mkdir()
    assert build(project, override='"more.toml"') == 1
    shown = "".join(capsys.readouterr())
    for fault in ("AD908]: more.toml", "AD908]: Dockerfile", "AD901]: dags/first.py"):
        assert f"error[{fault}" in shown


def test_link_to_another_folder_of_the_project_is_fine(project: Path) -> None:
    (project / "real").mkdir()
    (project / "inner").symlink_to("real")
    assert build(project, dags='"inner/dags"', mount='"inner/data"') == 0
    assert (project / "real/dags/first.py").is_file()
    assert (project / "real/data").is_dir()


def test_absolute_folder_of_a_mount_is_meant(project: Path) -> None:
    assert build(project, mount=toml_string(str(project.parent / "out/new"))) == 0
    assert (project.parent / "out/new").is_dir()
    assert (project.parent / "out/theirs").read_text(encoding="utf-8") == "theirs"
    shutil.rmtree(project.parent / "out/new")
