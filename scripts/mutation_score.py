"""How many small faults in airdock's code the tests notice: mutation testing, on demand.

    pip install -e '.[test,quality]'
    python scripts/mutation_score.py [PACKAGE ...] [--sample N --seed S] [--survivors] [--list-survivors]

Without packages: diagnostics, load, project, rules, emit and output. The work is done in a copy of the tree; the state
(`.mutation/`, ignored by git) remembers what killed which mutant, so that a run goes on where the last one ended.

Why not a tool as it is: mutmut leaves out what runs at import and functions with decorators, which are half of a
catalogue of findings, and cosmic-ray starts a test command for each mutant, which here takes seconds before the first
test. So mutmut's operators make the mutants, coverage.py records which test runs which line, and pytest, imported and
collected once, runs the judges of each mutant in a fork.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tomli
from mutation.mutants import Mutant, mutants
from mutation.recording import Recording, fingerprints

REPOSITORY = Path(__file__).resolve().parents[1]
STATE = REPOSITORY / ".mutation"
PACKAGES = ("diagnostics", "load", "project", "rules", "emit", "output")
EQUIVALENT = Path("scripts/mutation/equivalent.toml")
KILLED = ("killed", "timed out")


class Run:
    """A run: the copy of the tree, and what is known of mutants and tests."""

    def __init__(self, arguments: argparse.Namespace, copy: Path) -> None:
        """Take the arguments and the folder for the copy."""
        self.arguments, self.copy = arguments, copy
        copy_tree(REPOSITORY, copy)
        STATE.mkdir(exist_ok=True)
        self.recording = Recording.read(STATE / "recording.json", copy)
        results = STATE / "results.json"
        self.results: dict[str, dict[str, str]] = json.loads(results.read_text()) if results.exists() else {}
        self.digests: dict[str, str] = {}
        self.stopped = False
        """Ctrl-C came: no other session is begun."""

    def record(self) -> None:
        """Record the tests that are new or have changed; forget those that are no more."""
        names = [answer["test"] for answer in self.session({"do": "collect"}, "collected", 0)]
        prints = fingerprints(self.copy, names)
        known = self.recording.tests
        self.recording.tests = {name: known[name] for name in names if name in known}
        changed = [name for name in names if known.get(name, {}).get("fingerprint") != prints[name]]
        if changed:
            for answer in self.session({"do": "record", "tests": changed}, "recorded", len(changed)):
                self.recording.take(answer, prints)
            self.recording.write(STATE / "recording.json")
        failed = [name for name, test in self.recording.tests.items() if not test["passed"]]
        say(f"{len(names)} tests judge, {len(changed)} of them recorded now; {len(failed)} do not pass alone\n")
        for name in failed:
            say(f"  does not judge: {name}\n")

    def chosen(self, package: str) -> list[Mutant]:
        """Return the mutants of a package, or a sample of them, which is the same for the same seed."""
        files = sorted((self.copy / "compiler" / "airdock" / package).rglob("*.py"))
        found: list[Mutant] = []
        for file in files:
            path = file.relative_to(self.copy).as_posix()
            self.digests[path] = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
            found += mutants(self.copy, path)
        if self.arguments.sample and self.arguments.sample < len(found):
            chance = random.Random(self.arguments.seed)  # noqa: S311 - a sample, no secret
            order = list(range(len(found)))
            chance.shuffle(order)  # so that a larger sample has the smaller one in it
            found = [found[number] for number in sorted(order[: self.arguments.sample])]
        return found

    def end(self, mutant: Mutant) -> str | None:
        """Return how the trial of a mutant ended, None if there was none since its file was changed."""
        known = self.results.get(mutant.id)
        return known["end"] if known and known["digest"] == self.digests[mutant.path] else None

    def trials(self, wanted: list[Mutant]) -> None:
        """Try mutants: those inside of functions first, then what must be there at import."""
        by_id = {mutant.id: mutant for mutant in wanted}
        numbers = {name: number for number, name in enumerate(self.recording.tests)}
        judges = {mutant.id: self.recording.judges(mutant, self.arguments.budget) for mutant in wanted}
        cold = [mutant.id for mutant in wanted if self.recording.runs_at_import(mutant)]
        for name in [name for name in by_id if not judges[name]]:
            self.keep(by_id, {"id": name, "end": "survived", "by": "no test runs it"})
        for way in ("warm", "cold"):
            names = [name for name in by_id if judges[name] and (name in cold) == (way == "cold")]
            trials: list[dict[str, Any]] = [
                {"id": name, "mutant": asdict(by_id[name]), "tests": [numbers[test] for test in judges[name]]}
                for name in names
            ]
            if self.stopped or not trials:
                continue
            every = sorted({test for trial in trials for test in trial["tests"]})
            control = {"id": "control", "mutant": None, "tests": every[:: max(1, len(every) // 100)]}
            for answer in self.session({"do": way, "trials": [control, *trials]}, f"tried ({way})", len(trials)):
                if answer["id"] == "control":
                    if answer["end"] != "survived":
                        raise SystemExit(f"{answer['by']} fails without a mutant: the trials say nothing")
                elif answer["end"] == "cold":
                    cold.append(answer["id"])
                else:
                    self.keep(by_id, answer)
            (STATE / "results.json").write_text(json.dumps(self.results, indent=0), encoding="utf-8")

    def keep(self, by_id: dict[str, Mutant], answer: dict[str, str]) -> None:
        """Remember how a trial ended."""
        digest = self.digests[by_id[answer["id"]].path]
        self.results[answer["id"]] = {"end": answer["end"], "by": answer["by"], "digest": digest}

    def session(self, job: dict[str, Any], what: str, expected: int) -> list[dict[str, Any]]:
        """Have a job done by warm processes in the copy, and return their answers."""
        answers = self.copy.parent / "answers"
        answers.unlink(missing_ok=True)
        seconds = {name: test["seconds"] for name, test in self.recording.tests.items()}
        job |= {"answers": str(answers), "workers": self.arguments.workers, "seconds": seconds, "names": list(seconds)}
        path = self.copy.parent / "job.json"
        path.write_text(json.dumps(job), encoding="utf-8")
        environ = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(self.copy / "compiler"), str(self.copy / "scripts")]),
            "PYTHONHASHSEED": "0",
        }
        command = ["nice", sys.executable, "-m", "mutation.session", str(path)]
        began, shown = time.monotonic(), 0.0
        log = STATE / "session.log"
        with (
            log.open("wb") as output,
            subprocess.Popen(
                command, cwd=self.copy, env=environ, stdout=output, stderr=output, start_new_session=True
            ) as process,
        ):
            try:
                while process.poll() is None:
                    time.sleep(0.2)
                    if expected and time.monotonic() - shown > 15:
                        shown = time.monotonic()
                        done = answers.read_bytes().count(b"\n") if answers.exists() else 0
                        say(f"{what}: {done} of {expected}, {60 * done / (shown - began + 0.01):.0f} a minute\n")
            except KeyboardInterrupt:  # what was answered so far is kept
                self.stopped = True
                os.killpg(process.pid, signal.SIGTERM)
        if not answers.exists():
            raise SystemExit(f"nothing was {what}; see {log}")
        lines = answers.read_text(encoding="utf-8").splitlines()
        if expected:
            say(f"{what}: {expected} in {time.monotonic() - began:.0f} s\n")
        return [json.loads(line) for line in lines]


def copy_tree(source: Path, target: Path) -> None:
    """Copy what git knows or would add, as it stands in the work tree."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=source, capture_output=True, check=True)
    for name in done.stdout.decode().split("\0"):
        if name and ((source / name).is_file() or (source / name).is_symlink()):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source / name, target / name, follow_symlinks=False)


def equivalents() -> dict[tuple[str, str], str]:
    """Return the reasons of the mutants that change nothing, by path and change."""
    listed = tomli.loads((REPOSITORY / EQUIVALENT).read_text(encoding="utf-8"))
    return {(entry["path"], entry["change"]): entry["reason"] for entry in listed.get("mutant", [])}


def report(run: Run, package: str, all_of_it: list[Mutant]) -> Counter[str]:
    """Write the survivors of a package to its file, and print its row."""
    known = equivalents()
    count: Counter[str] = Counter()
    lines = []
    for mutant in all_of_it:
        end = run.end(mutant) or "not tried"
        if end == "survived" and (mutant.path, mutant.change) in known:
            end = "equivalent"
        count[end] += 1
        if end == "survived":
            unrun = "   (no test runs it)" if run.results[mutant.id]["by"] == "no test runs it" else ""
            lines.append(f"{mutant.path}:{mutant.line}  {mutant.change}{unrun}\n")
    (STATE / "survivors").mkdir(exist_ok=True)
    (STATE / "survivors" / f"{package}.txt").write_text("".join(lines), encoding="utf-8")
    if run.arguments.list_survivors:
        say("".join(lines))
    return count


def table(rows: dict[str, Counter[str]]) -> str:
    """Return the rows of all packages. The score is of the mutants that are programs and not equivalent."""
    columns = ("killed", "timed out", "survived", "equivalent", "broken", "not tried")
    text = f"{'package':<12}{'mutants':>9}" + "".join(f"{column:>12}" for column in columns) + f"{'score':>9}\n"
    for package, count in rows.items():
        noticed = sum(count[end] for end in KILLED)
        judged = noticed + count["survived"]
        score = f"{100 * noticed / judged:.1f} %" if judged else "-"
        cells = "".join(f"{count[column]:>12}" for column in columns)
        text += f"{package:<12}{count.total():>9}{cells}{score:>9}\n"
    return text


def say(text: str) -> None:
    """Print at once, also where the output is a file."""
    sys.stdout.write(text)
    sys.stdout.flush()


def parsed() -> argparse.Namespace:
    """Return the arguments."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", default=PACKAGES, metavar="PACKAGE", help="a folder of compiler/airdock")
    parser.add_argument("--sample", type=int, metavar="N", help="N mutants of each package, by chance")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="another seed, another sample (1)")
    parser.add_argument("--survivors", action="store_true", help="try again those that survived, and no other")
    parser.add_argument("--list-survivors", action="store_true", help="print the survivors too")
    parser.add_argument("--again", action="store_true", help="forget how earlier trials of these mutants ended")
    parser.add_argument("--budget", type=float, default=20, metavar="SECONDS", help="of tests for each mutant (20)")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (one a core)")
    arguments = parser.parse_args()
    for package in arguments.packages:
        if not (REPOSITORY / "compiler" / "airdock" / package).is_dir():
            parser.error(f'there is no package "{package}" in compiler/airdock')
    return arguments


def main() -> int:
    """Record what has changed, try what is to be tried, and print the score."""
    arguments = parsed()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        run = Run(arguments, Path(folder) / "airdock")
        run.record()
        packages = {package: run.chosen(package) for package in arguments.packages}
        all_of_them = [mutant for chosen in packages.values() for mutant in chosen]
        if arguments.survivors:
            wanted = [mutant for mutant in all_of_them if run.end(mutant) == "survived"]
        else:
            wanted = [mutant for mutant in all_of_them if arguments.again or run.end(mutant) is None]
        run.trials(wanted)
        rows = {package: report(run, package, chosen) for package, chosen in packages.items()}
    say(table(rows))
    say(f"survivors: {(STATE / 'survivors').relative_to(REPOSITORY)}/PACKAGE.txt\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
