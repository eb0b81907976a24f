"""The rule about values that look as if another one were put in their place: by Compose, a shell, or Airflow."""

from __future__ import annotations

import re
from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, Kind, SpecPath
from airdock.facts import names_secret
from airdock.rules.context import Context
from airdock.rules.named_texts import key_of
from airdock.rules.template_text import is_template

NOT_READ = Kind(
    "AD416",
    "reference-not-read",
    "warning",
    '"{key}" gets {found} as it stands',
    what="A value has ${NAME} in it, as Compose and shells read it; or a connection has a template of Airflow's.",
    why="Nothing puts the value of the variable in its place: the dollar sign and the braces are what arrives.",
    example='[connections.db]\ntype = "postgres"\nhost = "${DB_HOST}"\n',
    fix='Take the value from the host, host = { env = "DB_HOST" }: from the environment of `airdock build`, or from '
    "your own lines of .env.",
)
_OF_CONNECTIONS = ("host", "login", "password", "schema", "uri")
_BRACED = re.compile(r"\$\{([A-Z_][A-Z0-9_]*)(:?[-?+][^{}]*)?\}")
_BARE = re.compile(r"\$([A-Z_][A-Z0-9_]*)")
"""As variables of the environment are called: other tools have ${name} for themselves."""
_DEEPEST = {"connections": 4, "variables": 2, "airflow": 3, "defaults": 4, "dags": 6}
"""Length of the place of a value that may be a source, by the table it is in."""


def is_reference(text: str) -> bool:
    """Say whether a text is the name of a variable, as Compose and shells write it, and nothing else."""
    return _BRACED.fullmatch(text) is not None


def reference_not_read(context: Context) -> Iterator[Diagnostic]:
    """A value that comes from elsewhere must be written as a source."""
    connections = context.written.get("connections")
    for id_ in connections if isinstance(connections, dict) else ():
        for key in _OF_CONNECTIONS:
            place: SpecPath = ("connections", id_, key)
            value = context.written_at(place)
            if isinstance(value, str):
                yield from _references(context, place, value)
                if is_template(value):
                    advice = "Airflow renders no connections; take it from the host, or write it down"
                    yield NOT_READ.at(place, help=advice, key=key, found="a template")
    for place, value in context.named_texts:
        if "$" in value and not _is_setting(place):
            yield from _references(context, place, value)


def _is_setting(place: SpecPath) -> bool:
    """Say whether a value is a setting of Airflow, which reads references itself (expand_env_var in 2.8 to 3.3)."""
    return place[:2] == ("airflow", "config") or (
        place[:2] == ("airflow", "env") and key_of(place).startswith("AIRFLOW__")
    )


def _references(context: Context, place: SpecPath, value: str) -> Iterator[Diagnostic]:
    key = key_of(place)
    match = _BRACED.search(value)
    # A password may well begin with a dollar sign, and it must not be printed; nor must what stands behind a name.
    if match is None and not (key in ("password", "uri") or names_secret(key)):
        match = _BARE.fullmatch(value)
    if match is None:
        return
    name, rest = match[1], match[0] != value
    source = f'env = "{name}"' + (', default = "…"' if ":-" in match[0] else "")
    advice = f"take it from the host: {key} = {{ {source} }}"
    if place[0] == "images":
        advice = "an image is the same on every host: write the value, or hand it to the container in the task's env"
    elif len(place) > _DEEPEST[str(place[0])] or isinstance(context.written_at(place), list):
        advice = "only a value of its own can come from the host, none inside of another"
    elif rest:
        advice = f'take all of it from the host: {key} = {{ env = "…" }}'
    yield NOT_READ.at(place, help=advice, key=key, found=f'"${{{name}}}"' if "{" in match[0] else f'"${name}"')
