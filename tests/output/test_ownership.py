"""Whose a file is: the user's and edited ones stay, airdock's own come and go with airdock.toml."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from demo import (
    MINE,
    OUTPUTS,
    build,
    change,
    each_output,
    mode,
    names_in,
    new_project,
    posix_only,
    said,
    tree,
)

from hostile import toml_string


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was never built."""
    return new_project(tmp_path / "demo", monkeypatch)


@pytest.fixture
def built(project: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The project, built once."""
    assert build(project) == 0
    capsys.readouterr()
    return project


@each_output
def test_file_of_the_user_stays_and_nothing_else_is_written(
    path: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).write_bytes(MINE)
    before = tree(project)
    assert build(project) == 1
    assert f"error[AD901]: {path} is there already" in said(capsys)
    assert tree(project) == before


@each_output
@pytest.mark.parametrize("edit", [b"# an edit\n", b"# \xff\n"], ids=["text", "no text"])
def test_hand_edited_output_stays_and_nothing_else_is_written(
    edit: bytes, path: str, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (built / path).open("ab") as stream:
        stream.write(edit)
    change(built, '"true"', '"false"')
    before = tree(built)
    assert build(built) == 1
    assert f"error[AD902]: {path} was edited" in said(capsys)
    assert tree(built) == before


@each_output
@pytest.mark.parametrize("data", [MINE, None], ids=["the user's", "edited"])
def test_force_overwrites_what_is_not_as_airdock_wrote_it(path: str, data: bytes | None, built: Path) -> None:
    wanted = (built / path).read_bytes()
    (built / path).write_bytes(data or wanted + b"# an edit\n")
    (built / ".env").write_bytes(b"MINE='x'\r\n" + (built / ".env").read_bytes() + b"# last")
    dotenv = (built / ".env").read_bytes()
    assert build(built, "--force") == 0
    assert (built / path).read_bytes() == wanted
    assert (built / ".env").read_bytes() == dotenv


@pytest.mark.parametrize("edit", ["head", "digest", "first line"])
def test_edit_of_the_header_is_seen(edit: str, built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = built / "dags/first.py"
    lines = path.read_bytes().split(b"\n")
    lines[{"head": 2, "digest": 1, "first line": 0}[edit]] += b" "
    path.write_bytes(b"\n".join(lines))
    before = tree(built)
    assert build(built) == 1
    assert "error[AD902]" in said(capsys)
    assert tree(built) == before


@pytest.mark.parametrize("lines", [1, 2])
def test_generated_file_that_was_cut_off_is_edited(lines: int, built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = built / "dags/first.py"
    path.write_bytes(b"\n".join(path.read_bytes().split(b"\n")[:lines]))
    assert build(built) == 1
    assert "error[AD902]: dags/first.py was edited since airdock generated it" in said(capsys)
    assert build(built, "--force") == 0


def test_empty_file_is_nobodys(project: Path) -> None:
    (project / "Dockerfile").touch()
    assert build(project) == 0
    assert (project / "Dockerfile").read_bytes()


def test_module_of_a_renamed_dag_is_deleted(
    built: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built)
    change(built, "[dags.first.", "[dags.erst.")
    assert build(built) == 0
    assert "created   dags/erst.py\ndeleted   dags/first.py\n" in said(capsys)
    assert names_in(built / "dags") == ["erst.py", "second.py"]


def test_edited_module_of_a_renamed_dag_stays(built: Path) -> None:
    with (built / "dags/first.py").open("ab") as stream:
        stream.write(b"# an edit\n")
    edited = (built / "dags/first.py").read_bytes()
    change(built, "[dags.first.", "[dags.erst.")
    assert build(built) == 0
    assert (built / "dags/first.py").read_bytes() == edited
    assert (built / "dags/erst.py").is_file()


def test_modules_of_the_user_beside_those_of_airdock_stay(built: Path) -> None:
    (built / "dags/mine.py").write_bytes(MINE)
    (built / "dags/empty.py").touch()
    assert build(built) == 0
    assert (built / "dags/mine.py").read_bytes() == MINE
    assert (built / "dags/empty.py").exists()


def without_etl(folder: Path) -> None:
    """Take the described image out of airdock.toml."""
    change(folder, '[images.etl]\nfrom = "python:3.12-slim"\n', "")
    change(folder, 'image = "etl"', 'image = "shell"')


def test_files_of_a_removed_image_go_and_their_folders_with_them(
    built: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built)
    without_etl(built)
    assert build(built) == 0
    gone = ("images", "images/etl", "images/etl/Dockerfile", "images/etl/Dockerfile.dockerignore")
    assert "".join(f"deleted   {path}\n" for path in gone) in said(capsys)
    assert not (built / "images").exists()


@pytest.mark.parametrize("kept", ["images/etl/clean.py", "images/etl/empty/", "images/mine"])
def test_folder_of_a_removed_image_stays_where_something_is_in_it(kept: str, built: Path) -> None:
    (built / kept).mkdir() if kept.endswith("/") else (built / kept).write_bytes(MINE)
    without_etl(built)
    assert build(built) == 0
    assert (built / kept).exists()
    assert (built / "images/etl").exists() == kept.startswith("images/etl")
    assert not (built / "images/etl/Dockerfile").exists()


def test_folder_of_a_removed_image_stays_where_a_mount_needs_it(built: Path) -> None:
    without_etl(built)
    change(built, '"data/in"', '"images/etl"')
    assert build(built) == 0
    assert names_in(built / "images/etl") == []


def with_dags_in(folder: Path, name: str) -> None:
    """Name another folder for DAG modules."""
    text = (folder / "airdock.toml").read_text(encoding="utf-8")
    text = re.sub(r"dags_folder = .*\n", "", text)
    text = text.replace('executor = "local"\n', f'executor = "local"\ndags_folder = {toml_string(name)}\n')
    (folder / "airdock.toml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", ["pipelines", "a/b", "with 'blank", "p$x", "é日", "[a]*", "a\u2028b"])
def test_modules_of_a_changed_dags_folder_go(name: str, built: Path) -> None:
    both = ["first.py", "second.py"]
    with_dags_in(built, name)
    assert build(built) == 0
    assert names_in(built / name) == both
    assert names_in(built / "dags") == [], "the base file mounts the folder, which stays"
    with_dags_in(built, "third")
    assert build(built) == 0
    assert names_in(built / "third") == both
    assert not (built / name.split("/", maxsplit=1)[0]).exists()
    with_dags_in(built, "dags")
    assert build(built) == 0
    assert names_in(built / "dags") == both
    assert not (built / "third").exists()


def test_folder_whose_name_is_not_understood_keeps_its_modules(built: Path) -> None:
    with_dags_in(built, "pipelines")
    assert build(built) == 0
    override = built / "docker-compose.override.yaml"
    text = override.read_text(encoding="utf-8")
    # An escape that YAML has and JSON has not.
    override.write_text(text.replace('"./pipelines"', '"./\\x70ipelines"'), encoding="utf-8")
    with_dags_in(built, "third")
    assert build(built, "--force") == 0
    assert names_in(built / "pipelines") == names_in(built / "third") == ["first.py", "second.py"]


def test_what_is_not_as_airdock_wrote_it_stays_in_a_changed_dags_folder(built: Path) -> None:
    with (built / "dags/first.py").open("ab") as stream:
        stream.write(b"# an edit\n")
    (built / "dags/mine.py").write_bytes(MINE)
    with_dags_in(built, "pipelines")
    assert build(built, "--force") == 0
    assert names_in(built / "dags") == ["first.py", "mine.py"]


def test_copies_that_nobody_named_stay(built: Path) -> None:
    copies = ("tests/expected/dags", "old", "airdocks")
    for folder in copies:
        shutil.copytree(built / "dags", built / folder)
    change(built, '"true"', '"false"')
    with_dags_in(built, "pipelines")
    assert build(built) == 0
    assert all(names_in(built / folder) == ["first.py", "second.py"] for folder in copies)


def test_modules_of_a_project_inside_stay(built: Path) -> None:
    shutil.copy(built / "airdock.toml", built / "dags")
    with_dags_in(built, "pipelines")
    assert build(built) == 0
    assert names_in(built / "dags") == ["airdock.toml", "first.py", "second.py"]


def test_folder_that_a_compose_file_of_the_user_mounts_keeps_its_modules(built: Path) -> None:
    shutil.copytree(built / "dags", built / "old")
    mount = 'volumes:\n      - type: "bind"\n        source: "./old"\n        target: "/opt/airflow/dags"\n'
    (built / "compose.mine.yaml").write_text(f"services:\n  mine:\n    image: x\n    {mount}", encoding="utf-8")
    with_dags_in(built, "pipelines")
    assert build(built) == 0
    assert names_in(built / "old") == ["first.py", "second.py"]


def test_compose_file_outside_is_nobody_to_ask(built: Path, tmp_path: Path) -> None:
    """What another project says of its folders says nothing of those of the same name here."""
    shutil.copytree(built / "dags", built / "old")
    with_dags_in(built, "old-too")
    outside = tmp_path / "outside.yaml"
    assert build(built) == 0
    outside.write_bytes((built / "docker-compose.override.yaml").read_bytes().replace(b'"./old-too"', b'"./old"'))
    text = (built / ".env").read_text(encoding="utf-8")
    text = text.replace("AIRFLOW_UID=", "COMPOSE_FILE='docker-compose.yaml:../outside.yaml'\nAIRFLOW_UID=")
    (built / ".env").write_text(text, encoding="utf-8")
    assert build(built) == 0
    assert names_in(built / "old") == ["first.py", "second.py"]
    assert outside.exists()


def test_bundles_come_and_go(built: Path) -> None:
    change(built, 'executor = "local"\n', 'executor = "local"\ndags_per_file = 1\n')
    for size, files in ((2, ["airdock_0001.py"]), (1, ["first.py", "second.py"])):
        change(built, f"dags_per_file = {3 - size}", f"dags_per_file = {size}")
        assert build(built) == 0
        assert names_in(built / "dags") == files


@pytest.mark.parametrize("lost", [None, ".env", ".env.example"], ids=["", "fresh clone", "example not committed"])
def test_override_under_another_name_goes(lost: str | None, built: Path) -> None:
    change(built, "bundled = true\n", 'bundled = true\noverride = "stack.yaml"\n')
    assert build(built) == 0
    assert not (built / "docker-compose.override.yaml").exists()
    if lost:
        (built / lost).unlink()
    change(built, "stack.yaml", "other.yaml")
    assert build(built) == 0
    assert not (built / "stack.yaml").exists()
    assert (built / "other.yaml").is_file()


def test_base_file_goes_when_it_is_bundled_no_more(built: Path) -> None:
    change(built, "bundled = true\n", "")
    assert build(built) == 0
    assert not (built / "docker-compose.yaml").exists()


def test_force_says_what_it_replaces(
    built: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(built)
    (built / "dags/first.py").write_bytes(MINE)
    with (built / "Dockerfile").open("ab") as stream:
        stream.write(b"# an edit\n")
    change(built, "3.3.2", "3.3.1")
    assert build(built, "--force") == 0
    lines = said(capsys).splitlines()
    assert [line for line in lines if line.startswith("replaced")] == [
        "replaced  Dockerfile",
        "replaced  dags/first.py",
    ]
    assert "updated   docker-compose.yaml" in lines


def test_line_ends_that_git_has_converted_do_not_count(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [*OUTPUTS, "dags/second.py"]
    for path in paths:
        (built / path).write_bytes((built / path).read_bytes().replace(b"\n", b"\r\n"))
    before = tree(built)
    assert build(built, "--check") == 0
    assert build(built) == 0
    assert said(capsys).endswith("nothing to do\n")
    assert tree(built) == before
    change(built, '"true"', '"false"')
    assert build(built) == 0
    assert b"\r" not in (built / "dags/first.py").read_bytes()
    change(built, "[dags.second.", "[dags.zweite.")
    assert build(built) == 0
    assert not (built / "dags/second.py").exists()


@posix_only
@pytest.mark.parametrize("path", [*OUTPUTS, ".env"])
@pytest.mark.parametrize("leads", ["outside", "inside", "nowhere"])
def test_link_in_the_place_of_an_output_is_not_followed(
    path: str, leads: str, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = {"outside": tmp_path / "target", "inside": project / "target", "nowhere": tmp_path / "none"}[leads]
    if leads != "nowhere":
        target.write_bytes(b"# mine\n")
    (project / path).parent.mkdir(parents=True, exist_ok=True)
    (project / path).symlink_to(target)
    before = tree(tmp_path)
    for options in ((), ("--force",)):
        assert build(project, *options) == 1
        assert f"error[AD906]: {path} leaves the project" in said(capsys)
    assert tree(tmp_path) == before


@posix_only
def test_folder_of_outputs_that_leads_outside_is_not_followed(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (project / "dags").symlink_to(tmp_path / "elsewhere")
    before = tree(tmp_path)
    assert build(project) == 1
    assert "error[AD906]: dags/first.py leaves the project" in said(capsys)
    assert tree(tmp_path) == before


@posix_only
def test_folder_of_outputs_that_leads_to_another_of_the_project_is_followed(project: Path) -> None:
    (project / "pipelines").mkdir()
    (project / "dags").symlink_to("pipelines")
    assert build(project) == 0
    assert names_in(project / "pipelines") == ["first.py", "second.py"]


def test_second_build_changes_no_byte_and_no_time(built: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = tree(built)
    folders = {path: path.stat().st_mtime_ns for path in [built, *(one for one in built.rglob("*") if one.is_dir())]}
    for options in ((), ("--force",), ("--exit-code",), ("--strict",)):
        assert build(built, *options) == 0
        assert said(capsys) == "nothing to do\n"
    assert tree(built) == before
    assert {path: path.stat().st_mtime_ns for path in folders} == folders


def test_folder_for_a_mount_is_made_once(built: Path) -> None:
    assert (built / "data/in").is_dir()
    (built / "data/in/file").write_bytes(MINE)
    (built / "data/in").chmod(0o700)
    assert build(built) == 0
    assert (built / "data/in/file").read_bytes() == MINE
    assert mode(built / "data/in") == 0o700
    shutil.rmtree(built / "data")
    assert build(built) == 0
    assert (built / "data/in").is_dir()


@posix_only
def test_folder_that_root_makes_is_of_the_user_of_airflow(project: Path) -> None:
    assert build(project) == 0
    assert (project / "data/in").stat().st_uid == (os.getuid() or 50000)
    shutil.rmtree(project / "data")
    with (project / ".env").open("a", encoding="utf-8") as file:
        file.write("AIRFLOW_UID=77001\n")
    assert build(project) == 0
    assert (project / "data/in").stat().st_uid == (os.getuid() or 77001)
    assert (project / "data").stat().st_uid == os.getuid()


def test_folder_of_a_mount_without_create_is_not_made(project: Path) -> None:
    change(project, "create = true\n", "")
    assert build(project) == 0
    assert not (project / "data").exists()


@posix_only
def test_folders_are_for_all_to_look_into_under_any_umask(project: Path) -> None:
    umask = os.umask(0o077)
    try:
        assert build(project) == 0
        assert os.umask(0o077) == 0o077, "the umask is as it was"
    finally:
        os.umask(umask)
    made = [path for path in project.rglob("*") if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in made} == {0o755}
