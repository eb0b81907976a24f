"""Documentation of a DAG or task."""

from typing import Annotated, Any, TypeAlias

from pydantic import Discriminator, Tag

from airdock.spec.base import Doc, Table
from airdock.spec.scalars import Path


class DocFile(Table):
    """Documentation in a file of the project."""

    file: Annotated[Path, Doc("Path of a Markdown file.")]


def _tag_doc(value: Any) -> str:
    return "<file>" if isinstance(value, dict | DocFile) else "<text>"


DocText: TypeAlias = Annotated[Annotated[str, Tag("<text>")] | Annotated[DocFile, Tag("<file>")], Discriminator(_tag_doc)]
