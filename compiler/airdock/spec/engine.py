"""`[engines.NAME]`, and how a connection to an engine is secured."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Table

if TYPE_CHECKING:
    from typing import Annotated

    from airdock.spec.base import Doc
    from airdock.spec.scalars import EngineUrl, Path


class TlsSpec(Table):
    """Certificates for an engine; all three are needed. The files are mounted into the services that execute tasks."""

    ca: Annotated[Path, Doc("Certificate of the authority, a PEM file of the host: relative to the project directory, or absolute.")]
    cert: Annotated[Path, Doc("Certificate of the client, a PEM file of the host.")]
    key: Annotated[Path, Doc("Key of the client, a PEM file of the host. The user that runs Airflow must be able to read it.")]


class EngineSpec(Table):
    """Another Docker engine for some tasks."""

    url: Annotated[EngineUrl, Doc("Address of the engine: tcp://host:port, or unix:///path of a socket in the containers of Airflow.")]
    tls: Annotated[TlsSpec | None, Doc("Certificates, for an engine that asks for them.")] = None
