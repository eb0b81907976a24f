"""`[connections.ID]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Kinds, Table

if TYPE_CHECKING:
    from typing import Annotated, Any, ClassVar

    from pydantic import Field

    from airdock.spec.base import Doc, For
    from airdock.spec.unions import HostText, Port


class ConnectionSpec(Table):
    """An Airflow connection; it reaches the services that execute tasks as AIRFLOW_CONN_<ID>."""

    kinds: ClassVar[Kinds | None] = Kinds(("type", "uri"))

    type: Annotated[str | None, Field(pattern=r"^[\w-]+$"), Doc("Connection type, such as postgres, http, docker.")] = None
    host: Annotated[HostText | None, For("type"), Doc("Host name; of the registry for type docker.")] = None
    port: Annotated[Port | None, For("type"), Doc("Port.")] = None
    login: Annotated[HostText | None, For("type"), Doc("User name.")] = None
    password: Annotated[HostText | None, For("type"), Doc('Password; take it from the host: { env = "NAME" } or { file = "path" }.')] = None
    schema_: Annotated[HostText | None, Field(alias="schema"), For("type"), Doc("Schema, or database name.")] = None
    extra: Annotated[dict[str, Any], For("type"), Doc("Further fields of the type; each may be an env or file source.")] = {}
    description: Annotated[HostText | None, For("type"), Doc("What the connection is for.")] = None
    uri: Annotated[HostText | None, Doc("The whole connection as a URI, instead of all other keys.")] = None
