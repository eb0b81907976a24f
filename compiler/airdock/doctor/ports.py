"""Check of the ports that the stack publishes on this host."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from airdock.doctor.client import Engine
from airdock.doctor.containers import PROJECT_LABEL
from airdock.doctor.patient import Merged, Patient
from airdock.doctor.result import Result, ok, problem, unknown

AIRFLOW_PORT = "AIRFLOW_PORT"
"""The variable of the bundled base file by which one chooses another port for Airflow's pages."""

_TRIED = 100
"""Ports behind a taken one, among which another is looked for."""


@dataclass(frozen=True, slots=True)
class _Port:
    service: str
    address: str
    """Of this host; empty for all of them."""
    number: int
    protocol: str

    def __str__(self) -> str:
        """Return it as Compose files have it."""
        return f"{self.address}:{self.number}" if self.address else str(self.number)


def ports(patient: Patient) -> Iterator[Result]:
    """The ports that `docker compose up` publishes should be free, or held by this stack itself."""
    merged = patient.merged
    assert isinstance(merged, Merged)  # noqa: S101 - the registry has looked
    wanted = list(_published(merged))
    if not wanted:
        yield ok("none is published")
        return
    if not patient.engine.local:
        yield unknown(f"the engine is not on this host ({patient.engine.endpoint})")
        return
    free, own = [], []
    for port in wanted:
        state = _state(port)
        if state == "free":
            free.append(port)
        elif state == "taken":
            holder = _holder(patient.engine, port)
            if holder is not None and holder[1] == patient.stack:
                own.append(port)
            else:
                yield _taken(patient, port, holder[0] if holder else None)
        else:
            yield unknown(f"{port}, of service {port.service}: {state}")
    if len(free) + len(own) == len(wanted):
        names = ", ".join(str(port) for port in wanted)
        yield ok(f"{names} held by this stack" if len(own) == len(wanted) else f"{names} free or held by this stack")


def _published(merged: Merged) -> Iterator[_Port]:
    for name, service in merged.services.items():
        if service.get("scale") == 0 or (service.get("deploy") or {}).get("replicas") == 0:
            continue
        for port in service.get("ports") or ():
            # Without a number, or with a range, the engine takes a free one.
            if str(port.get("published") or "").isdigit():
                yield _Port(name, _address(port), int(port["published"]), str(port.get("protocol") or "tcp"))


def _address(port: dict[str, Any]) -> str:
    address = str(port.get("host_ip") or "")
    return "" if address in ("0.0.0.0", "::") else address  # noqa: S104 - what a user may have written


def _state(port: _Port) -> str:
    """Say whether nothing listens on a port: "free", "taken", or why it cannot be told."""
    kind = socket.SOCK_DGRAM if port.protocol == "udp" else socket.SOCK_STREAM
    family = socket.AF_INET6 if ":" in port.address else socket.AF_INET
    try:
        with socket.socket(family, kind) as probe:
            if kind == socket.SOCK_STREAM:
                # As the engine does: connections that have just ended do not count.
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((port.address, port.number))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            return "taken"
        if error.errno in (errno.EACCES, errno.EPERM):
            return "free" if not _answers(port) else "taken"
        return error.strerror or "it cannot be tried"
    return "free"


def _answers(port: _Port) -> bool:
    """Say whether something takes connections: for a port that only root may listen on."""
    try:
        with socket.create_connection((port.address or "127.0.0.1", port.number), timeout=1):
            return True
    except OSError:
        return False


def _holder(engine: Engine, port: _Port) -> tuple[str, str] | None:
    """Return the container that publishes a port, and the Compose project that it is of."""
    template = '{{.Names}}\t{{.Label "' + PROJECT_LABEL + '"}}'
    answer = engine.client.ask("ps", "--filter", f"publish={port.number}/{port.protocol}", "--format", template)
    lines = answer.out.splitlines()
    if not answer.ok or not lines:
        return None
    name, _, project = lines[0].partition("\t")
    return name, project


def _taken(patient: Patient, port: _Port, container: str | None) -> Result:
    text = f"{port}, of service {port.service}, is taken"
    # Who has it may need it: another port is the mend that breaks nothing.
    first = f"choose another port, {_another(patient, port)}"
    if container is not None:
        stop = patient.engine.client.text("stop", container)
        return problem(f"{text} by container {container}", f"{first}; or stop that container: {stop}")
    names = f"`ss -ln{'u' if port.protocol == 'udp' else 't'}p`"
    return problem(f"{text} by a program on this host", f"{first}; or stop the program, which {names} names")


def _another(patient: Patient, port: _Port) -> str:
    """Return where a service is given another port, with one that is free."""
    after = range(port.number + 1, min(port.number + _TRIED, 65536))
    free = next((number for number in after if _state(replace(port, number=number)) == "free"), None)
    number = "" if free is None else f"{free} "
    compose = patient.project.compose
    if "ports" in compose.services.get(port.service, ()):
        return f"{number}in the ports of [compose.services.{port.service}] in {patient.file}"
    if compose.bundled and port.service == patient.project.target.airflow.webserver:
        return f"in your own lines of .env: {AIRFLOW_PORT}={free or '…'}"
    files = [file for file in compose.files if file != compose.override] or [compose.base]
    return f"{number}in the ports of service {port.service} in {' or '.join(files)}"
