"""What an arrangement is made of, and how the items of a frame find their places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PAD, TITLE = 12.0, 22.0
"""Between a frame and what is in it; and for its name."""
_SPACE, _LANE = 7.0, 4.0
"""Above and below a box, and an arrow that passes."""
_SLACK, _MORE = 1.05, 24.0
"""How much higher than it must be a frame may be, for straight arrows."""


@dataclass(eq=False)
class Item:
    parent: Item | None
    first: int
    last: int
    """Columns."""
    height: float
    centre: float = 0.0
    top: float = 0.0
    """In its frame."""
    inside: list[Item] = field(default_factory=list)
    lane: bool = False

    @property
    def margin(self) -> float:
        return _LANE if self.lane else _SPACE

    def around(self) -> list[Item]:
        found: list[Item] = []
        item = self.parent
        while item is not None:
            found.append(item)
            item = item.parent
        return found


@dataclass(eq=False)
class Link:
    """Two items in columns side by side, and what moves with each of them."""

    first: Item
    then: Item
    weight: float
    movers: tuple[list[Item], list[Item]]
    """What it draws: an item and the frames around it that do not hold the other one."""


Way = tuple[float, float, "list[Item]"]
"""How far a link draws an item, how strongly, and what else it draws."""


def median(ways: list[Way]) -> float:
    """Return the least move to a place from which the ways are shortest in all."""
    ordered = sorted((way, weight) for way, weight, _ in ways)
    half = sum(weight for _, weight in ordered) / 2
    low = high = 0.0
    before = 0.0
    for way, weight in ordered:
        if before < half:
            low = way
        if before <= half:
            high = way
        before += weight
    return min(max(0.0, low), high)


def pack(frame: Item, pull: Mapping[Item, float], *, free: bool) -> float:
    """Place the items of a frame, inner frames first, as near as may be to where they are drawn.

    Returns where the topmost of them would be, if nothing else moved.
    """
    wanted: dict[Item, float] = {}
    for item in frame.inside:
        if item.inside:
            # What moves in it makes a frame greater on one side.
            top = pack(item, pull, free=free) - TITLE
            wanted[item] = top + item.height / 2 + pull.get(item, 0.0)
        else:
            wanted[item] = item.centre + pull.get(item, 0.0)
    order = sorted(frame.inside, key=lambda item: wanted[item] if free else item.centre)
    tops = {item: wanted[item] - item.height / 2 for item in order}
    tight = _down(order, dict.fromkeys(order, 0.0), 0.0)
    least = max((top + item.height + item.margin for item, top in tight.items()), default=0.0)
    height = _MORE + _SLACK * least
    start = sum(tops[item] - top for item, top in tight.items()) / max(1, len(tight)) - (height - least) / 2
    # Both keep the order, the distances and the height, and so does what is halfway between them.
    low = _up(order, _down(order, tops, start), start + height)
    high = _down(order, _up(order, tops, start + height), start)
    for item in order:
        item.top = (low[item] + high[item]) / 2
    start = min((item.top for item in frame.inside), default=0.0)
    for item in frame.inside:
        item.top -= start
    if frame.parent is not None:
        frame.height = TITLE + max(item.top + item.height for item in frame.inside) + PAD
    return start


def _down(order: list[Item], tops: Mapping[Item, float], start: float) -> dict[Item, float]:
    """Push items down until none overlaps, and none begins above the start."""
    found: dict[Item, float] = {}
    lower = [start] * (max((item.last for item in order), default=0) + 1)
    for item in order:
        span = range(item.first, item.last + 1)
        found[item] = max(tops[item], *(lower[column] + item.margin for column in span))
        for column in span:
            lower[column] = found[item] + item.height + item.margin
    return found


def _up(order: list[Item], tops: Mapping[Item, float], end: float) -> dict[Item, float]:
    """Push items up until none overlaps, and none ends below the end."""
    found: dict[Item, float] = {}
    upper = [end] * (max((item.last for item in order), default=0) + 1)
    for item in reversed(order):
        span = range(item.first, item.last + 1)
        found[item] = min(tops[item], *(upper[column] - item.height - item.margin for column in span))
        for column in span:
            upper[column] = found[item] - item.margin
    return found


def settle(root: Item) -> None:
    """Find the centres from where the items are in their frames."""
    waiting = [(root, 0.0)]
    while waiting:
        frame, start = waiting.pop()
        for item in frame.inside:
            item.centre = start + item.top + item.height / 2
            if item.inside:
                waiting.append((item, start + item.top + TITLE))
