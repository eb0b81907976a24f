"""Measure airdock side by side with other ways to do the same, and write RESULTS.md beside this file.

    python benchmarks/run.py [--goals P1 P4 ...] [--rounds 9]

What is measured is the time of the CPU, of the system's part too, as a ratio: everything that a goal compares is run
in turn, A B A B, and the ratio is taken in each round. Times of different machines, or of one machine on different
days, cannot be compared; such ratios can, within some ten percent. Run it with a Python that has airdock's `test`
extra; the first run installs the other tools and takes some minutes more.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from subjects import Command, Subjects

PAGE = Path(__file__).with_name("RESULTS.md")
LEAST_ROUNDS = 7
STARTS = 5  # of a Python that does nothing: a single one is too short to be measured well

Round = dict[str, float]


class Goal(NamedTuple):
    """A ratio that should be at most, or at least, so much."""

    key: str
    what: str
    subjects: tuple[str, ...]
    value: Callable[[Round], float]
    limit: float
    least: bool = False
    unit: str = "×"


def times(above: str, below: str, limit: float) -> dict[str, Any]:
    """Return what is measured for a subject that should cost at most so many times another."""
    return {"subjects": (below, above), "value": lambda seen: seen[above] / seen[below], "limit": limit}


def starts(subject: str, limit: float) -> dict[str, Any]:
    """Return what is measured for a subject that should cost at most so many starts of Python."""
    empty = f"pass {STARTS}"
    return {"subjects": (empty, subject), "value": lambda seen: seen[subject] / seen[empty] * STARTS, "limit": limit}


def cheaper(other: str, own: str, limit: float) -> dict[str, Any]:
    """Return what is measured for a subject that should cost at least so many times less than another."""
    return times(other, own, limit) | {"least": True}


def _marginal(seen: Round) -> float:
    return (seen["build 10,000"] - seen["build 10"]) / (seen["build 1,000"] - seen["build 10"])


def _memory(seen: Round) -> float:
    return seen["memory of build 10,000"]


NOTHING = "`airdock build` with nothing to do"
EMPTY = "`python -c pass`"
GOALS = (
    Goal("P1", f"{NOTHING}, 1,000 tasks : {EMPTY}", **starts("no-op 1,000", 2)),
    Goal("P2", f"{NOTHING}, 10,000 tasks : 10 tasks", **times("no-op 10,000", "no-op 10", 1.5)),
    Goal("P3", f"full `airdock build`, 10 tasks : {EMPTY}", **starts("build 10", 18)),
    Goal("P3", f"the same, a Jinja template in each task : {EMPTY}", **starts("templates 10", 18)),
    Goal("P4", f"full build, 1,000 tasks : {EMPTY}", **starts("build 1,000", 30)),
    Goal("P4", "full build, 1,000 tasks : 10 tasks", **times("build 1,000", "build 10", 1.8)),
    Goal("P5", "full build, 10,000 tasks : 1,000 tasks", **times("build 10,000", "build 1,000", 5)),
    Goal("P5", "both without what 10 tasks cost", ("build 10", "build 1,000", "build 10,000"), _marginal, 11),
    Goal("P6", "memory of a full build, 10,000 tasks", ("build 10,000",), _memory, 120, unit=" MiB"),
    Goal("P7", f"`airdock check`, 10 tasks : {EMPTY}", **starts("check 10", 15)),
    Goal("P7", f"`airdock check`, 1,000 tasks : {EMPTY}", **starts("check 1,000", 18)),
    Goal("P8", "`dagfactory lint`, 100 DAGs : full build", **cheaper("dagfactory lint 100", "build 1,000", 8)),
    Goal("P8", "boundary-layer, only 10 of the DAGs : full build", **cheaper("boundary-layer 10", "build 1,000", 15)),
    Goal(
        "P9",
        "DAG processor: 10 DAGs, a file for each, generated : by hand",
        **times("processor generated 10", "processor by-hand 10", 1),
    ),
    Goal(
        "P10",
        "DAG processor: 10 DAGs, bundled in one file : by hand in 10",
        **times("processor bundled 10", "processor by-hand 10", 0.25),
    ),
    Goal(
        "P10",
        "DAG processor: 100 DAGs, bundled in one file : by hand in 100",
        **times("processor bundled 100", "processor by-hand 100", 0.2),
    ),
    Goal(
        "P11",
        "DAG processor: 10 DAGs, dag-factory with a loader for each : bundled",
        **cheaper("processor factory-each 10", "processor bundled 10", 10),
    ),
    Goal(
        "P11",
        "DAG processor: 10 DAGs, dag-factory with one loader : bundled",
        **cheaper("processor factory-folder 10", "processor bundled 10", 2),
    ),
    Goal(
        "P11",
        "in one process: 100 DAGs, dag-factory with one loader : bundled",
        **cheaper("bag factory-folder 100", "bag bundled 100", 5),
    ),
    Goal(
        "P11b",
        "DAG processor: 100 DAGs, bundled : one module that reads one TOML file",
        **times("processor bundled 100", "processor naive 100", 1.25),
    ),
    Goal(
        "P11b",
        "the same in one process, without the scans of the source",
        **times("bag bundled 100", "bag naive 100", 1.25),
    ),
    Goal(
        "P12",
        "start of a task: its DAG in a bundle of 100 : in a file of its own",
        **times("task bundled 100", "task generated 1", 1.3),
    ),
)

HOW = """\
## How

- airdock is built as a wheel from this repository and installed with pip into an environment of its own; the command
  is measured as it is installed. All that is measured is compiled to bytecode before, by pip or by a first run that is
  not counted.
- The projects are DAGs of ten DockerOperator tasks in a chain: command, two variables, a mount, retries, a timeout
  (`forms.py`). 1,000 tasks are 100 DAGs. A full build starts without any output; `check` runs after a change of
  airdock.toml, and keeps what it found for the next run; one with nothing to do runs after a build that has been kept.
  All of them find the language compiled, as every run but the first does.
- "DAG processor" is Airflow's own `DagFileProcessorProcess`: for each file it forks, parses, serializes and sends back.
  Each form has a processor of its own, which stays, as it does in a deployment. Writing to the database is not in it.
- "In one process" is a `DagBag` with all imports made. "Start of a task" is the same for one file, with the parsing
  context that Airflow sets when it starts a task.
- dag-factory and boundary-layer have the same DAGs without mounts, timeouts and retries: less to do. The tasks that
  airdock makes also have three labels each.
- Every parse has to find all tasks of all DAGs, and every command has to succeed, or there is no result.

## Where the time goes

Of the instructions of `airdock check` with 10 tasks (cachegrind), 22 % are Python itself with `typing` and
`argparse`, 21 % pydantic's validator and the language as it was kept, 46 % all other modules, 11 % the check and
keeping its answer. The first run of all compiles the language with pydantic, and takes about 25 times `python -c
pass`; every later one finds it in the user's cache. A build adds the import of Jinja and the compilation of the
templates. From there on a task costs what it costs to read, validate, resolve, check and print it, with no one place
where it goes. The second row of P4 and the first of P5 set a run of many tasks against one of few: the less a start
takes, the greater is what they show. A task of 10,000 costs more than one of 1,000, since they are more than the
caches of the processor hold, and since the file system makes files more slowly where it makes many. The module of
P11b keeps its tasks in a file that Airflow never looks at; of a bundle, which is all source, Airflow's processor
makes a syntax tree twice (for its imports, and for values that change at each parse) before it runs it. That is what
its row shows; the one below is without it.
"""


def turns(goals: list[Goal]) -> list[list[Goal]]:
    """Return the goals, those together that are measured together: of one key, or with nothing of their own."""
    found: list[list[Goal]] = []
    for goal in goals:
        for others in found:
            known = {name for other in others for name in other.subjects}
            if goal.key == others[0].key or known.issuperset(goal.subjects):
                others.append(goal)
                break
        else:
            found.append([goal])
    return found


def measure(goals: list[Goal], rounds: int) -> tuple[list[str], dict[str, str]]:
    """Return the row of each goal, and the versions of what was measured."""
    rows: list[str] = []
    with tempfile.TemporaryDirectory(prefix="airdock-benchmark-") as folder, Subjects(Path(folder)) as subjects:
        for together in turns(goals):
            found: dict[Goal, list[float]] = {goal: [] for goal in together}
            names = dict.fromkeys(name for goal in together for name in goal.subjects)
            made = {name: subjects[name] for name in names}
            for _ in range(rounds):
                seen: Round = {}
                for name, subject in made.items():
                    seen[name] = subject()
                    if isinstance(subject, Command):
                        seen[f"memory of {name}"] = subject.peak
                for goal, values in found.items():
                    values.append(goal.value(seen))
            for goal, values in found.items():
                rows.append(row(goal, values))
                sys.stderr.write(f"{rows[-1]}\n")
        return rows, subjects.versions()


def row(goal: Goal, values: list[float]) -> str:
    """Return the line of a goal in the table."""
    median = statistics.median(values)
    beyond = goal.limit / median if goal.least else median / goal.limit
    reached = "yes" if beyond <= 1 else f"no, by {100 * (beyond - 1):.0f} %"
    limit = f"{'≥' if goal.least else '≤'} {goal.limit:g}{goal.unit}"
    spread = f"{number(min(values))} – {number(max(values))}"
    measured = f"{number(median)}{goal.unit} | {spread} | {len(values)}, {date.today().isoformat()}"
    return f"| {goal.key} | {goal.what} | {limit} | {measured} | {reached} |"


def number(value: float) -> str:
    """Return a value with three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def machine() -> str:
    """Return what the machine is, without its name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    load = " to ".join(f"{each:.1f}" for each in os.getloadavg()[::2])
    return (
        f"{os.cpu_count()} cores, {model or platform.processor() or platform.machine()}; {platform.system()}; "
        f"Python {platform.python_version()}; load at the end {load} (1 and 15 minutes)"
    )


def page(rows: list[str], versions: dict[str, str]) -> str:
    """Return the results as a page; a goal that was not measured now has the row that it had."""
    known = PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else []
    found = {tuple(line.split(" | ")[:2]): line for line in (*known, *rows)}
    order = [(f"| {goal.key}", goal.what) for goal in GOALS]
    lines = [
        "# How fast airdock is",
        "",
        "Written by `python benchmarks/run.py`: run that, do not change this page.",
        "",
        "Ratios of CPU time, `a : b`: the median of rounds in which both sides took turns, the least and the greatest",
        "of them, and how many there were. The goals were set before, from a prototype.",
        "",
        "| | what | goal | median | spread | rounds | reached |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        *(found[place] for place in order if place in found),
        "",
        "## On what",
        "",
        f"- {machine()}",
        *(f"- {name}: {text}" for name, text in versions.items()),
        "",
        HOW,
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure the goals that are asked for, print their rows, and put them into the page."""
    parser = argparse.ArgumentParser(description="Measure airdock against its goals, and write RESULTS.md.")
    keys = list(dict.fromkeys(goal.key for goal in GOALS))
    parser.add_argument("--goals", nargs="+", choices=keys, metavar="P", help=f"some of {' '.join(keys)}")
    parser.add_argument("--rounds", type=int, default=9, help=f"below {LEAST_ROUNDS} only printed (default: 9)")
    options = parser.parse_args()
    rows, versions = measure([goal for goal in GOALS if goal.key in (options.goals or keys)], options.rounds)
    if options.rounds >= LEAST_ROUNDS:
        PAGE.write_text(page(rows, versions), encoding="utf-8")


if __name__ == "__main__":
    main()
