"""What runs when a DAG or task succeeds, fails, is retried or is skipped."""

from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import Discriminator, Field, Tag

from airdock.spec.base import Doc, For, Kinds, Table
from airdock.spec.scalars import ClassPath, Identifier


class CallbackSpec(Table):
    """A callback: a notifier of Airflow's, or a function that takes the context."""

    kinds: ClassVar[Kinds | None] = Kinds(("notifier", "callable"))

    notifier: Annotated[ClassPath | None, Doc("Class of a notifier, by its full name.")] = None
    args: Annotated[dict[Identifier, Any], For("notifier"), Doc("Arguments of the notifier. airdock does not check them.")] = Field(default_factory=dict)
    callable: Annotated[ClassPath | None, Doc("A function with its module, such as company.alerts.notify; Airflow must be able to import it.")] = None


def _tag_callbacks(value: Any) -> str:
    return "<list>" if isinstance(value, list) else "<one>"


Callbacks: TypeAlias = Annotated[
    Annotated[CallbackSpec, Tag("<one>")] | Annotated[list[CallbackSpec], Field(min_length=1), Tag("<list>")],
    Discriminator(_tag_callbacks),
]
"""One callback, or several."""
CALLBACK_KEYS = ("on_success", "on_failure", "on_retry", "on_skipped")
