"""syrupy with one real file for each artifact: ``snapshots/<case>/<path>``, byte for byte what the user gets."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from syrupy.data import SnapshotCollection
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

if TYPE_CHECKING:
    from syrupy.location import PyTestLocation

ROOT = Path(__file__).resolve().parent.parent / "snapshots"


class RealFiles(SingleFileSnapshotExtension):
    """Names of snapshots are paths below `snapshots/`; nothing is added to them."""

    _write_mode = WriteMode.BINARY
    file_extension = ""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """All snapshots stand below one folder."""
        return str(ROOT)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """The name is the path: syrupy's own would replace each slash."""
        return str(index)

    @classmethod
    def get_location(cls, *, test_location: PyTestLocation, index: Any = 0) -> str:
        """Return the file of a snapshot."""
        return str(ROOT / str(index))

    def is_snapshot_location(self, *, location: str) -> bool:
        """Every file below the folder is a snapshot, whatever its ending."""
        return Path(location).is_relative_to(ROOT)

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        """Name a snapshot by its whole path: by its base name alone, syrupy takes nested files for unused ones."""
        from syrupy.data import Snapshot

        collection = SnapshotCollection(location=snapshot_location)
        collection.add(Snapshot(name=Path(snapshot_location).relative_to(ROOT).as_posix()))
        return collection
