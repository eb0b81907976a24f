"""What runs when a DAG or task succeeds, fails, is retried or is skipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Kinds, Table

if TYPE_CHECKING:
    from typing import Annotated, Any, ClassVar

    from airdock.spec.base import Doc, For
    from airdock.spec.scalars import ClassPath, Identifier


class CallbackSpec(Table):
    """A callback: a notifier of Airflow's, or a function that takes the context."""

    kinds: ClassVar[Kinds | None] = Kinds(("notifier", "callable"))

    notifier: Annotated[ClassPath | None, Doc("Class of a notifier, by its full name.")] = None
    args: Annotated[dict[Identifier, Any], For("notifier"), Doc("Arguments of the notifier. airdock does not check them.")] = {}
    callable: Annotated[ClassPath | None, Doc("A function with its module, such as company.alerts.notify; Airflow must be able to import it.")] = None


CALLBACK_KEYS = ("on_success", "on_failure", "on_retry", "on_skipped")
