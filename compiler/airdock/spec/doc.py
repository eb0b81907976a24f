"""Documentation of a DAG or task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Table

if TYPE_CHECKING:
    from typing import Annotated

    from airdock.spec.base import Doc
    from airdock.spec.scalars import Path


class DocFile(Table):
    """Documentation in a file of the project."""

    file: Annotated[Path, Doc("Path of a Markdown file.")]
