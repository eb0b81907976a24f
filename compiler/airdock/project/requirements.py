"""Python requirements: each one that pip can read, and none that contradicts what airdock installs itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from airdock.diagnostics import Kind, Report, SpecPath
from airdock.diagnostics.shape import BAD_VALUE
from airdock.spec.patterns import REQUIREMENTS_FILE

if TYPE_CHECKING:
    from packaging.requirements import Requirement

BAD_REQUIREMENT = Kind(
    "AD315",
    "bad-requirement",
    "error",
    'requirement "{line}" contradicts {what}',
    what="A requirement asks for another version of Airflow, or of its docker provider, than the rest of airdock.toml.",
    why="pip would change what the image is based on, or refuse to install at all.",
    example='[airflow]\nversion = "3.3.2"\nrequirements = ["apache-airflow==3.2.0"]\n',
    fix="Remove the line: airdock restates apache-airflow, and docker_provider pins the provider.",
)
_AIRFLOW = "apache-airflow"
_PROVIDER = "apache-airflow-providers-docker"
_VERSION = r"[0-9]+(?:\.[0-9]+)*"
_CLAUSE = rf"(?:[=!]={_VERSION}(?:\.\*)?|[<>]=?{_VERSION}|~=[0-9]+\.{_VERSION})"
_PLAIN = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
    r"(?:\[[A-Za-z0-9]+(?:[.,_-][A-Za-z0-9]+)*\])?"
    rf"(?:{_CLAUSE}(?:,{_CLAUSE})*)?"
)
_URL = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*://")
"""What pip installs from where it stands: it has no name to check."""
_MENDED = (
    (r"^([\w.-]+(?:\[[^\]]*\])?)\s*(?:=|:|@|\s)\s*v?([0-9][\w.!+]*)(?:=\S*)?$", r"\1==\2"),
    (r"=\s*([<>~!])(?!=)", r"\1="),
    (r"~(?!=)", "~="),
    (rf"\^\s*({_VERSION})$", r">=\1"),
    (r"([<>]=?\s*[0-9.]*?)\.\*", r"\1"),
    (r"\s+(?=[<>=!~])", ","),
    (r"\s+#.*$", ""),
    (r"\s+--.*$", ""),
)
"""Slips, and what was meant: of conda, of npm, of the order of two characters."""


def check_requirements(lines: Iterable[str], where: SpecPath, report: Report) -> None:
    """Report AD104 for every line that pip could not read."""
    for index, line in enumerate(lines):
        if re.match(REQUIREMENTS_FILE, line):
            expected = "pip would look for a package of that name"
            report.add(BAD_VALUE.at((*where, index), found=f'"{line}"', expected=expected, help=_of_file(line, where)))
        elif not _is_plain(line) and not _URL.match(line) and _read(line) is None:
            # A direct address may hold a password.
            found = "this text" if "://" in line else f'"{line}"'
            report.add(
                BAD_VALUE.at((*where, index), found=found, expected="it is no requirement of pip", help=_mended(line))
            )


def is_pinned(text: str) -> bool:
    """Say whether a text is a requirement that no file would be called like."""
    return _is_plain(text) and re.search(r"[<>=~\[]", text) is not None


def check_pins(lines: Iterable[str], python: str, airflow: str, provider: str, report: Report) -> None:
    """Report AD315 for every requirement of the Airflow image that asks for another Airflow or docker provider."""
    pins = {
        _AIRFLOW: (airflow, f"airflow.version {airflow}", "leave it out: airdock restates apache-airflow"),
        _PROVIDER: (provider, f"the docker provider {provider}", "set docker_provider instead"),
    }
    for index, line in enumerate(lines):
        # Importing packaging is half of what a whole check costs.
        name = re.match(r"[A-Za-z0-9._-]*", line.strip())
        pin = pins.get(_normal(name[0])) if name else None
        requirement = _read(line) if pin else None
        if pin is None or requirement is None or not _applies(requirement, _linux(python)):
            continue
        if not requirement.specifier.contains(pin[0], prereleases=True):
            place = ("airflow", "requirements", index)
            report.add(BAD_REQUIREMENT.at(place, help=pin[2], line=line, what=pin[1]))


def _is_plain(line: str) -> bool:
    return _PLAIN.fullmatch(line) is not None


def _read(line: str) -> Requirement | None:
    """Return a requirement; None if it is none."""
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        found = Requirement(line)
    except InvalidRequirement:
        return None
    # `name@1.2`, as npm writes it, is read as an address.
    return None if found.url is not None and ":" not in found.url else found


def _of_file(name: str, where: SpecPath) -> str:
    """Return how the requirements of a file are taken."""
    if where[-1] == "pip":
        return f'a file stands alone: pip = "{name}"'
    return "write the lines of that file, one an entry"


def _mended(line: str) -> str:
    """Return the help for a requirement that is none."""
    for text in _candidates(line.strip()):
        if _read(text) is not None:
            return f'did you mean "{text}"?'
    if all(map(_is_plain, line.split())):
        return "write one requirement an entry"
    return 'it is a name, and what is asked of it: "pandas[excel]>=2,<3"'


def _candidates(line: str) -> Iterator[str]:
    for pattern, replacement in _MENDED:
        text = re.sub(pattern, replacement, line)
        if text != line:
            yield text


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _linux(python: str) -> dict[str, str]:
    """Return what markers ask for, as it is in the image and not on this host."""
    return {
        "os_name": "posix",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "platform_release": "",
        "platform_version": "",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "python_full_version": f"{python}.0",
        "python_version": python,
    }


def _applies(requirement: Requirement, environment: Mapping[str, str]) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(dict(environment))
