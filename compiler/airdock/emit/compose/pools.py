"""The one-shot service that gives Airflow its pools before the scheduler needs them."""

from __future__ import annotations

import json
from typing import Any

from airdock.emit.compose.yaml import literal
from airdock.project.model import Project

SCHEDULER = "airflow-scheduler"
_IMPORT = 'printf %s "$AIRDOCK_POOLS" > /tmp/pools.json && airflow pools import /tmp/pools.json'


def pools_service(project: Project, common: dict[str, Any], builder: str) -> dict[str, Any]:
    """Return the service: like the scheduler of the base file, which knows the database, but for what it runs."""
    pools = {
        pool.name: {
            "slots": pool.slots,
            "description": pool.description,
            "include_deferred": pool.include_deferred,
        }
        for pool in project.pools
    }
    text = json.dumps(pools, ensure_ascii=False)
    after = {builder: {"condition": "service_completed_successfully"}}
    if project.compose.bundled:
        # The scheduler waits until the web server is healthy; the import needs the database alone, and is done by then.
        after[project.target.airflow.webserver] = {"condition": "service_started"}
    return {
        "extends": {"file": literal(project.compose.base), "service": SCHEDULER},
        **common,
        "environment": {**common.get("environment", {}), "AIRDOCK_POOLS": literal(text)},
        "command": ["bash", "-ec", literal(_IMPORT)],
        "restart": "no",
        "healthcheck": {"disable": True},
        "depends_on": after,
    }
