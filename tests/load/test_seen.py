"""What is noted of a look at the disk: all that would have to change for the look to find something else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from airdock.load import seen


@pytest.fixture(autouse=True)
def nothing_noted() -> Iterator[None]:
    """Begin and end with nothing."""
    seen.forget()
    yield
    seen.forget()


def noted(root: Path, how: bytes = b"s") -> set[str]:
    """Return the paths of which so much was noted, relative to a folder."""
    return {Path(os.fsdecode(path)).relative_to(root).as_posix() for way, path in seen.looks if way == how}


@pytest.mark.parametrize(
    ("pattern", "folders"),
    [
        ("parts/*.toml", {"parts"}),
        ("*.toml", {"."}),
        ("[ab].toml", {"."}),
        ("?.toml", {"."}),
        ("one.toml", {"."}),
        ("parts/one.toml", {"parts"}),
        ("parts/deep/*.toml", {"parts/deep"}),
        ("none/deep/*.toml", {"none/deep"}),
        ("*/*.toml", {".", "parts", "other"}),
        ("*/deep/*.toml", {".", "parts", "other", "parts/deep"}),
        ("images/*/Dockerfile", {"images"}),
    ],
)
def test_folders_in_which_a_pattern_looks_are_noted(pattern: str, folders: set[str], tmp_path: Path) -> None:
    for name in ("parts/deep", "other"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "one.toml").touch()
    seen.folders(tmp_path, pattern)
    assert noted(tmp_path) == folders


def test_file_that_comes_later_is_another_answer(tmp_path: Path) -> None:
    seen.folders(tmp_path, "parts/*.toml")
    assert noted(tmp_path) == {"parts"}
    before = dict(seen.looks)
    seen.forget()
    (tmp_path / "parts").mkdir()
    seen.folders(tmp_path, "parts/*.toml")
    assert seen.looks != before


def test_first_look_counts(tmp_path: Path) -> None:
    path = tmp_path / "file"
    assert seen.content(path) == path
    before = dict(seen.looks)
    path.write_text("x", encoding="utf-8")
    seen.content(path)
    assert seen.looks == before, "what was read later may be newer than what the run is made of"


def test_kind_and_content_are_two_questions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("file")
    path.write_text("x", encoding="utf-8")
    assert seen.kind(path) == path
    seen.content(path)
    assert noted(tmp_path, b"k") == noted(tmp_path, b"s") == {"file"}, "by its absolute path"
    known = dict(seen.looks)
    seen.forget()
    assert not seen.looks
    path.write_text("longer", encoding="utf-8")
    seen.kind(path)
    seen.content(path)
    same = {how for how, name in seen.looks if seen.looks[how, name] == known[how, name]}
    assert same == {b"k"}


def test_variable_is_noted_when_it_is_asked_for() -> None:
    environ = seen.Environment({"A": "1", "B": "2"})
    assert environ.get("A") == "1"
    assert "NONE" not in environ
    assert seen.variables == {"A", "NONE"}
    assert len(environ) == 2
    assert dict(environ) == {"A": "1", "B": "2"}
    assert seen.variables == {"A", "B", "NONE"}
    seen.forget()
    assert not seen.variables
