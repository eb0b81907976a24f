"""`[assets.NAME]`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from airdock.spec.base import Table

if TYPE_CHECKING:
    from typing import Annotated, Any

    from pydantic import Field

    from airdock.spec.base import Doc


class AssetSpec(Table):
    """Data that tasks make and DAGs wait for (a dataset on Airflow 2)."""

    uri: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9+.-]*://[\x21-\x7e]+$", max_length=1500), Doc('What the data is called everywhere, such as "s3://shop/orders". Airflow does not open it.')]
    extra: Annotated[dict[str, Any], Doc("Further facts about the data, as JSON.")] = {}
