"""Pictures as SVG: the same bytes for the same table, in the colour of the text around them, with no script and no style.

Shapes alone carry the meaning: height, place, hatching. `currentColor` makes them dark on paper and light on a dark page.
A typesetter draws them black. Each has a title and a description, and its table stands beside it in every form.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from chancery.reports.paper.model import Chart, Table

WIDTH: Final = 640
_LEFT, _RIGHT, _HIGH, _LOW, _GAP = 40, 8, 120, 48, 40
_LABELS: Final = 7
_WIDEST: Final = 36.0
_DOTS: Final = 12
"""So many dots stand on each other at most; above them a number says how many there are."""


def svg(chart: Chart, name: str) -> str:
    """The picture; `name` sets its ids apart from those of other pictures on the page."""
    drawn, height = _columns(chart.table, name) if chart.kind == "columns" else _dots(chart.table)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="{WIDTH}" height="{height}" '
        f'viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="{name}-title {name}-told" '
        f'font-family="Libertinus Serif, serif" font-size="13" fill="currentColor">'
        f'<title id="{name}-title">{escape(chart.table.caption)}</title>'
        f'<desc id="{name}-told">{escape(chart.told)}</desc>{"".join(drawn)}</svg>\n'
    )


def numbers(table: Table, column: int) -> list[int]:
    """A column of whole numbers. Raises ValueError if there is another thing in it: a picture never guesses."""
    found = []
    for row in table.rows:
        cell = row[column]
        if not isinstance(cell, int) or cell < 0:
            raise ValueError(f"{cell!r} in {table.caption} is no whole number that can be drawn.")
        found.append(cell)
    return found


def _columns(table: Table, name: str) -> tuple[Iterator[str], int]:
    labels = [str(row[0]) for row in table.rows]
    panels = [(table.heads[1], numbers(table, 1), _HIGH)]
    if len(table.heads) > 2:
        panels.append((table.heads[2], numbers(table, 2), _LOW))
    height = sum(high + _GAP for _, _, high in panels) + 26
    return _drawn(labels, panels, name, height), height


def _drawn(
    labels: Sequence[str], panels: Sequence[tuple[str, list[int], int]], name: str, height: int
) -> Iterator[str]:
    yield _hatching(name)
    each = (WIDTH - _LEFT - _RIGHT) / max(1, len(labels))
    top = 26
    for n, (head, values, high) in enumerate(panels):
        most = max(values, default=0)
        yield _text(0, top - 12, head)
        yield _line(_LEFT, top + high, WIDTH - _RIGHT)
        if most:
            yield _line(_LEFT, top, WIDTH - _RIGHT, faint=True)
            yield _text(_LEFT - 6, top + 4, str(most), "end")
        yield _text(_LEFT - 6, top + high + 4, "0", "end")
        # The upper panel is full, the lower one hatched: told apart without a colour.
        fill = "currentColor" if n == 0 else f"url(#{name}-hatch)"
        for at, value in enumerate(values):
            if value:
                tall = high * value / most
                wide = min(each - min(4.0, each / 5), _WIDEST)
                x = _LEFT + at * each + (each - wide) / 2
                yield (
                    f'<rect x="{x:.1f}" y="{top + high - tall:.1f}" width="{max(wide, 0.5):.1f}" '
                    f'height="{tall:.1f}" fill="{fill}" stroke="currentColor" stroke-width="0.5"/>'
                )
        top += high + _GAP
    for at in _some(len(labels)):
        yield _text(_LEFT + (at + 0.5) * each, height - 12, labels[at], "middle")


def _some(count: int) -> list[int]:
    """Which labels are written: the first, the last, and as many between as there is room for."""
    if count <= _LABELS:
        return list(range(count))
    step = -(-count // _LABELS)
    found = [n for n in range(0, count, step) if count - 1 - n >= step]
    return [*found, count - 1]


def _dots(table: Table) -> tuple[Iterator[str], int]:
    height = 14 * _DOTS + 58
    return _dotted(table, height), height


def _dotted(table: Table, height: int) -> Iterator[str]:
    places, counts = numbers(table, 0), numbers(table, 1)
    most = max(places, default=0)
    floor = height - 38
    wide = WIDTH - _LEFT - _RIGHT - 20

    def x(place: int) -> float:
        return _LEFT + 10 + wide * place / max(1, most)

    yield _line(_LEFT, floor, WIDTH - _RIGHT)
    size = min(5.0, max(1.5, wide / max(1, most) / 2 - 0.5))
    for place, count in zip(places, counts, strict=True):
        for n in range(min(count, _DOTS)):
            yield f'<circle cx="{x(place):.1f}" cy="{floor - 8 - 13 * n:.1f}" r="{size:.1f}"/>'
        if count > _DOTS:
            yield _text(x(place), floor - 8 - 13 * _DOTS + 4, str(count), "middle")
    step = max(1, -(-most // 10))
    for place in range(0, most + 1, step):
        yield _text(x(place), floor + 16, str(place), "middle")
    yield _text(WIDTH - _RIGHT, height - 4, table.heads[0], "end")


def _hatching(name: str) -> str:
    return (
        f'<defs><pattern id="{name}-hatch" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="2" height="6" fill="currentColor"/></pattern></defs>'
    )


def _line(x: float, y: float, to: float, *, faint: bool = False) -> str:
    dashes = ' stroke-dasharray="2 4"' if faint else ""
    return f'<path d="M{x} {y:.1f}H{to}" stroke="currentColor" stroke-width="1" fill="none"{dashes}/>'


def _text(x: float, y: float, words: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'
