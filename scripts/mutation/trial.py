"""One trial: some tests with a mutant in the place of the code, in a process that is forked off a warm one.

A mutant inside a function takes the place of the function's code object, after every module and test was imported: a
trial costs no more than its tests. What runs at import (a constant, a kind of finding, a default) cannot be changed
afterwards: such a trial is forked off a process that has imported the libraries alone, and imports the changed module.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.machinery
import importlib.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import types
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pytest

from mutation.recording import QUIETLY

SURVIVED, KILLED, BROKEN, COLD = 0, 1, 40, 41
"""What the process of a trial exits with; BROKEN: the mutant is no program, COLD: it has to be there at import."""
_MEMORY = 4 << 30
_SLOWER = 10
_LEAST_SECONDS = 5
_IMPORT_SECONDS = 120


class OneFailure:
    """A plugin that limits every test to a multiple of its usual time, and notes the first that fails."""

    def __init__(self, seconds: dict[str, float], answer: Path | None = None) -> None:
        """Take the usual times of tests, and the file to write the name of the failing one to."""
        self.seconds, self.answer, self.failed = seconds, answer, False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """The signals end the process, also inside of a C function: time of the processor, and that of the clock."""
        limit = max(_LEAST_SECONDS, _SLOWER * self.seconds.get(item.nodeid, 1.0))
        signal.setitimer(signal.ITIMER_PROF, limit)
        signal.setitimer(signal.ITIMER_REAL, 6 * limit)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure, of the fixtures too."""
        if report.failed and not self.failed:
            self.failed = True
            if self.answer is not None:
                self.answer.write_text(report.nodeid, encoding="utf-8")


def run_items(items: Iterable[pytest.Item], plugin: OneFailure) -> int:
    """Run collected tests until one fails."""
    for item in items:
        item.ihook.pytest_runtest_protocol(item=item, nextitem=None)
        if plugin.failed:
            return KILLED
    return SURVIVED


def forked(action: Callable[[Path], int]) -> tuple[int, str]:
    """Run an action in a child and return its exit code (minus the signal that ended it) and what it wrote to its file.

    The child has a folder for temporary files of its own, no output, and an end to its memory and its time.
    """
    folder = Path(tempfile.mkdtemp(prefix="trial-"))
    answer = folder / "answer"
    child = os.fork()
    if child == 0:
        code = KILLED  # whatever a mutant raises
        try:
            os.setpgid(0, 0)
            _alone(folder)
            code = action(answer)
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)  # what the tests started, where they were not let end
    told = answer.read_text(encoding="utf-8") if answer.exists() else ""
    shutil.rmtree(folder, ignore_errors=True)
    return os.waitstatus_to_exitcode(status), told


def _alone(folder: Path) -> None:
    os.environ["TMPDIR"] = os.environ["PYTEST_DEBUG_TEMPROOT"] = str(folder)
    tempfile.tempdir = None
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, _IMPORT_SECONDS)


def functions_below(folder: Path) -> dict[tuple[str, str], list[types.FunctionType]]:
    """Return the living functions by the file they stand in and their qualified name."""
    found: dict[tuple[str, str], list[types.FunctionType]] = {}
    for thing in gc.get_objects():
        if isinstance(thing, types.FunctionType) and thing.__code__.co_filename.startswith(f"{folder}/"):
            found.setdefault((thing.__code__.co_filename, thing.__code__.co_qualname), []).append(thing)
    return found


def swap(living: Sequence[types.FunctionType], module: types.CodeType) -> bool:
    """Give functions the code that they have in a changed module; False where that cannot be."""
    if not living:
        return False
    for function in living:
        old = function.__code__
        new = [
            code
            for code in _codes(module)
            if (code.co_qualname, code.co_firstlineno) == (old.co_qualname, old.co_firstlineno)
        ]
        if len(new) != 1 or len(new[0].co_freevars) != len(old.co_freevars):
            return False
        function.__code__ = new[0]
    return True


def _codes(code: types.CodeType) -> Iterable[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _codes(constant)


class Changed(importlib.machinery.SourceFileLoader):
    """A finder and loader of one module, whose source is another than that of its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        """Take the full name of the module, its file and the source to run."""
        super().__init__(name, path)
        self.source = source

    def find_spec(self, name: str, path: object = None, target: object = None) -> importlib.machinery.ModuleSpec | None:  # noqa: ARG002
        """Return the spec of the module, None of any other."""
        return importlib.util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None

    def get_code(self, fullname: str) -> types.CodeType:  # noqa: ARG002
        """Return the code of the changed source."""
        return compile(self.source, self.path, "exec", dont_inherit=True)


def import_and_run(changed: Changed | None, tests: Sequence[str], plugin: OneFailure, *, declared: bool) -> int:
    """Import a changed module, then collect tests by name and run them until one fails.

    ``declared``: the change is no part of a function, so a module that cannot be imported is no mutant at all.
    """
    if changed is not None:
        sys.meta_path.insert(0, changed)
        try:
            importlib.import_module(changed.name)
        except Exception:
            return BROKEN if declared else KILLED
    # 0: all passed; anything else is a failure, or tests that cannot be collected any more.
    return KILLED if pytest.main(["-x", *QUIETLY, *tests], plugins=[plugin]) else SURVIVED
