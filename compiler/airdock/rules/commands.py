"""Rules about commands: a text is split into arguments, and no shell reads it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from airdock.diagnostics import Diagnostic, Kind, SpecPath
from airdock.load.files import FileProblem
from airdock.project.model import Task
from airdock.project.text import split_command, without_templates
from airdock.rules.context import Context

SHELL_SYNTAX = Kind(
    "AD409",
    "shell-syntax",
    "warning",
    "{found} in a command {means} nothing: no shell reads it",
    what="A command that is a text has shell syntax in it: operators such as && or |, variables, a redirection.",
    why="The text is split like a shell would split it, and that is all: the program gets && and $HOME as arguments.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\n'
    'command = "echo one && echo two"\n',
    fix="Write the text as `script`, which a shell runs; or put it in quotes, if the program is meant to get it.",
)
ONE_WORD = Kind(
    "AD415",
    "one-word-command",
    "warning",
    'the engine looks for a program that is called "{word}", blanks and all',
    what="A command is a list with one text, and there are blanks in it.",
    why="Each text of a list is one argument, and the first one is the name of the program.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.load]\nimage = "etl"\ncommand = ["echo hello"]\n',
    fix='Write each argument for itself, ["echo", "hello"], or the command as one text, "echo hello".',
)

_COMPARING = frozenset({"expr", "test", "["})
"""Programs for which < and > are arguments."""
_SIGNS = re.compile(r"[&|;<>$`=]")
"""Without any of them there is nothing to find."""
_OPERATOR = re.compile(r"^(?:&&|\|\||\||\|&|;|&)$")
_REDIRECTION = re.compile(r"^(?:[0-9]?(?:>>?|<{1,3})|&>>?|[0-9]?>&[0-9-])(?P<file>[^=<>]*)$")
_ASSIGNMENT = re.compile(r"^[A-Z_][A-Z0-9_]*=")
_VARIABLE = re.compile(
    r"\$(?:(?P<plain>[A-Za-z_][A-Za-z0-9_]*)|\{(?P<braced>[A-Za-z_][A-Za-z0-9_]*)\}|(?P<run>\((?!\()))"
)
_LONGEST_ADVICE, _LONGEST_NAME = 70, 40
_PATH_WITH_BLANKS = re.compile(r"^/\S* [^\s/]+/")


class _Word(NamedTuple):
    """An argument as it is written, and what of it stands in no quotes and in no single quotes."""

    bare: str
    expanded: str
    quoted: bool


def shell_syntax(context: Context) -> Iterator[Diagnostic]:
    """A text that is no shell line should not look like one."""
    for task in context.tasks:
        for place, command in _commands(context, task):
            if not isinstance(command, str) or not _SIGNS.search(command):
                continue
            found = dict.fromkeys(_syntax(command, {key for key, _ in task.env}))
            if _sets_variable(command) and not _has_entrypoint(context, task):
                found = dict.fromkeys([_sets_variable(command), *found])
            if found:
                shown = ", ".join(f'"{sign}"' for sign in found)
                means = "means" if len(found) == 1 else "mean"
                advice = _as_script(command) if place[-1] == "command" else _as_list_of_shell(command)
                yield SHELL_SYNTAX.at(place, help=advice, found=shown, means=means)


def one_word(context: Context) -> Iterator[Diagnostic]:
    """A program's name has no blanks, as a rule."""
    for task in context.tasks:
        for place, command in _commands(context, task):
            if not isinstance(command, list) or len(command) != 1 or _has_entrypoint(context, task):
                continue
            word = command[0]
            plain = without_templates(word).strip()
            if re.search(r"\s", plain) and not _PATH_WITH_BLANKS.match(plain):
                line = word.strip().partition("\n")[0]
                shown = line if len(line) <= _LONGEST_NAME and line == word else f"{line[:_LONGEST_NAME]}…"
                yield ONE_WORD.at((*place, 0), help=_as_list(word), word=shown)


def _commands(context: Context, task: Task) -> Iterator[tuple[SpecPath, object]]:
    """Return the commands of a task as they are written, with their places: one, or those it is mapped over."""
    place = task.places.get("command")
    if task.kind == "container" and place is not None and task.command is not None:
        yield place, context.written_at(place)
    if not task.expand:
        return
    place = (*task.path, "expand", "command")
    mapped = context.written_at(place)
    if isinstance(mapped, list):
        yield from (((*place, index), command) for index, command in enumerate(mapped))


def _sets_variable(command: str) -> str:
    """Return the variable that a text sets before its program, NAME=…; empty where it sets none."""
    words = list(_words(without_templates(command)))
    sets = len(words) > 1 and _ASSIGNMENT.match(words[0].bare)
    return words[0].bare.partition("=")[0] + "=…" if sets else ""


def _syntax(command: str, names: set[str]) -> Iterator[str]:
    """Return the signs of shell syntax in a text, of those that no program is likely to be given as an argument."""
    words = list(_words(without_templates(command)))
    for index, word in enumerate(words):
        if not word.quoted and _is_operator(word.bare, [one.bare for one in words[:index]]):
            yield word.bare
        elif word.bare.endswith(";") and len(word.bare) > 1 and index + 1 < len(words):
            yield ";"
        if "`" in word.bare:
            yield "`"
        # A text of several words in quotes may well be a script for the program: sh -c "echo $HOME".
        if not re.search(r"\s", word.expanded):
            yield from _variables(word.expanded, names)


def _is_operator(word: str, before: list[str]) -> bool:
    if word == ";":
        return not {"-exec", "-execdir", "-ok", "-okdir"} & set(before)  # the end of what `find` runs
    if _OPERATOR.match(word):
        return True
    program = before[0].rpartition("/")[2] if before else ""
    match = _REDIRECTION.match(word)
    return match is not None and not (program in _COMPARING and not match["file"])


def _variables(text: str, names: set[str]) -> Iterator[str]:
    """Return the variables and commands that a shell would replace: of other tools' are often in small letters."""
    for match in _VARIABLE.finditer(text):
        name = match["plain"] or match["braced"]
        if name is None:
            yield "$(…)"
        elif name in names or (name.isupper() and len(name) > 1):
            yield match[0]


def _words(text: str) -> Iterator[_Word]:
    """Return the words that a shell would see, in its own reading of quotes and backslashes."""
    bare, expanded, quoted, inside, open_ = "", "", False, "", False
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if inside:
            if char == inside:
                inside = ""
            elif inside == '"' and char == "\\":
                position += 1
            elif inside == '"':
                expanded += char
            continue
        if char.isspace():
            if open_:
                yield _Word(bare, expanded, quoted)
            bare, expanded, quoted, open_ = "", "", False, False
            continue
        open_ = True
        if char in "'\"":
            inside, quoted = char, True
        elif char == "\\":
            quoted = True
            position += 1
        else:
            bare += char
            expanded += char
    if open_:
        yield _Word(bare, expanded, quoted)


def _as_script(command: str) -> str:
    if len(command) <= _LONGEST_ADVICE and "\n" not in command:
        return f"a shell runs a script: script = {json.dumps(command, ensure_ascii=False)}"
    return "write it as script, which a shell runs"


def _as_list_of_shell(command: str) -> str:
    """Return the advice for a command that a task is mapped over, where there is no script."""
    text = json.dumps(["/bin/sh", "-ec", command], ensure_ascii=False)
    return (
        f"hand it to a shell: {text}" if len(text) <= _LONGEST_ADVICE and "\n" not in command else "hand it to a shell"
    )


def _as_list(word: str) -> str:
    try:
        words = split_command(word)
    except ValueError:
        words = []
    if list(_syntax(word, set())):
        return _as_script(word)
    text = json.dumps(words, ensure_ascii=False)
    return f"write {text}" if len(words) > 1 and len(text) <= _LONGEST_ADVICE else "write each argument for itself"


def _has_entrypoint(context: Context, task: Task) -> bool:
    """Say whether the command may be an argument of an entrypoint, for which a text with blanks can be right."""
    if "entrypoint" in task.options:
        return bool(task.options["entrypoint"])
    written = context.written_at(("images", task.image.name)) if task.image else None
    if not isinstance(written, dict):
        return False
    if "build" in written:
        try:
            path = f"{written['build']}/{written.get('dockerfile', 'Dockerfile')}"
            text = context.files.read_text(path)
        except FileProblem:
            return True
        return re.search(r"^\s*ENTRYPOINT\b", text, re.IGNORECASE | re.MULTILINE) is not None
    return bool(written.get("entrypoint"))
