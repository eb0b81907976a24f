"""Which names are those of secrets."""

from __future__ import annotations

import pytest

from airdock.facts import names_secret


@pytest.mark.parametrize(
    "name",
    [
        "password", "DB_PASSWORD", "PGPASSWORD", "smtp-password", "passwd", "SMTP_PASS", "token", "API_TOKEN",
        "apiToken", "client_secret", "clientSecret", "api_key", "API_KEY", "apiKey", "OPENAI_API_KEY", "apikey",
        "private_key", "AWS_SECRET_ACCESS_KEY", "secret_key", "SECRET", "AIRFLOW__CORE__FERNET_KEY",
        "AIRFLOW__API__SECRET_KEY",
        "AIRFLOW__API_AUTH__JWT_SECRET", "AIRFLOW__SMTP__SMTP_PASSWORD", "AIRFLOW_VAR_API_KEY", "key_passphrase",
    ],
)  # fmt: skip
def test_name_of_a_secret(name: str) -> None:
    assert names_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        "TOKEN_URL", "PASSWORD_FILE", "KEYCLOAK_URL", "SECRET_NAME", "SECRET_ID", "AWS_ACCESS_KEY_ID", "PRIMARY_KEY",
        "PUBLIC_KEY", "MAX_TOKENS", "TOKENIZER", "BYPASS", "COMPASS", "passive", "PASSWORD_MIN_LENGTH", "key", "user",
        "AIRFLOW__CORE__FERNET_KEY_SECRET", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET",
        "AIRFLOW__API__SECRET_KEY_CMD", "service_account", "http_proxy", "SENTRY_DSN", "webhook_url", "monkey",
        "secretary",
    ],
)  # fmt: skip
def test_name_of_something_else(name: str) -> None:
    assert not names_secret(name)
