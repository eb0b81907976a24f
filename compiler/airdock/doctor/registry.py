"""All checks, in the order in which they are made. A new check is one function, and one row here."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from airdock.diagnostics import Report, Stopped
from airdock.diagnostics.hiding import without_secrets
from airdock.doctor.access import project_folder, socket
from airdock.doctor.client import Engine
from airdock.doctor.composition import base_file, config
from airdock.doctor.containers import containers
from airdock.doctor.engines import compose, engine, other_engines
from airdock.doctor.images import images
from airdock.doctor.logins import logins
from airdock.doctor.mounts import mounts
from airdock.doctor.networks import networks
from airdock.doctor.outputs import NOT_BUILT, airdock_toml, dotenv, is_built, outputs, secrets
from airdock.doctor.patient import Merged, Patient
from airdock.doctor.ports import ports
from airdock.doctor.result import Result, unknown
from airdock.pipeline import load, understand


class Need(Enum):
    """What has to be there for a check to make sense; what is missing has been reported by another one."""

    PROJECT = "project"
    BUILT = "built"
    ENGINE = "engine"
    COMPOSE = "compose"
    BASE = "base file"
    CONFIG = "config"


@dataclass(frozen=True)
class Check:
    """A row of the registry."""

    name: str
    function: Callable[[Patient], Iterable[Result]]
    needs: tuple[Need, ...] = ()


CHECKS: tuple[Check, ...] = (
    Check("airdock.toml", airdock_toml),
    Check("outputs", outputs, (Need.PROJECT,)),
    Check(".env", dotenv, (Need.PROJECT,)),
    Check("secrets", secrets, (Need.PROJECT,)),
    Check("engine", engine),
    Check("compose", compose),
    Check("engines", other_engines, (Need.PROJECT,)),
    Check("base file", base_file, (Need.PROJECT,)),
    Check("compose files", config, (Need.PROJECT, Need.BUILT, Need.COMPOSE, Need.BASE)),
    Check("images", images, (Need.PROJECT, Need.ENGINE)),
    Check("folder", project_folder, (Need.PROJECT, Need.BUILT, Need.ENGINE)),
    Check("socket", socket, (Need.PROJECT, Need.BUILT, Need.ENGINE)),
    Check("mounts", mounts, (Need.PROJECT, Need.BUILT)),
    Check("networks", networks, (Need.PROJECT, Need.ENGINE)),
    Check("ports", ports, (Need.PROJECT, Need.BUILT, Need.ENGINE, Need.COMPOSE, Need.CONFIG)),
    Check("logins", logins, (Need.PROJECT, Need.BUILT)),
    Check("containers", containers, (Need.PROJECT, Need.ENGINE)),
)


def examine(root: Path, file: str) -> Iterator[Result]:
    """Make the checks one after the other, and return what each says as soon as it is known."""
    patient = _patient(root, file)
    for check in CHECKS:
        missing = next((why for need in check.needs if (why := _missing(patient, need))), None)
        results = [unknown(missing)] if missing else check.function(patient)
        for result in results:
            # The address of an engine may have a password in it.
            yield replace(result, check=check.name, message=without_secrets(result.message))


def _patient(root: Path, file: str) -> Patient:
    report, checked = Report(), None
    document = load(root, file, report)
    with contextlib.suppress(Stopped):
        checked = understand(document, report)
    return Patient(root, file, report.findings, checked)


def _missing(patient: Patient, need: Need) -> str | None:
    """Return why a check cannot be made; None if what it needs is there."""
    match need:
        case Need.PROJECT:
            return None if patient.checked is not None else f"{patient.file} has errors"
        case Need.BUILT:
            return None if is_built(patient) else NOT_BUILT
        case Need.ENGINE:
            return None if isinstance(patient.engine_of(None), Engine) else "no engine"
        case Need.COMPOSE:
            return None if patient.compose_version is not None else "no Docker Compose"
        case Need.BASE:
            return None if (patient.root / patient.project.compose.base).exists() else "the base file is not there"
        case Need.CONFIG:
            return None if isinstance(patient.merged, Merged) else "Compose does not take the files"
