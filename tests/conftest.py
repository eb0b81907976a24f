"""What all tests share: cases, a host that is the same everywhere, and snapshots as real files."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from airdock.load.dotenv import read_dotenv
from airdock.load.host import Host
from snapshot_files import RealFiles

REPOSITORY = Path(__file__).resolve().parent.parent
CASES = {"example": REPOSITORY / "examples"} | {
    folder.name: folder for folder in sorted((REPOSITORY / "tests" / "cases").iterdir()) if folder.is_dir()
}
"""Inputs that build without a finding, by name."""
BUILT = (
    "dags",
    "data",
    "images",
    "docker-compose.yaml",
    "docker-compose.override.yaml",
    "Dockerfile",
    ".env",
    ".env.example",
)
"""What a build leaves in the folder of the example."""


def pytest_configure(config: pytest.Config) -> None:
    """Let every test folder import what stands here, tell colours off, and keep what is remembered apart."""
    for name in ("NO_COLOR", "FORCE_COLOR", "GITHUB_ACTIONS"):
        os.environ.pop(name, None)
    os.environ["AIRDOCK_CACHE_DIR"] = tempfile.mkdtemp(prefix="airdock-tests-")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave nothing behind."""
    shutil.rmtree(os.environ["AIRDOCK_CACHE_DIR"], ignore_errors=True)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Snapshots as real files."""
    return snapshot.use_extension(RealFiles)


def copy_case(name: str, to: Path) -> Path:
    """Copy a case without what an earlier build may have left in it, and return its new folder."""
    folder = to / name
    shutil.copytree(CASES[name], folder, ignore=_without_built if name == "example" else None)
    return folder


def _without_built(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if Path(folder) == CASES["example"] and name in BUILT]


def host_for_tests(root: Path, environ: dict[str, str] | None = None) -> Host:
    """Return a host whose answers are the same everywhere; keys are numbered."""
    numbers = itertools.count(1)
    path = root / ".env"
    known = {"API_TOKEN": "t0ken $HOME 'quoted' \\ \"twice\"\nsecond line", "DATA_DIR": "/srv/data"} | (environ or {})
    return Host(
        directory="/srv/project",
        environ=known,
        dotenv=read_dotenv(path.read_text(encoding="utf-8") if path.exists() else "", known),
        uid=1000,
        socket_gid=lambda _: 999,
        new_key=lambda _: f"made-once-{next(numbers)}",
    )


@pytest.fixture
def fixed_host(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that makes every build of the test see `host_for_tests`."""

    def use(environ: dict[str, str] | None = None) -> None:
        monkeypatch.setattr("airdock.pipeline.read_host", lambda root: host_for_tests(root, environ))

    return use


def written_files(folder: Path, before: set[Path]) -> dict[str, bytes]:
    """Return the files of a folder that were not there before, by their relative path."""
    after = {path for path in folder.rglob("*") if path.is_file()}
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(after - before)}


def build_case(name: str, to: Path) -> tuple[Path, dict[str, bytes]]:
    """Copy a case, build it in this process, and return its folder and the files that the build wrote."""
    from airdock.cli import main

    folder = copy_case(name, to)
    before = {path for path in folder.rglob("*") if path.is_file()}
    code = main(["build", "-C", str(folder), "--strict"])
    assert code == 0, f"case {name} does not build silently"
    return folder, written_files(folder, before)
