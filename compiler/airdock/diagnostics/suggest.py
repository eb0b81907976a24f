"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word that ``word`` was most likely meant to be, if one is near enough."""
    # Only a run that has something to report pays for this import.
    from difflib import get_close_matches

    candidates = list(known)
    folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    if word.casefold() in folded:
        return folded[word.casefold()]
    near = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None


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
