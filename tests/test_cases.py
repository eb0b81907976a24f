"""Every case builds without a finding, into exactly the files of its snapshot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from conftest import CASES, build_case
from snapshot_files import ROOT


@pytest.mark.parametrize("name", CASES)
def test_case_builds_what_its_snapshot_shows(
    name: str, tmp_path: Path, snapshot: SnapshotAssertion, fixed_host: Callable[..., None]
) -> None:
    fixed_host()
    _, written = build_case(name, tmp_path)
    for path, data in written.items():
        assert data == snapshot(name=f"{name}/{path}")
    kept = {path.relative_to(ROOT / name).as_posix() for path in (ROOT / name).rglob("*") if path.is_file()}
    assert set(written) == kept, "an artifact is missing or new; see it in `git diff` after --snapshot-update"
