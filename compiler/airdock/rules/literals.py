"""The rule about secrets that are written down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, Kind, SpecPath
from airdock.diagnostics.hiding import PASSWORD_IN_ADDRESS
from airdock.facts import is_known_to_all, names_secret
from airdock.rules.context import Context
from airdock.rules.named_texts import key_of
from airdock.rules.references import is_reference

LITERAL_SECRET = Kind(
    "AD501",
    "literal-secret",
    "warning",
    '"{key}" holds {what} in plain text',
    what="A password, token or key is written down in airdock.toml, or in a file that it includes.",
    why="The file is committed: whoever can read the repository, today or later, has the secret. Some of the places "
    "where it can stand are generated files, which are committed too.",
    example='[connections.db]\ntype = "postgres"\nhost = "db"\nlogin = "shop"\npassword = "correct horse"\n',
    fix='Take it from the host: password = { env = "DB_PASSWORD" }, with a line DB_PASSWORD=… of yours in .env. And '
    "make a new one: what was committed once stays in the history.",
)

_NO_SECRET = re.compile(
    r"(?:true|false|yes|no|on|off|none|null|never|always|required|optional|disabled|enabled|[0-9.]*|(.)\1*)",
    re.IGNORECASE,
)
"""A switch, a number, a row of asterisks."""
_REFERENCES = ("/", "./", "$", "<", "[", "{")
"""How a path, a variable, a placeholder or a template starts."""


def literal_secret(context: Context) -> Iterator[Diagnostic]:
    """A secret should come from the host."""
    connections = context.written.get("connections")
    for id_ in connections if isinstance(connections, dict) else ():
        for key in ("password", "uri"):
            place: SpecPath = ("connections", id_, key)
            value = context.written_at(place)
            if isinstance(value, str):
                what = _in_address(value) if key == "uri" else _password(value)
                yield from _finding(place, what)
    assets = context.written.get("assets")
    for name in assets if isinstance(assets, dict) else ():
        uri = context.written_at(("assets", name, "uri"))
        if isinstance(uri, str):
            yield from _finding(("assets", name, "uri"), _in_address(uri))
    for place, value in context.named_texts:
        what = _held(_full_name(place, key_of(place)), value)
        if what is not None:
            yield from _finding(place, what)


def _full_name(place: SpecPath, name: str) -> str:
    """Return the name of the environment variable that a value gets, or the key it has."""
    if place[0] != "airflow" or place[1] != "config":
        return name
    return "__".join(("AIRFLOW", *map(str, place[2:]))).upper()


def _held(name: str, value: str) -> str | None:
    """Return what a named text holds that it should not."""
    if "{" in value and name.upper().startswith("AIRFLOW_CONN_") and value.lstrip().startswith("{"):
        return _in_json(value)
    secret = names_secret(name) and not _NO_SECRET.fullmatch(value) and not value.startswith(_REFERENCES)
    if secret and "{{" not in value and "://" not in value and not is_known_to_all(value):
        return "a secret"
    return _in_address(value) if "://" in value else None


def _password(value: str) -> str | None:
    return None if not value or "{{" in value or is_reference(value) or is_known_to_all(value) else "a password"


def _in_json(value: str) -> str | None:
    try:
        fields = json.loads(value)
    except ValueError:
        return None
    password = fields.get("password") if isinstance(fields, dict) else None
    return _password(password) if isinstance(password, str) else None


def _in_address(value: str) -> str | None:
    match = PASSWORD_IN_ADDRESS.search(value)
    if match is None or match["password"].startswith(_REFERENCES) or is_known_to_all(match["password"]):
        return None
    return "a password"


def _finding(place: SpecPath, what: str | None) -> Iterator[Diagnostic]:
    if what is not None:
        # The value itself is in no text of the finding, and the printed source line hides it.
        key = key_of(place)
        yield LITERAL_SECRET.at(place, help=_advice(place, key), key=key, what=what)


def _advice(place: SpecPath, key: str) -> str:
    if place[0] == "assets":
        return "leave it out: the uri is the name of the data, and Airflow opens nothing by it"
    if place[0] == "images":
        return "an image keeps it for everyone to read; hand it to the container, in the env of the task"
    if place[:2] == ("airflow", "config"):
        name = _full_name(place, key)
        return f'put it into [airflow.env]: {name} = {{ env = "{name.rpartition("__")[2]}" }}'
    if (place[0] == "variables" and len(place) > 2) or (place[0] == "connections" and len(place) > 4):
        return 'a value inside of another cannot come from the host; give it a key of its own, { env = "…" }'
    name = f"{place[1]}_{key}" if place[0] == "connections" else key
    return f'take it from the host: {key} = {{ env = "{re.sub(r"[^A-Za-z0-9_]+", "_", name).upper()}" }}'
