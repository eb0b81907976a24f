"""`[connections.ID]`."""

from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Discriminator, Field, Tag

from airdock.spec.base import Doc, For, Kinds, Table
from airdock.spec.source import EnvSource, FileSource, HostText


def _tag_of_port(value: Any) -> str:
    if isinstance(value, dict | EnvSource | FileSource):
        keys = value if isinstance(value, dict) else type(value).model_fields
        return "<file>" if "file" in keys else "<env>"
    return "<number>"


Port: TypeAlias = Annotated[
    Annotated[int, Field(ge=1, le=65535), Tag("<number>")] | Annotated[EnvSource, Tag("<env>")] | Annotated[FileSource, Tag("<file>")],
    Discriminator(_tag_of_port),
]


class ConnectionSpec(Table):
    """An Airflow connection; it reaches the services that execute tasks as AIRFLOW_CONN_<ID>."""

    kinds: ClassVar[Kinds | None] = Kinds(("type", "uri"))

    type: Annotated[str | None, Field(pattern=r"^[\w-]+$"), Doc("Connection type, such as postgres, http, docker.")] = None
    host: Annotated[HostText | None, For("type"), Doc("Host name; of the registry for type docker.")] = None
    port: Annotated[Port | None, For("type"), Doc("Port.")] = None
    login: Annotated[HostText | None, For("type"), Doc("User name.")] = None
    password: Annotated[HostText | None, For("type"), Doc('Password; take it from the host: { env = "NAME" } or { file = "path" }.')] = None
    schema_: Annotated[HostText | None, Field(alias="schema"), For("type"), Doc("Schema, or database name.")] = None
    extra: Annotated[dict[str, Any], For("type"), Doc("Further fields of the type; each may be an env or file source.")] = Field(default_factory=dict)
    description: Annotated[HostText | None, For("type"), Doc("What the connection is for.")] = None
    uri: Annotated[HostText | None, Doc("The whole connection as a URI, instead of all other keys.")] = None
