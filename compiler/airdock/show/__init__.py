"""`airdock show`: what a project means, as JSON, each value with the place in airdock.toml that set it."""

from airdock.show.command import UnknownName, as_json

__all__ = ["UnknownName", "as_json"]
