"""The oldest and the newest allowed version of each runtime dependency: the same bytes for every case."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import tomli
from presence import required_or_skip

from conftest import REPOSITORY

RUN = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_cases.py", "tests/output/test_dotenv_block.py")
PROJECT = tomli.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def environment(folder: Path, resolution: str) -> Path:
    """Make an environment with the runtime dependencies by that resolution, and return its Python."""
    uv = shutil.which("uv", path=f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}")
    required_or_skip("uv, which can choose the lowest versions,", uv is not None, "pip install uv")
    assert uv is not None
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    install = [uv, "pip", "install", "--quiet", "--python", str(python)]
    done = subprocess.run(
        [*install, "--resolution", resolution, *PROJECT["dependencies"]], capture_output=True, text=True, check=False
    )
    required_or_skip("a package", done.returncode == 0, done.stderr.strip()[-300:])
    # What runs the tests is no dependency of airdock's.
    tests = [line for line in PROJECT["optional-dependencies"]["test"] if line.startswith(("pytest", "syrupy"))]
    subprocess.run([*install, *tests], check=True)
    return python


@pytest.mark.parametrize("resolution", ["lowest-direct", "highest"])
def test_cases_are_the_same_with_any_allowed_dependency(resolution: str, tmp_path: Path) -> None:
    python = environment(tmp_path / "environment", resolution)
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY / "compiler"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([str(python), *RUN], cwd=REPOSITORY, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    lowest = {line.split(">=")[0]: line.split(">=")[1].split(",")[0] for line in PROJECT["dependencies"]}
    assert len(lowest) == len(PROJECT["dependencies"])
    if resolution == "lowest-direct":
        code = "import sys, importlib.metadata as m; print(*(m.version(name) for name in sys.argv[1:]))"
        have = subprocess.run([str(python), "-c", code, *lowest], capture_output=True, text=True, check=True)
        for version, wanted in zip(have.stdout.split(), lowest.values(), strict=True):
            assert f"{version}.".startswith(f"{wanted}.")
