"""Where boxes, frames and arrows go: levels are columns, a frame keeps its boxes together, arrows go round both.

Every box, every frame and, for an arrow past other columns, every column that it passes, is an item of the frame around
it. Items of one frame that share a column do not overlap; each is drawn towards what it is linked to (barycenter),
again and again, and the arrangement with the fewest crossings is kept.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from airdock.graph.items import PAD, Item, Link, Way, median, pack, settle
from airdock.graph.picture import Arrow, Picture

_GAP = 46.0
"""Between two columns, beside the borders of frames: there the arrows turn."""
_ROUNDS, _WORK = 10, 300_000
"""How often everything is arranged anew; and how many steps that may take."""


@dataclass(frozen=True)
class Area:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Route:
    """The points of an arrow: level from the first to the second, turning to the third, level again …."""

    arrow: Arrow
    points: tuple[tuple[float, float], ...]


@dataclass
class Layout:
    """A picture, arranged."""

    areas: dict[str, Area]
    """Of boxes and frames, by id."""
    routes: list[Route]
    width: float
    height: float


def arrange(picture: Picture, sizes: Mapping[str, tuple[float, float]]) -> Layout:
    """Return where everything goes; ``sizes`` are widths and heights of the boxes."""
    return _Arrangement(picture, sizes).done()


class _Arrangement:
    def __init__(self, picture: Picture, sizes: Mapping[str, tuple[float, float]]) -> None:
        self._picture = picture
        columns = max((box.level for box in picture.boxes), default=-1) + 1
        self._root = Item(None, 0, columns - 1, 0)
        self._items: dict[str, Item] = {}
        self._all: list[Item] = []
        for frame in picture.frames:
            levels = [box.level for box in picture.boxes if frame.id in picture.chain(box.id)]
            self._items[frame.id] = self._add(frame.parent, min(levels), max(levels), 0)
        for box in picture.boxes:
            self._items[box.id] = self._add(box.parent, box.level, box.level, sizes[box.id][1])
        self._widths = [
            max((sizes[box.id][0] for box in picture.boxes if box.level == column), default=0)
            for column in range(columns)
        ]
        self._links: list[Link] = []
        self._paths: list[tuple[Arrow, list[Item]]] = []
        for arrow in self._drawn_arrows():
            self._connect(arrow)
        self._best, self._kept = float("inf"), [(item.top, item.height) for item in self._all]

    def _add(self, parent: str | None, first: int, last: int, height: float, *, lane: bool = False) -> Item:
        around = self._root if parent is None else self._items[parent]
        return self._put(Item(around, first, last, height, lane=lane))

    def _put(self, item: Item) -> Item:
        assert item.parent is not None  # noqa: S101 - only the root has none
        item.parent.inside.append(item)
        item.centre = float(len(self._all))
        self._all.append(item)
        return item

    def _drawn_arrows(self) -> list[Arrow]:
        """Return the arrows that go from left to right; one to or from a group that does not is one of its tasks'."""
        found: dict[tuple[str, str], Arrow] = {}
        for arrow in self._picture.arrows:
            if self._items[arrow.first].last < self._items[arrow.then].first:
                found[arrow.first, arrow.then] = arrow
                continue
            for first in self._tasks(arrow.first):
                for then in self._tasks(arrow.then):
                    if self._items[first].last < self._items[then].first:
                        found.setdefault((first, then), Arrow(first, then, arrow.cleanup))
        return list(found.values())

    def _tasks(self, id_: str) -> list[str]:
        if not self._items[id_].inside:
            return [id_]
        return [box.id for box in self._picture.boxes if id_ in self._picture.chain(box.id)]

    def _connect(self, arrow: Arrow) -> None:
        """Add the links of an arrow, with a lane in each column that it passes."""
        first, then = self._items[arrow.first], self._items[arrow.then]
        path = [first]
        common = next(item for item in first.around() if item in then.around())
        for column in range(first.last + 1, then.first):
            near = [item for item in first.around() if item.last >= column]
            near += [item for item in then.around() if item.first <= column]
            own = [item for item in near if common in item.around()]
            path.append(self._put(Item(own[0] if own else common, column, column, 0.0, lane=True)))
        path.append(then)
        self._paths.append((arrow, path))
        for one, other in pairwise(path):
            ones, others = [one, *one.around()], [other, *other.around()]
            movers = ([item for item in ones if item not in others], [item for item in others if item not in ones])
            link = Link(one, other, (1.0, 2.0, 8.0)[one.lane + other.lane], movers)
            self._links.append(link)

    def done(self) -> Layout:
        """Arrange the items, and return the arrangement in numbers."""
        self._begin()
        columns = len(self._widths)
        moves = _WORK // (1 + len(self._all) + 2 * len(self._links))
        rounds = max(1, min(_ROUNDS, moves // (2 * columns + 14)))
        for _ in range(rounds):
            for side in (1, 0):
                for _ in range(min(columns, max(4, moves // (2 * rounds)))):
                    self._move((side,), free=True)
                for _ in range(4):
                    self._move((0, 1), free=False)
                self._keep_if_best(4.0)
        self._back_to_best()
        self._best = float("inf")
        for turn in range(6 * rounds):
            self._straighten(turn % 2)
            self._keep_if_best(0.0)
        self._back_to_best()
        return self._numbers()

    def _keep_if_best(self, of_height: float) -> None:
        cost = self._cost(of_height)
        if cost < self._best:
            self._best, self._kept = cost, [(item.top, item.height) for item in self._all]

    def _back_to_best(self) -> None:
        for item, (top, height) in zip(self._all, self._kept, strict=True):
            item.top, item.height = top, height
        settle(self._root)

    def _begin(self) -> None:
        """Put what hangs together side by side: in the order in which one finds it along the arrows."""
        then: dict[int, list[Item]] = {}
        for link in self._links:
            then.setdefault(id(link.first), []).append(link.then)
        seen: dict[int, int] = {}
        for start in sorted(self._all, key=lambda item: item.first):
            waiting = [start]
            while waiting:
                item = waiting.pop()
                if id(item) not in seen:
                    seen[id(item)] = len(seen)
                    waiting += reversed(then.get(id(item), []))
        for item in self._all:
            item.centre = 40.0 * seen[id(item)]
        for item in reversed(self._all):
            if item.inside:
                item.centre = sum(one.centre for one in item.inside) / len(item.inside)
        pack(self._root, {}, free=True)
        settle(self._root)

    def _move(self, sides: tuple[int, ...], *, free: bool) -> None:
        """Draw everything to the middle of what it is linked to: on the left (1), on the right (0) or on both.

        ``free`` items change places.
        """
        pull: dict[Item, float] = {}
        found = self._pulls(sides)
        for item, ways in found.items():
            total = sum(way * weight for way, weight, _ in ways)
            pull[item] = total / sum(weight for _, weight, _ in ways) / len(sides)
        pack(self._root, self._rest(found, pull), free=free)
        settle(self._root)

    def _straighten(self, parity: int) -> None:
        """Draw the items of every other column to where the arrows are shortest: many are straight then."""
        pull: dict[Item, float] = {}
        for item, ways in self._pulls((0, 1)).items():
            # A frame goes with what is in it.
            own = [one for one in ways if one[2][0] is item]
            if own and item.first % 2 == parity:
                pull[item] = median(own)
        pack(self._root, pull, free=False)
        settle(self._root)

    def _pulls(self, sides: tuple[int, ...]) -> dict[Item, list[Way]]:
        found: dict[Item, list[Way]] = {}
        for link in self._links:
            way = link.then.centre - link.first.centre
            for side in sides:
                for item in link.movers[side]:
                    found.setdefault(item, []).append((way if side == 0 else -way, link.weight, link.movers[side]))
        return found

    def _rest(self, found: dict[Item, list[Way]], pull: dict[Item, float]) -> dict[Item, float]:
        """Return how far each item moves in its frame, which moves itself because of what is in it."""
        rest: dict[Item, float] = {}
        for item, way in pull.items():
            ways, frame = found[item], item.parent
            with_frame = sum(weight for _, weight, moved in ways if frame in moved)
            share = with_frame / sum(weight for _, weight, _ in ways)
            rest[item] = way - (pull.get(frame, 0.0) * share if frame is not None else 0.0)
        return rest

    def _cost(self, of_height: float) -> float:
        """Return how bad it looks: crossings first, then how far the arrows go up and down, and the height."""
        gaps: dict[int, list[tuple[float, float]]] = {}
        for link in self._links:
            gaps.setdefault(link.first.last, []).append((link.first.centre, link.then.centre))
        crossings = 0
        for ends in gaps.values():
            seen: list[float] = []
            for _, end in sorted(ends):
                crossings += len(seen) - bisect_right(seen, end)
                insort(seen, end)
        height = max((item.top + item.height for item in self._root.inside), default=0.0)
        return (
            crossings * 200
            + of_height * height
            + sum(abs(link.first.centre - link.then.centre) for link in self._links)
        )

    def _numbers(self) -> Layout:
        columns = len(self._widths)
        left: dict[Item, float] = {}
        right: dict[Item, float] = {}
        for item in reversed(self._all):
            if item.inside:
                inner = [one for one in item.inside if one.inside]
                left[item] = PAD + max((left[one] for one in inner if one.first == item.first), default=0)
                right[item] = PAD + max((right[one] for one in inner if one.last == item.last), default=0)
        before = [max((left[item] for item in left if item.first == column), default=0) for column in range(columns)]
        after = [max((right[item] for item in right if item.last == column), default=0) for column in range(columns)]
        starts, x = [], 0.0
        for column in range(columns):
            starts.append(x + before[column])
            x = starts[column] + self._widths[column] + after[column] + _GAP
        areas: dict[str, Area] = {}
        for id_, item in self._items.items():
            start = starts[item.first] - left.get(item, 0)
            end = starts[item.last] + self._widths[item.last] + right.get(item, 0)
            areas[id_] = Area(start, item.centre - item.height / 2, end - start, item.height)
        routes = []
        for arrow, path in self._paths:
            points = []
            for item in path:
                from_ = areas[arrow.first].x + areas[arrow.first].width if item is path[0] else None
                to = areas[arrow.then].x if item is path[-1] else None
                points += [
                    (starts[item.first] - before[item.first] if from_ is None else from_, item.centre),
                    (starts[item.last] + self._widths[item.last] + after[item.last] if to is None else to, item.centre),
                ]
            routes.append(Route(arrow, tuple(points)))
        height = max((area.y + area.height for area in areas.values()), default=0.0)
        lanes = max((item.centre for item in self._all), default=0.0)
        return Layout(areas, routes, max(x - _GAP, 0.0), max(height, lanes))
