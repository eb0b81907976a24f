"""Which path of a file is printed."""

from __future__ import annotations

from pathlib import Path

import pytest

from airdock.diagnostics.formats import BASES, FOR_PEOPLE, FORMATS
from airdock.diagnostics.paths import path_printer

NO_BASE: tuple[str, ...] = ()


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a project in it, one beside it, and a link to each."""
    (tmp_path / "repo/here/project").mkdir(parents=True)
    (tmp_path / "repo/beside").mkdir()
    (tmp_path / "repo/here/link").symlink_to(tmp_path / "repo/beside")
    (tmp_path / "to-here").symlink_to(tmp_path / "repo/here")
    monkeypatch.chdir(tmp_path / "repo/here")
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("root", "printed"),
    [
        (".", "dags/a.py"),
        ("project", "project/dags/a.py"),
        ("./project/", "project/dags/a.py"),
        ("../beside", "../beside/dags/a.py"),
        ("link", "link/dags/a.py"),
        ("link/..", "link/../dags/a.py"),
        ("{tmp}/repo/here", "dags/a.py"),
        ("{tmp}/repo/here/project", "project/dags/a.py"),
        ("{tmp}/to-here/project", "project/dags/a.py"),
        ("{tmp}/repo/beside", "{tmp}/repo/beside/dags/a.py"),
        ("no-such-folder", "no-such-folder/dags/a.py"),
    ],
)
def test_people_see_the_path_as_they_named_it(root: str, printed: str, here: Path) -> None:
    shown = path_printer(Path(root.format(tmp=here)))("dags/a.py")
    assert shown == printed.format(tmp=here)


@pytest.mark.parametrize(
    ("root", "printed"),
    [
        (".", "a.toml"),
        ("project", "project/a.toml"),
        ("../beside", "{tmp}/repo/beside/a.toml"),
        ("link", "{tmp}/repo/beside/a.toml"),
        ("{tmp}/to-here/project", "project/a.toml"),
    ],
)
def test_programs_see_a_path_below_the_working_directory_or_an_absolute_one(
    root: str, printed: str, here: Path
) -> None:
    assert path_printer(Path(root.format(tmp=here)), NO_BASE)("a.toml") == printed.format(tmp=here)


@pytest.mark.parametrize(
    ("root", "printed"),
    [
        (".", "here/a.toml"),
        ("project", "here/project/a.toml"),
        ("../beside", "beside/a.toml"),
        ("link", "beside/a.toml"),
        ("../..", "{tmp}/a.toml"),
    ],
)
def test_paths_start_at_the_repository_where_the_ci_server_names_it(
    root: str, printed: str, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_PROJECT_DIR", str(here / "repo"))
    assert path_printer(Path(root), BASES["sarif"])("a.toml") == printed.format(tmp=here)


def test_empty_or_strange_base_is_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("", "/no/such/folder", str(here / "repo/beside")):
        monkeypatch.setenv("GITHUB_WORKSPACE", value)
        assert path_printer(Path("project"), BASES["github"])("a.toml") == "project/a.toml"


def test_absolute_path_stays_absolute() -> None:
    assert path_printer(Path("project"))("/srv/data") == "/srv/data"
    assert path_printer(Path("project"), NO_BASE)("/srv/data") == "/srv/data"


def test_loop_of_links_is_no_crash(here: Path) -> None:
    (here / "loop").symlink_to(here / "loop")
    assert path_printer(here / "loop")("a") == f"{here}/loop/a"
    assert path_printer(here / "loop", NO_BASE)("a") == f"{here}/loop/a"


def test_every_base_and_every_form_for_people_is_a_format() -> None:
    assert set(BASES) | set(FOR_PEOPLE) < set(FORMATS)
