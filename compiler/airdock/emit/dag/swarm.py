"""A service of Docker Swarm as arguments of its operator."""

from __future__ import annotations

from airdock.emit.dag.pycode import Node, call, literal, sequence
from airdock.project.model import Swarm


def swarm_arguments(swarm: Swarm | None) -> dict[str, Node]:
    """Return the arguments that only DockerSwarmOperator has; none for a container."""
    if swarm is None:
        return {}
    found: dict[str, Node] = {keyword: literal(value) for keyword, value in swarm.options.items()}
    if swarm.mode is not None:
        replicas = {} if swarm.replicas is None else {"replicas": swarm.replicas}
        arguments = {"mode": swarm.mode, **replicas}
        found["mode"] = call("ServiceMode", {key: literal(value) for key, value in arguments.items()})
    if swarm.constraints:
        found["placement"] = call("Placement", {"constraints": literal(list(swarm.constraints))})
    for keyword, name, rows in (
        ("configs", "ConfigReference", swarm.configs),
        ("secrets", "SecretReference", swarm.secrets),
    ):
        if rows:
            found[keyword] = sequence([call(name, {key: literal(value) for key, value in row.items()}) for row in rows])
    if swarm.resources:
        found["container_resources"] = call(
            "Resources", {key: literal(value) for key, value in swarm.resources.items()}
        )
    return found
