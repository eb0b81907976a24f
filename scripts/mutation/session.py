"""The warm processes: one that records which lines a test runs, and those that try mutants.

    python -m mutation.session JOB.json        (mutation_score.py does so in a copy of the repository)

The job names what to do; answers are lines of JSON in a file.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from functools import _lru_cache_wrapper
from pathlib import Path
from typing import Any

import coverage
import coverage.exceptions
import hypothesis
import pytest

from mutation.mutants import Mutant
from mutation.recording import FIRST_BATCHES, QUIETLY, TESTS
from mutation.trial import BROKEN, COLD, Changed, OneFailure, forked, functions_below, import_and_run, run_items, swap

ROOT = Path.cwd()
SOURCES = ROOT / "compiler" / "airdock"
CACHES: list[Any] = []
AT_ONCE = 40
"""How many tests are recorded by one process."""


class Session:
    """A plugin that has the tests collected, and then does the job in the place of running them."""

    def __init__(self, job: dict[str, Any]) -> None:
        """Take the job; see `mutation_score.py` for its keys."""
        self.job = job
        self.items: dict[str, pytest.Item] = {}
        self.config: pytest.Config

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what the recording says."""
        items[:] = [
            item
            for item in items
            if item.nodeid.endswith(FIRST_BATCHES.get(item.nodeid.partition("::")[0], item.nodeid))
        ]

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Do the job; nothing else is run."""
        self.items = {item.nodeid: item for item in session.items}
        self.config = session.config
        import_everything()
        CACHES.extend(
            thing
            for thing in gc.get_objects()
            if isinstance(thing, _lru_cache_wrapper) and str(thing.__module__).startswith("airdock")
        )
        clear_caches()
        if self.job["do"] == "collect":
            for name in self.items:
                answer(self.job, {"test": name})
        elif self.job["do"] == "record":
            gc.freeze()
            names = [name for name in self.job["tests"] if name in self.items]
            in_parallel(self.job, [names[at : at + AT_ONCE] for at in range(0, len(names), AT_ONCE)], self.record)
        else:
            living = functions_below(SOURCES)
            gc.freeze()
            in_parallel(self.job, self.job["trials"], lambda trial: [self.try_warm(trial, living)])
        return True

    def record(self, names: Sequence[str]) -> list[dict[str, Any]]:
        """Run tests and return the time and the lines of each, and whether it passed."""

        def run(to: Path) -> int:
            told: dict[str, dict[str, Any]] = {}
            measured = coverage.Coverage(data_file=None, include=[f"{SOURCES}/*"], config_file=False)
            measured.start()
            for name in names:
                clear_caches()  # what a test finds in a cache, it would run if it were alone
                measured.switch_context(name)
                plugin, began = OneFailure({name: 60.0}), time.process_time()
                self.config.pluginmanager.register(plugin)
                code = run_items([self.items[name]], plugin)
                self.config.pluginmanager.unregister(plugin)
                told[name] = {"test": name, "passed": code == 0, "seconds": time.process_time() - began, "lines": {}}
            measured.stop()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", coverage.exceptions.CoverageWarning)  # tests that run nothing of it
                data = measured.get_data()
            for file in data.measured_files():
                for line, tests in data.contexts_by_lineno(file).items():
                    for name in told.keys() & set(tests):
                        told[name]["lines"].setdefault(Path(file).relative_to(ROOT).as_posix(), []).append(line)
            to.write_text(json.dumps(list(told.values())), encoding="utf-8")
            return 0

        code, told = forked(run)
        return json.loads(told) if code == 0 else [{"test": name, "passed": False} for name in names]

    def try_warm(self, trial: dict[str, Any], living: dict[Any, Any]) -> dict[str, Any]:
        """Put a mutant in the place of a function's code and run the tests."""

        def run(to: Path) -> int:
            if trial["mutant"] is not None:
                mutant = Mutant(**trial["mutant"])
                file = ROOT / mutant.path
                try:
                    source = mutant.applied(file.read_text(encoding="utf-8"))
                    code = compile(source, str(file), "exec", dont_inherit=True)
                except (SyntaxError, ValueError):
                    return BROKEN
                if not swap(living.get((str(file), mutant.function), ()), code):
                    return COLD
            items = [self.items[self.job["names"][number]] for number in trial["tests"]]
            plugin = OneFailure(self.job["seconds"], to)
            self.config.pluginmanager.register(plugin)
            return run_items(items, plugin)

        return tried(trial, run)


def try_cold(job: dict[str, Any], trial: dict[str, Any]) -> dict[str, Any]:
    """Import everything with a mutant in its module, and run the tests."""

    def run(to: Path) -> int:
        changed, declared = None, True
        if trial["mutant"] is not None:
            mutant = Mutant(**trial["mutant"])
            declared = mutant.function is None
            source = mutant.applied((ROOT / mutant.path).read_text(encoding="utf-8"))
            name = mutant.path.removeprefix("compiler/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            changed = Changed(name, str(ROOT / mutant.path), source)
        tests = [job["names"][number] for number in trial["tests"]]
        return import_and_run(changed, tests, OneFailure(job["seconds"], to), declared=declared)

    return tried(trial, run)


def tried(trial: dict[str, Any], run: Callable[[Path], int]) -> dict[str, Any]:
    """Fork a trial and put its end into words."""
    code, killer = forked(run)
    timed_out = code in (-signal.SIGPROF, -signal.SIGALRM)
    words = {0: "survived", BROKEN: "broken", COLD: "cold"}
    return {"id": trial["id"], "end": "timed out" if timed_out else words.get(code, "killed"), "by": killer}


def clear_caches() -> None:
    """Forget what functions of airdock have computed, so that a test or a mutant meets nothing of another's."""
    for cache in CACHES:
        cache.cache_clear()


def import_everything() -> None:
    """Import all modules, so that nothing is imported in a trial."""
    import airdock

    for module in pkgutil.walk_packages(airdock.__path__, "airdock."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def lines_of_import(to: Path) -> int:
    """Write the lines that run when everything is imported."""
    measured = coverage.Coverage(data_file=None, include=[f"{SOURCES}/*"], config_file=False)
    measured.start()
    import_everything()
    measured.stop()
    data = measured.get_data()
    lines = {file: sorted(data.lines(file) or ()) for file in data.measured_files()}
    to.write_text(json.dumps(below_root(lines)), encoding="utf-8")
    return 0


def below_root(lines: dict[str, list[int]]) -> dict[str, list[int]]:
    """Return the same by paths that are relative to the repository."""
    return {Path(file).relative_to(ROOT).as_posix(): numbers for file, numbers in lines.items()}


def in_parallel(job: dict[str, Any], tasks: Sequence[Any], do: Callable[[Any], list[dict[str, Any]]]) -> None:
    """Share tasks among as many processes as the job says; each takes the next one and writes its answers."""
    children = []
    queue, numbers = os.pipe()
    for _ in range(job["workers"]):
        child = os.fork()
        if child == 0:
            os.close(numbers)
            with contextlib.suppress(BaseException):
                while taken := os.read(queue, 4):
                    for words in do(tasks[int.from_bytes(taken, "big")]):
                        answer(job, words)
            os._exit(0)
        children.append(child)
    os.close(queue)
    with contextlib.suppress(BrokenPipeError):
        for number in range(len(tasks)):
            os.write(numbers, number.to_bytes(4, "big"))
    os.close(numbers)
    for child in children:
        os.waitpid(child, 0)


def answer(job: dict[str, Any], words: dict[str, Any]) -> None:
    """Append a line; each is written by one call, so that two processes do not mix theirs."""
    line = f"{json.dumps(words)}\n".encode()
    file = os.open(job["answers"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    os.write(file, line)
    os.close(file)


def main(job: dict[str, Any]) -> int:
    """Do a job: collect, record, warm or cold."""
    hypothesis.settings.register_profile("mutation", derandomize=True, database=None, deadline=None)
    hypothesis.settings.load_profile("mutation")
    if job["do"] == "cold":
        for library in ("croniter", "jinja2", "packaging.requirements", "pydantic", "ruamel.yaml", "syrupy", "tomli"):
            importlib.import_module(library)
        gc.freeze()
        in_parallel(job, job["trials"], lambda trial: [try_cold(job, trial)])
        return 0
    if job["do"] == "record":
        answer(job, {"import": json.loads(forked(lines_of_import)[1])})
    return int(pytest.main([*QUIETLY, *TESTS], plugins=[Session(job)]))


if __name__ == "__main__":
    sys.exit(main(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
