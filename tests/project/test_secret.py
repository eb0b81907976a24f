"""A secret cannot be shown by accident: every way from it to a text is refused, and the refusal does not hold it."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from airdock.emit.dag.pycode import literal
from airdock.project.secret import Secret

CANARY = "canary-5f3a"
WAYS: dict[str, Callable[[Any], object]] = {
    "str": str,
    "repr": repr,
    "ascii": ascii,
    "format": format,
    "format with a width": lambda secret: format(secret, ">20"),
    "f-string": lambda secret: f"{secret}",
    "f-string as repr": lambda secret: f"{secret!r}",
    "percent": lambda secret: "%s" % secret,  # noqa: UP031 - this way too
    "str.format": "{0}".format,
    "join": ",".join,
    "join in a list": lambda secret: ",".join(["a", *[secret]]),
    "concatenation": lambda secret: "a" + secret,
    "print": print,
    "list": list,
    "bytes": bytes,
    "in a list": lambda secret: str([secret]),
    "in a table": lambda secret: repr({"key": secret}),
    "json": json.dumps,
    "pickle": pickle.dumps,
    "oldest pickle": lambda secret: pickle.dumps(secret, 0),
    "copy": copy.copy,
    "deep copy": copy.deepcopy,
    "order": lambda secret: secret < "z",
    "variables": vars,
    "literal of Python": literal,
}


@pytest.mark.parametrize("way", WAYS)
def test_secret_cannot_become_text(way: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(TypeError) as refused:
        WAYS[way](Secret(CANARY))
    assert CANARY not in "".join(traceback.format_exception(refused.value))
    assert CANARY not in "".join(capsys.readouterr())


def test_secret_cannot_be_logged(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logging.Logger("test")
    logger.addHandler(logging.StreamHandler())
    logger.warning("password %s", Secret(CANARY))
    assert CANARY not in "".join(capsys.readouterr())


def test_secret_gets_no_attributes() -> None:
    with pytest.raises(AttributeError):
        Secret(CANARY).shown = True  # type: ignore[attr-defined]


def test_only_reveal_opens_a_secret() -> None:
    assert Secret(CANARY).reveal() == CANARY


def test_secrets_are_equal_by_their_text_and_to_nothing_else() -> None:
    assert Secret("a") == Secret("a")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
