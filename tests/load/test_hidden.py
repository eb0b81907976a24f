"""What findings show of the user's text: the rest of it, and asterisks where a secret may be."""

from __future__ import annotations

import pytest

from airdock.diagnostics.hiding import may_name_secret
from airdock.load.document import SourceFile


def shown(text: str, *, is_toml: bool = True) -> str:
    return SourceFile("airdock.toml", text, is_toml).shown


@pytest.mark.parametrize(
    "name",
    ["pasword", "passwrod", "PGPASWORD", "db-passord", "apikye", "api_ky", "tokn", "clientSecrt", "passphrse", "tokens",
     "passwort", "secret_kye", "DB_PWD"],
)  # fmt: skip
def test_names_near_a_secret(name: str) -> None:
    assert may_name_secret(name)


@pytest.mark.parametrize(
    "name",
    ["image", "access", "keyword", "passive", "taken", "broken", "monkey", "primary_key", "password_file", "secret_id",
     "secrets", "TOKEN_URL", "host", "default", "params", "account_key", "x" * 500],
)  # fmt: skip
def test_names_of_something_else(name: str) -> None:
    assert not may_name_secret(name)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ('a = { env = "A", default = "x" }', 'a = { env = "A", default = *** }'),
        ('a = { default = "x", env = "A" }', 'a = { default = ***, env = "A" }'),
        ('[a]\nenv = "A"\ndefault = """x\ny"""', '[a]\nenv = "A"\ndefault = ****\n****'),
        ('a.env = "A"\r\na.default = 12', 'a.env = "A"\r\na.default = **'),
        ('a = [{ env = "A", default = "x" }]', 'a = [{ env = "A", default = *** }]'),
        ("tokn = [\n  'x',\n  1,\n]", "tokn = *\n******\n****\n*"),
        ("password = { a = 'x', env = 'A' }", "password = { a = ***, env = 'A' }"),
        ('a = "db://me:x@y@host/b"', 'a = "db://me:***@host/b"'),
        ("\"é\" = 1\npasswort = 'x'", '"é" = 1\npasswort = ***'),
    ],
)
def test_secret_is_hidden_in_its_own_place(text: str, wanted: str) -> None:
    assert shown(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        '[params.x]\ndefault = "x"\ntype = "string"',
        'default = "x"',
        'secret = true\nuri = "s3://shop/orders"',
        '[connections.token]\ntype = "http"\nhost = "x"',
        '[connections]\ntoken.host = "x"',
        'secrets = [{ id = "x", name = "y" }]',
        'password = { env = "A" }\nlogin = { file = "x" }',
        'source = { env = "DATA_DIR", default = "/srv" }',
        '[tasks.t.env]\ndefault = "x"',
    ],
)
def test_rest_is_shown(text: str) -> None:
    assert shown(text) == text


def test_default_is_hidden_in_what_is_no_toml() -> None:
    assert shown('a = { env = "A", default = "x" } b', is_toml=False) == 'a = { env = "A", default = *** } b'
    assert shown('a = """\nx', is_toml=False) == 'a = """\nx'
    assert shown('tokn = """\nx\n\ny', is_toml=False) == "tokn = ***\n*\n\n*"
