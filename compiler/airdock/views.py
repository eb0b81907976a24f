"""The commands that let one look at a project: what they print where."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from airdock.load.document import Document
    from airdock.project.model import Project

FINE, REFUSED, USAGE = 0, 1, 2
FORMATS = {"text": (".txt",), "mermaid": (".mmd", ".mermaid"), "dot": (".dot", ".gv"), "svg": (".svg",)}
"""How a graph is drawn, and the suffixes of files that say so."""
PARTS = ("images", "mounts", "connections")
"""What is said of tasks in a graph, beside their names."""


def parts(text: str) -> tuple[str, ...]:
    """Return what `--with` names. Raises ArgumentTypeError."""
    names = [name.strip() for name in text.split(",")] if text != "none" else []
    for name in names:
        if name not in PARTS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(PARTS)}, none")
    return tuple(name for name in PARTS if name in names)


def explain(options: argparse.Namespace) -> int:
    """Print what a finding means, or all of them."""
    from airdock.diagnostics.suggest import did_you_mean
    from airdock.explain import document, explanation, overview, sorted_kinds

    if options.code is None:
        sys.stdout.write(document() if options.markdown else overview())
        return FINE
    text = explanation(options.code)
    if text is None:
        advice = did_you_mean(options.code, [kind.code for kind in sorted_kinds()])
        sys.stderr.write(f'airdock explain: there is no finding "{options.code}"\n' + (f"{advice}\n" if advice else ""))
        return USAGE
    sys.stdout.write(text)
    return FINE


def show(project: Project, document: Document, options: argparse.Namespace) -> int:
    """Print the project, a DAG or a task as JSON."""
    from airdock.diagnostics.paths import path_printer
    from airdock.show import UnknownName, as_json

    try:
        sys.stdout.write(as_json(project, document, path_printer(document.root), options.name))
    except UnknownName as unknown:
        sys.stderr.write(f"airdock show: {unknown}\n")
        return USAGE
    return FINE


def graph(project: Project, options: argparse.Namespace) -> int:
    """Print a picture of the DAGs, or write it to a file."""
    from airdock.diagnostics.suggest import did_you_mean
    from airdock.graph import draw

    dags = {dag.id: dag for dag in project.dags}
    if options.name is not None and options.name not in dags:
        advice = did_you_mean(options.name, dags, what="DAGs")
        sys.stderr.write(f'airdock graph: there is no DAG "{options.name}"\n' + (f"{advice}\n" if advice else ""))
        return USAGE
    wanted = list(dags.values()) if options.name is None else [dags[options.name]]
    form = _format(options)
    if form is None:
        known = ", ".join(suffix for suffixes in FORMATS.values() for suffix in suffixes)
        sys.stderr.write(f"airdock graph: {options.out}: no format ends like this; {known}, or say --format\n")
        return USAGE
    text = draw(project, wanted, form, options.parts, _shows(options))
    if options.out is not None:
        return _write(options.out, text, force=options.force)
    sys.stdout.write(text)
    return FINE


def _format(options: argparse.Namespace) -> str | None:
    """Return the format that is asked for, or that the file's name says; None where its ending is of none."""
    suffix = options.out.suffix.lower() if options.out is not None else ""
    named = (form for form, suffixes in FORMATS.items() if suffix in suffixes)
    return options.format or next(named, None if suffix else "text")


def _shows(options: argparse.Namespace) -> Callable[[str], bool]:
    """Return the function that says whether the place where a text goes can show it."""

    def shows(text: str) -> bool:
        try:
            text.encode("utf-8" if options.out is not None else sys.stdout.encoding or "ascii")
        except UnicodeEncodeError:
            return False
        return True

    return shows


def _write(path: Path, text: str, *, force: bool) -> int:
    from airdock.load.reading import read_file
    from airdock.output.apply import WriteFailed, apply
    from airdock.output.changes import Change

    try:
        old = read_file(path, None) if path.exists() or path.is_symlink() else None
        if old is not None and not force:
            sys.stderr.write(f"airdock graph: {path} is there already; --force overwrites it\n")
            return REFUSED
        action: Literal["created", "updated"] = "created" if old is None else "updated"
        apply([Change(path.name, action, old, text.encode())], path.parent)
    except (OSError, WriteFailed) as error:
        reason = error.reason if isinstance(error, WriteFailed) else error.strerror or str(error)
        sys.stderr.write(f"airdock graph: cannot write {path}: {reason}\n")
        return REFUSED
    sys.stdout.write(f"{action:<9} {path}\n")
    return FINE
