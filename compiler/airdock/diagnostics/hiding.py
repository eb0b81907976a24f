"""Hides what may be a secret in source text that is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_NAMES = (
    "access_key", "access_token", "api_key", "bearer", "credential", "credentials", "fernet_key", "passphrase",
    "passwd", "password", "private_key", "pswd", "pwd", "secret", "secret_key", "service_key", "ssh_key", "token",
)  # fmt: skip
"""Ends of keys that may hold a secret; with those below no fewer than facts/secrets.toml has, which AD501 goes by."""
_WORDS = frozenset(("auth", "authorization", "cred", "creds", "dsn", "jwt", "pass", "pat"))
"""Those that are so short, or so often a part of another word, that they have to be the last word of a key."""
_NO_PASS = ("bypass", "compass", "trespass", "surpass", "overpass", "underpass")
"""What ends like dbpass and smtppass, but with a word of its own."""
_WHICH = frozenset((
    "prod", "production", "dev", "development", "test", "testing", "stage", "staging", "qa", "uat", "live",
    "local", "value", "text", "old", "new", "main",
))  # fmt: skip
"""Words behind the name of a secret that say which one of several it is."""
_ABOUT = frozenset((
    "file", "files", "path", "dir", "directory", "folder", "location", "url", "uri", "endpoint", "host", "port",
    "server", "id", "ids", "name", "names", "type", "kind", "mode", "format", "length", "len", "size", "count",
    "limit", "min", "max", "age", "ttl", "lifetime", "expiry", "expires", "expiration", "expire", "timeout",
    "policy", "rule", "rules", "algorithm", "alg", "header", "headers", "field", "prefix", "suffix", "pattern",
    "env", "var", "variable", "manager", "store", "provider", "backend", "required", "enabled", "disabled",
    "rotation", "cmd", "command",
))  # fmt: skip
"""Words behind the name of a secret that make it the name of something else: TOKEN_URL."""
_AMOUNTS = frozenset(("max", "min", "num", "number", "count", "total", "limit"))
"""Words before the names of secrets that make them a number: max_tokens."""
_ENDS = tuple(name.replace("_", "") for name in _NAMES)
_SQUEEZED = tuple(name.replace("_", "") for name in _NAMES if len(name) > 4)
_LONG = tuple(name for name in _SQUEEZED if len(name) >= 8)
_BY_EDGE = {
    edge: tuple(name for name in _SQUEEZED if edge in (name[:2], name[-2:]))
    for edge in {part for name in _SQUEEZED for part in (name[:2], name[-2:])}
}
_NEAR = 0.86
"""How alike a misspelt name is, by difflib: `pasword`, `tokn`, `secrt` are; `taken`, `secret_id` are not."""
_NO_MISTAKE = ["secrets"]
"""Near the name of a secret, but a key of the language, which holds names."""
_CONNECTION = "airflow_conn_"
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
PASSWORD_IN_ADDRESS = re.compile(r"(?P<before>://[^\s/@:]*:)(?P<password>[^\s/]+)(?=@)")
"""A password in a URI; what stands before it is the group ``before``."""
_OPTION = re.compile(r"""(?<![\w-])--?(?P<name>[A-Za-z][\w-]*)(?:[ \t]+|(?P<quote>["'])[ \t]*,\s*)(?=[^\s-])""")
"""An option of a command, up to its value: the next word of a text, or the next element of a list."""
_PAIR = re.compile(r"""(?<![\w.-])(?P<name>[A-Za-z][\w-]*)(?:\\?["'][ \t]*:[ \t]*|:[ \t]+)""")
"""A name in JSON, or in a header of HTTP, up to its value."""
_WORD = re.compile(
    r"""\\"(?:[^"\\\n]|\\[^"\n])*(?:\\")?|"(?:\\.|[^"\\\n])*"?|'[^'\n]*'?|(?:\\.|[^\s"'\\])*[^\s"'\\,}]""",
)
_TO_THE_QUOTE = re.compile(r"""[^"'\n]+""")
_SHOWN = re.compile(r"""["'\\]*\{\{|(?:true|false|null)\b""")
"""A value that is none: a template, a switch."""


@lru_cache(maxsize=2**17)  # of a large file each name is asked for twice
def may_name_secret(key: str) -> bool:
    """Say whether a key is, or nearly is, one that a secret stands under: DB_PASSWORD_PROD, apiKey, pasword."""
    words = re.split(r"[\W_]+", _HUMP.sub("_", key[-_LONGEST:]).strip("_").lower())
    if words == _NO_MISTAKE or _is_amount(words):
        return False
    return key[: len(_CONNECTION)].lower() == _CONNECTION or _may_be_secret(words)


def _may_be_secret(words: list[str]) -> bool:
    while len(words) > 1 and (words[-1] in _WHICH or words[-1].isdigit()):
        words = words[:-1]
    whole, last = "".join(words), words[-1]
    if whole.endswith(_ENDS) or last in _WORDS or (last.endswith("pass") and not last.endswith(_NO_PASS)):
        return True
    for end in range(len(words) - 1, 0, -1):
        if words[end] in _ABOUT:
            return False
        if "".join(words[:end]).endswith(_ENDS):
            return True
    return _is_near(words[-3:])


def _is_amount(words: list[str]) -> bool:
    return words[-1].endswith("s") and not words[-1].endswith("ss") and not _AMOUNTS.isdisjoint(words[:-1])


def _is_near(words: list[str]) -> bool:
    whole = "".join(words)
    ends = {"".join(words[start:]) for start in range(len(words))} if len(words) > 1 else {whole}
    # PGPASWORD has no word of its own for it.
    ends |= {whole[-len(known) + 1 :] for known in _LONG if len(known) <= len(whole)}
    for end in ends:
        # Most names have neither end, nor the length, of one that they could be compared with.
        for known in _BY_EDGE.get(end[:2], ()) + _BY_EDGE.get(end[-2:], ()):
            if abs(len(end) - len(known)) <= 2 and _is_slip(end, known):
                return True
    return False


def _is_slip(word: str, known: str) -> bool:
    from difflib import SequenceMatcher

    return sorted(word) == sorted(known) or SequenceMatcher(None, word, known, autojunk=False).ratio() >= _NEAR


def without_secrets(text: str, also: str = "") -> str:
    """Return a text with literal secrets as asterisks, as long as they were; also those under one more key.

    The text may be TOML, a part of it, or anything else; what is not closed is hidden to its end.
    """
    text = _hidden(text, _literals(text, also))
    text = _hidden(text, _values_of_options(text))
    text = _hidden(text, _values_of_pairs(text))
    return _hidden(text, (match.span("password") for match in PASSWORD_IN_ADDRESS.finditer(text)))


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


def _values_of_options(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    for match in _OPTION.finditer(text):
        if match.start() < end or not may_name_secret(match["name"]) or _SHOWN.match(text, match.end()):
            continue
        if match["quote"] is not None and text[match.end()] not in "\"'":
            continue  # no element of a list
        value = _WORD.match(text, match.end())
        if value is not None:
            end = value.end()
            yield value.span()


def _values_of_pairs(text: str) -> Iterator[tuple[int, int]]:
    end = 0
    for match in _PAIR.finditer(text):
        if match.start() < end or not may_name_secret(match["name"]) or _SHOWN.match(text, match.end()):
            continue
        # Authorization: Bearer x
        whole = match["name"].lower().endswith("authorization")
        value = (whole and _TO_THE_QUOTE.match(text, match.end())) or _WORD.match(text, match.end())
        if value is not None:
            end = value.end()
            yield value.span()
