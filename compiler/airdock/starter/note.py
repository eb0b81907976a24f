"""What `airdock init` leaves for a person."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Note:
    """Something that a person has to look at, and where: `file` or `file:line`."""

    place: str
    text: str

    def __str__(self) -> str:
        """Return it as findings are written: the place first, so that an editor can go there."""
        return " ".join(f"{self.place}: {self.text}".splitlines())
