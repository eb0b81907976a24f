"""Which user a container runs as, as a number: only its image knows what a name means."""

from __future__ import annotations

import re

from airdock.doctor.client import Engine, ImageFound
from airdock.doctor.patient import Patient
from airdock.doctor.rights import ROOT, Identity
from airdock.load.host import AIRFLOW_IMAGE_UID
from airdock.project.model import HostUser, Task

_NUMBERS = re.compile(r"(?P<uid>\d+)(?::(?P<gid>\d+))?")
_ID = re.compile(r"uid=(?P<uid>\d+)\D.*?gid=(?P<gid>\d+)(?:.*groups=(?P<groups>\d[^\n]*))?")


def airflow_uid(patient: Patient) -> int:
    """Return the user that Airflow's containers run as."""
    value = patient.variable("AIRFLOW_UID") or ""
    return int(value) if value.isdigit() else AIRFLOW_IMAGE_UID


def airflow_user(patient: Patient) -> Identity:
    """Return who Airflow's containers are: the Compose files say ${AIRFLOW_UID:-50000}:0."""
    return Identity(airflow_uid(patient), frozenset({0}))


def user_of(patient: Patient, task: Task) -> Identity | str:
    """Return who the container of a task on the stack's engine is, or why that is not known."""
    assert task.image is not None  # noqa: S101 - the caller has looked
    named = str(airflow_uid(patient)) if isinstance(task.user, HostUser) else task.user
    engine, reference = patient.engine_of(None), task.image.reference
    image = engine.image(reference) if isinstance(engine, Engine) and "{" not in reference else None
    if named is None:
        if not isinstance(image, ImageFound):
            return "it runs as its image says, and no engine here has that"
        named = image.user or "0"
    numbers = _NUMBERS.fullmatch(named)
    if named == "root" or (numbers and int(numbers["uid"]) == 0):
        return ROOT
    if numbers and numbers["gid"]:
        return Identity(int(numbers["uid"]), frozenset({int(numbers["gid"])}))
    if isinstance(engine, Engine) and isinstance(image, ImageFound):
        found = _asked(engine, reference, named)
        if found is not None:
            return found
    if numbers:
        return Identity(int(numbers["uid"]), None)
    return f'it runs as "{named}", and only its image knows who that is'


def _asked(engine: Engine, reference: str, user: str) -> Identity | None:
    """Ask `id` in a container; None where the image has no such program."""
    match = _ID.match(engine.id_of(reference, user))
    if match is None:
        return None
    groups = {int(one.partition("(")[0]) for one in (match["groups"] or match["gid"]).strip().split(",")}
    return Identity(int(match["uid"]), frozenset({int(match["gid"]), *groups}))
