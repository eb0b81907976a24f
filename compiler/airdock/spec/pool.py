"""`[pools.NAME]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Table

if TYPE_CHECKING:
    from typing import Annotated

    from pydantic import Field

    from airdock.spec.base import Doc
    from airdock.spec.scalars import Text


class PoolSpec(Table):
    """A pool: how many tasks that use it may run at once, over all DAGs."""

    slots: Annotated[int, Field(ge=0), Doc("How many slots the pool has.")]
    description: Annotated[Text, Doc("What the pool is for.")] = ""
    include_deferred: Annotated[bool, Doc("Count tasks that are deferred, too.")] = False
