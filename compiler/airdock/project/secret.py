"""Secret text, as a type that cannot be printed by accident."""

from __future__ import annotations

from typing import NoReturn


class Secret:
    """A secret. `emit/dotenv.py` opens it, into `.env`.

    `rules/mounts.py` opens the source of a mount too, which is a value of the host and no secret.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Return the text. For those named above alone."""
        return self._text

    def __eq__(self, other: object) -> bool:
        """Compare with another secret."""
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        """Hash like the text."""
        return hash(self._text)

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a secret cannot be printed")

    __str__ = __repr__ = __format__ = __iter__ = __reduce__ = _refuse
