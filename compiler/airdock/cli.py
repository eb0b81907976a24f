"""The command line: arguments to pipeline to exit code. Everything heavy is imported where it is used."""

from __future__ import annotations

import argparse
import contextlib
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from airdock import __version__
from airdock.arguments import USAGE, parser, refuse_what_does_not_go_together
from airdock.diagnostics import FilePlace, Report, Stopped
from airdock.diagnostics.formats import BASES, FOR_PEOPLE, formatter
from airdock.diagnostics.locate import locate_all
from airdock.diagnostics.paths import path_printer
from airdock.load import seen
from airdock.progress import checking, slow
from airdock.streams import OutputLost, give_up, silence, told
from airdock.views import explain, graph, show

if TYPE_CHECKING:
    from airdock.load.document import Document
    from airdock.output.changes import Change
    from airdock.pipeline import Checked
    from airdock.project.model import Project
    from airdock.watch import Round

FINE, FINDINGS, BUG, INTERRUPTED = 0, 1, 3, 130


def main(arguments: list[str], asked: bytes | None = None) -> int:
    """Run one command and return its exit code; see the README for what each means.

    ``asked`` is the question that the run may be remembered by (`recall.question`).
    """
    began = time.time_ns()
    seen.forget()
    # Short, and only building up: garbage would cost a tenth of the time, plugins of pydantic a look at all packages.
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    try:
        with told(), _language_kept(began):
            if not arguments:
                parser().print_help(sys.stderr)
                return USAGE
            options = parser().parse_args(arguments)
            options.said = {"stdout": "", "stderr": ""}
            options.had_nothing_to_do = False
            code = _COMMANDS[options.command](options)
        if asked is not None and options.had_nothing_to_do and code == FINE:
            from airdock.output.remember import remember

            remember(asked, began, **options.said)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output has gone (`airdock explain | head`); nothing is left to say.
        silence()
        return FINE
    except OutputLost as lost:
        return give_up(lost.reason)
    except Exception:
        import traceback

        # Only the trace, no values: they may be secrets.
        report = "".join(traceback.format_tb(sys.exc_info()[2])) + f"{type(sys.exc_info()[1]).__name__}\n"
        version = f"airdock {__version__}, Python {sys.version.split()[0]}, {sys.platform}"
        sys.stderr.write(f"airdock has a bug. Please report it with these lines:\n\n{version}\n{report}")
        return BUG
    return code


@contextlib.contextmanager
def _language_kept(began: int) -> Iterator[None]:
    """Keep the language for later runs, if this one has to compile it, however it ends."""
    try:
        yield
    finally:
        module = sys.modules.get("airdock.spec.language")
        fresh = module.just_compiled() if module else None
        if fresh:
            from airdock.output.remember import remember_language

            remember_language(fresh.path, fresh.record, fresh.looks, began)


def _place(options: argparse.Namespace) -> tuple[Path, str]:
    """Return the project directory and the name of the file in it."""
    file = Path(options.directory or ".") / (options.file or "airdock.toml")
    return file.parent, file.name


def _output_format(options: argparse.Namespace) -> str:
    """Return how findings are printed: as asked for, else as GitHub Actions reads them, else for people."""
    if options.output_format:
        return str(options.output_format)
    # A diff has standard output to itself, and somebody watches.
    people = getattr(options, "diff", False) or getattr(options, "watch", False)
    return "github" if os.environ.get("GITHUB_ACTIONS") == "true" and not people else "full"


def _print_findings(report: Report, document: Document, options: argparse.Namespace) -> int:
    """Print the findings, to standard error where people read them; return the exit code that they mean."""
    form = _output_format(options)
    located = locate_all(report.findings, document, path_printer(document.root, BASES.get(form)))
    _say(options, "stderr" if form in FOR_PEOPLE else "stdout", formatter(form)(located))
    return FINDINGS if report.errors or (options.strict and located) else FINE


def _check(options: argparse.Namespace) -> int:
    from airdock.pipeline import analyse, load

    root, file = _place(options)
    report = Report()
    document = load(root, file, report)
    with contextlib.suppress(Stopped), slow(checking(document.values, document.main)):
        analyse(document, report)
    code = _print_findings(report, document, options)
    if code == FINE and _output_format(options) == "full":
        _say(options, "stderr", f"{path_printer(root)(file)}: no errors\n")
    options.had_nothing_to_do = True
    return code


def _build(options: argparse.Namespace) -> int:
    refuse_what_does_not_go_together(options)
    return _watch(options) if options.watch else _build_once(options).code


def _watch(options: argparse.Namespace) -> int:
    import importlib.util

    if importlib.util.find_spec("watchfiles") is None:
        options.refuse("--watch needs the package watchfiles, which airdock[watch] brings: pip install watchfiles")
    from airdock.watch import Unwatchable, watch

    root, _ = _place(options)
    if not root.is_dir():
        return _build_once(options).code

    def build() -> Round:
        seen.forget()
        options.said = {"stdout": "", "stderr": ""}
        built = _build_once(options)
        sys.stdout.flush()
        return built.round()

    try:
        watch(root, build, sys.stderr.write)
    except Unwatchable as error:
        sys.stderr.write(f"airdock build: {path_printer(root)('.')} cannot be watched: {error}\n")
    return FINDINGS


class _Built(NamedTuple):
    """How one build ended; no changes where it was refused."""

    code: int
    document: Document
    changes: Sequence[Change] = ()

    def round(self) -> Round:
        """Return what a watcher has to know of it."""
        from airdock.watch import Round

        toml = ("", "*.toml")  # what is included, and what a pattern of `include` may come to match
        read = self.document.named | {toml, (self.document.main, ""), (".env", ""), (".gitignore", "")}
        return Round(frozenset(read), {change.path: change.new for change in self.changes})


def _build_once(options: argparse.Namespace) -> _Built:
    from airdock.output.lock import only_build

    root, file = _place(options)
    with only_build(root, sys.stderr.write) as alone:
        return _build_alone(options, root, file, swept=alone and not (options.check or options.diff))


def _build_alone(options: argparse.Namespace, root: Path, file: str, *, swept: bool) -> _Built:
    from airdock.output.apply import sweep
    from airdock.output.changes import drift
    from airdock.output.earlier import folders_of_temporaries
    from airdock.pipeline import analyse, build, load

    report = Report()
    document = load(root, file, report)
    if swept:
        # Before anything is read: what goes into an image is a part of its tag.
        sweep(root, folders_of_temporaries(root, document.values))
    try:
        with slow(checking(document.values, document.main)):
            checked = analyse(document, report)
            changes = build(checked, root, report, force=options.force)
        report.gate()
    except Stopped:
        return _Built(_print_findings(report, document, options), document)
    options.had_nothing_to_do = all(change.action == "unchanged" for change in changes)
    if options.check:
        _report_drift(changes, root, report)
    if options.check or (options.strict and report.findings):
        return _Built(_print_findings(report, document, options), document)
    if options.diff:
        from airdock.output.diff import diff

        sys.stdout.write(diff(changes))
        return _Built(_print_findings(report, document, options), document)
    with slow("writing"):
        written = _write(changes, root, report)
    code = _print_findings(report, document, options)
    if code == FINE:
        _say_login(checked, root, options)
        _say_written(written, root, options)
    # `.env` and folders are of this host alone: no reason to stop a commit.
    return _Built(FINDINGS if code or (options.exit_code and drift(written, root)) else FINE, document, changes)


def _write(changes: list[Change], root: Path, report: Report) -> list[Change]:
    """Make the changes; return those that were made, or report why none was."""
    from airdock.output.apply import WriteFailed, apply
    from airdock.output.changes import UNWRITABLE

    try:
        apply(changes, root)
    except WriteFailed as failed:
        report.add(UNWRITABLE.of(FilePlace(failed.path), path=failed.path, reason=failed.reason))
        return []
    return [change for change in changes if change.action != "unchanged"]


def _report_drift(changes: list[Change], root: Path, report: Report) -> None:
    from airdock.output.changes import DRIFT, drift

    for change in drift(changes, root):
        report.add(DRIFT.of(FilePlace(change.path), path=change.path, action=change.action, help="run `airdock build`"))


def _say(options: argparse.Namespace, stream: str, text: str) -> None:
    """Say something on standard output or standard error, and keep it: a run may be remembered."""
    getattr(sys, stream).write(text)
    options.said[stream] += text


def _say_written(written: list[Change], root: Path, options: argparse.Namespace) -> None:
    """Say what was written; not on standard output where a program reads the findings from it."""
    from airdock.output.said import line_to_commit, written_lines

    stream = "stdout" if _output_format(options) in FOR_PEOPLE else "stderr"
    text = written_lines(written, root) + (line_to_commit(written, root) if options.exit_code else "")
    _say(options, stream, text)


def _say_login(checked: Checked, root: Path, options: argparse.Namespace) -> None:
    """Say the first user's password when it has just been made: this once, from then on it is in `.env` alone."""
    from airdock.pipeline import new_login

    login = new_login(checked, root)
    if login is not None:
        stream = sys.stdout if _output_format(options) in FOR_PEOPLE else sys.stderr
        stream.write(f"login: user {login.user}, password {login.password} (shown once; it is {login.key} in .env)\n")


def _doctor(options: argparse.Namespace) -> int:
    from airdock.doctor.printing import as_json, lines, summary
    from airdock.doctor.registry import examine

    people, results, checks = options.output_format == "full", [], examine(*_place(options))
    while True:
        # Some checks take seconds.
        with slow("looking at this host"):
            result = next(checks, None)
        if result is None:
            break
        results.append(result)
        if people:
            sys.stdout.write(lines(result))
            sys.stdout.flush()
    sys.stdout.write(summary(results) if people else as_json(results))
    bad = ("problem", "warning") if options.strict else ("problem",)
    return FINDINGS if any(result.status in bad for result in results) else FINE


def _understood(options: argparse.Namespace) -> tuple[Project, Document] | None:
    """Return the project if it has no errors, else print them. Warnings are for check and build to say."""
    from airdock.pipeline import analyse, load

    report = Report()
    document = load(*_place(options), report)
    try:
        return analyse(document, report).project, document
    except Stopped:
        _print_findings(report, document, options)
        return None


def _show(options: argparse.Namespace) -> int:
    found = _understood(options)
    return FINDINGS if found is None else show(*found, options)


def _graph(options: argparse.Namespace) -> int:
    found = _understood(options)
    return FINDINGS if found is None else graph(found[0], options)


def _init(options: argparse.Namespace) -> int:
    from airdock.starter import StarterRefused, start

    try:
        sys.stdout.write(start(Path(options.directory)))
    except StarterRefused as refused:
        sys.stderr.write(f"airdock init: {refused}\n")
        return FINDINGS
    return FINE


def _schema(options: argparse.Namespace) -> int:  # noqa: ARG001 - one signature for all commands
    from airdock.spec.schema import schema_text

    sys.stdout.write(schema_text())
    return FINE


def _completion(options: argparse.Namespace) -> int:
    script = Path(__file__).parent / "completion" / f"airdock.{options.shell}"
    sys.stdout.write(script.read_text(encoding="utf-8"))
    return FINE


_COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "build": _build,
    "check": _check,
    "doctor": _doctor,
    "show": _show,
    "graph": _graph,
    "init": _init,
    "explain": explain,
    "schema": _schema,
    "completion": _completion,
}
