"""`airdock init`: a first airdock.toml for what is there. Nothing is run, nothing is overwritten."""

from airdock.starter.start import StarterRefused, start

__all__ = ["StarterRefused", "start"]
