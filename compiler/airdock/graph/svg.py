"""A picture as SVG that needs nothing else: no font, no script, readable on light and on dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from airdock.graph.layout import Area, Layout, Route, arrange
from airdock.graph.picture import Box, Frame, Picture, shorten

_MARGIN, _HEAD, _BETWEEN = 20.0, 52.0, 40.0
_WIDEST, _NARROWEST = 210.0, 96.0
"""Of a box."""
_LINE, _LEAST_HEADER = 15.0, 560.0
_NARROW, _WIDE = frozenset("iljtfrI.,:;|!'()[]/ "), frozenset("mwMW@%×…→")
_STYLE = """\
text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1f2328}
.paper{fill:#fff}.dag{font-size:16px;font-weight:600}.task{font-size:13px;font-weight:600}
.dim,.group{fill:#59636e}.small{font-size:11px}.group{font-weight:600;font-size:11px}
.box{fill:#fff;stroke:#c4cbd3}.frame{fill:#818b98;fill-opacity:.07;stroke:#818b98;stroke-opacity:.55}
.container{fill:#2f6feb}.python{fill:#1a7f37}.operator{fill:#bc6a00}.none{fill:#818b98}
.arrow{fill:none;stroke:#818b98;stroke-width:1.4}.head{fill:#818b98}.cleanup{stroke-dasharray:4 3}
.icon{fill:none;stroke:#59636e;stroke-width:1.1}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.paper{fill:#0d1117}.dim,.group{fill:#9198a1}
.box{fill:#161b22;stroke:#3d444d}.container{fill:#4c8dff}.python{fill:#3fb950}.operator{fill:#db8e2a}
.icon{stroke:#9198a1}}"""
_HEAD_OF_ARROW = (
    '<marker id="head" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path class="head" d="M0 .5 8 4 0 7.5Z"/></marker>'
)
_ICONS = {
    "images": "M1 3.2 5.5 1 10 3.2V7.8L5.5 10 1 7.8ZM1 3.2 5.5 5.4 10 3.2M5.5 5.4V10",
    "mounts": "M1 2.5H4.2L5.4 3.8H10V9H1Z",
    "connections": "M3 1V3.5M8 1V3.5M1.8 3.5H9.2V5.5A3.7 2.8 0 0 1 1.8 5.5ZM5.5 8.3V10.5",
}
"""Drawn in a square of 11."""


def svg(pictures: Sequence[Picture]) -> str:
    """Return the pictures one below the other."""
    parts: list[str] = []
    y, width = _MARGIN, 360.0
    for picture in pictures:
        sizes = {box.id: _size(box) for box in picture.boxes}
        layout = arrange(picture, sizes)
        parts += [f'<g transform="translate({_MARGIN:g} {y:g})">', *_picture(picture, layout), "</g>"]
        y += _HEAD + layout.height + _BETWEEN
        id_, about, description = _header(picture, layout)
        width = max(width, layout.width, _width(id_, 18) + 10 + _width(about), _width(description))
    legend = list(_legend(pictures))
    width, height = width + 2 * _MARGIN, y + (16 if legend else 0)
    title = ", ".join(picture.id for picture in pictures) or "no DAGs"
    size = f'viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{_text(title)}">',
        f"<style>{_STYLE}</style>",
        f"<defs>{_HEAD_OF_ARROW}</defs>",
        '<rect class="paper" width="100%" height="100%"/>',
        *parts,
        f'<g transform="translate({_MARGIN:g} {y - 16:g})">',
        *legend,
        "</g>",
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    return escape(text, {'"': "&quot;"})


def _width(text: str, size: float = 12) -> float:
    """Return about how wide a text is: with a wide font, so that none is too wide."""
    widths = (
        0.36 if c in _NARROW else 0.98 if c in _WIDE or c > "\u2e80" else 0.66 if c.islower() else 0.72 for c in text
    )
    return sum(widths) * size


def _fit(text: str, width: float, size: float = 12) -> str:
    """Return a text, shortened until it fits."""
    length = len(text)
    while length > 3 and _width(shorten(text, length), size) > width:
        length -= 1
    return shorten(text, length)


def _about(picture: Picture) -> str:
    tasks = sum(bool(box.kind) for box in picture.boxes)
    return f"{picture.about} · {tasks} task{'' if tasks == 1 else 's'}"


def _header(picture: Picture, layout: Layout) -> tuple[str, str, str]:
    """Return what stands above a picture, and is not much wider: id, when it runs, description."""
    width = max(layout.width, _LEAST_HEADER)
    return picture.id, _fit(_about(picture), width - _width(picture.id, 18)), _fit(picture.description, width)


def _second(box: Box) -> str:
    return " · ".join(filter(None, (box.runs, *box.marks)))


def _lines(box: Box) -> list[tuple[str, str]]:
    """Return the lines below the id: an icon, if it has one, and the text."""
    found = [("", _second(box))] if _second(box) else []
    return found + [(part, ", ".join(names)) for part in _ICONS if (names := getattr(box, part))]


def _size(box: Box) -> tuple[float, float]:
    lines = _lines(box)
    widths = [_width(box.id, 13.5), *(_width(text, 11) + (15 if icon else 0) for icon, text in lines)]
    return min(max(*widths, _NARROWEST) + 24, _WIDEST), 28 + _LINE * len(lines)


def _picture(picture: Picture, layout: Layout) -> Iterator[str]:
    id_, about, description = _header(picture, layout)
    yield (
        f'<text class="dag" y="14">{_text(id_)}<tspan class="dim" dx="10" font-size="12" font-weight="400">'
        f"{_text(about)}</tspan></text>"
    )
    if description:
        yield f'<text class="dim" y="33">{_text(description)}</text>'
    yield f'<g transform="translate(0 {_HEAD:g})">'
    for frame in picture.frames:
        yield from _frame(frame, layout.areas[frame.id])
    for route in layout.routes:
        yield _route(route)
    for box in picture.boxes:
        yield from _box(box, layout.areas[box.id])
    yield "</g>"


def _rect(class_: str, area: Area, radius: float) -> str:
    size = f'width="{area.width:.1f}" height="{area.height:.1f}" rx="{radius:g}"'
    return f'<rect class="{class_}" x="{area.x:.1f}" y="{area.y:.1f}" {size}/>'


def _frame(frame: Frame, area: Area) -> Iterator[str]:
    yield f"<g><title>{_text(frame.hint or frame.id)}</title>{_rect('frame', area, 8)}"
    name = _text(_fit(frame.id, area.width - 20, 11.5))
    yield f'<text class="group" x="{area.x + 10:.1f}" y="{area.y + 15:.1f}">{name}</text></g>'


def _box(box: Box, area: Area) -> Iterator[str]:
    yield f"<g><title>{_text(box.hint or box.id)}</title>"
    if any(mark.startswith("×") for mark in box.marks):
        yield _rect("box", Area(area.x + 4, area.y - 4, area.width, area.height), 6)
    yield _rect("box", area, 6)
    x, y = area.x, area.y
    bar = f'<rect class="{box.kind or "none"}" x="{x + 5:.1f}" y="{y + 6:.1f}" width="3" rx="1.5"'
    yield f'{bar} height="{area.height - 12:.1f}"/>'
    yield f'<text class="task" x="{x + 14:.1f}" y="{y + 18.5:.1f}">{_text(_fit(box.id, area.width - 22, 13.5))}</text>'
    for number, (icon, line) in enumerate(_lines(box), 1):
        at = y + 18 + _LINE * number
        left = x + 14 + (15 if icon else 0)
        if icon:
            yield f'<path class="icon" transform="translate({x + 14:.1f} {at - 9:.1f})" d="{_ICONS[icon]}"/>'
        fitted = _text(_fit(line, area.width - 22 - (15 if icon else 0), 11))
        yield f'<text class="dim small" x="{left:.1f}" y="{at:.1f}">{fitted}</text>'
    yield "</g>"


def _route(route: Route) -> str:
    points = route.points
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for number, (x, y) in enumerate(points[1:], 1):
        before = points[number - 1]
        if number % 2 or abs(before[1] - y) < 0.5:
            path += f"L{x:.1f} {y:.1f}"
        else:
            middle = (before[0] + x) / 2
            path += f"C{middle:.1f} {before[1]:.1f} {middle:.1f} {y:.1f} {x:.1f} {y:.1f}"
    class_ = "arrow cleanup" if route.arrow.cleanup else "arrow"
    label = f"{route.arrow.first} → {route.arrow.then}"
    return f'<path class="{class_}" marker-end="url(#head)" d="{path}"><title>{_text(label)}</title></path>'


def _legend(pictures: Sequence[Picture]) -> Iterator[str]:
    boxes = [box for picture in pictures for box in picture.boxes]
    x = 0.0
    for kind in ("container", "python", "operator"):
        if any(box.kind == kind for box in boxes):
            yield f'<rect class="{kind}" x="{x:g}" y="-10" width="3" height="12" rx="1.5"/>'
            yield f'<text class="dim small" x="{x + 8:g}">{kind}</text>'
            x += 26 + _width(kind, 11)
    for part, icon in _ICONS.items():
        if any(getattr(box, part) for box in boxes):
            yield f'<path class="icon" transform="translate({x:g} -9)" d="{icon}"/>'
            yield f'<text class="dim small" x="{x + 15:g}">{part}</text>'
            x += 33 + _width(part, 11)
