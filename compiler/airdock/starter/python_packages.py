"""Requirements that were installed by other means: which of them airdock.toml can hold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from airdock.diagnostics import Report
from airdock.facts import facts_for, provider_release
from airdock.project.requirements import check_requirements
from airdock.starter.note import Note

_PROVIDER = re.compile(r"apache-airflow-providers-docker(?:\[[^\]]*\])?\s*(?:==\s*(?P<pin>[0-9.]+))?\s*", re.IGNORECASE)
_LOGIN = re.compile(r"://[^/\s]*@")
_AIRFLOW = re.compile(r"apache-airflow(?P<extras>\[[^\]]*\])?\s*(?:==.*)?", re.IGNORECASE)


@dataclass
class Packages:
    """What goes into Airflow's image."""

    requirements: list[str] = field(default_factory=list)
    apt: list[str] = field(default_factory=list)
    docker_provider: str | None = None

    def take(self, lines: Iterable[tuple[str, str]], version: str) -> list[Note]:
        """Take requirements in, each with its place; return what has to be said of those that stay out."""
        notes = []
        for place, raw in lines:
            line = re.sub(r"(^|\s)#.*$", "", raw).strip().replace("${AIRFLOW_VERSION}", version)
            provider, airflow = _PROVIDER.fullmatch(line), _AIRFLOW.fullmatch(line)
            report = Report()
            if not line:
                continue
            if provider is not None:
                notes += self._provider(provider["pin"], place, version)
                continue
            if airflow is not None:
                if not airflow["extras"]:
                    continue  # airdock restates it
                line = f"apache-airflow{airflow['extras']}=={version}"
            check_requirements([line], (), report)
            if _LOGIN.search(line):
                notes.append(Note(place, "an address with a login in it does not belong into airdock.toml"))
            elif report.errors or not re.match(r"[A-Za-z0-9]", line) or "$" in line:
                shown = line if "://" not in line else "this line"
                notes.append(Note(place, f"{shown}: requirements of airdock.toml are names and versions alone"))
            elif line not in self.requirements:
                self.requirements.append(line)
        return notes

    def _provider(self, pin: str | None, place: str, version: str) -> list[Note]:
        if pin is None:
            return []
        release, facts = provider_release(pin), facts_for(version)
        if release is None or facts is None or not release.fits(version, facts.image_python):
            return [Note(place, f"airdock does not know the docker provider {pin} for this Airflow, and pins another")]
        self.docker_provider = pin
        return []
