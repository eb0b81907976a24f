"""A picture for the terminal: groups as a tree, in the order in which tasks run, with arrows to what comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from airdock.graph.picture import Box, Frame, Picture, shorten

_PLAIN = {"├─": "|-", "└─": "`-", "│": "|", "→": "->", "×": "x", "…": "~", "·": "-"}
"""What stands for a character that the terminal cannot show."""
_COLUMNS = ("images", "mounts", "connections")
_WIDTH = 100
"""Characters after which the names behind an arrow go on in the next line."""

_ABOUT = 60
"""Characters that are said of an image, mount or connection."""


def text(pictures: Sequence[Picture], shows: Callable[[str], bool]) -> str:
    """Return the pictures one below the other; in ASCII lines and arrows where others cannot be shown."""
    drawn = "\n".join("".join(f"{line.rstrip()}\n" for line in _picture(picture)) for picture in pictures)
    if not shows("".join(_PLAIN)):
        for char, plain in _PLAIN.items():
            drawn = drawn.replace(char, plain)
    return drawn or "no DAGs\n"


def _picture(picture: Picture) -> Iterator[str]:
    tasks = sum(bool(box.kind) for box in picture.boxes)
    yield f"{picture.id}: {picture.about}, {tasks} task{'' if tasks == 1 else 's'}"
    if picture.description:
        yield f"  {shorten(picture.description, _WIDTH)}"
    yield ""
    rows = list(_rows(picture, None, ""))
    used = [column for column in _COLUMNS if picture.used.get(column)]
    cells = [[row.level, row.tree, row.kind, *(", ".join(getattr(row.box, one, ())) for one in used)] for row in rows]
    titles = ["level", "task", "kind", *used]
    widths = [max(map(len, column)) for column in zip(titles, *cells, strict=True)]
    if rows:
        yield _line(titles, widths) + "next"
    for row, cell in zip(rows, cells, strict=True):
        start = _line(cell, widths)
        for index, following in enumerate(_wrapped(row.then, _WIDTH - len(start))):
            rest = _line(["", row.below, *[""] * (len(cell) - 2)], widths)
            yield start + f"→ {following}" if index == 0 else f"{rest}  {following}"
        if not row.then:
            yield start
    for part in used:
        yield ""
        yield part
        entries = picture.used[part]
        about = [shorten(one.about, _ABOUT) for one in entries]
        width, wide = max(len(one.name) for one in entries), max(map(len, about))
        for one, said in zip(entries, about, strict=True):
            names = _wrapped(list(one.tasks), _WIDTH - width - wide - 6)
            yield f"  {one.name:<{width}}  {said:<{wide}}  {names[0]}"
            for more in names[1:]:
                yield f"{'':<{width + wide + 6}}{more}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True)) + "  "


def _wrapped(names: Sequence[str], width: int) -> list[str]:
    """Return names in lines, with commas; each line has one at least."""
    lines: list[str] = []
    for name in names:
        if lines and len(lines[-1]) + len(name) + 2 <= max(width, 30):
            lines[-1] += f" {name},"
        else:
            lines.append(f"{name},")
    return [*lines[:-1], lines[-1].rstrip(",")] if lines else []


class _Row:
    """A line of the tree: a task or a group."""

    def __init__(self, box: Box | Frame, tree: str, below: str, then: list[str]) -> None:
        self.box, self.tree, self.below, self.then = box, tree, below, then
        self.level = str(box.level + 1) if isinstance(box, Box) else ""
        self.kind = " ".join(filter(None, (box.kind, box.runs))) if isinstance(box, Box) else ""


def _rows(picture: Picture, parent: str | None, indent: str) -> Iterator[_Row]:
    """Return the rows of a group, what starts first above."""
    level: dict[str, int] = {}
    for box in picture.boxes:
        for id_ in (box.id, *picture.chain(box.id)):
            level[id_] = min(level.get(id_, box.level), box.level)
    every: list[Box | Frame] = [*picture.boxes, *picture.frames]
    inside = [one for one in every if one.parent == parent]
    inside.sort(key=lambda one: level[one.id])
    frames = {frame.id for frame in picture.frames}
    for one in inside:
        last = one is inside[-1]
        then = [arrow.then for arrow in picture.arrows if arrow.first == one.id]
        names = list(dict.fromkeys(f"{id_}/" if id_ in frames else id_ for id_ in then))
        below = indent + ("   " if last else "│  ")
        label = f"{one.id}/" if isinstance(one, Frame) else " ".join([one.id, *(f"[{mark}]" for mark in one.marks)])
        yield _Row(one, indent + ("└─ " if last else "├─ ") + label, below, names)
        if isinstance(one, Frame):
            yield from _rows(picture, one.id, below)
