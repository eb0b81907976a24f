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
     "passwort", "secret_kye", "DB_PWD", "PASSWORD_PROD", "CLIENT_SECRET_VALUE", "clientSecretValue", "DB_PASS_2",
     "pasword_prod", "TOKEN_GITHUB", "auth", "basicAuth", "AUTH_OLD", "credential", "credentials", "gcpCredentials",
     "creds", "dsn", "SENTRY_DSN", "jwt", "JWT_TEST", "GITHUB_PAT", "ssh_key", "sshKey", "ssh-key-main", "private_key",
     "privateKey", "DBPASS", "Authorization", "airflow_conn_local", "AIRFLOW_CONN_" + "x" * 80, "x" * 80 + "_password"],
)  # fmt: skip
def test_names_near_a_secret(name: str) -> None:
    assert may_name_secret(name)


@pytest.mark.parametrize(
    "name",
    ["image", "access", "keyword", "passive", "taken", "broken", "monkey", "primary_key", "password_file", "secret_id",
     "secrets", "Secrets", "TOKEN_URL", "host", "default", "params", "account_key", "x" * 500, "max_tokens", "pat_size",
     "NUM_SECRETS", "max_new_tokens", "bypass", "compass", "encompass", "trespass", "pass_rate", "author", "auth_type",
     "oauth", "patch", "path", "pattern", "maxTokens", "JWT_AUDIENCE", "credentials_path", "PASSWORD_MIN_LENGTH",
     "password_policy_id", "ssh_host", "value", "prod", "test", "_", "-", "2"],
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
        ('c = ["a", "--password", "x", "b"]', 'c = ["a", "--password", ***, "b"]'),
        ("c = [\n  '--api-key' ,\n  'x',\n]", "c = [\n  '--api-key' ,\n  ***,\n]"),
        ('c = ["a", "--password=x", "b"]', 'c = ["a", "--password=**, "b"]'),
        ('c = "a --password x b"', 'c = "a --password * b"'),
        ("c = \"a -password 'x y' b\"", 'c = "a -password ***** b"'),
        (r'c = "a --token \"x y\" b"', 'c = "a --token ******* b"'),
        ("c = ['-H', 'Authorization: Bearer x']", "c = ['-H', 'Authorization: ********']"),
        ('h = { Authorization = "Bearer x" }', "h = { Authorization = ********** }"),
        ('s = """\ncurl -H "PRIVATE-TOKEN: x" y\n"""', 's = """\ncurl -H "PRIVATE-TOKEN: *" y\n"""'),
        ("""e = '{"password": "x", "a": 1}'""", """e = '{"password": ***, "a": 1}'"""),
        (r'e = "{\"dsn\":\"x\"}"', r'e = "{\"dsn\":*****}"'),
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
        'c = ["--token", "{{ conn.a.password }}"]',
        'c = ["--password", ["x"]]',
        'c = "a --password --host x"',
        'c = ["a", "--token-url", "http://x"]',
        'c = "--max-tokens 5"',
        'ref = "registry.example.org/auth:2.1"',
        """e = '{"secret": true}'""",
    ],
)
def test_rest_is_shown(text: str) -> None:
    assert shown(text) == text


def test_default_is_hidden_in_what_is_no_toml() -> None:
    assert shown('a = { env = "A", default = "x" } b', is_toml=False) == 'a = { env = "A", default = *** } b'
    assert shown('a = """\nx', is_toml=False) == 'a = """\nx'
    assert shown('tokn = """\nx\n\ny', is_toml=False) == "tokn = ***\n*\n\n*"
