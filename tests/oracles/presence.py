"""What to do about a judge that is not installed."""

from __future__ import annotations

import os

import pytest


def required_or_skip(what: str, present: bool, how: str) -> None:
    """Go on if the judge `what` is there; otherwise skip the test, or fail it where CI is "true".

    `how` is the command that installs it.
    """
    if present:
        return
    reason = f"{what} is not installed: {how}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
