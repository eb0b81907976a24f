"""What names, paths and other texts look like, and the words for it in a finding."""

from __future__ import annotations

NAME = r"^[a-z][a-z0-9_-]*$"
IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]*$"
ID = r"^[A-Za-z][A-Za-z0-9_-]*$"
PROJECT = r"^[a-z0-9][a-z0-9_-]*$"
RELEASE = r"^[0-9]+\.[0-9]+\.[0-9]+$"
PYTHON = r"^3\.[0-9]+$"
CLASS = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)+$"
FUNCTION = r"^[^:\x00]+\.py:[A-Za-z_][A-Za-z0-9_]*$"
ABSOLUTE = r"^/[^\x00]*[^\x00/][^\x00]*$"
GET = r"^(uri|host|port|login|password|schema|extra\..+)$"
PATH = r"^[^\x00]+$"
TEXT = r"^[^\x00]*$"
REQUIREMENT = r"^[A-Za-z0-9][^\r\n\x00]*$"
SERVICE = r"^[a-zA-Z0-9._-]+$"
OWNER = r"^[A-Za-z0-9_.-]+(:[A-Za-z0-9_.-]+)?$"
ENGINE_URL = r"^(unix:///[^\s\x00]+|(tcp|https?)://(\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]\x00]+):[0-9]{1,5})$"
ABSOLUTE_LINE = r"^/[^\x00\r\n]*[^\x00/\r\n][^\x00\r\n]*$"
COMPOSE_FILE = r"^[^\x00-\x1f\x7f:]+$"
PATH_OR_URL = r"^[^\x00\r\n]+$"
REQUIREMENTS_FILE = r"^(?:[\w./-]{1,60}\.(?:txt|in)|(?:[\w./-]{1,60}/)?(?:pyproject\.toml|setup\.cfg|(?:poetry|uv|pdm)\.lock|environment\.ya?ml))$"
"""A file that requirements stand in. pip takes such a name for that of a package, which anybody may have put there."""
PLAIN_PATH = r"^[^\x00\r\n*?\[\]\\]+$"

PATTERN_WORDS = {
    NAME: "a name is lower-case letters, digits, - and _, starts with a letter, and has at most 63 characters",
    IDENTIFIER: "letters, digits and _, not starting with a digit",
    ID: "letters, digits, - and _, starting with a letter",
    PROJECT: "lower-case letters, digits, - and _, starting with a letter or digit",
    RELEASE: 'a full release such as "3.3.2"',
    PYTHON: 'a Python version such as "3.12"',
    CLASS: 'a class with its module, such as "airflow.providers.standard.operators.empty.EmptyOperator"',
    FUNCTION: '"path/to/file.py:function"',
    ABSOLUTE: "an absolute path below /",
    PATH: "a path, not empty",
    GET: "uri, host, port, login, password, schema or extra.KEY",
    TEXT: "text without NUL characters",
    REQUIREMENT: 'a requirement such as "pandas==2.2.3"; options of pip do not belong here',
    SERVICE: "letters, digits, . _ and -",
    OWNER: "a user, or user:group",
    ABSOLUTE_LINE: "an absolute path below /, in one line",
    COMPOSE_FILE: "a file name without colons and control characters",
    PATH_OR_URL: "a path or an address, in one line",
    PLAIN_PATH: "a path of the project, without * ? [ ] and backslash",
    r"^[^\s\x00-\x1f]+$": "one word, without blanks",
    r"^[^\r\n\x00]*$": "text in one line",
    r"^[^\s\x00-\x1f$]+$": 'an image reference such as "python:3.12-slim"',
    r"^[a-z0-9]+([._/:-]+[a-z0-9]+)*$": "an image repository in lower case, without a tag",
    r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$": 'an image tag, or "content"',
    r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*$": "letters, digits, _ . and -, starting with a letter or digit",
    r"^[0-7]{3,4}$": 'permissions in octal, such as "1777"',
    r"^[\w-]+$": "a connection type such as postgres: letters, digits, _ and -",
    r"^[^\s\x00]+$": "one word, without blanks",
    r"^AD[0-9]{3}$": "a code such as AD404",
    ENGINE_URL: "unix:///path, or tcp://host:port",
}
"""What each pattern asks for, in words."""
