"""What is measured: commands, and Airflow parsing folders of DAG modules. Each call gives its CPU seconds.

airdock is installed from this repository, as a wheel with pip, into an environment of its own; the other tools have
theirs (compare_findings.py), and Airflow those of the tests (tests/oracles/airflow_environments.py).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import compare_findings
import forms

if TYPE_CHECKING:
    from collections.abc import Callable

PARSE = Path(__file__).with_name("parse_dags.py")
AIRFLOW = "3.3.2"
SETTLED = 2.5
"""Seconds after which a change of a file is surely seen as one, on any file system."""
KEPT = ("airdock.toml", ".gitignore")


def environ(home: Path) -> dict[str, str]:
    """Return the variables that everything runs with. Bytecode may be written: the first run, not measured, does."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    own = {
        "AIRDOCK_CACHE_DIR": str(home / "cache"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
    return kept | own | {"DO_NOT_TRACK": "True", "NO_COLOR": "1", "PYTHONHASHSEED": "0"}


class Command:
    """Commands that are run one after the other, `before` that something that is not measured."""

    def __init__(self, env: dict[str, str], *commands: list[str | Path], before: Callable[[], None] | None = None):
        """Take commands that all have to end with status 0."""
        self.env, self.commands, self.before = env, commands, before
        self.peak = 0.0  # MiB, of the last run

    def __call__(self) -> float:
        """Run the commands; return the user and system time of all of them."""
        if self.before:
            self.before()
        total = 0.0
        for command in self.commands:
            with tempfile.TemporaryFile() as output:
                process = subprocess.Popen(command, env=self.env, stdout=output, stderr=output)
                _, status, used = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
                if process.returncode:
                    output.seek(0)
                    raise SystemExit(f"{command} ended with {process.returncode}:\n{output.read().decode()}")
            total += used.ru_utime + used.ru_stime
            self.peak = used.ru_maxrss / 1024
        return total

    def close(self) -> None:
        """Nothing is left running."""


class Parser:
    """A process with Airflow that parses the same DAGs over and over: see parse_dags.py."""

    def __init__(self, env: dict[str, str], python: Path, dags: int, *arguments: str | Path):
        """Start it. Each time it has to find all tasks of so many DAGs."""
        self.dags = dags
        pipe: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "encoding": "utf-8"}
        self.log = tempfile.TemporaryFile()  # noqa: SIM115 -- as long as the process
        self.process: Any = subprocess.Popen([python, PARSE, *arguments], env=env, stderr=self.log, **pipe)

    def __call__(self) -> float:
        """Parse once; return user and system time, of children too."""
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            self.log.seek(0)
            raise SystemExit(f"{self.process.args} ended:\n{self.log.read().decode()[-4000:]}")
        answer = json.loads(line)
        if sorted(answer["tasks"].values()) != [forms.TASKS] * self.dags:
            raise SystemExit(f"{self.process.args} found {answer['tasks']}")
        return float(answer["cpu"])

    def close(self) -> None:
        """End it."""
        self.process.stdin.close()
        self.process.wait()


class Subjects:
    """All subjects by name; each is made when it is asked for, and run once, which is not measured."""

    def __init__(self, folder: Path) -> None:
        """Install airdock, and what is measured beside it, where it is not there."""
        self.folder, self.env = folder, environ(folder / "home")
        self.made: dict[str, Command | Parser] = {}
        self.tools = {tool.name: tool for tool in compare_findings.read_data()[1]}
        self.python = install_airdock()
        self.airflow = compare_findings.environment(self.tools["Airflow alone"])[1]
        self.factory, self.boundary = (
            compare_findings.environment(self.tools[name])[0] for name in ("dag-factory", "boundary-layer")
        )

    def __enter__(self) -> Subjects:
        """Nothing is started yet."""
        self.stack = ExitStack()
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes."""
        self.stack.close()

    def __getitem__(self, name: str) -> Command | Parser:
        """Return a subject: its kind, and the number of tasks or DAGs."""
        if name not in self.made:
            kind, _, count = name.rpartition(" ")
            self.made[name] = self.make(kind, int(count.replace(",", "")))
            self.stack.callback(self.made[name].close)
            self.made[name]()
        return self.made[name]

    def make(self, kind: str, count: int) -> Command | Parser:
        """Make a subject that has not been measured yet."""
        place = self.folder / f"{kind} {count}"
        match kind:
            case "pass":
                nothing: list[str | Path] = [self.python, "-c", "pass"]
                return Command(self.env, *[nothing] * count)
            case "no-op" | "build" | "templates" | "check":
                forms.airdock(place, count // forms.TASKS, templates=kind == "templates")
                command = [self.python.with_name("airdock"), "check" if kind == "check" else "build", "-C", place]
                if kind == "no-op":
                    # What has just been written is not remembered: see airdock.output.remember.
                    Command(self.env, command)()
                    time.sleep(SETTLED)
                before = {"no-op": None, "check": lambda: touch(place)}.get(kind, lambda: clean(place))
                return Command(self.env, command, before=before)
            case "dagfactory lint":
                forms.dag_factory(place, count, loaders=0)
                return Command(self.env, [self.factory.with_name("dagfactory"), "lint", place])
            case "boundary-layer":
                files = forms.boundary_layer(place, count)
                start: list[str | Path] = [self.boundary.with_name("boundary-layer"), "build-dag"]
                return Command(self.env, *([*start, file] for file in files))
        return self.parser(kind, count, place)

    def parser(self, kind: str, count: int, place: Path) -> Parser:
        """Make what parses one form of so many DAGs."""
        match kind.split():
            case [*_, "by-hand"]:
                python, dags = self.airflow, forms.by_hand(place, count)
            case [*_, "naive"]:
                python, dags = self.airflow, forms.naive(place, count)
            case [*_, "factory-folder"]:
                python, dags = self.factory, forms.dag_factory(place, count, loaders=1)
            case [*_, "factory-each"]:
                python, dags = self.factory, forms.dag_factory(place, count, loaders=count)
            case _:
                bundled = "bundled" in kind
                forms.airdock(place, count, per_file=count if bundled else 1)
                Command(self.env, [self.python.with_name("airdock"), "build", "-C", place])()
                python, dags = self.airflow, place / "dags"
        how = kind.partition(" ")[0]
        if how == "task":
            (file,) = dags.glob("*.py")
            return Parser(self.env, python, 1, how, file, forms.ids(count)[-1])
        return Parser(self.env, python, count, how, dags)

    def versions(self) -> dict[str, str]:
        """Return what was installed, by what it is."""
        asked = ("airdock", "pydantic", "tomli", "jinja2", "ruamel.yaml")
        done = subprocess.run(
            [self.python, "-c", compare_findings.VERSIONS, *asked], capture_output=True, check=True, env=self.env
        )
        own = ", ".join(f"{name} {version}" for name, version in json.loads(done.stdout).items())
        others = ("Airflow alone", "dag-factory", "boundary-layer")
        return {"airdock": own} | {name: compare_findings.versions(self.tools[name]) for name in others}


def install_airdock() -> Path:
    """Install airdock as its users do, from a wheel of this repository; return the Python it is installed for."""
    folder = compare_findings.peers() / "airdock"
    python = folder / "bin" / "python"
    import airflow_environments as airflow

    if not python.exists():
        airflow.run([sys.executable, "-m", "venv", str(folder)])
    pip = [str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    airflow.run([*pip, "--upgrade", str(compare_findings.ROOT)])
    # The version is the same although the sources are not. pip compiles what it installs.
    airflow.run([*pip, "--force-reinstall", "--no-deps", str(compare_findings.ROOT)])
    return python


def touch(project: Path) -> None:
    """Make airdock.toml a changed one, that is not remembered; the pause is that between editing and checking."""
    (project / "airdock.toml").touch()
    time.sleep(0.2)


def clean(project: Path) -> None:
    """Take all away that was built: moved, not deleted.

    For minutes ext4 gives no new file the inode of a deleted one, and passes all of those at each new file: where a
    thousand were deleted just before, making one takes several times as long (measured), whoever makes it.
    """
    aside = project.with_name(f"built {time.monotonic_ns()}")
    aside.mkdir()
    for path in project.iterdir():
        if path.name not in KEPT:
            path.rename(aside / path.name)
