"""Rules about the Compose files."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, FilePlace, Kind
from airdock.project.base_file import FOUND_OVERRIDES
from airdock.rules.context import Context

TWO_OVERRIDES = Kind(
    "AD905",
    "two-overrides",
    "error",
    "{other} and {override} would be side by side, and Compose takes {taken} alone",
    what="Beside the override that airdock writes there is another one, under another of the names that Compose "
    "looks for.",
    why="Compose merges one of them and passes over all others, with a warning among its output.",
    example="[compose]\nbundled = true\n",
    fix="Bring what your file says into [compose.services] and delete it. Or set another name, "
    'override = "docker-compose.airdock.yaml", in [compose]: then both are merged.',
)


def one_override(context: Context) -> Iterator[Diagnostic]:
    """Compose must find airdock's override, and no other."""
    compose, host = context.project.compose, context.host
    named = compose.files or "COMPOSE_FILE" in host.environ or "COMPOSE_FILE" in host.dotenv.own
    if named or compose.override not in FOUND_OVERRIDES:
        return
    others = [name for name in FOUND_OVERRIDES if name != compose.override and context.files.is_users(name)]
    taken = next(name for name in FOUND_OVERRIDES if name in (compose.override, *others))
    for other in others:
        advice = 'set override = "docker-compose.airdock.yaml" in [compose]'
        yield TWO_OVERRIDES.of(
            FilePlace(other),
            help=f"{advice}; both are merged then",
            other=other,
            override=compose.override,
            taken=taken,
        )
