"""Hides what may be a secret in source text that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_NAMES = (
    "access_key", "access_token", "api_key", "bearer", "fernet_key", "pass", "passphrase", "passwd", "password",
    "private_key", "pswd", "pwd", "secret", "secret_key", "service_key", "token",
)  # fmt: skip
"""Ends of keys that may hold a secret; no fewer than facts/secrets.toml has, which AD501 goes by."""
_EXACT = re.compile(rf"(?:{'|'.join(name.replace('_', '[^a-z0-9]?') for name in _NAMES)})$|^airflow_conn_")
_SQUEEZED = tuple(name.replace("_", "") for name in _NAMES if len(name) > 4)
_LONG = tuple(name for name in _SQUEEZED if len(name) >= 8)
_BY_EDGE = {
    edge: tuple(name for name in _SQUEEZED if edge in (name[:2], name[-2:]))
    for edge in {part for name in _SQUEEZED for part in (name[:2], name[-2:])}
}
_NEAR = 0.86
"""How alike a misspelt name is, by difflib: `pasword`, `tokn`, `secrt` are; `taken`, `secret_id` are not."""
_NO_MISTAKE = frozenset({"secrets"})
"""Near the name of a secret, but a key of the language, which holds names."""
_LONGEST = 60
"""Characters of a name that are looked at, from its end."""
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# It begins where a name does: a text of dots and letters is gone through once.
_KEY = re.compile(r"""(?<![\w.-])(?:[\w-]*\.)*(?P<name>[\w-]+)["']?[ \t]*=[ \t]*""")
_LITERAL = re.compile(
    r'''"""(?:[^\\]|\\.|\\\n)*?(?:"""|\Z)|\'\'\'.*?(?:\'\'\'|\Z)|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?'''
    r"""|\[(?!\s*\{)[^\]]*\]?|(?!(?:true|false)\b)[^\s"'\[\]{},#=](?:[^,\]}#\n]*[^\s,\]}#])?""",
    re.DOTALL,
)
_IN_ADDRESS = re.compile(r"://[^\s/@:]*:(?P<text>[^\s/]+)(?=@)")


@cache
def may_name_secret(key: str) -> bool:
    """Say whether a key is, or nearly is, one that a secret stands under: DB_PASSWORD, apiKey, pasword."""
    name = re.sub(r"\W+", "_", _HUMP.sub("_", key[-_LONGEST:])).lower()
    return _EXACT.search(name) is not None or (name not in _NO_MISTAKE and _is_near(name))


def _is_near(name: str) -> bool:
    from difflib import SequenceMatcher

    words = [word for word in name.split("_") if word][-3:]
    whole = "".join(words)
    # PGPASWORD has no word of its own for it.
    ends = {"".join(words[start:]) for start in range(len(words))} | {whole[-len(known) + 1 :] for known in _LONG}
    # Most names have neither end, nor the length, of one that they could be compared with.
    return any(
        sorted(end) == sorted(known) or SequenceMatcher(None, end, known, autojunk=False).ratio() >= _NEAR
        for end in ends
        for known in _BY_EDGE.get(end[:2], ()) + _BY_EDGE.get(end[-2:], ())
        if abs(len(end) - len(known)) <= 2
    )


def without_secrets(text: str, also: str = "") -> str:
    """Return a text with literal secrets as asterisks, as long as they were; also those under one more key.

    The text may be TOML, a part of it, or anything else; what is not closed is hidden to its end.
    """
    text = _hidden(text, _literals(text, also))
    return _hidden(text, (match.span("text") for match in _IN_ADDRESS.finditer(text)))


def _hidden(text: str, spans: Iterator[tuple[int, int]]) -> str:
    parts: list[str] = []
    end = 0
    for start, stop in spans:
        parts += text[end:start], stars(text[start:stop])
        end = stop
    return "".join(parts) + text[end:]


def stars(text: str) -> str:
    """Return an asterisk for each character but line ends."""
    return re.sub(r"[^\r\n]", "*", text)


def _literals(text: str, also: str) -> Iterator[tuple[int, int]]:
    """Return from where to where literal secrets stand."""
    end = 0
    for match in _KEY.finditer(text):
        name = match["name"]
        uri = name[-3:].lower() == "uri"
        if match.start() < end or not (uri or name == also or may_name_secret(name)):
            continue
        value = _LITERAL.match(text, match.end())
        # A URI without a login and a query has no password in it.
        if value is None or (uri and not (value[0][:1] in "\"'" and re.search(r"""[@?]|^(?:"{3}|'{3})""", value[0]))):
            continue
        end = value.end()
        yield value.span()
