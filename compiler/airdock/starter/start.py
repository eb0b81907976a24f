"""`airdock init`, step by step: look, put together, try, write, tell."""

from __future__ import annotations

import contextlib
import os
import re
from pathlib import Path

from airdock.diagnostics import Diagnostic, Report, Stopped
from airdock.diagnostics.locate import Located, locate_all
from airdock.facts import facts_for, newest_series
from airdock.load.document import document_of
from airdock.load.files import ProjectFiles
from airdock.load.reading import read_file
from airdock.output.apply import WriteFailed, apply
from airdock.output.changes import PUBLIC, Change
from airdock.pipeline import build, understand
from airdock.starter.declared import Declared
from airdock.starter.modules import read_modules
from airdock.starter.note import Note
from airdock.starter.own_dockerfile import requirements_in
from airdock.starter.printing import Started, told
from airdock.starter.python_packages import Packages
from airdock.starter.settings import Dotenv, carried, pip_lines, read_settings
from airdock.starter.stack import Stack, read_stack
from airdock.starter.takeover import carried_services, images_built, named_volumes, written_by_airdock
from airdock.starter.text import Starter, text_of
from airdock.starter.unfit import Unfit

FILE = "airdock.toml"
IGNORED = (".env", ".*.airdock", "__pycache__/")


class StarterRefused(Exception):  # noqa: N818 - a sentence for the user
    """Nothing was written; the text says why."""


def start(directory: Path) -> str:
    """Write airdock.toml and the lines of .gitignore, or nothing; return what is printed. Raises StarterRefused."""
    target = directory / FILE
    if os.path.lexists(target):
        raise StarterRefused(f"{target} is there already")
    if os.path.lexists(directory) and not directory.is_dir():
        raise StarterRefused(f"{directory} is not a folder")
    try:
        done = _looked(directory)
        apply(done.changes, directory)
    except WriteFailed as failed:
        raise StarterRefused(f"cannot write {directory / failed.path}: {failed}") from failed
    except OSError as error:
        raise StarterRefused(f"cannot read {error.filename or directory}: {error.strerror or error}") from error
    except UnicodeEncodeError as error:
        raise StarterRefused(f"{directory} has names or values that are no text") from error
    return told(done)


def _looked(directory: Path) -> Started:
    dotenv = read_settings(directory)
    stack = read_stack(directory, dotenv.own)
    facts = facts_for(stack.version) or newest_series()
    packages, notes = _packages(stack, dotenv)
    name = _name(directory, stack, dotenv)
    named = carried(directory, stack, dotenv)
    declared = Declared(directory, name, images_built(stack), frozenset(named.connections))
    found = read_modules(directory, stack.dags_folder, declared, facts)
    starter = Starter(name, stack, packages, named, declared, found.dags)
    if stack.dockerfile is None and not packages.requirements and stack.base is not None:
        starter.unsure = _unsure(directory, stack)
    if ProjectFiles(directory).is_users(f"{stack.dags_folder}/hello.py"):
        starter.hello = "airdock_hello"
    if (directory / "data").is_file():
        starter.data = "airdock-data"
    if stack.override is not None:
        try:
            starter.services = carried_services(stack.override, facts.services)
            starter.volumes = named_volumes(stack.override)
        except Unfit as unfit:
            stack.notes.append(Note(stack.override.name, f"it has to stay: {unfit}"))
    for dag in found.dags:
        text = text_of(starter, frozenset((dag.id,)))
        starter.findings[dag.id] = [_sentence(one) for one in _findings(directory, text) if _is_of(one, dag.id)]
    text = text_of(starter)
    findings = _findings(directory, text)
    if findings and found.dags:
        starter.careful = True
        fewer = _findings(directory, text_of(starter))
        if len(fewer) < len(findings):
            text, findings = text_of(starter), fewer
    ignore, ignored = _ignore(directory / ".gitignore")
    changes = [Change(FILE, "created", None, text.encode(), PUBLIC), *ignore]
    own = written_by_airdock(stack, facts.services)
    return Started(directory, stack, dotenv, found, changes, ignored, own, notes, starter.carried, findings)


def _packages(stack: Stack, dotenv: Dotenv) -> tuple[Packages, list[Note]]:
    packages = Packages()
    notes = [] if stack.dockerfile is None else stack.dockerfile.into(packages, stack.version)
    lines = [*stack.pip_at_start, *(pip_lines(dotenv) if stack.base is not None else ())]
    notes += packages.take(lines, stack.version)
    places = dict.fromkeys(place for place, _ in lines)
    notes += [Note(place, "installed at each start; airdock builds it into the image: take it out") for place in places]
    return packages, notes


def _unsure(directory: Path, stack: Stack) -> list[str]:
    """Return the requirements of a file in the project of which nothing says what it is for."""
    packages = Packages()
    packages.take(requirements_in(directory, "requirements.txt") or (), stack.version)
    return packages.requirements


def _name(directory: Path, stack: Stack, dotenv: Dotenv) -> str:
    """Return the name of the project: that of the Compose project so far, by which its volumes are found again."""
    folder = directory.resolve().name.lower()
    named = dotenv.own.get("COMPOSE_PROJECT_NAME") or stack.name
    if stack.base is not None:
        # As Compose does (compose-go, NormalizeProjectName).
        name = re.sub(r"[^a-z0-9_-]+", "", named or folder).lstrip("_-")
    else:
        name = re.sub(r"[^a-z0-9_-]+", "-", folder).strip("-_")
    return name[:63] or "project"


def _findings(directory: Path, text: str) -> list[Located]:
    """Return what a build with this airdock.toml would report; nothing is written."""
    report = Report()
    document = document_of(directory, FILE, text, report)
    with contextlib.suppress(Stopped):
        checked = understand(document, report)
        # An exposed .env must not hide what stands in the way of the build that comes after.
        if not any(one.severity == "error" and not _is_mended(one) for one in report.findings):
            build(checked, directory, report, force=False)
    return [one for one in locate_all(report.findings, document) if not _is_mended(one.diagnostic)]


def _is_mended(one: Diagnostic) -> bool:
    """Say whether a finding is gone with the line of .gitignore, which is added together with airdock.toml."""
    return "not ignored" in one.message


def _is_of(one: Located, dag: str) -> bool:
    path = getattr(one.diagnostic.place, "path", ())
    return one.diagnostic.kind.code not in ("AD316", "AD404", "AD408", "AD503", "AD601") and path[:2] == ("dags", dag)


def _sentence(one: Located) -> str:
    advice = f" ({one.diagnostic.help})" if one.diagnostic.help else ""
    return f"{one.diagnostic.severity} {one.diagnostic.kind.code}: {one.diagnostic.message}{advice}"


def _ignore(path: Path) -> tuple[list[Change], list[str]]:
    """Return the change that adds the missing lines, all others staying byte for byte, and these lines."""
    there = os.path.lexists(path)
    old = read_file(path) if there else None
    data = old or b""
    present = {line.strip().lstrip(b"/") for line in data.splitlines()}
    added = [line for line in IGNORED if line.encode() not in present]
    if not added:
        return [], []
    begin = b"" if not data or data.endswith(b"\n") else b"\n"
    new = data + begin + "".join(f"{line}\n" for line in added).encode()
    if path.is_symlink():
        return [], added  # a person has to: replacing it would leave what it leads to as it was
    mode = path.stat().st_mode & 0o777 if there else PUBLIC
    return [Change(".gitignore", "updated" if there else "created", old, new, mode)], added
