"""Rules about secrets."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, Kind
from airdock.project.host_values import host_values, value_on
from airdock.project.values import EnvValue
from airdock.rules.context import Context

NOT_SET = Kind(
    "AD503",
    "not-set-here",
    "warning",
    "{name} is not set on this host",
    what="A value comes from a variable of the host, { env = … }, that is not set here and has no default.",
    why="What needs it gets nothing, or keeps what the last build wrote to .env.",
    example='[connections.db]\ntype = "postgres"\npassword = { env = "NO_SUCH_VARIABLE" }\n',
    fix="Set the variable in the environment of `airdock build`, or in your own lines of .env.",
)


def secret_set(context: Context) -> Iterator[Diagnostic]:
    """A variable of the host should be set."""
    for value in host_values(context.project):
        if isinstance(value, EnvValue) and value_on(context.host, value) is None:
            advice = f"set it in the environment, or in your own lines of .env: {value.name}=…"
            yield NOT_SET.at((*value.path, "env"), help=advice, name=value.name)
