"""SECURITY.md names every package that an installation brings, and its licence."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distribution

import pytest
from packaging.requirements import Requirement

from conftest import REPOSITORY

_FAMILIES = re.compile(r"Apache|BSD|MIT|PSF|MPL|GPL|ISC|Unlicense|zlib", re.IGNORECASE)
_ROW = re.compile(r"^\| ([\w.-]+) \| (.*) \|$", re.MULTILINE)


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def installed(name: str, found: dict[str, Distribution]) -> dict[str, Distribution]:
    """Return a package and everything that it needs, without what only its extras need."""
    if canonical(name) not in found:
        found[canonical(name)] = distribution(name)
        for line in found[canonical(name)].requires or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                installed(requirement.name, found)
    return found


PACKAGES = {name: found for name, found in installed("airdock", {}).items() if name != "airdock"}
DEPENDENCIES = (REPOSITORY / "SECURITY.md").read_text(encoding="utf-8").partition("## Dependencies")[2]
LISTED = {canonical(name): cells for name, cells in _ROW.findall(DEPENDENCIES) if _FAMILIES.search(cells)}


def licence(package: Distribution) -> str:
    """Return what a package says of its licence: an SPDX expression, else a classifier, else free text."""
    fields = package.metadata.json
    classifiers = [line for line in fields.get("classifier", ()) if line.startswith("License ::")]
    return str(fields.get("license_expression") or " ".join(classifiers) or fields.get("license", ""))


@pytest.mark.parametrize("name", PACKAGES)
def test_package_is_listed_with_its_licence(name: str) -> None:
    assert name in LISTED
    families = {family.lower() for family in _FAMILIES.findall(licence(PACKAGES[name]))}
    assert families, "a licence that this test cannot read"
    assert families <= {family.lower() for family in _FAMILIES.findall(LISTED[name])}


def test_lists_are_whole() -> None:
    direct = {
        canonical(Requirement(line).name) for line in distribution("airdock").requires or () if "extra" not in line
    }
    assert direct <= LISTED.keys()
    # Those that only earlier versions bring say so.
    assert {name for name, cells in LISTED.items() if " before " not in cells} <= PACKAGES.keys()
