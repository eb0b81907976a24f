"""The command line: options, and the help that a person reads. No command runs here."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from airdock import __version__
from airdock.diagnostics.formats import FOR_PEOPLE, FORMATS
from airdock.diagnostics.suggest import did_you_mean
from airdock.views import FORMATS as GRAPH_FORMATS
from airdock.views import PARTS, parts

USAGE = 2
"""Exit code of a wrong command line."""
SHELLS = ("bash", "zsh", "fish")
_AIRDOCK = """\
One airdock.toml for an Airflow stack on Docker Compose and its DAGs, whose
tasks run in containers of their own. airdock checks it and writes the Compose
override, the Dockerfiles, .env and the DAG modules.

  airdock init && airdock build && docker compose up -d
"""
_AFTER_ALL = """\
`airdock COMMAND --help` says more of each.

exit codes: 0 fine, 1 findings, 2 wrong command line, 3 a bug in airdock,
130 interrupted.
"""
_BUILD = """\
Check airdock.toml and all it names, then write what has changed: the Compose
override, Dockerfiles, .env, DAG modules. Where there is an error, nothing is
written. A file that airdock did not generate, or that was edited since, is not
overwritten.
"""
_AFTER_BUILD = """\
examples:
  airdock build                      and then: docker compose up -d
  airdock build -C stacks/sales      the project of another folder
  airdock build --watch              again, whenever something has changed
  airdock build --check              in CI: is everything built and committed?
  airdock build --diff | less        what would change

exit codes: 0 fine; 1 there are errors (with --strict: or warnings), a
committed file would change (--check) or was written (--exit-code).
"""
_CHECK = """\
Check airdock.toml and all it names, and report every finding with its place.
Nothing is written, and nothing that is written is looked at: whether the
outputs are up to date says `airdock build --check`.
"""
_AFTER_CHECK = """\
examples:
  airdock check
  airdock check --strict --output-format concise

exit codes: 0 no errors; 1 errors (with --strict: or warnings).
"""
_DOCTOR = """\
Look whether this host has what the project needs: engine, socket, images,
folders and their rights, ports, secrets, what runs already. Of what is amiss it
says what mends it, and changes nothing. It asks the Docker engine, and so may
take some seconds.
"""
_AFTER_DOCTOR = """\
exit codes: 0 ready; 1 something would fail (with --strict: or might).
"""
_SHOW = """\
Print what airdock.toml means as JSON: every value with the place that set it.

  "retries": { "value": 2, "from": "airdock.toml:54:11",
               "key": "defaults.task.retries" }

"from" is file:line:column, or "built-in" for what nobody wrote: a default of
airdock's, or what follows from the rest. "key" is the path of the value in
airdock.toml, so it tells a task's own key from a default. Passwords, and what
comes from the host, are not shown: "***", { "env": "NAME" }.
"""
_AFTER_SHOW = """\
examples:
  airdock show nightly.fetch
  airdock show | jq '.dags.nightly.tasks.fetch.timeout'
"""
_GRAPH = """\
Draw DAGs with their groups and tasks, what waits for what, and which images,
mounts and connections tasks use.
"""
_AFTER_GRAPH = """\
examples:
  airdock graph                           all DAGs, for the terminal
  airdock graph nightly -o docs/nightly.svg
  airdock graph --format mermaid          for Markdown
  airdock graph --with images,mounts
"""
_INIT = """\
Look at what is there, a Compose file and its override, a Dockerfile, .env, DAG
modules with DockerOperator, and write a first airdock.toml that builds, and
lines for .gitignore. Nothing is run, and nothing overwritten.
"""
_AFTER_INIT = """\
examples:
  airdock init && airdock build
  airdock init stacks/sales
"""
_EXPLAIN = """\
Say what a finding means, why it matters, an example of it, and the fix. Without
a code, list all of them.
"""
_AFTER_EXPLAIN = """\
examples:
  airdock explain AD201
  airdock explain | grep secret
"""
_SCHEMA = """\
Print the JSON Schema of airdock.toml. Editors complete keys with it, show what
they mean, and mark what is wrong.
"""
_AFTER_SCHEMA = """\
example:
  airdock schema > airdock.schema.json

Then the first line of airdock.toml names it: #:schema ./airdock.schema.json
"""
_COMPLETION = """\
Print a script with which the shell completes commands, options, formats, files
and the codes of findings.
"""
_AFTER_COMPLETION = """\
bash, in ~/.bashrc:
  eval "$(airdock completion bash)"
zsh, in ~/.zshrc, below compinit:
  eval "$(airdock completion zsh)"
fish, once:
  airdock completion fish > ~/.config/fish/completions/airdock.fish
"""


def parser() -> argparse.ArgumentParser:
    """Return the parser; ``command`` of what it parses is the command's name, ``refuse`` ends with a sentence."""
    main = _Parser(prog="airdock", epilog=_AFTER_ALL, usage="airdock COMMAND [OPTIONS]")
    main.add_argument("--version", action="version", version=f"airdock {__version__}", help="print the version")
    # Listed in the description: argparse would list them under a heading of their own, out of line.
    # Without `prog` argparse would print a usage line to find it out, and look how wide the terminal is.
    commands = main.add_subparsers(prog=main.prog, metavar="COMMAND", required=True, help=argparse.SUPPRESS)
    _add_build(commands)
    command = _add(commands, "check", "report findings, write nothing", _CHECK, _AFTER_CHECK)
    _add_place(command)
    _add_findings(command)
    command = _add(commands, "doctor", "look whether this host is ready; change nothing", _DOCTOR, _AFTER_DOCTOR)
    _add_place(command)
    _add_strict(command)
    command.add_argument("--output-format", choices=("full", "json"), default="full", help="default: full")
    _add_views(commands)
    command = _add(commands, "init", "write a first airdock.toml for what is there", _INIT, _AFTER_INIT, "[DIR]")
    command.add_argument("directory", nargs="?", default=".", metavar="DIR", help="the folder (default: here)")
    command = _add(commands, "explain", "explain a finding, such as AD201", _EXPLAIN, _AFTER_EXPLAIN, "[CODE]")
    what = command.add_mutually_exclusive_group()
    what.add_argument("code", nargs="?", metavar="CODE", help="such as AD201")
    what.add_argument("--markdown", action="store_true", help="print all explanations as one Markdown document")
    _add(commands, "schema", "print the JSON Schema of airdock.toml", _SCHEMA, _AFTER_SCHEMA)
    text = "print the script that lets a shell complete arguments"
    command = _add(commands, "completion", text, _COMPLETION, _AFTER_COMPLETION, "|".join(SHELLS))
    command.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    listed = "\n".join(f"  {action.dest:<12}{action.help}" for action in commands._choices_actions)
    main.description = f"{_AIRDOCK}\ncommands:\n{listed}"
    return main


def _add(commands: Any, name: str, text: str, about: str, after: str, usage: str = "") -> argparse.ArgumentParser:
    """Add a command: a line for the list of all, and what its own help says before and after the options."""
    prog = f"airdock {name}"
    written = f"{prog} {usage}".rstrip() + " [OPTIONS]"
    command: argparse.ArgumentParser = commands.add_parser(
        name, prog=prog, help=text, description=about, epilog=after, usage=written
    )
    command.set_defaults(command=name, refuse=command.error)
    return command


def _add_place(command: argparse.ArgumentParser) -> None:
    command.add_argument("-C", dest="directory", metavar="DIR", help="the project directory (default: here)")
    command.add_argument("-f", dest="file", metavar="FILE", help="another file than airdock.toml")


def _add_strict(command: argparse.ArgumentParser) -> None:
    command.add_argument("--strict", action="store_true", help="count warnings as errors")


def _add_findings(command: argparse.ArgumentParser) -> None:
    _add_strict(command)
    command.add_argument(
        "--output-format",
        choices=FORMATS,
        help="how findings are printed (default: full; github where GITHUB_ACTIONS is true)",
    )


def _add_build(commands: Any) -> None:
    command = _add(commands, "build", "check, then write what has changed", _BUILD, _AFTER_BUILD)
    _add_place(command)
    _add_findings(command)
    mode = command.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="write nothing; exit 1 if a committed file would change")
    mode.add_argument("--diff", action="store_true", help="write nothing; print what would change")
    text = "build, and again whenever a file that is read has changed, until Ctrl-C"
    mode.add_argument("--watch", action="store_true", help=text)
    command.add_argument(
        "--exit-code", action="store_true", help="exit 1 if a committed file was written (for git hooks)"
    )
    command.add_argument("--force", action="store_true", help="overwrite files that are not airdock's, or were edited")


def _add_views(commands: Any) -> None:
    text = "print what the project means, with the place of every value"
    command = _add(commands, "show", text, _SHOW, _AFTER_SHOW, "[DAG[.TASK]]")
    command.set_defaults(output_format="full")
    text = "only this, such as nightly or nightly.fetch (default: all of the project)"
    command.add_argument("name", nargs="?", metavar="DAG[.TASK]", help=text)
    _add_place(command)
    text = "draw DAGs: tasks, and what they wait for and use"
    command = _add(commands, "graph", text, _GRAPH, _AFTER_GRAPH, "[DAG]")
    command.set_defaults(output_format="full")
    command.add_argument("name", nargs="?", metavar="DAG", help="only this one (default: all)")
    _add_place(command)
    text = "text (default, if the name of FILE does not say another), mermaid, dot (Graphviz) or svg"
    command.add_argument("--format", choices=tuple(GRAPH_FORMATS), help=text)
    text = "what to say of tasks: images, mounts, connections, with commas between; or none (default: all three)"
    command.add_argument("--with", dest="parts", type=parts, default=PARTS, metavar="PARTS", help=text)
    command.add_argument("-o", dest="out", type=Path, metavar="FILE", help="write to FILE, unless it is there already")
    command.add_argument("--force", action="store_true", help="overwrite FILE")


def refuse_what_does_not_go_together(options: argparse.Namespace) -> None:
    """End with exit code 2 where options of `airdock build` contradict each other."""
    form = options.output_format
    if options.diff and form not in (None, *FOR_PEOPLE):
        options.refuse(f"--diff and --output-format {form} both write to standard output; use full or concise")
    if not options.watch:
        return
    if options.exit_code:
        options.refuse("--watch has no end, and so no exit code; leave out --exit-code")
    if options.force:
        options.refuse("--watch --force would overwrite what you edit at once; run `airdock build --force` before it")
    if form not in (None, *FOR_PEOPLE):
        options.refuse(f"--watch prints one report after the other, which is no {form}; use full or concise")


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal. argparse makes one for every argument, and imports `shutil` for it."""

    def __init__(self, prog: str) -> None:
        width = 0
        with contextlib.suppress(ValueError):
            width = int(os.environ.get("COLUMNS") or 0)
        if width <= 0:
            with contextlib.suppress(OSError):
                width = os.get_terminal_size(1).columns
        super().__init__(prog, width=(width if width > 0 else 80) - 2)  # a terminal need not know how wide it is


class _Parser(argparse.ArgumentParser):
    """argparse with "did you mean" for options and commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(formatter_class=_Help, add_help=False, **settings)
        self.add_argument("-h", "--help", action="help", help="print this")

    def error(self, message: str) -> NoReturn:
        """End with exit code 2, what is wrong, and what may have been meant."""
        advice = None
        if message.startswith("unrecognized arguments: "):
            known = [option for action in self._actions for option in action.option_strings]
            known += [option for parser in self._commands().values() for option in parser._option_string_actions]
            advice = did_you_mean(message.split()[2], dict.fromkeys(known))
        elif "argument COMMAND: invalid choice: " in message:
            advice = did_you_mean(message.split("'")[1], self._commands())
        self.print_usage(sys.stderr)
        self.exit(USAGE, f"{self.prog}: {message}\n" + (f"{advice}\n" if advice else ""))

    def _commands(self) -> dict[str, argparse.ArgumentParser]:
        found: dict[str, argparse.ArgumentParser] = {}
        for action in self._actions:
            if isinstance(action, argparse._SubParsersAction):
                found.update(action.choices)
        return found
