"""Values to ProjectSpec: every fault of shape, with the place it is at."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, Report, SpecPath, SpecPlace
from airdock.diagnostics.shape import MISSING_KEY, UNKNOWN_KEY
from airdock.spec.core import ValidationError
from airdock.spec.language import validator
from airdock.spec.limits import beyond_limits
from airdock.spec.missing_name import missing_names
from airdock.spec.project import ProjectSpec
from airdock.spec.surplus import shape_findings

_HELPED = 1000
"""Unknown keys for which the nearest known one is looked for; nobody goes by the help of so many."""


def validate(values: dict[str, object], report: Report) -> ProjectSpec | None:
    """Return what the user wrote; None, and findings AD006 and AD101 to AD108, where it has not the right shape."""
    beyond = list(beyond_limits(values))
    if beyond:
        report.extend(beyond)
        return None
    nameless = list(missing_names(values))
    covered = [path for _, paths in nameless for path in paths]
    found = [finding for finding, _ in nameless]
    spec = None
    try:
        spec = validator(ProjectSpec).validate_python(values)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        other = [fault for fault in faults if fault["loc"] == ("airdock",) and isinstance(fault["input"], int)]
        # Only a file with a fault pays for this import.
        from airdock.spec.annotations import path_of
        from airdock.spec.faults import finding

        for number, fault in enumerate(other or faults):
            if not _inside(path_of(fault["loc"]), covered):
                found.append(finding(fault, helped=number < _HELPED))
        if other:
            report.extend(found)
            return None  # in another version of the language all else may be right
    found += [one for one in shape_findings(values) if not _inside(_path(one), covered)]
    report.extend(_without_consequences(found))
    return spec


def _inside(path: SpecPath, covered: list[SpecPath]) -> bool:
    """Say whether a path is in what has been reported as a whole."""
    return any(path[: len(other)] == other for other in covered)


def _path(found: Diagnostic) -> SpecPath:
    return found.place.path if isinstance(found.place, SpecPlace) else ()


def _without_consequences(found: list[Diagnostic]) -> Iterator[Diagnostic]:
    """Leave out that a key is missing where it is there under another name, which is reported."""
    misspelt: dict[SpecPath, set[str]] = {}
    for one in found:
        meant = one.params.get("meant")
        if one.kind is UNKNOWN_KEY and isinstance(meant, str):
            misspelt.setdefault(_path(one)[:-1], set()).add(meant)
    for one in found:
        missing = set(re.split('" or "|", "', str(one.params["key"]))) if one.kind is MISSING_KEY else set()
        if not missing & misspelt.get(_path(one), set()):
            yield one
