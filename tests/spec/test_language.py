"""The language that is kept is the one that pydantic compiles, and is made anew where it could be another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import tomli
from pydantic import BaseModel
from pydantic_core import ValidationError

from airdock.cli import main
from airdock.output.remember import remember_language
from airdock.recall import sealed
from airdock.spec import language as spec_language
from airdock.spec.base import Table, every_table
from airdock.spec.compiled import compile_language, model
from airdock.spec.language import looks, record, validator
from airdock.spec.project import ProjectSpec
from conftest import CASES, REPOSITORY, copy_case

FAULTS = sorted((REPOSITORY / "tests" / "findings").glob("AD1*/airdock.toml"))
IMPORTED = """\
import sys
from airdock.cli import main
code = main(sys.argv[1:])
print("pydantic" in sys.modules, file=sys.stderr)
sys.exit(code)
"""


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache in which nothing is kept."""
    monkeypatch.setenv("AIRDOCK_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def check(folder: Path) -> tuple[int, bool]:
    """Run `airdock check` in a process of its own; return its exit code, and whether it imported pydantic."""
    command = [sys.executable, "-c", IMPORTED, "check", "-C", str(folder)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr.splitlines()[-1] == "True"


def plain(value: Any) -> Any:
    """Return what a table or a model holds, with what of it is written."""
    if isinstance(value, Table | BaseModel):
        # A default that is a table has nothing of its own: its class says what is in it.
        names = model(type(value)).model_fields if isinstance(value, Table) else type(value).model_fields
        written = value.written if isinstance(value, Table) else value.model_fields_set
        return type(value).__name__, sorted(written), {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def faults(validate: Callable[[Any], object], values: dict[str, Any]) -> list[Any]:
    """Return pydantic's errors."""
    try:
        validate(values)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    return []


@pytest.mark.parametrize("name", CASES)
def test_values_become_what_pydantics_models_make_of_them(name: str) -> None:
    values = tomli.loads((CASES[name] / "airdock.toml").read_text(encoding="utf-8"))
    assert plain(validator(ProjectSpec).validate_python(values)) == plain(model(ProjectSpec).model_validate(values))


@pytest.mark.parametrize("file", FAULTS, ids=lambda file: file.parent.name)
def test_faults_are_the_ones_that_pydantics_models_find(file: Path) -> None:
    values = tomli.loads(file.read_text(encoding="utf-8"))
    assert faults(validator(ProjectSpec).validate_python, values) == faults(model(ProjectSpec).model_validate, values)


def test_language_is_compiled_once(cache: Path, tmp_path: Path) -> None:
    folder = copy_case("example", tmp_path)
    assert check(folder) == (0, True)
    (kept,) = cache.glob("language/*")
    assert kept.stat().st_mode & 0o777 == 0o600
    assert check(folder) == (0, False)
    assert [*cache.glob("language/*")] == [kept]


def test_fault_in_the_file_needs_the_compiler_again(cache: Path, tmp_path: Path) -> None:
    folder = copy_case("example", tmp_path)
    check(folder)
    with (folder / "airdock.toml").open("a", encoding="utf-8") as stream:
        stream.write("\n[nothing.like.it]\n")
    assert check(folder) == (1, True)


@pytest.mark.parametrize("damage", [b"", b"{}", b"\0" * 40], ids=["empty", "other", "hollow"])
def test_damaged_language_is_compiled_anew(cache: Path, tmp_path: Path, damage: bytes) -> None:
    folder = copy_case("example", tmp_path)
    check(folder)
    (kept,) = cache.glob("language/*")
    whole = kept.read_bytes()
    for text in (damage, whole[:-1], whole.replace(b"lax", b"xal", 1).replace(b"strict", b"tcirts", 1)):
        kept.write_bytes(text)
        assert check(folder) == (0, True)
        assert kept.read_bytes() == whole


def test_language_under_another_name_is_not_taken_for_this_one(cache: Path, tmp_path: Path) -> None:
    folder = copy_case("example", tmp_path)
    check(folder)
    (kept,) = cache.glob("language/*")
    whole = kept.read_bytes()
    name, _, text = whole.rpartition(b"\0")[0].partition(b"\n")
    assert name.decode() == kept.name
    for record_ in (b"0" * 32 + b"\n" + text, name + b"\n{}", name + b"\n" + text[:-1]):
        kept.write_bytes(sealed(record_))
        assert check(folder) == (0, True)
        assert kept.read_bytes() == whole


def test_language_is_not_kept_of_files_as_young_as_the_run(cache: Path) -> None:
    made_of = looks()
    path = record(made_of)
    youngest = max(int(look.split()[3]) for look in made_of if len(look.split()) > 1)
    remember_language(path, b"", made_of, youngest)
    assert not Path(path).exists()
    remember_language(path, b"", made_of, youngest + 10 * 10**9)
    assert Path(path).exists()


def test_language_is_kept_however_a_command_ends(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        spec_language.language()
        raise KeyboardInterrupt

    spec_language.language.cache_clear()
    monkeypatch.setattr("airdock.pipeline.understand", interrupted)
    assert main(["check", "-C", str(copy_case("example", tmp_path))]) == 130
    assert len([*cache.glob("language/*")]) == 1


def test_nothing_is_kept_where_files_have_no_times_to_trust(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "name", "nt")
    assert record(looks()) == ""


def test_cache_that_cannot_be_had_stops_nothing(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_case("example", tmp_path)
    cache.write_text("a file in its place", encoding="utf-8")
    assert check(folder) == (0, True)
    monkeypatch.setenv("AIRDOCK_CACHE_DIR", "")
    assert record(looks()) == ""
    assert check(folder) == (0, True)


def test_name_of_what_is_kept_stands_for_all_that_it_is_made_of(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [record(looks())]
    assert names[0].startswith(f"{cache}/language/")
    package = tmp_path / "spec"
    shutil.copytree(spec_language._HERE, package)
    monkeypatch.setattr(spec_language, "_HERE", str(package))
    names.append(record(looks()))
    (package / "task.py").write_text("# another\n", encoding="utf-8")
    names.append(record(looks()))
    (package / "more.py").touch()
    names.append(record(looks()))
    (tmp_path / "library" / "pydantic_core").mkdir(parents=True)
    (tmp_path / "library" / "pydantic").mkdir()
    for attribute, value in (("EXTENSION", f"{tmp_path}/library/pydantic_core/core.so"), ("__version__", "99")):
        monkeypatch.setattr(spec_language, attribute, value)
        names.append(record(looks()))
    for release in ("pydantic_core/core.so", "pydantic/version.py"):
        (tmp_path / "library" / release).touch()
        names.append(record(looks()))
    monkeypatch.setattr(sys, "version", "3.99")
    names.append(record(looks()))
    assert len(set(names)) == len(names)


def test_compiling_gives_the_same_text_each_time() -> None:
    command = [sys.executable, "-c", "from airdock.spec import compiled; print(compiled.compile_language(), end='')"]
    texts = {
        subprocess.run(command, env={"PYTHONHASHSEED": seed}, cwd=REPOSITORY, capture_output=True, check=True).stdout
        for seed in ("1", "2")
    }
    assert texts == {compile_language().encode()}


def test_table_is_not_changed() -> None:
    values = {"airdock": 1, "project": {"name": "shop"}, "airflow": {"version": "3.3.2"}}
    spec = validator(ProjectSpec).validate_python(values)
    with pytest.raises(AttributeError):
        spec.dags = {}
    assert spec.dags == {}
    assert spec.defaults.task.written == set()


def test_every_table_is_in_the_language() -> None:
    assert {table.__name__ for table in every_table()} == set(spec_language.language().marks)
