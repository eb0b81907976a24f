"""`[lint] ignore`: which warnings are silent, and what cannot be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from airdock.diagnostics.kind import CATALOGUE, Diagnostic
from airdock.diagnostics.shape import BAD_VALUE
from airdock.diagnostics.suggest import closest


def ignored_codes(values: dict[str, object]) -> frozenset[str]:
    """Return the codes that the raw values of airdock.toml ignore, whatever else they hold."""
    lint = values.get("lint")
    codes = lint.get("ignore") if isinstance(lint, dict) else None
    return frozenset(code for code in codes if isinstance(code, str)) if isinstance(codes, list) else frozenset()


def ignore_findings(codes: Sequence[str], know_all_kinds: Callable[[], None]) -> Iterator[Diagnostic]:
    """Return AD104 for each code that is none, or that is an error alone.

    ``know_all_kinds`` makes the catalogue whole: it is asked for a code that is not in it yet.
    """
    if not set(codes) <= _warnings():
        know_all_kinds()
    known = _warnings()
    for index, code in enumerate(codes):
        if code in known:
            continue
        if code in CATALOGUE:
            expected = "it is an error, and only warnings can be ignored"
            advice = f"`airdock explain {code}` says how it is mended"
        else:
            expected = "airdock has no such finding"
            # Any two codes look alike, so only one wrong or two swapped digits are a slip.
            near = closest(code, sorted(other for other in known if _is_slip(code, other)))
            advice = f'did you mean "{near}"?' if near else "`airdock explain` lists all codes"
        yield BAD_VALUE.at(("lint", "ignore", index), found=f'"{code}"', expected=expected, help=advice)


def _warnings() -> set[str]:
    return {code for code, kind in CATALOGUE.items() if kind.severity == "warning" or kind.also_warning}


def _is_slip(code: str, other: str) -> bool:
    return sorted(code) == sorted(other) or sum(a != b for a, b in zip(code, other, strict=True)) == 1
