"""Which tests run which lines, recorded once and again for what changed; and the tests that are to judge a mutant."""

from __future__ import annotations

import ast
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from mutation.mutants import Mutant

TESTS = (
    *("tests/test_cases.py", "tests/test_build_options.py", "tests/test_cli.py", "tests/test_advice.py"),
    *("tests/test_once_broken.py", "tests/test_language_page.py", "tests/test_show.py"),
    *("tests/diagnostics", "tests/emit", "tests/facts", "tests/findings", "tests/load"),
    *("tests/output", "tests/project", "tests/recall", "tests/rules", "tests/safety"),
    # Builds that are killed or not alone are processes of their own, which have no mutant.
    *("--ignore=tests/output/test_killed.py", "--ignore=tests/output/test_at_once.py"),
    # It looks at the time that it takes.
    "--ignore=tests/findings/test_bombs.py",
    # 16 seconds for one test, and nothing that the cases do not show.
    "--ignore=tests/safety/test_whole_projects.py",
)
"""What judges mutants: the tests that run in one process, without Airflow, Compose or an engine."""
# Plugins that are imported before pytest has no rewritten asserts, and needs none.
QUIETLY = ("-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
FIRST_BATCHES = {"tests/findings/test_mutations.py": ("[0]", "[1]", "[2]")}
"""Of tests that ask the same of thousands of seeds, the parameters that are enough here, by file."""
READERS = ("tests/diagnostics/test_documents.py", "tests/findings/test_examples.py")
"""They read what is declared at import, such as the texts of kinds; no line that they run shows it."""
WHOLE = ("tests/test_cases.py", "tests/findings/test_findings.py::test_report_is_as_expected")
"""They compare a whole build or report, byte for byte: each of their parameters shows something else."""
_SLOW = 1.0


@dataclass
class Recording:
    """By the name of a test: its `seconds`, whether it `passed` alone, its `lines` by file, as bits of a number."""

    tests: dict[str, dict[str, Any]] = field(default_factory=dict)
    imported: dict[str, int] = field(default_factory=dict)
    """The lines that run at import, by file."""
    root: Path = Path()
    _lines: dict[str, dict[str, int]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path, root: Path) -> Recording:
        """Return what an earlier run recorded, nothing if there was none."""
        if not path.exists():
            return cls(root=root)
        known = json.loads(path.read_text(encoding="utf-8"))
        tests = {
            name: test | {"lines": {file: int(bits, 16) for file, bits in test["lines"].items()}}
            for name, test in known["tests"].items()
        }
        return cls(tests, {file: int(bits, 16) for file, bits in known["imported"].items()}, root)

    def write(self, path: Path) -> None:
        """Keep it for the next run."""
        tests = {
            name: test | {"lines": {file: f"{bits:x}" for file, bits in test["lines"].items()}}
            for name, test in self.tests.items()
        }
        imported = {file: f"{bits:x}" for file, bits in self.imported.items()}
        path.write_text(json.dumps({"tests": tests, "imported": imported}), encoding="utf-8")

    def take(self, answer: dict[str, Any], prints: dict[str, str]) -> None:
        """Add what a session answered."""
        self._lines.clear()
        if "import" in answer:
            self.imported = {file: bits_of(lines) for file, lines in answer["import"].items()}
            return
        lines = {file: bits_of(numbers) for file, numbers in answer.get("lines", {}).items()}
        name = answer["test"]
        self.tests[name] = {
            "fingerprint": prints[name],
            "passed": answer["passed"],
            "seconds": answer.get("seconds", 0.0),
            "lines": lines,
        }

    def runs_at_import(self, mutant: Mutant) -> bool:
        """Say whether a mutant has to be there when its module is imported."""
        return mutant.function is None or bool(self.imported.get(mutant.path, 0) & span(mutant.line, mutant.last))

    def judges(self, mutant: Mutant, budget: float) -> list[str]:
        """Return the tests that run a mutant, to a sum of seconds: first one of each way through its function.

        The longest way is the first: a test that gets far inside of the function is the one that was written for it.
        What runs at import is judged by the tests that run anything of its module, or of the modules that import that.
        """
        chosen: list[str] = []
        around = span(*mutant.body) if mutant.body else ~0
        line = span(mutant.line, mutant.last)
        tests = {name: bits for name, bits in self.lines_of(mutant.path).items() if bits & line}
        if not tests and self.runs_at_import(mutant):
            near = [self.lines_of(file) for file in self.importers.get(mutant.path, ())]
            tests = dict.fromkeys((name for file in near for name in file), 0) | self.lines_of(mutant.path)
            chosen = [name for name in self.tests if name.startswith(READERS) and self.tests[name]["passed"]]
        seconds: dict[str, float] = {name: self.tests[name]["seconds"] for name in tests}
        turns = _turns(tests, {name: bits & around for name, bits in tests.items()}, seconds)

        def place(name: str) -> tuple[bool, int, int, float]:
            return seconds[name] > _SLOW, turns[name], -(tests[name] & around).bit_count(), seconds[name]

        order = sorted(tests, key=place)
        left = budget
        for name in order:
            if left > 0 and name not in chosen:
                chosen.append(name)
                left -= seconds[name]
        return chosen

    def lines_of(self, path: str) -> dict[str, int]:
        """Return the lines of a file that tests run, by the name of the test."""
        if path not in self._lines:
            here = {name: test["lines"].get(path, 0) for name, test in self.tests.items() if test["passed"]}
            self._lines[path] = {name: bits for name, bits in here.items() if bits}
        return self._lines[path]

    @cached_property
    def importers(self) -> dict[str, set[str]]:
        """The files that import a file, by its path."""
        found: dict[str, set[str]] = {}
        for file in sorted((self.root / "compiler" / "airdock").rglob("*.py")):
            importer = file.relative_to(self.root).as_posix()
            for name in _imported(ast.parse(file.read_text(encoding="utf-8"))):
                path = "compiler/" + name.replace(".", "/")
                for known in (f"{path}.py", f"{path}/__init__.py"):
                    found.setdefault(known, set()).add(importer)
        return found


def _turns(tests: Iterable[str], ways: dict[str, int], seconds: dict[str, float]) -> dict[str, int]:
    """Return which turn each test has among those that run the same lines of the function (``ways``).

    Tests that compare a whole report or build take turns with those that do not; of these, every test function has its
    turn before another's second parameter, and quick ones, which do little beside, come first.
    """
    found: dict[str, int] = {}
    parameters: Counter[tuple[int, str]] = Counter()
    turn: Counter[tuple[int, bool]] = Counter()
    round_: dict[str, int] = {}
    for name in sorted(tests, key=seconds.__getitem__):
        function = (ways[name], name.partition("[")[0])
        round_[name] = 0 if name.startswith(WHOLE) else parameters[function]
        parameters[function] += 1
    for name in sorted(tests, key=lambda name: (round_[name], seconds[name])):
        group = (ways[name], name.startswith(WHOLE))
        found[name] = turn[group]
        turn[group] += 1
    return found


def _imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("airdock"):
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def bits_of(lines: Iterable[int]) -> int:
    """Return line numbers as the bits of a number."""
    return sum(1 << line for line in set(lines))


def span(first: int, last: int) -> int:
    """Return the bits of all lines from the first to the last."""
    return (1 << (last + 1)) - (1 << first)


def fingerprints(root: Path, tests: Iterable[str]) -> dict[str, str]:
    """Return what a test is made of, as a digest: airdock, what tests share, its file, the inputs that its name names.

    Other data of a test (a page of docs, a snapshot) changes what it compares with, not what it runs.
    """
    shared = [*(root / "compiler").rglob("*.*")]
    folders = ("tests/findings", "tests/cases")
    inputs = [path for folder in folders for path in (root / folder).iterdir() if path.is_dir()]
    shared += [path for path in (root / "tests").glob("*.py") if not path.name.startswith("test_")]
    base = _digest(root, shared)
    of_input = {path.name: _digest(root, path.rglob("*")) for path in inputs}
    of_file: dict[str, str] = {}
    found = {}
    for name in tests:
        file = name.partition("::")[0]
        if file not in of_file:
            beside = (path for path in (root / file).parent.glob("*.py") if not path.name.startswith("test_"))
            of_file[file] = _digest(root, [root / file, *beside])
        named = [digest for folder, digest in of_input.items() if folder in name]
        found[name] = hashlib.sha256("".join([base, of_file[file], *named]).encode()).hexdigest()[:16]
    return found


def _digest(root: Path, paths: Iterable[Path]) -> str:
    whole = hashlib.sha256()
    for path in sorted(paths):
        if path.is_file() and path.suffix != ".pyc":
            whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()
