"""Virtual environments of real Airflow releases, made once and kept between runs.

    python tests/oracles/airflow_environments.py install [VERSION ...]
    python tests/oracles/airflow_environments.py list

`install` without versions makes the required ones in CI, else the last of each major; `install all` makes all. What is
already there is left alone. They are kept in
`airdock/airflow` below `$AIRDOCK_JUDGES`, else `$XDG_CACHE_HOME`, else `~/.cache`. This file needs no package.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

if sys.platform != "win32":
    import fcntl

# The last release of each major that we emit for: enough for a quick look.
QUICK: tuple[str, ...] = ("2.11.2", "3.3.2")

# The newest docker provider that accepts the Airflow release.
PROVIDERS = {
    "2.8.4": "3.14.1",
    "2.9.3": "4.3.1",
    "2.10.5": "4.4.5",
    "2.11.2": "4.6.1",
    "3.0.6": "4.6.1",
    "3.1.8": "4.6.1",
    "3.2.2": "4.6.1",
    "3.3.2": "4.6.1",
}

# The releases every change has to pass on: the newest of each series.
REQUIRED: tuple[str, ...] = tuple(PROVIDERS)

# Further requirements of a series, for dependencies that broke it after its publication.
PINS: dict[tuple[int, int], tuple[str, ...]] = {
    # Their docker providers import it without requiring it; airdock asks for it in the same words.
    (2, 8): ("apache-airflow-providers-common-compat>=1.2.2",),
    (2, 9): ("apache-airflow-providers-common-compat>=1.2.2",),
}

MARKER = "recipe.json"
PARALLEL = 2  # how many environments are made at a time
TAIL = 40  # lines of a failed command's output to show


class InstallError(Exception):
    """An environment could not be made; the message names the step and shows the end of its output."""


@dataclass(frozen=True)
class Environment:
    """One virtual environment: Airflow `airflow` with docker provider `provider`, in `folder`."""

    airflow: str
    provider: str
    folder: Path

    @property
    def python(self) -> Path:
        """The interpreter of the environment."""
        return self.folder / "bin" / "python"


def cache() -> Path:
    """The folder of all judge environments; it need not exist."""
    given = os.environ.get("AIRDOCK_JUDGES") or os.environ.get("XDG_CACHE_HOME")
    base = Path(given).expanduser().resolve() if given else Path.home() / ".cache"
    return base / "airdock" / "airflow"


def release(version: str) -> tuple[int, int]:
    """Major and minor of "X.Y.Z"; `InstallError` for anything else."""
    try:
        major, minor, _ = (int(part) for part in version.split("."))
    except ValueError:
        raise InstallError(f"{version!r} is not an Airflow version of the form X.Y.Z") from None
    return major, minor


def provider_for(version: str) -> str:
    """The docker provider to install with an Airflow release; `InstallError` when none is known."""
    if version in PROVIDERS:
        return PROVIDERS[version]
    known = {release(each): provider for each, provider in PROVIDERS.items()}
    if release(version) in known:
        return known[release(version)]
    if release(version) >= (3, 0):
        return PROVIDERS[QUICK[-1]]
    raise InstallError(f"no docker provider is known for Airflow {version}: give --provider")


def requirements(version: str, provider: str) -> list[str]:
    """The requirement lines of an environment."""
    return [
        f"apache-airflow=={version}",
        f"apache-airflow-providers-docker=={provider}",
        *PINS.get(release(version), ()),
    ]


def digest(version: str, provider: str) -> str:
    """SHA-256 (hex) of the recipe: an environment made from another one is stale."""
    return hashlib.sha256("\n".join(requirements(version, provider)).encode()).hexdigest()


def find(version: str, provider: str | None = None) -> Environment | None:
    """The finished environment of an Airflow release, or None: missing, unfinished or of an older recipe.

    Raises `InstallError` for a release without a known provider when none is given.
    """
    chosen = provider or provider_for(version)
    made = Environment(version, chosen, cache() / f"{version}-docker-{chosen}")
    try:
        marker = json.loads((made.folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return made if marker.get("digest") == digest(version, chosen) and made.python.exists() else None


def install(version: str, provider: str) -> Environment:
    """Make the environment of one Airflow release unless it is there.

    Another process that installs the same one is waited for. Raises `InstallError`.
    """
    cache().mkdir(parents=True, exist_ok=True)
    with lock(cache() / f"{version}-docker-{provider}.lock"):
        final = Environment(version, provider, cache() / f"{version}-docker-{provider}")
        # Left by an install that was interrupted: the lock says that nobody waits for it.
        for stale in cache().glob(f".{final.folder.name}.*"):
            shutil.rmtree(stale, ignore_errors=True)
        if find(version, provider):
            return final
        shutil.rmtree(final.folder, ignore_errors=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{final.folder.name}.", dir=cache()))
        try:
            build(Environment(version, provider, partial))
            partial.rename(final.folder)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
        return final


@contextlib.contextmanager
def lock(file: Path) -> Iterator[None]:
    """Hold an exclusive lock that ends with the process, so that a killed install blocks nobody."""
    with file.open("w", encoding="utf-8") as handle:
        # Airflow does not run on Windows; only importing this module has to work there.
        if sys.platform != "win32":
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def build(target: Environment) -> None:
    """Fill the folder of `target` and write the marker last. Raises `InstallError`."""
    base = interpreter(target.airflow)
    wanted = requirements(target.airflow, target.provider)
    uv = uv_command(base)
    if uv:
        run([uv, "venv", "--quiet", "--allow-existing", "--python", str(base), str(target.folder)])
        # Compiled is what is imported, when it is imported first: that is a small part of what is installed.
        run([uv, "pip", "install", "--quiet", "--python", str(target.python), *wanted])
    else:
        run([str(base), "-m", "venv", str(target.folder)])
        run([str(target.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted])
    check(target)
    marker = {"digest": digest(target.airflow, target.provider), "requirements": wanted}
    (target.folder / MARKER).write_text(json.dumps(marker, indent=2) + "\n", encoding="utf-8")


def check(target: Environment) -> None:
    """Import what the judge needs and compare versions. Raises `InstallError`."""
    program = (
        "import importlib.metadata as m, airflow.providers.docker.operators.docker, "
        "airflow.providers.docker.decorators.docker;"
        "print(m.version('apache-airflow'), m.version('apache-airflow-providers-docker'))"
    )
    # Airflow writes a configuration file into its home when it is imported.
    with tempfile.TemporaryDirectory(prefix="airdock-judge-") as home:
        printed = run([str(target.python), "-c", program], {"AIRFLOW_HOME": home})
    versions = printed.split()[-2:]
    if versions != [target.airflow, target.provider]:
        raise InstallError(f"asked for Airflow {target.airflow}, provider {target.provider}; got {versions}")


def interpreter(version: str) -> Path:
    """A Python that suits an Airflow release. Raises `InstallError` when there is none."""
    suitable = [(3, 11)] if release(version) < (2, 9) else [(3, 11), (3, 12)]
    if sys.version_info[:2] in suitable:
        return Path(sys.executable)
    for major, minor in suitable:
        for candidate in candidates(f"{major}.{minor}"):
            # A pyenv shim is on PATH even when its version is not enabled: only running it tells.
            probe = [candidate, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
            done = subprocess.run(probe, capture_output=True, text=True, check=False)
            if done.returncode == 0 and done.stdout.strip() == f"{major}.{minor}":
                return Path(candidate)
    names = " or ".join(f"{major}.{minor}" for major, minor in suitable)
    raise InstallError(
        f"Airflow {version} needs Python {names}: put it on PATH (or `uv python install {suitable[0][0]}."
        f"{suitable[0][1]}`), or run this script with it"
    )


def candidates(minor: str) -> Iterator[str]:
    """Paths that may be a Python of the given minor version ("3.11")."""
    on_path = shutil.which(f"python{minor}")
    if on_path:
        yield on_path
    uv = shutil.which("uv")
    if uv:
        done = subprocess.run([uv, "python", "find", minor], capture_output=True, text=True, check=False)
        if done.returncode == 0:
            yield done.stdout.strip()


def uv_command(base: Path) -> str | None:
    """Path of uv: the one on PATH, else one in an environment of its own, else None (use pip)."""
    on_path = shutil.which("uv")
    if on_path:
        return on_path
    folder = cache() / "uv"
    with lock(cache() / "uv.lock"):
        if not (folder / "bin" / "uv").exists():
            shutil.rmtree(folder, ignore_errors=True)
            try:
                run([str(base), "-m", "venv", str(folder)])
                run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "uv"])
            except InstallError as error:
                print(f"going on with pip, uv could not be installed: {error}", file=sys.stderr)  # noqa: T201
                return None
    return str(folder / "bin" / "uv")


def run(command: Sequence[str], extra: dict[str, str] | None = None) -> str:
    """Run a command and return its standard output; `InstallError` with the end of its output if it fails."""
    # The variables of the caller's own environment would redirect what the new one imports.
    hidden = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    env = {name: value for name, value in os.environ.items() if name not in hidden and not name.startswith("AIRFLOW")}
    done = subprocess.run(command, env={**env, **(extra or {})}, capture_output=True, text=True, check=False)
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-TAIL:])
        raise InstallError(f"{' '.join(command[:4])} ... ended with {done.returncode}:\n{tail}")
    return done.stdout


def existing() -> list[Environment]:
    """Every finished environment of the cache, by name."""
    found = []
    for marker in sorted(cache().glob(f"*/{MARKER}")):
        version, _, provider = marker.parent.name.partition("-docker-")
        made = find(version, provider)
        if made:
            found.append(made)
    return found


def install_one(wanted: tuple[str, str | None]) -> Environment:
    """Make the environment of an Airflow release, with the provider that is given or known. Raises `InstallError`."""
    version, provider = wanted
    start = time.monotonic()
    made = install(version, provider or provider_for(version))
    print(f"airflow {version}: {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)  # noqa: T201
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; the status is 1 when an environment could not be made."""
    parser = argparse.ArgumentParser(description="Airflow environments the generated DAGs are judged in.")
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("install", help="make what is missing")
    make.add_argument("versions", nargs="*", metavar="VERSION", help=f"or all; default: {' '.join(QUICK)}; in CI all")
    make.add_argument("--provider", help="version of the docker provider, instead of the one of the table")
    commands.add_parser("list", help="show what is there")
    options = parser.parse_args(arguments)
    made = existing()
    if options.command == "install":
        default = REQUIRED if os.environ.get("CI") == "true" else QUICK
        versions = REQUIRED if options.versions == ["all"] else options.versions or default
        wanted = [(version, options.provider) for version in dict.fromkeys(versions)]
        try:
            # One alone first: it brings uv, and most of what the others share.
            made = [install_one(wanted[0])]
            with ThreadPoolExecutor(PARALLEL) as pool:
                made += pool.map(install_one, wanted[1:])
        except InstallError as error:
            print(f"error: {error}", file=sys.stderr)  # noqa: T201
            return 1
    for each in made:
        print(f"airflow {each.airflow}  docker provider {each.provider}  {each.folder}")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
