"""The files that airdock.toml names: found, read, and kept inside the project."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from airdock.diagnostics.suggest import closest
from airdock.load import seen
from airdock.load.claim import CLAIM, is_generated
from airdock.load.reading import MOST, read_file, read_start

DOES_NOT_EXIST = "does not exist"


class FileProblem(Exception):  # noqa: N818 - becomes a finding, never an error of the program
    """A named file cannot be used; ``reason`` completes "file x …"."""

    def __init__(self, reason: str, *, leaves: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.leaves = leaves


class ProjectFiles:
    """Access to the files below the project directory, and to absolute paths that the user wrote."""

    def __init__(self, root: Path, named: set[tuple[str, str]] | None = None) -> None:
        self.root = root
        self.named = set() if named is None else named
        """Every path that was asked for, be it there or not, with a pattern of the names below it that matter."""
        self._real_root = root.resolve()

    def find(self, path: str, *, folder: bool | None = None, matters: str = "*") -> Path:
        """Return the path on disk.

        ``folder`` asks for a folder (True), a file (False) or either (None). ``matters`` says what of a folder's
        content does: all of it, or nothing (""). Raises FileProblem.
        """
        if not path or "\0" in path:
            raise FileProblem("is not a path")
        self.named.add((path, matters))
        found = self.root / path
        if not Path(path).is_absolute() and not self._inside(found):
            raise FileProblem("leaves the project", leaves=True)
        try:
            if not seen.kind(found).exists():
                raise FileProblem(DOES_NOT_EXIST)
            if folder is True and not found.is_dir():
                raise FileProblem("is not a folder")
            if folder is False and not found.is_file():
                raise FileProblem("is not a file")
        except OSError as error:
            raise FileProblem(f"cannot be read: {error.strerror}") from None
        return found

    def read_text(self, path: str, most: int = MOST) -> str:
        """Return the text of a file of at most so many bytes, UTF-8, line ends as LF. Raises FileProblem."""
        try:
            data = read_file(seen.content(self.find(path, folder=False)), most)
            return data.decode("utf-8-sig").replace("\r\n", "\n")
        except OSError as error:
            raise FileProblem(f"cannot be read: {error.strerror}") from None
        except UnicodeDecodeError:
            raise FileProblem("is not UTF-8") from None

    def nearest(self, path: str, *, folder: bool | None = None) -> str | None:
        """Return the path of the project that one which does not exist was most likely meant to be."""
        found: list[str] = []
        for part in PurePosixPath(path).parts:
            here = self.root.joinpath(*found)
            try:
                names = sorted(entry.name for entry in seen.content(here).iterdir())
            except OSError:
                return None
            near = part if part in names else closest(part, names)
            # A suffix makes short names alike: load.sh is not make.sh.
            if near is None or closest(PurePosixPath(part).stem, [PurePosixPath(near).stem]) is None:
                return None
            found.append(near)
        near = "/".join(found)
        try:
            self.find(near, folder=folder)
        except FileProblem:
            return None
        return near

    def below(self, folder: str, pattern: str) -> list[str]:
        """Return the paths below a folder whose names match a pattern, in order."""
        self.named.add((folder, pattern))
        seen.folders(self.root / folder, f"**/{pattern}")
        return [path.relative_to(self.root).as_posix() for path in sorted((self.root / folder).rglob(pattern))]

    def is_users(self, path: str) -> bool:
        """Say whether a file is there and is the user's own, not one that an earlier build wrote."""
        try:
            return not is_generated(read_start(seen.content(self.find(path, folder=False)), len(CLAIM)))
        except (FileProblem, OSError):
            return False

    def there(self, path: str) -> bool:
        """Say whether something is at a path; a path that no file can have is that of none."""
        try:
            self.named.add((path, ""))
            return seen.kind(self.root / path).exists()
        except (OSError, ValueError):
            return False

    def _inside(self, path: Path) -> bool:
        try:
            return path.resolve().is_relative_to(self._real_root)
        except (OSError, RuntimeError):  # a loop of links
            return False
