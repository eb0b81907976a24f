"""Kinds that more than one stage raises: what a table may hold, and files that are named."""

from __future__ import annotations

from datetime import date, datetime, time

from airdock.diagnostics.kind import Kind

UNKNOWN_KEY = Kind(
    "AD101",
    "unknown-key",
    "error",
    'unknown key "{key}"{where}',
    what="A key that the language does not have at this place.",
    why="A misspelt key would be ignored, and its setting with it.",
    example='[images.etl]\nref = "alpine:3.20"\nconection = "registry"\n',
    fix="Correct the spelling; `airdock schema` and your editor list the keys of each table.",
)
MISSING_KEY = Kind(
    "AD102",
    "missing-key",
    "error",
    'missing key "{key}"{where}',
    what="A key that this table must have is not there.",
    why="airdock does not guess what only you can know.",
    example='[mounts.raw]\nsource = "data"\n',
    fix="Add the key to the table that the finding points at.",
)
WRONG_TYPE = Kind(
    "AD103",
    "wrong-type",
    "error",
    "expected {expected}, found {found}",
    what="The value is of another type than this key takes.",
    why="TOML knows text, numbers, booleans, dates, lists and tables; airdock does not turn one into another.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.b]\nimage = "etl"\nretries = "3"\n',
    fix="Write the value as the type that the finding names: text in quotes, numbers and booleans without.",
)
BAD_VALUE = Kind(
    "AD104",
    "value-not-allowed",
    "error",
    "{found} is not allowed here: {expected}",
    what="The value has the right type, but is not one of those that are allowed.",
    why="It would fail later, in Compose, in the image build or when the task runs.",
    example='[airflow]\nversion = "3.3.2"\nexecutor = "kubernetes"\n',
    fix="Use one of the values that the finding names.",
)
BAD_NAME = Kind(
    "AD105",
    "bad-name",
    "error",
    '"{name}" is not a name that can be used here: {expected}',
    what="A name that you choose has characters that are not allowed at this place, or is too long.",
    why="Names become image names, file names, Python identifiers and environment variables.",
    example='[images."My Image"]\nref = "alpine:3.20"\n',
    fix="Use lower-case letters, digits, - and _ for images and mounts; letters, digits and _ for connections.",
)
KEYS_CONFLICT = Kind(
    "AD106",
    "keys-conflict",
    "error",
    "{problem}",
    what="Of some keys exactly one, or at most one, may be set; or a key belongs to another kind of table.",
    why="It would not be clear which of them is meant.",
    example='[images.etl]\nref = "alpine:3.20"\nbuild = "images/etl"\n',
    fix="Keep one of the keys that the finding names.",
)
NOT_FOUND = Kind(
    "AD212",
    "file-not-found",
    "error",
    "{what} {path} {reason}",
    what="A file or folder that airdock.toml names is not there.",
    why="It is read when airdock builds, or when the image is built.",
    example='[images.etl]\nfrom = "python:3.12-slim"\npip = "no-such-file.txt"\n',
    fix="Correct the path: it is relative to the folder of airdock.toml and uses /.",
)
LEAVES_PROJECT = Kind(
    "AD906",
    "leaves-project",
    "error",
    "{path} leaves the project",
    what="A relative path, or a symbolic link on it, leads out of the folder of airdock.toml.",
    why="What is built would depend on files that are not in the repository.",
    example='[images.etl]\nfrom = "python:3.12-slim"\npip = "../requirements.txt"\n',
    fix="Move the file into the project, or write an absolute path if it is meant to be outside.",
)
LANGUAGE_VERSION = Kind(
    "AD006",
    "language-version",
    "error",
    "language version {found} is not supported",
    what="`airdock = …` at the top names a version of the language that this airdock does not know.",
    why="Another version may give the same keys another meaning.",
    example='airdock = 2\n\n[project]\nname = "shop"\n\n[airflow]\nversion = "3.3.2"\n',
    fix="Write airdock = 1, or install an airdock that knows the newer language.",
)
NOT_A_DURATION = Kind(
    "AD107",
    "not-a-duration",
    "error",
    "{found} is not a duration{reason}",
    what="A duration is a text of numbers with units, w d h m s in falling order, each at most once, and not zero.",
    why="5 could be seconds or minutes.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.b]\nimage = "etl"\ntimeout = "5 minutes"\n',
    fix='Write "90s", "5m", "1h30m", "2d" or "1w".',
)
NOT_A_SIZE = Kind(
    "AD108",
    "not-a-size",
    "error",
    "{found} is not a size{reason}",
    what="A size is a text of a number with one of the units b k m g, or an integer of bytes; memory is at least 6m.",
    why="The engine refuses other forms, such as 64Mi or 0.5, when the task starts.",
    example='[images.etl]\nref = "alpine:3.20"\n\n[dags.a.tasks.b]\nimage = "etl"\nmemory = "64Mi"\n',
    fix='Write "512m", "2g" or "64k".',
)


def describe(value: object) -> str:
    """Return a TOML value's type in words; never the value, which may be a secret."""
    match value:
        case bool():
            return "a boolean"
        case str():
            return "text"
        case int():
            return "an integer"
        case float():
            return "a decimal number"
        case datetime():
            return "a date-time"
        case date():
            return "a date"
        case time():
            return "a time"
        case list():
            return "a list"
        case dict():
            return "a table"
        case _:
            return type(value).__name__
