"""Where things are drawn: nothing overlaps, frames hold what is theirs, arrows go from left to right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from pictures import HEAD, fifty, pictures

from airdock.graph.layout import Area, Layout, arrange
from airdock.graph.picture import Picture
from commands import write_project
from conftest import CASES

Drawn = list[tuple[Picture, Layout]]
_CHAIN_THROUGH_A_GROUP = """
[dags.through.groups.inside]

[dags.through.tasks]
first = { image = "tool", group = "inside" }
outside = { image = "tool", after = ["first"] }
last = { image = "tool", group = "inside", after = ["outside"] }
"""
_EMPTY_GROUPS = """
[dags.empty.groups.outer]

[dags.empty.groups.inner]
parent = "outer"

[dags.empty.tasks]
a = { image = "tool" }
b = { image = "tool", after = ["a"] }
"""
TEXTS = {"fifty": fifty(), "through": HEAD + _CHAIN_THROUGH_A_GROUP, "empty": HEAD + _EMPTY_GROUPS}


@pytest.fixture(params=[*CASES, *TEXTS])
def drawn(request: pytest.FixtureRequest, tmp_path: Path, fixed_host: Callable[..., None]) -> Drawn:
    """Return the pictures of a project, arranged."""
    fixed_host()
    name = request.param
    folder = write_project(tmp_path, TEXTS[name]) if name in TEXTS else CASES[name]
    shown = pictures(folder)
    return [(one, arrange(one, {box.id: (120.0, 40.0 + 10 * (len(box.id) % 3)) for box in one.boxes})) for one in shown]


def overlap(one: Area, other: Area, apart: float = 0.0) -> bool:
    return (
        one.x < other.x + other.width + apart
        and other.x < one.x + one.width + apart
        and one.y < other.y + other.height + apart
        and other.y < one.y + one.height + apart
    )


def holds(frame: Area, area: Area) -> bool:
    return (
        frame.x < area.x
        and frame.y < area.y
        and area.x + area.width < frame.x + frame.width
        and area.y + area.height < frame.y + frame.height
    )


def test_boxes_are_apart(drawn: Drawn) -> None:
    for picture, layout in drawn:
        for one, other in combinations(picture.boxes, 2):
            assert not overlap(layout.areas[one.id], layout.areas[other.id], 8.0), (one.id, other.id)


def test_frames_hold_what_is_theirs_and_nothing_else(drawn: Drawn) -> None:
    for picture, layout in drawn:
        for frame in picture.frames:
            for other in [*(box.id for box in picture.boxes), *(one.id for one in picture.frames)]:
                area, inside = layout.areas[other], frame.id in picture.chain(other)
                if inside:
                    assert holds(layout.areas[frame.id], area), (frame.id, other)
                elif other != frame.id and other not in picture.chain(frame.id):
                    assert not overlap(layout.areas[frame.id], area), (frame.id, other)


def test_arrows_go_to_the_right_and_through_no_box(drawn: Drawn) -> None:
    for picture, layout in drawn:
        for route in layout.routes:
            assert all(before[0] <= after[0] for before, after in pairwise(route.points))
            first, then = layout.areas[route.arrow.first], layout.areas[route.arrow.then]
            assert route.points[0][0] == pytest.approx(first.x + first.width)
            assert route.points[-1][0] == pytest.approx(then.x)
            for line in _level(route.points):
                for box in picture.boxes:
                    around = {route.arrow.first, route.arrow.then} & {box.id, *picture.chain(box.id)}
                    assert around or not overlap(line, layout.areas[box.id]), (route.arrow, box.id)


def _level(points: tuple[tuple[float, float], ...]) -> Iterator[Area]:
    """Return the level pieces of a route; between them it turns where no box is."""
    for (x, y), (end, _) in list(pairwise(points))[::2]:
        yield Area(x, y, end - x, 0.1)


def test_every_wait_is_drawn(drawn: Drawn) -> None:
    for picture, layout in drawn:
        assert len(layout.routes) >= len({(arrow.first, arrow.then) for arrow in picture.arrows})


def test_picture_holds_everything(drawn: Drawn) -> None:
    for _, layout in drawn:
        for area in layout.areas.values():
            assert area.x >= -0.01
            assert area.y >= -0.01
            assert area.x + area.width <= layout.width + 0.01
            assert area.y + area.height <= layout.height + 0.01


def test_picture_is_hardly_higher_than_its_highest_column_has_to_be(drawn: Drawn) -> None:
    for picture, layout in drawn:
        levels = [box.level for box in picture.boxes]
        highest = max((levels.count(level) for level in levels), default=0)
        assert layout.height <= 200 + 3 * highest * 74
