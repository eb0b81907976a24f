"""The files that airdock.toml names: found inside of the project, read as text, and why one cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.load.claim import CLAIM
from airdock.load.files import FileProblem, ProjectFiles

LONG = "x" * 300


@pytest.fixture
def project(tmp_path: Path) -> ProjectFiles:
    """A folder with files, links and folders, beside another one."""
    root = tmp_path / "project"
    (root / "folder").mkdir(parents=True)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/file.txt").write_text("theirs", encoding="utf-8")
    (root / "file.txt").write_bytes(b"\xef\xbb\xbfone\r\ntwo\rthree\n")
    (root / "latin.txt").write_bytes(b"caf\xe9")
    (root / "made.txt").write_text(f"{CLAIM}\n", encoding="utf-8")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "in").symlink_to("folder")
    (root / "around").symlink_to("around")
    return ProjectFiles(root)


@pytest.mark.parametrize(
    ("path", "folder", "reason"),
    [
        ("", None, "is not a path"),
        ("a\0b", None, "is not a path"),
        ("none", None, "does not exist"),
        ("folder/none", True, "does not exist"),
        ("file.txt", True, "is not a folder"),
        ("folder", False, "is not a file"),
        ("in", False, "is not a file"),
        (LONG, None, "cannot be read: File name too long"),
    ],
)
def test_path_that_cannot_be_used_says_why(path: str, folder: bool | None, reason: str, project: ProjectFiles) -> None:
    with pytest.raises(FileProblem) as problem:
        project.find(path, folder=folder)
    assert (problem.value.reason, problem.value.leaves) == (reason, False)
    assert str(problem.value) == reason


@pytest.mark.parametrize("path", ["..", "../outside/file.txt", "folder/../../outside", "out/file.txt"])
def test_path_that_leaves_the_project_is_refused(path: str, project: ProjectFiles) -> None:
    with pytest.raises(FileProblem, match="leaves the project") as problem:
        project.find(path)
    assert problem.value.leaves


def test_loop_of_links_is_no_path(project: ProjectFiles) -> None:
    # Until Python 3.13 it cannot be told where it leads; since then, it leads to nothing.
    with pytest.raises(FileProblem, match=r"leaves the project|does not exist"):
        project.find("around/x")


@pytest.mark.parametrize(("path", "folder"), [("file.txt", False), ("folder", True), ("in", True), (".", None)])
def test_path_of_the_project_is_found_as_it_was_named(path: str, folder: bool | None, project: ProjectFiles) -> None:
    assert project.find(path, folder=folder) == project.root / path


def test_absolute_path_is_meant(project: ProjectFiles) -> None:
    path = project.root.parent / "outside/file.txt"
    assert project.find(str(path), folder=False) == path
    assert project.read_text(str(path)) == "theirs"


def test_text_has_no_byte_order_mark_and_line_ends_of_unix(project: ProjectFiles) -> None:
    assert project.read_text("file.txt") == "one\ntwo\rthree\n"


@pytest.mark.parametrize(("path", "reason"), [("latin.txt", "is not UTF-8"), ("folder", "is not a file")])
def test_file_that_is_no_text_says_why(path: str, reason: str, project: ProjectFiles) -> None:
    with pytest.raises(FileProblem, match=f"^{reason}$"):
        project.read_text(path)


def test_file_that_the_disk_does_not_give_says_why(project: ProjectFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Path, "open", refused)
    with pytest.raises(FileProblem, match=r"^cannot be read: Input/output error$"):
        project.read_text("file.txt")
    assert not project.is_users("file.txt")


@pytest.mark.parametrize(
    ("path", "users"),
    [("file.txt", True), ("made.txt", False), ("none", False), ("folder", False), ("../outside/file.txt", False)],
)
def test_file_is_the_users_unless_a_build_made_it(path: str, users: bool, project: ProjectFiles) -> None:
    assert project.is_users(path) is users


@pytest.mark.parametrize(
    ("path", "there"), [("file.txt", True), ("folder", True), ("none", False), (LONG, False), ("a\0b", False)]
)
def test_something_is_at_a_path_or_not(path: str, there: bool, project: ProjectFiles) -> None:
    assert project.there(path) is there


@pytest.mark.parametrize(
    ("path", "folder", "near"),
    [
        ("fil.txt", False, "file.txt"),
        ("File.txt", None, "file.txt"),
        ("./fil.txt", None, "file.txt"),
        ("rare.txt", None, None),
        ("folde", True, "folder"),
        ("folde", False, None),
        ("fil.txt", True, None),
        ("folder/none", None, None),
        ("fil.txt/none", None, None),
        ("nowhere/none", None, None),
        ("../outside/fil.txt", None, None),
        ("ou/file.txt", None, None),
    ],
)
def test_nearest_path_is_one_that_could_be_used(
    path: str, folder: bool | None, near: str | None, project: ProjectFiles
) -> None:
    assert project.nearest(path, folder=folder) == near
