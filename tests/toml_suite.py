"""The public test suite of TOML (toml-test, MIT), kept between runs.

    python tests/toml_suite.py install

Nobody publishes it by itself where pip looks; the source archive of tomlkit holds it. It is kept in `airdock/toml-test`
below `$AIRDOCK_JUDGES`, else `$XDG_CACHE_HOME`, else `~/.cache`. This file needs no package.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE, VERSION = "tomlkit", "0.15.2"
INSIDE = f"{PACKAGE}-{VERSION}/tests/toml-test/tests/"
HOW = "python tests/toml_suite.py install"


def folder() -> Path:
    """The folder with `valid` and `invalid` in it; it need not exist."""
    given = os.environ.get("AIRDOCK_JUDGES") or os.environ.get("XDG_CACHE_HOME")
    base = Path(given).expanduser().resolve() if given else Path.home() / ".cache"
    return base / "airdock" / "toml-test" / f"{PACKAGE}-{VERSION}"


def files(kind: str) -> list[Path]:
    """The TOML files of a kind, `valid` or `invalid`; none where the suite is not installed."""
    return sorted((folder() / kind).rglob("*.toml"))


def pip() -> list[str]:
    """The pip of this interpreter, else the one on the path."""
    own = [sys.executable, "-m", "pip"]
    if subprocess.run([*own, "--version"], capture_output=True, check=False).returncode == 0:
        return own
    return [shutil.which("pip") or "pip"]


def install() -> None:
    """Download the source archive and keep the suite, unless it is there."""
    if files("valid"):
        return
    folder().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder().parent) as scratch:
        want = ["--no-deps", "--no-binary", ":all:", "--dest", scratch, f"{PACKAGE}=={VERSION}"]
        subprocess.run([*pip(), "download", "--quiet", *want], check=True)
        (archive,) = Path(scratch).glob("*.tar.gz")
        made = Path(scratch) / "made"
        with tarfile.open(archive) as opened:
            for member in opened:
                if member.isfile() and member.name.startswith(INSIDE) and ".." not in member.name.split("/"):
                    path = made / member.name.removeprefix(INSIDE)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    content = opened.extractfile(member)
                    path.write_bytes(content.read() if content else b"")
        made.replace(folder())


if __name__ == "__main__":
    if sys.argv[1:] != ["install"]:
        sys.exit(__doc__)
    install()
    sys.stdout.write(f"{folder()}: {len(files('valid'))} valid, {len(files('invalid'))} invalid\n")
