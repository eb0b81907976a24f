"""Where earlier builds may have left outputs: read from those outputs, for there is no other record of a build.

A folder of DAG modules is the one that airdock.toml names, the one it would be by default, and the one that a Compose
file of an earlier build mounts. Nothing else is searched: a copy that someone keeps elsewhere, such as an expected
output of a test, is nobody's left-over.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from airdock.load import seen
from airdock.load.claim import is_generated
from airdock.load.host import Host
from airdock.load.reading import read_file
from airdock.project.model import HostPath, Project

DEFAULT_DAGS = "dags"
_DAGS_MOUNT = re.compile(r'source: ("\./(?:[^"\\]|\\.)*")\n +target: "/opt/airflow/dags"$', re.MULTILINE)
_COMPOSE_FILE = re.compile(r"^# COMPOSE_FILE=(.+)$", re.MULTILINE)


def left_behind(project: Project, root: Path, host: Host) -> Iterator[str]:
    """Return the paths at which earlier builds may have left outputs; whose they are is for the caller to see."""
    composes = list(_compose_files(root, host.dotenv.block.get("COMPOSE_FILE", "")))
    yield from composes
    for folder in dict.fromkeys((project.airflow.dags_folder, *dag_folders(root, composes))):
        for path in sorted(seen.content(root / folder).glob("*.py")):
            yield path.relative_to(root).as_posix()
    for name in ("Dockerfile", "Dockerfile.dockerignore"):
        seen.folders(root, f"images/*/{name}")
        for path in sorted(root.glob(f"images/*/{name}")):
            yield path.relative_to(root).as_posix()


def dag_folders(root: Path, composes: Iterable[str]) -> Iterator[str]:
    """Return the folders of the project that earlier builds may have written DAG modules to."""
    named = [DEFAULT_DAGS]
    for path in composes:
        for source in _DAGS_MOUNT.findall(_generated_text(root / path)):
            with contextlib.suppress(ValueError):  # an escape of YAML's that JSON has not
                named.append(str(json.loads(source)).replace("$$", "$"))
    for folder in dict.fromkeys(named):
        # A folder with an airdock.toml of its own is another project, and its outputs are that one's.
        if _inside(root, folder) and not os.path.exists(seen.kind(root / folder / "airdock.toml")):  # noqa: PTH110 - nor where it may not be looked for
            yield folder


def kept_folders(project: Project) -> set[str]:
    """Return the folders that stay although nothing is left in them."""
    sources = {mount.source for mount in project.mounts}
    mounted = {source.tail for source in sources if isinstance(source, HostPath) and source.base == "project"}
    # The base file mounts the default folder, and the engine would make it again, as root.
    return {project.airflow.dags_folder, DEFAULT_DAGS, *mounted}


def emptied(deleted: Iterable[str], root: Path, kept: set[str]) -> list[str]:
    """Return the folders in which nothing is left once these files are gone, the innermost first."""
    gone, folders = {root / path for path in deleted}, []
    pending = sorted({path.parent for path in gone})
    for folder in pending:
        if folder == root or folder.is_symlink() or folder.relative_to(root).as_posix() in kept or folder in gone:
            continue
        if set(folder.iterdir()) <= gone:
            gone.add(folder)
            folders.append(folder.relative_to(root).as_posix())
            pending.append(folder.parent)
    return folders


def folders_of_temporaries(root: Path, values: Mapping[str, Any]) -> Iterator[str]:
    """Return where a build that was killed may have left temporaries; ``values`` are those of airdock.toml, unread."""
    airflow = values.get("airflow")
    folder = airflow.get("dags_folder") if isinstance(airflow, dict) else None
    named = [folder] if isinstance(folder, str) and _inside(root, folder) else []
    yield from dict.fromkeys((".", *named, *dag_folders(root, _compose_files(root, ""))))
    for path in seen.content(root / "images").glob("*"):
        if _inside(root, path.relative_to(root).as_posix()):
            yield path.relative_to(root).as_posix()


def _compose_files(root: Path, record: str) -> Iterator[str]:
    """Return the Compose files that may be of an earlier build: by their name, and those that it named itself."""
    names = [path.name for path in sorted(seen.content(root).glob("*compose*.y*ml"))]
    for named in (record, *_COMPOSE_FILE.findall(_generated_text(root / ".env.example"))):
        names += named.split(":")
    return (name for name in dict.fromkeys(names) if name and _inside(root, name))


def _generated_text(path: Path) -> str:
    """Return the text of a file that airdock generated, though it was edited since; of any other, nothing."""
    try:
        data = read_file(seen.content(path))
    except OSError:
        return ""
    return data.decode("utf-8", "replace").replace("\r\n", "\n") if is_generated(data) else ""


def _inside(root: Path, path: str) -> bool:
    try:
        return (root / path).resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError, ValueError):
        return False
