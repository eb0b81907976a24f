"""The nearest known name to one that is not known."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from functools import lru_cache

MANY = 100
"""More known names than these are not all compared: a project may have thousands, and as many mistakes."""
_NEAR = 0.6
"""How alike two words have to be, by difflib."""
_LONGEST = 100
"""Characters of a word that is compared; nobody mistypes a longer one by a letter."""


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` was most likely meant to be, if one is near enough."""
    return _closest(word, tuple(known))


@lru_cache(maxsize=4096)
def _closest(word: str, known: tuple[str, ...]) -> str | None:
    # Only a run that has something to report pays for this import.
    from difflib import get_close_matches

    folded, by_start, by_end = _index(known)
    wanted = word.casefold()
    if wanted in folded:
        return folded[wanted]
    if len(wanted) > _LONGEST:
        return None
    candidates: Iterable[str] = folded
    if len(folded) > MANY:
        # A word with one mistake in it shares its beginning or its end with what was meant.
        candidates = dict.fromkeys([*_around(wanted, by_start), *(end[::-1] for end in _around(wanted[::-1], by_end))])
    candidates = [name for name in candidates if _may_be_near(wanted, name)]
    near = get_close_matches(wanted, candidates, n=1, cutoff=_NEAR) if candidates else []
    return folded[near[0]] if near else None


@lru_cache(maxsize=64)
def _index(known: tuple[str, ...]) -> tuple[dict[str, str], list[str], list[str]]:
    """Return the words by their folded form, and these in order, forwards and backwards."""
    folded = {word.casefold(): word for word in reversed(known)}
    return folded, sorted(folded), sorted(word[::-1] for word in folded)


def _may_be_near(word: str, name: str) -> bool:
    """Say whether two words can be alike at all: difflib takes a hundred times as long to see that they are not."""
    mine, others = _letters(word), _letters(name)
    # Each of these letters stands in one of them alone.
    alike = min(len(word) - (mine & ~others).bit_count(), len(name) - (others & ~mine).bit_count())
    return 2.0 * alike >= _NEAR * (len(word) + len(name))


@lru_cache(maxsize=4096)
def _letters(word: str) -> int:
    """Return a bit for each letter of a word; two letters may have the same one."""
    return sum({1 << (ord(letter) & 63) for letter in word})


def _around(word: str, ordered: list[str]) -> list[str]:
    at = bisect(ordered, word)
    return ordered[max(0, at - MANY // 8) : at + MANY // 8]


def did_you_mean(word: str, known: Iterable[str], *, what: str = "known") -> str | None:
    """Return the help text for an unknown word: the nearest name, else the few names there are."""
    names = list(known)
    near = closest(word, names)
    if near is not None:
        return f'did you mean "{near}"?'
    if not names:
        return f"{what}: none"
    if len(names) <= 12:
        return f"{what}: {', '.join(names)}"
    return None
