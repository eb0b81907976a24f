"""What makes a finding the same finding in the next run, although lines have moved."""

from __future__ import annotations

import hashlib
from collections import Counter

from airdock.diagnostics.kind import SpecPlace
from airdock.diagnostics.locate import Located


def fingerprints(findings: list[Located]) -> list[str]:
    """Return a text for each finding, which no other of them has.

    It is made of the file, the code, the sentence, and the keys that lead to the place, but of no line, no column and
    no index of a list: what is inserted above changes none. Findings that are equal in all that are numbered.
    """
    seen: Counter[str] = Counter()
    made = []
    for found in findings:
        identity = "\0".join(_identity(found))
        seen[identity] += 1
        made.append(hashlib.sha256(f"{identity}\0{seen[identity]}".encode("utf-8", "surrogatepass")).hexdigest())
    return made


def _identity(found: Located) -> tuple[str, ...]:
    diagnostic = found.diagnostic
    path = diagnostic.place.path if isinstance(diagnostic.place, SpecPlace) else ()
    keys = [part for part in path if isinstance(part, str)]
    return found.location.file, diagnostic.kind.code, diagnostic.message, *keys
