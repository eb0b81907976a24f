"""Write the scripts that `airdock completion` prints, from the parser of the command line.

    python scripts/completion.py

shtab makes them, and is needed for this alone: airdock ships what comes out.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import shtab

from airdock.arguments import SHELLS, parser
from airdock.explain import sorted_kinds

FOLDER = Path(__file__).resolve().parents[1] / "compiler" / "airdock" / "completion"
COMPLETE = {"directory": shtab.DIRECTORY, "file": shtab.FILE, "out": shtab.FILE}
"""What an option or argument is completed with, by where argparse stores it."""


def script(shell: str) -> str:
    """Return the script for a shell."""
    main = parser()
    for action in _actions(main):
        if action.dest in COMPLETE:
            action.complete = COMPLETE[action.dest]  # type: ignore[attr-defined]  # read by shtab
        if action.dest == "code":
            action.choices, action.help = [kind.code for kind in sorted_kinds()], "finding"
        if isinstance(action, argparse._SubParsersAction):
            action.help = None  # it is hidden from argparse's own help, and so would be from shtab
            for listed in action._choices_actions:
                action.choices[listed.dest].description = listed.help
        elif action.choices:
            action.metavar = None
    return str(shtab.complete(main, shell=shell))


def _actions(of: argparse.ArgumentParser) -> list[argparse.Action]:
    found = list(of._actions)
    for action in of._actions:
        if isinstance(action, argparse._SubParsersAction):
            found += [inner for command in action.choices.values() for inner in _actions(command)]
    return found


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in SHELLS:
        (FOLDER / f"airdock.{name}").write_text(script(name), encoding="utf-8")
