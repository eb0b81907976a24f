"""airdock on every Python that it promises, as a user would install it: the same bytes, and the same findings."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
from presence import required_or_skip

from conftest import CASES, REPOSITORY, copy_case
from finding_inputs import FINDINGS, INPUTS, command, copied
from snapshot_files import ROOT

PROJECT = tomli.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
_CLASSIFIER = re.compile(r"Programming Language :: Python :: (3\.\d+)")
PYTHONS = [match[1] for line in PROJECT["classifiers"] if (match := _CLASSIFIER.fullmatch(line))]
OLDEST = "3.10"
QUICK = ("tests/load", "tests/project", "tests/emit")
"""A part of the tests that needs no judge. What they need themselves begins with Python 3.11."""
DRIVER = """
import contextlib, io, json, os, sys
from airdock.cli import main

printed = []
for folder, arguments in json.loads(sys.stdin.read()):
    os.chdir(folder)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as said:
        main(arguments)
    printed.append(said.getvalue())
print(json.dumps(["%d.%d" % sys.version_info[:2], printed]))
"""
BY_RUFF = (
    "test_calls.py::test_arguments_are_broken_where_a_formatter_would",
    "test_pycode.py::test_formatter_finds_nothing_to_change",
)


def uv() -> str:
    found = shutil.which("uv", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    required_or_skip("uv", found is not None, "pip install uv")
    return str(found)


def interpreters(version: str) -> Iterator[str]:
    """Return where a Python may be: on PATH, what uv finds, or among those that pyenv manages."""
    yield from filter(None, [shutil.which(f"python{version}")])
    find = [uv(), "python", "find", "--no-project", "--no-python-downloads", version]
    yield from subprocess.run(find, capture_output=True, text=True, check=False).stdout.split("\n")[:1]
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    yield from map(str, sorted(pyenv.glob(f"versions/{version}.*/bin/python")))


def find_python(version: str) -> str | None:
    """Return an interpreter that runs and is of that version; a shim of pyenv may be there and not run."""
    for candidate in filter(None, interpreters(version)):
        ask = [candidate, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(ask, capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return candidate
    return None


@pytest.fixture(scope="module", params=PYTHONS)
def python(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment in which this working tree is installed."""
    version = request.param
    found = find_python(version)
    how = f"pyenv install {version}, or uv python install {version}"
    if version == OLDEST:
        # Others may be missing in CI too, where they cannot be downloaded; a skip says so.
        required_or_skip(f"Python {version}", found is not None, how)
    if found is None:
        pytest.skip(f"Python {version} is not installed: {how}")
    folder = tmp_path_factory.mktemp(f"python{version}") / "venv"
    subprocess.run([uv(), "venv", "--quiet", "--python", found, str(folder)], check=True)
    installed = folder / "bin" / "python"
    # Outside of the repository uv does not take a build of an earlier state.
    install = [uv(), "pip", "install", "--quiet", "--python", str(installed), "--refresh-package", "airdock"]
    subprocess.run([*install, str(REPOSITORY)], check=True, timeout=300)
    return installed


def run_in(python: Path, jobs: list[tuple[Path, list[str]]]) -> list[str]:
    """Run commands of airdock, each in its folder, all in one process; return what each prints to standard error."""
    environ = {"PATH": os.environ["PATH"], "NO_COLOR": "1"}
    done = subprocess.run(
        [str(python), "-W", "error", "-c", DRIVER], input=json.dumps([(str(folder), words) for folder, words in jobs]),
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer: tuple[str, list[Any]] = json.loads(done.stdout)
    assert answer[0] in PYTHONS
    return answer[1]


def test_pythons_are_those_that_can_be_installed_into() -> None:
    assert PROJECT["requires-python"] == f">={OLDEST}"
    assert PYTHONS[0] == OLDEST


def test_every_source_compiles(python: Path, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    compile_ = [str(python), "-W", "error", "-m", "compileall", "-q", "-f", str(REPOSITORY / "compiler")]
    done = subprocess.run(compile_, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_case_becomes_the_same_bytes(python: Path, tmp_path: Path) -> None:
    folders = {name: copy_case(name, tmp_path) for name in CASES}
    run_in(python, [(folder, ["build"]) for folder in folders.values()])
    for name, folder in folders.items():
        for snapshot in sorted((ROOT / name).rglob("*")):
            path = snapshot.relative_to(ROOT / name)
            if snapshot.is_file() and path.name != ".env":
                assert (folder / path).read_bytes() == snapshot.read_bytes(), (name, path)
        assert (folder / ".env").is_file()


def test_every_fault_has_the_same_findings(python: Path, tmp_path: Path) -> None:
    folders = {name: copied(name, tmp_path / str(number)) for number, name in enumerate(INPUTS)}
    printed = run_in(python, [(folder, command(name)) for name, folder in folders.items()])
    for name, text in zip(folders, printed, strict=True):
        assert text.encode() == (FINDINGS / name / "expected.txt").read_bytes(), name


def test_quick_tests_pass(python: Path) -> None:
    version = subprocess.run([str(python), "--version"], capture_output=True, text=True, check=True).stdout
    if f"Python {OLDEST}." in version:
        pytest.skip(f"hypothesis and syrupy have no release for Python {OLDEST}")
    needed = [
        line for line in PROJECT["optional-dependencies"]["test"] if re.match("pytest|syrupy|hypothesis|PyYAML", line)
    ]
    subprocess.run([uv(), "pip", "install", "--quiet", "--python", str(python), *needed], check=True, timeout=300)
    tests = [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *QUICK]
    # Chance would find something new on another day; ruff is not installed there.
    tests += ["--hypothesis-seed=0", *(f"--deselect=tests/emit/{name}" for name in BY_RUFF)]
    environ = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(tests, cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
