"""The text of a TOML file as findings show it: what may be a secret is hidden, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics.hiding import may_name_secret, stars, without_secrets
from airdock.diagnostics.suggest import closest
from airdock.load.source_map import Node, Span

_SAY_WHERE = frozenset({"env", "file", "connection", "get", "variable", "param", "output", "key"})
"""Keys of a source that say where a value comes from; `default` is the only one that holds a value."""


def hidden(text: str, places: Node | None) -> str:
    """Return the text with asterisks for what may be a secret, as long as it was, line by line.

    Without places, for what is no TOML, the default of a host's value cannot be told from that of a param.
    """
    if places is None:
        return without_secrets(text, also="default")
    parts: list[str] = []
    end = 0
    for span in sorted(_secrets(places), key=lambda span: span.start):
        if text[span.start : span.end] in ("true", "false"):
            continue
        parts += text[end : span.start], stars(text[span.start : span.end])
        end = span.end
    return without_secrets("".join(parts) + text[end:])


def _secrets(root: Node) -> Iterator[Span]:
    """Return where the literals stand that may be secret: under a secret's name, or a default of a host's value."""
    waiting: list[tuple[Node, str | int, bool]] = [(root, "", False)]
    while waiting:
        node, name, secret = waiting.pop()
        if secret and node.value is not None and not node.children:
            yield node.value
        # A table under a header of its own has a name of the user's choice: [connections.token].
        inside = secret and node.value is not None
        # The source of a mount is a value of the host, but no secret.
        from_host = "env" in node.children and not node.children["env"].children and name != "source"
        for part, child in node.children.items():
            if isinstance(part, int):
                waiting.append((child, part, inside))
            elif from_host and part != "env" and closest(part, ("default",)):
                waiting.append((child, part, True))
            else:
                waiting.append((child, part, may_name_secret(part) or (inside and part not in _SAY_WHERE)))
