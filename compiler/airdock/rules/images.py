"""Rules about images."""

from __future__ import annotations

from collections.abc import Iterator

from airdock.diagnostics import Diagnostic, Kind
from airdock.rules.context import Context

MOVING_TAG = Kind(
    "AD404",
    "moving-tag",
    "warning",
    'image "{reference}" has no fixed tag',
    what="An image is named without a tag, or with `latest`.",
    why="Each host keeps what it pulled first, so the same project runs different software in different places.",
    example='[images.etl]\nref = "alpine"\n',
    fix="Name a version: alpine:3.20, or a digest: alpine@sha256:….",
)


def fixed_tag(context: Context) -> Iterator[Diagnostic]:
    """An image that is used as it is should have a tag that stays."""
    for image in context.project.images:
        if image.build is None:
            _, _, last = image.reference.rpartition("/")
            if "@" not in last and last.partition(":")[2] in ("", "latest"):
                yield MOVING_TAG.at(("images", image.name, "ref"), reference=image.reference)
