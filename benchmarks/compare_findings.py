"""What airdock, Airflow alone and four other tools print for the same eight faults: writes docs/comparison.md.

    python benchmarks/compare_findings.py

compare_findings.toml beside this file holds the faults and, for each tool, its versions, a valid project, the
edits and the commands. A tool is installed once, into `airdock/peers` beside the environments of
tests/oracles/airflow_environments.py, where what was seen of it is kept too. Run it with a Python that has airdock;
the first run takes some minutes.
"""

from __future__ import annotations

import json
import os
import pickle
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import tomli
from jinja2 import Environment, StrictUndefined

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "comparison.md"
PYTHON = "3.11"  # all of the tools run on it
MOST, WIDE = 16, 200  # lines, and characters of a line, that are shown of an output
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d[.,]\d+(?:Z|\+\d{4})?")
EXCEPTION = re.compile(r"\s*(?:[\w.]*(?:Error|Exception)|AirflowTimetableInvalid): ")
NOISE = re.compile(r'\s*$|Traceback |\s*File "|FAIL |filepath |[=+]+$|[┏┡└┃]|[\s^~|]+$|\d+ errors?$')
SUGGESTION = re.compile(r"(?i)did you mean|= help:|• |available|are you sure|perhaps")
VERSIONS = (
    "import importlib.metadata as m, json, sys; print(json.dumps({each: m.version(each) for each in sys.argv[1:]}))"
)


@dataclass(frozen=True)
class Fault:
    """One edit that every tool gets; `words` is what a report that names it contains."""

    key: str
    title: str
    words: str


@dataclass(frozen=True, eq=False)
class Tool:
    """A tool with its valid project; the faults are put into `source`, the file that its user writes.

    `airflow` is the release to load the DAG with, if that is not in the environment of the tool.
    """

    name: str
    about: str
    source: str
    shown: list[str]
    checks: list[str]
    files: dict[str, str]
    edits: dict[str, list[str]]
    requirements: list[str] = field(default_factory=list)
    airflow: str = ""


@dataclass(frozen=True)
class Seen:
    """What a user sees of one input: the first command that did not accept it (none: ""), and what only it printed."""

    command: str
    code: int
    lines: tuple[str, ...]


def read_data() -> tuple[list[Fault], list[Tool]]:
    """Read the faults and the tools, airdock first."""
    data: dict[str, Any] = tomli.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return [Fault(**fault) for fault in data["faults"]], [Tool(**tool) for tool in data["tools"]]


def with_faults(tool: Tool, keys: list[str]) -> str:
    """Return the project of a tool with some faults in it."""
    text = tool.files[tool.source]
    for key in keys:
        old, new = tool.edits[key]
        if text.count(old) != 1:
            raise ValueError(f"{tool.name}: {old!r} has to be there once, for {key}")
        text = text.replace(old, new)
    return text


def peers() -> Path:
    """Return the folder that keeps the tools and what was seen of them."""
    sys.path.insert(0, str(ROOT / "tests" / "oracles"))
    import airflow_environments

    folder = airflow_environments.cache().parent / "peers"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@cache
def environment(tool: Tool) -> tuple[Path, Path]:
    """Return the Python a tool is installed for, and the one that has Airflow; install what is missing."""
    if tool.name == "airdock":
        return Path(sys.executable), Path(sys.executable)
    folder = peers() / tool.name
    import airflow_environments as airflow

    loader = airflow.install(tool.airflow, airflow.provider_for(tool.airflow)).python if tool.airflow else None
    if loader and not tool.requirements:
        return loader, loader
    python, marker, wanted = folder / "bin" / "python", folder / "requirements.txt", "\n".join(tool.requirements)
    if not marker.exists() or marker.read_text(encoding="utf-8") != wanted:
        uv = airflow.uv_command(Path(sys.executable)) or "uv"
        shutil.rmtree(folder, ignore_errors=True)
        airflow.run([uv, "venv", "--quiet", "--python", PYTHON, str(folder)])
        airflow.run([uv, "pip", "install", "--quiet", "--compile-bytecode", f"--python={python}", *tool.requirements])
        marker.write_text(wanted, encoding="utf-8")
    return python, loader or python


def versions(tool: Tool) -> str:
    """Return the versions of a tool and of what it stands on."""
    own, airflow = environment(tool)
    loader = ("apache-airflow", "apache-airflow-providers-docker") if airflow != own else ()
    asked = [[own, "-c", VERSIONS, *tool.shown], [airflow, "-c", VERSIONS, *loader]]
    found = [json.loads(run(each, ROOT, {})[1]).items() for each in asked]
    return ", ".join([run([own, "-V"], ROOT, {})[1].strip(), *(f"{name} {of}" for each in found for name, of in each)])


def run(command: list[Any], folder: Path, extra: dict[str, str], output: Path | None = None) -> tuple[int, str]:
    """Run a command and return its status and all it printed; `output` gets its standard output instead."""
    hidden = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "FORCE_COLOR", "AIRFLOW", "GITHUB_")
    env = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    env |= {"NO_COLOR": "1", "COLUMNS": "120", "PYTHONIOENCODING": "utf-8", "PYTHONHASHSEED": "0"}
    env |= {"DO_NOT_TRACK": "True"} | extra
    both = subprocess.PIPE if output else subprocess.STDOUT
    piped: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": both, "encoding": "utf-8"}
    done = subprocess.run(command, cwd=folder, env=env, check=False, **piped)
    if output:
        output.write_text(done.stdout, encoding="utf-8")
    return done.returncode, done.stderr if output else done.stdout


class Bench:
    """One tool in a temporary folder."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        """Lay the valid project, and make sure that the tool accepts it and Airflow sees its tasks."""
        self.tool, self.folder, self.project = tool, folder, folder / "project"
        self.own, self.airflow = environment(tool)
        self.settings = {
            "AIRFLOW_HOME": str(folder / "home"),
            "AIRFLOW__CORE__DAGS_FOLDER": str(self.project / "dags"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
            "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        }
        self.usual: dict[str, set[str]] = {}
        if any(check.startswith("airflow ") for check in tool.checks):
            self.command("airflow db migrate", self.lay(""))
        self.lay(tool.files[tool.source])
        for check in tool.checks:
            code, lines = self.command(check, self.project)
            if code:
                raise SystemExit(f"{tool.name}: `{check}` does not accept the valid project:\n" + "\n".join(lines))
            self.usual[check] = {line.strip() for line in lines}
        if len(tool.checks) > 1:
            report = self.command("airflow dags report --output json", self.project)[1]
            loaded = json.loads(next(line for line in report if line.startswith("[{")))[0]
            if "nightly" not in loaded["dags"] or int(loaded["task_num"]) < 3:
                raise SystemExit(f"{tool.name}: Airflow does not see the tasks of the valid project: {loaded}")

    def lay(self, source: str) -> Path:
        """Write the project anew, with another text of its source."""
        shutil.rmtree(self.project, ignore_errors=True)
        for name, text in {**self.tool.files, self.tool.source: source}.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self.project

    def command(self, check: str, folder: Path) -> tuple[int, list[str]]:
        """Run a command as the user types it; paths of this machine and times are taken out of what it prints."""
        typed, _, output = check.partition(" > ")
        program, *arguments = shlex.split(typed)
        modules: dict[str, list[Any]] = {
            "airdock": [self.own, "-m", "airdock"],
            "airflow": [self.airflow, "-m", "airflow"],
        }
        start = {"python": [self.airflow], **modules}.get(program, [self.own.parent / program])
        code, text = run([*start, *arguments], folder, self.settings, self.project / output if output else None)
        text = TIME.sub("<time>", text)
        text = text.replace(str(self.project), "<project>")
        for python in (self.own, self.airflow):
            text = text.replace(str(python.parent.parent), "<env>")
        text = re.sub(r"/[^\s\"']*(?=/lib/python3\.\d+/)", "<python>", text)
        if program == "airflow":  # its tables are as wide as the paths of this machine
            text = re.sub(r" {2,}\|", " |", re.sub(r"={4,}", "===", text))
        return code, [line.rstrip() for line in text.splitlines()]

    def see(self, source: str) -> Seen:
        """Check a text of the source; lines that are printed for the valid project too are left out."""
        self.lay(source)
        for check in self.tool.checks:
            code, lines = self.command(check, self.project)
            if code:
                kept = [line for line in lines if not line or line.strip() not in self.usual[check]]
                return Seen(check, code, tuple(kept))
        return Seen("", 0, ())

    def rounds(self, faults: list[Fault]) -> list[list[Fault]]:
        """Put in all faults at once, take out what is reported, and so on until nothing is reported."""
        left, rounds = faults, list[list[Fault]]()
        while left and (seen := self.see(with_faults(self.tool, [fault.key for fault in left]))).command:
            rounds.append([fault for fault in left if names(seen, fault)])
            if not rounds[-1]:
                raise SystemExit(f"{self.tool.name}: which fault is this?\n" + "\n".join(seen.lines))
            left = [fault for fault in left if fault not in rounds[-1]]
        return rounds


def names(seen: Seen, fault: Fault) -> bool:
    """Tell whether a report has the words of a fault."""
    return any(re.search(fault.words, line) for line in seen.lines)


def true_line(tool: Tool, fault: Fault) -> int:
    """Return the number of the first line that a fault changes."""
    wrong, right = with_faults(tool, [fault.key]).splitlines(), tool.files[tool.source].splitlines()
    return next(number for number, line in enumerate(wrong, 1) if [line] != right[number - 1 : number])


def place(tool: Tool, fault: Fault, seen: Seen) -> tuple[int, str]:
    """Return the line that is named (0: none), and in words where the fault is said to be."""
    name, found, true = re.escape(Path(tool.source).name), [], true_line(tool, fault)
    at = re.compile(rf'{name}(?:", line |:)(\d+)(?:(?::|, column )(\d+))?|[Ll]ine (\d+), [Cc]olumn (\d+)')
    for index, text in enumerate(seen.lines):
        for match in at.finditer(text):
            line, column = int(match[1] or match[3]), match[2] or match[4]
            marked = any(re.fullmatch(r"[\s|]*[\^~]+", near) for near in seen.lines[index + 1 : index + 3])
            found.append((line, f", column {column}" if column else ", marked by ^" if marked else ""))
    if not found:
        return 0, "–"
    line, column = next((each for each in found if each[0] == true), found[-1])
    return line, f"line {line}{column}" + ("" if line == true else f" (it is in {true})")


def bare(line: str) -> str:
    """Return a line without the table it stands in."""
    if line.startswith("│"):
        return line.strip("│").split("│")[-1].strip()
    return re.sub(r"^(?:<project>\S*)? \| ", "", line)


def start(seen: Seen) -> int:
    """Return the index of the line that says what is wrong: the last exception, else the first line that is none."""
    lines = [bare(line) for line in seen.lines]
    exceptions = [index for index, line in enumerate(lines) if EXCEPTION.match(line)]
    return exceptions[-1] if exceptions else next(index for index, line in enumerate(lines) if not NOISE.match(line))


def code(text: str, most: int = 170) -> str:
    """Return a piece of output as code in a table."""
    text = text if len(text) <= most else text[: most - 1] + "…"
    return "`" + text.replace("`", "'").replace("|", "\\|") + "`"


def row(tool: Tool, fault: Fault, seen: Seen) -> str:
    """Return the row of a tool in the table of a fault."""
    if not seen.command:
        return f"| {tool.name} | nothing |" + " |" * 6
    found = [match for line in seen.lines if "raise " not in line and (match := SUGGESTION.search(line))]
    hint = found[0].string[found[0].start() :].strip(" •=") if found else ""
    said = [bare(line).strip() for line in seen.lines[start(seen) :] if not NOISE.match(bare(line))][:4]
    cells = (
        tool.name,
        f"`{seen.command}`",
        f"{seen.code}, {len(seen.lines)} lines",
        "yes" if any(Path(tool.source).name in line for line in seen.lines) else "no",
        place(tool, fault, seen)[1],
        "yes" if names(seen, fault) else "no",
        code(hint, 70) if hint else "–",
    )
    return f"| {' | '.join(cells)} | {code(' ⏎ '.join(said))} |"


def shortened(seen: Seen) -> str:
    """Return an output without the middle of its tracebacks."""
    first, last = start(seen), len(seen.lines)
    kept = [number for number in range(last) if last <= MOST or number < 2 or first <= number < first + MOST - 4]
    shown, before = [], -1
    for number in [*kept, last]:
        if number > before + 1:
            shown.append(f"… {number - before - 1} more")
        shown += [line[:WIDE] for line in seen.lines[number : number + 1]]
        before = number
    return "\n".join(shown)


class Result:
    """All that the page says about one tool."""

    def __init__(self, tool: Tool, bench: Bench, faults: list[Fault]) -> None:
        """Put each fault in alone, then all but the syntax error at once."""
        self.tool, self.versions = tool, versions(tool)
        self.seen = {fault.key: bench.see(with_faults(tool, [fault.key])) for fault in faults}
        self.together = bench.see(with_faults(tool, [fault.key for fault in faults[1:]]))
        self.rounds = bench.rounds(faults[1:])
        self.cells = {fault.key: self.cell(fault) for fault in faults}
        self.placed = sum(bool(re.fullmatch(r"line \d+", cell)) for cell in self.cells.values())

    def cell(self, fault: Fault) -> str:
        """Return what became of a fault, for the short table: no, yes (without a line), or the line."""
        if not self.seen[fault.key].command:
            return "no"
        line, true = place(self.tool, fault, self.seen[fault.key])[0], true_line(self.tool, fault)
        return "yes" if not line else f"line {line}" if line == true else f"line {line} for {true}"


def measured(tool: Tool, faults: list[Fault]) -> Result:
    """Run a tool. What was seen of the others is kept: it only changes with this comparison."""
    state = Path(__file__).read_text(encoding="utf-8") + repr((tool, faults))
    kept = peers() / f"{tool.name}.pickle"
    if tool.name != "airdock" and kept.exists():
        of, known = pickle.loads(kept.read_bytes())  # noqa: S301 -- written by this function
        if of == state and isinstance(known, Result):
            return known
    with tempfile.TemporaryDirectory(prefix="airdock-compare-") as folder:
        result = Result(tool, Bench(tool, Path(folder)), faults)
    kept.write_bytes(pickle.dumps((state, result)))
    return result


def main() -> None:
    """Run everything and write the page."""
    faults, tools = read_data()
    results = [measured(tool, faults) for tool in tools]
    text = Path(__file__).with_suffix(".md.jinja").read_text(encoding="utf-8")
    jinja = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)  # noqa: S701 -- no HTML
    page = jinja.from_string(text).render(faults=faults, results=results, row=row, shortened=shortened)
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
