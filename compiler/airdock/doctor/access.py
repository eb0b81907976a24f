"""Checks of what containers see of this host: the project directory, and the engine's socket.

The engine may be in a virtual machine, or airdock in a container: only a container can tell. So a small one is run,
from an image of the project that is there already.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from airdock.doctor.client import ImageFound
from airdock.doctor.command import Answer
from airdock.doctor.patient import Patient
from airdock.doctor.result import Result, ok, problem, unknown

NO_IMAGE = "known when an image of the project is on the engine"
_TRIES = 3
_SOCKET = "set `socket` in [docker] to the path of the engine's socket, and: airdock build"


def look(patient: Patient, program: Sequence[str], binds: Sequence[tuple[str, str]]) -> Answer | None:
    """Run a program in a container of an image of the project that has it; None if no image is on the engine."""
    answer = None
    images = (patient.project.airflow.image, *patient.project.images)
    there = [one.reference for one in images if isinstance(patient.engine.image(one.reference), ImageFound)]
    for image in there[:_TRIES]:
        answer = patient.engine.look_inside(image, program, binds=binds)
        if "executable file not found" not in answer.err:
            break
    return answer


def project_folder(patient: Patient) -> Iterator[Result]:
    """The engine should see the project directory under the path that `.env` hands to tasks."""
    folder = patient.variable("AIRDOCK_HOST_DIR")
    if folder is None:
        yield unknown("there is no AIRDOCK_HOST_DIR in .env yet")
        return
    answer = look(patient, ["stat", "-c", "%s", f"/airdock/{patient.file}"], [(folder, "/airdock")])
    elsewhere = f"go to the folder as the engine's host knows it, and: {patient.airdock('build')}"
    if answer is None:
        yield unknown(NO_IMAGE)
    elif answer.ok and answer.out.strip() == str((patient.root / patient.file).stat().st_size):
        yield ok(f"the engine sees {folder}")
    elif answer.ok or "No such file" in answer.err:
        yield problem(f"{folder} is another folder on the engine's host, and tasks would mount that one", elsewhere)
    elif any(words in answer.err for words in ("does not exist", "not shared", "mounts denied")):
        yield problem(f"the engine does not see {folder}, so mounts of tasks would fail", elsewhere)
    else:
        yield unknown(patient.without_secrets(answer.err))


def socket(patient: Patient) -> Iterator[Result]:
    """The services that execute tasks should be able to write to the engine's socket, as their containers see it."""
    access = patient.project.access
    if access.kind == "tcp":
        yield ok("not used: access is tcp")
        return
    answer = look(patient, ["stat", "-c", "%u %g %a %F", "/airdock.sock"], [(access.socket, "/airdock.sock")])
    if answer is None:
        yield unknown(NO_IMAGE)
    elif "does not exist" in answer.err:
        yield problem(f"{access.socket} is not there on the engine's host", _SOCKET)
    elif not answer.ok:
        yield unknown(patient.without_secrets(answer.err))
    else:
        yield _judge(patient, answer.out)


def _judge(patient: Patient, said: str) -> Result:
    access = patient.project.access
    owner, group, mode, kind = (*said.strip().split(None, 3), "", "", "", "")[:4]
    if not (owner.isdigit() and group.isdigit() and mode.isdigit()):
        return unknown("stat in a container says something else than it should")
    if kind != "socket":
        return problem(f"{access.socket} is a {kind} on the engine's host, not a socket", _SOCKET)
    if access.kind == "proxy":
        return ok(f"{access.socket} is there, for the proxy")
    return _group(patient, int(owner), int(group), int(mode, 8))


def _group(patient: Patient, owner: int, group: int, mode: int) -> Result:
    """Compare the socket with the user, uid:0, and the additional group of the containers that execute tasks."""
    given, uid = patient.variable("DOCKER_GID"), patient.variable("AIRFLOW_UID")
    seen = f"the socket has group {group} in a container"
    if given == str(group) and mode & 0o020:
        return ok(f"{seen}, and so says DOCKER_GID")
    if mode & 0o002 or (group == 0 and mode & 0o020) or (uid == str(owner) and mode & 0o200):
        return ok(f"{seen}, and Airflow's user may write to it whatever DOCKER_GID says")
    if not mode & 0o020:
        text = f"the engine's socket has mode {mode:o}: its group may not write to it"
        return problem(text, f"sudo chmod g+w {shlex.quote(patient.project.access.socket)}")
    if given is None:
        return problem(f"{seen}, and there is no DOCKER_GID", patient.airdock("build"))
    return problem(f"{seen}, and DOCKER_GID is {given}: tasks get no permission", _mend_group(patient, group))


def _mend_group(patient: Patient, group: int) -> str:
    access = patient.project.access
    match patient.origin("DOCKER_GID"):
        case "environment":
            return "unset DOCKER_GID"
        case "own":
            return f"write DOCKER_GID={group} into your own line of .env"
    if access.gid is not None:
        return f"set gid = {group} in [docker], and: {patient.airdock('build')}"
    if patient.host.socket_gid(access.socket) == group:
        return patient.airdock("build")
    # On this host the socket has another group than where the engine is: a virtual machine.
    return patient.here(f"printf '\\nDOCKER_GID={group}\\n' >> .env")
