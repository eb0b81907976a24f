"""airdock runs on the oldest Python it promises, as a user would install it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from presence import required_or_skip

from conftest import REPOSITORY, copy_case
from snapshot_files import ROOT

OLDEST = "3.10"


def interpreters(version: str) -> Iterator[str]:
    """Return where a Python may be: on PATH, or among those that pyenv or uv manage."""
    yield from filter(None, [shutil.which(f"python{version}")])
    for folder in (
        os.environ.get("PYENV_ROOT", "~/.pyenv"),
        os.environ.get("UV_PYTHON_INSTALL_DIR", "~/.local/share/uv/python"),
    ):
        root = Path(folder).expanduser()
        for pattern in (f"versions/{version}.*/bin/python", f"cpython-{version}.*/bin/python"):
            yield from map(str, sorted(root.glob(pattern)))


def find_python(version: str) -> str | None:
    """Return an interpreter that runs and is of that version; a shim of pyenv may be there and not run."""
    for candidate in interpreters(version):
        command = [candidate, "-c", "import sys, venv; print('%d.%d' % sys.version_info[:2])"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return candidate
    return None


@pytest.fixture(scope="module")
def python() -> str:
    """Return the oldest Python that airdock promises to run on."""
    found = find_python(OLDEST)
    required_or_skip(f"Python {OLDEST}", found is not None, f"pyenv install {OLDEST}, or uv python install {OLDEST}")
    return str(found)


@pytest.fixture(scope="module")
def airdock(python: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Install the working tree into an environment of the oldest Python; return its command."""
    folder = tmp_path_factory.mktemp("oldest") / "venv"
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    subprocess.run([str(folder / "bin" / "pip"), "install", "--quiet", str(REPOSITORY)], check=True, timeout=300)
    return str(folder / "bin" / "airdock")


def test_every_source_compiles_under_the_oldest_python(python: str, tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    command = [python, "-m", "compileall", "-q", "-f", str(REPOSITORY / "compiler")]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", ["example", "tasks", "sources"])
def test_the_oldest_python_writes_the_same_modules(name: str, airdock: str, tmp_path: Path) -> None:
    folder = copy_case(name, tmp_path)
    done = subprocess.run([airdock, "build", "-C", str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for module in (ROOT / name / "dags").iterdir():
        assert (folder / "dags" / module.name).read_bytes() == module.read_bytes()


def test_the_oldest_python_reports_findings(airdock: str, tmp_path: Path) -> None:
    (tmp_path / "airdock.toml").write_text("airdock = 1\nnonsense = 2\n", encoding="utf-8")
    command = [airdock, "check", "-C", str(tmp_path), "--output-format", "concise"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert 'airdock.toml:2:1: error AD101 unknown key "nonsense"' in done.stderr
