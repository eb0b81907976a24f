"""Check of the logins to registries that images and tasks use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from airdock.doctor.client import Engine
from airdock.doctor.patient import Patient
from airdock.doctor.registry_api import Login, Unclear, in_networks, takes
from airdock.doctor.result import Result, ok, problem, unknown
from airdock.facts import engine_facts, login_host, registry_of
from airdock.project.model import Connection
from airdock.project.values import EnvValue


def logins(patient: Patient) -> Iterator[Result]:
    """A registry should take the login of a connection, as `.env` holds it."""
    project = patient.project
    used = {image.connection for image in project.images}
    used |= {task.connection for dag in project.dags for task in dag.tasks}
    wanted = [connection for connection in project.connections if connection.id in used]
    if not wanted:
        yield ok("no connection logs in to a registry")
    for connection in wanted:
        yield _judge(patient, connection)


def _judge(patient: Patient, connection: Connection) -> Result:
    name = f"connection {connection.id}"
    text = patient.variable(f"AIRFLOW_CONN_{connection.id.upper()}")
    if not text:
        return unknown(f"{name} is not in .env")
    login = read_login(text)
    if login is None:
        mend = f"correct it in {patient.file}, and: {patient.airdock('build')}"
        return problem(f"{name} is no login to a registry: type docker, host and login are needed", mend)
    address = _where(login.address)
    try:
        fine = takes(Login(address, login.user, login.password), lambda host: _plain(patient, host))
    except Unclear as unclear:
        return unknown(f"{name}: {login.address} cannot be asked from here ({unclear})")
    if fine:
        return ok(f"{name}: {login.address} takes the login")
    return problem(f"{name}: {login.address} refuses the login", _mend(patient, connection))


def read_login(text: str) -> Login | None:
    """Return the login of a connection as Airflow reads it: JSON or a URI; None if it is none to a registry."""
    if text.lstrip().startswith("{"):
        try:
            data = json.loads(text)
        except ValueError:
            return None
        if data.get("conn_type") != "docker":
            return None
        host, port, user, password = (data.get(key) for key in ("host", "port", "login", "password"))
    else:
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            return None
        if parts.scheme != "docker":
            return None
        _, _, place = parts.netloc.rpartition("@")
        host = unquote(place.rpartition(":")[0] if port else place)
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if not isinstance(host, str) or not host or not user:
        return None
    return Login(login_host(f"{host}:{port}" if port else host), str(user), str(password or ""))


def _where(address: str) -> str:
    """Return where a registry answers; only that of images without a registry has another name."""
    return engine_facts().hub if address == registry_of("alpine") else address


def _plain(patient: Patient, address: str) -> bool:
    """Say whether the engine would talk to a registry in plain HTTP."""
    engine = patient.engine_of(None)
    settings = (engine.info.get("RegistryConfig") or {}) if isinstance(engine, Engine) else {}
    told = (settings.get("IndexConfigs") or {}).get(address) or {}
    networks = settings.get("InsecureRegistryCIDRs") or []
    return told.get("Secure") is False or in_networks(address, [*engine_facts().plain, *networks])


def _mend(patient: Patient, connection: Connection) -> str:
    values = (connection.uri, connection.fields.get("login"), connection.fields.get("password"))
    names = [value.name for value in values if isinstance(value, EnvValue)]
    what = " and ".join(names) if names else "the login"
    where = "on this host" if names else f"in {patient.file}"
    return f"correct {what} {where}, then: {patient.airdock('build')}, and: {patient.here('docker compose up -d')}"
