"""What the user wrote: the tables of airdock.toml as models, strict and frozen. Nothing is looked up here."""

from airdock.spec.project import ProjectSpec

__all__ = ["ProjectSpec"]
