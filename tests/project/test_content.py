"""The content tag: another one when anything in the image is another, the same wherever and whenever it is made."""

from __future__ import annotations

import os
import shutil
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from airdock.diagnostics import Report, SpecPlace
from airdock.load.files import ProjectFiles
from airdock.project.content import LENGTH, ContentDigest
from airdock.project.images import resolve_images
from airdock.project.scope import Scope
from airdock.project.target import resolve_target
from airdock.spec import ProjectSpec
from spec_tables import table_of

FROM: dict[str, object] = {
    "from": "python:3.12-slim",
    "copy": [{"from": "src", "to": "/app/"}],
    "pip": "requirements.txt",
}
OWN: dict[str, object] = {"build": "src", "args": {"LEVEL": "1"}}

posix_only = pytest.mark.skipif(os.name != "posix", reason="rights and links are those of POSIX")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with a folder that images are made of."""
    folder = tmp_path / "project"
    (folder / "src/inner/empty").mkdir(parents=True)
    for path, text in {"Dockerfile": "FROM x\n", "main.py": "print()\n", "inner/data.txt": "data\n"}.items():
        (folder / "src" / path).write_text(text, encoding="utf-8")
        (folder / "src" / path).chmod(0o644)
    (folder / "requirements.txt").write_text("requests\n", encoding="utf-8")
    return folder


def resolved(folder: Path, image: dict[str, object]) -> Scope:
    """Return the scope in which the one image of a project is resolved."""
    data = {"airdock": 1, "project": {"name": "p"}, "airflow": {"version": "3.3.2"}, "images": {"etl": image}}
    spec = table_of(ProjectSpec, data)
    report = Report()
    target = resolve_target(spec.airflow, report)
    assert target is not None
    scope = Scope(spec, ProjectFiles(folder), report, target)
    resolve_images(scope)
    return scope


def reference(folder: Path, image: dict[str, object]) -> str:
    """Return the reference of the one image of a project."""
    scope = resolved(folder, image)
    assert scope.report.findings == []
    return scope.images["etl"].reference


def tags(folder: Path) -> tuple[str, str]:
    """Return the references of an image that airdock describes, and of one with a Dockerfile of the user's."""
    return reference(folder, FROM), reference(folder, OWN)


def write(path: str, text: str) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")

    return change


CHANGES: dict[str, Callable[[Path], object]] = {
    "one byte": write("src/inner/data.txt", "dat4\n"),
    "one more byte": write("src/inner/data.txt", "data\n\n"),
    "another file": write("src/inner/more.txt", ""),
    "a hidden file": write("src/.hidden", ""),
    "a file renamed": lambda folder: (folder / "src/main.py").rename(folder / "src/Main.py"),
    "a file moved": lambda folder: (folder / "src/main.py").rename(folder / "src/inner/main.py"),
    "a file gone": lambda folder: (folder / "src/main.py").unlink(),
    "a folder gone": lambda folder: (folder / "src/inner/empty").rmdir(),
    "bytes moved from file to file": lambda folder: (
        write("src/main.py", "print()\nda")(folder),
        write("src/inner/data.txt", "ta\n")(folder),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_tag_changes_with_what_is_sent(change: str, project: Path) -> None:
    before = tags(project)
    CHANGES[change](project)
    after = tags(project)
    assert before[0] != after[0]
    assert before[1] != after[1]


@posix_only
def test_tag_changes_with_the_executable_bit_and_no_other(project: Path) -> None:
    before = tags(project)
    (project / "src/main.py").chmod(0o600)
    assert tags(project) == before
    (project / "src/main.py").chmod(0o744)
    after = tags(project)
    assert before[0] != after[0]
    assert before[1] != after[1]
    (project / "src/main.py").chmod(0o755)
    assert tags(project) == after


@posix_only
def test_link_counts_by_where_it_leads(project: Path) -> None:
    link = project / "src/link"
    link.symlink_to("main.py")
    before = tags(project)
    link.unlink()
    link.symlink_to("inner/data.txt")
    assert tags(project) != before
    link.unlink()
    link.symlink_to("nowhere")
    assert tags(project) != before


@posix_only
@pytest.mark.skipif(sys.platform == "darwin", reason="file names are text on macOS")
def test_file_name_that_is_no_text_counts(project: Path) -> None:
    before = tags(project)
    (project / "src" / os.fsdecode(b"caf\xe9")).write_text("", encoding="utf-8")
    assert tags(project) != before


def test_tag_is_the_same_for_another_time_place_and_order(project: Path, tmp_path: Path) -> None:
    before = tags(project)
    elsewhere = tmp_path / "else where"
    elsewhere.mkdir()
    for path in sorted(project.rglob("*"), reverse=True):
        copy = elsewhere / path.relative_to(project)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            copy.mkdir(exist_ok=True)
        else:
            shutil.copy(path, copy)
            os.utime(copy, (1, 1))
    assert tags(elsewhere) == before


def test_tag_is_the_same_for_a_relative_root(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tags(project)
    monkeypatch.chdir(project)
    assert tags(Path()) == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
def test_tag_is_the_same_for_another_owner(project: Path) -> None:
    before = tags(project)
    os.chown(project / "src/main.py", 1234, 1234)
    assert tags(project) == before


def test_caches_in_a_copied_folder_do_not_count(project: Path) -> None:
    described, own = tags(project)
    for path in ("__pycache__/main.cpython-312.pyc", "inner/old.pyc", ".DS_Store"):
        write(f"src/{path}", "x")(project)
    assert reference(project, FROM) == described
    # Nobody but the user says what a build folder of the user's sends.
    assert reference(project, OWN) != own


@pytest.mark.parametrize(
    "image",
    [
        {**FROM, "args": {"LEVEL": "1"}},
        {**FROM, "from": "python:3.13-slim"},
        {**FROM, "run": ["true"]},
        {**FROM, "env": {"A": "1"}},
        {**FROM, "platform": "linux/arm64"},
        {**FROM, "copy": [{"from": "src", "to": "/srv/"}]},
        {**FROM, "copy": [{"from": "src/inner", "to": "/app/"}]},
        {**OWN, "args": {"LEVEL": "2"}},
        {**OWN, "args": {"LEVEL": "1", "MORE": ""}},
        {**OWN, "target": "runtime"},
        {**OWN, "platform": "linux/arm64"},
        {**OWN, "dockerfile": "main.py"},
    ],
    ids=str,
)
def test_tag_changes_with_the_description(image: dict[str, object], project: Path) -> None:
    assert reference(project, image) not in tags(project)


def test_order_of_args_does_not_count(project: Path) -> None:
    one = reference(project, {**OWN, "args": {"A": "1", "B": "2"}})
    assert reference(project, {**OWN, "args": {"B": "2", "A": "1"}}) == one


def test_spelling_of_a_path_does_not_count(project: Path) -> None:
    assert reference(project, {**OWN, "build": "./src/"}) == reference(project, OWN)


def test_changed_requirements_file_changes_the_tag(project: Path) -> None:
    described, own = tags(project)
    write("requirements.txt", "requests==2.32.3\n")(project)
    assert reference(project, FROM) != described
    assert reference(project, OWN) == own


def test_tag_is_short_and_lower_case_hex(project: Path) -> None:
    for found in tags(project):
        repository, tag = found.split(":")
        assert repository == "p-etl"
        assert len(tag) == LENGTH
        assert int(tag, 16) >= 0
        assert tag == tag.lower()


def test_tag_that_is_given_stays(project: Path) -> None:
    image = {**FROM, "tag": "2026.1", "repository": "registry.example.org/team/etl"}
    assert reference(project, image) == "registry.example.org/team/etl:2026.1"


def test_pieces_cannot_run_into_each_other() -> None:
    pieces = [[("a", b"b")], [("a", b""), ("b", b"")], [("ab", b"")], [("a", b"b\n")], [("a 1", b"b")], [("", b"ab")]]
    found = set()
    for names in pieces:
        digest = ContentDigest()
        for name, data in names:
            digest.add(name, data)
        found.add(digest.tag)
    assert len(found) == len(pieces)


def test_what_an_ignore_file_leaves_out_changes_nothing(project: Path) -> None:
    (project / "src/.dockerignore").write_text("*.log\nnotes\n", encoding="utf-8")
    before = reference(project, OWN)
    (project / "src/run.log").write_text("x", encoding="utf-8")
    (project / "src/notes").mkdir()
    (project / "src/notes/n.txt").write_text("x", encoding="utf-8")
    assert reference(project, OWN) == before
    (project / "src/kept.txt").write_text("x", encoding="utf-8")
    assert reference(project, OWN) != before


def test_ignore_file_of_the_dockerfile_rules_out_that_of_the_folder(project: Path) -> None:
    (project / "src/.dockerignore").write_text("*.log\n", encoding="utf-8")
    (project / "src/Dockerfile.dockerignore").write_text("*.tmp\n", encoding="utf-8")
    before = reference(project, OWN)
    (project / "src/run.tmp").write_text("x", encoding="utf-8")
    assert reference(project, OWN) == before
    (project / "src/run.log").write_text("x", encoding="utf-8")
    assert reference(project, OWN) != before


def test_dockerfile_counts_although_it_is_ignored(project: Path) -> None:
    (project / "src/.dockerignore").write_text("*\n", encoding="utf-8")
    before = reference(project, OWN)
    (project / "src/main.py").write_text("print(1)\n", encoding="utf-8")
    assert reference(project, OWN) == before
    (project / "src/Dockerfile").write_text("FROM y\n", encoding="utf-8")
    assert reference(project, OWN) != before


@posix_only
def test_what_cannot_be_read_is_a_finding(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A socket can be read by nobody, root included."""
    monkeypatch.chdir(project)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("src/inner/s")
        for image, where in ((FROM, ("images", "etl", "copy", 0, "from")), (OWN, ("images", "etl", "build"))):
            report = resolved(project, image).report
            assert [(one.kind.code, one.place) for one in report.findings] == [("AD212", SpecPlace(where))]
            assert "src" in report.findings[0].message
            assert "cannot be read: " in report.findings[0].message


def test_digest_stays_what_it_was(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one would build the images of all users anew; change it with that in mind alone."""
    monkeypatch.chdir(project)
    digest = ContentDigest()
    digest.add_tree("src", Path("src"))
    assert digest.tag == "dc75d367a3f8"
