"""Pictures made on the server, as SVG: no script, no style of their own. Each says in words what it shows, beside a table.

Shapes carry the meaning (a dashed frame, stripes, a diamond), colour only repeats it. Numbers stand in the table; a
picture has few words, so that it can be made as wide as its days need and scrolled where the window is narrow.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from markupsafe import Markup

_STRIPES: Final = Markup(
    '<defs><pattern id="{0}-stripes" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="3" height="6" class="stripe"/></pattern></defs>'
)
ROW: Final = 26
WIDTH: Final = 640


def picture(id_: str, width: int, height: int, title: str, told: str, inside: Iterable[Markup]) -> Markup:
    """An SVG with its title and description, by which a screen reader knows it."""
    return Markup(
        '<svg class="chart" id="{id}" width="{w}" height="{h}" viewBox="0 0 {w} {h}" role="img" '
        'aria-labelledby="{id}-title {id}-told"><title id="{id}-title">{title}</title>'
        '<desc id="{id}-told">{told}</desc>{inside}</svg>'
    ).format(id=id_, w=width, h=height, title=title, told=told, inside=Markup("").join(inside))


def _rect(kind: str, x: float, y: float, width: float, height: float, fill: str = "") -> Markup:
    filled = Markup(' fill="{}"').format(fill) if fill else Markup("")
    return Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"{}/>').format(
        kind, x, y, max(width, 0), max(height, 0), filled
    )


def _text(x: float, y: float, words: str, anchor: str = "start") -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(x, y, anchor, words)


def bars(id_: str, title: str, told: str, values: Sequence[tuple[str, int]], *, late: bool = False) -> Markup:
    """Level bars, one a value: `values` are (what it is, how many)."""
    most = max((n for _, n in values), default=0) or 1
    label, width = 92, 320
    drawn: list[Markup] = []
    for at, (name, number) in enumerate(values):
        y = at * ROW + 4
        length = (width - label - 44) * number / most
        drawn += [
            _text(label - 8, y + 13, name, "end"),
            _rect("mark late" if late else "mark", label, y, length, ROW - 10),
            _text(label + length + 6, y + 13, str(number)),
        ]
    return picture(id_, width, len(values) * ROW + 4, title, told, drawn)


@dataclass(frozen=True, slots=True)
class StripDay:
    """A day of a strip: its number in the month, what a pointer is told, how many, whether work rests or is suspended."""

    label: str
    told: str
    number: int
    off: bool = False
    stopped: bool = False


def strip(id_: str, title: str, told: str, days: Sequence[StripDay]) -> Markup:
    """One column a day, as high as what falls due; days off are striped, suspended ones framed."""
    most = max((day.number for day in days), default=0) or 1
    each, high, foot = 22, 96, 20
    drawn: list[Markup] = [_STRIPES.format(id_)]
    for at, day in enumerate(days):
        x = at * each
        parts = [Markup("<title>{}</title>").format(day.told)]
        if day.off:
            parts.append(_rect("offday", x, 0, each - 2, high, f"url(#{id_}-stripes)"))
        if day.stopped:
            parts.append(_rect("stopped", x + 1, 1, each - 4, high - 2))
        if day.number:
            tall = (high - 22) * day.number / most
            parts += [
                _rect("mark", x + 4, high - tall, each - 10, tall),
                _text(x + each / 2 - 1, high - tall - 4, str(day.number), "middle"),
            ]
        parts.append(_text(x + each / 2 - 1, high + 14, day.label, "middle"))
        drawn.append(Markup("<g>{}</g>").format(Markup("").join(parts)))
    drawn.append(Markup('<path class="grid" d="M0 {0}H{1}"/>').format(high + 0.5, each * len(days)))
    return picture(id_, each * len(days), high + foot, title, told, drawn)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when (UTC)."""

    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Track:
    """One line of a timeline: its number in the table, its bar, when it is due, while it waits, and whether it is late."""

    label: str
    bar: Span
    due: datetime
    waits: Sequence[Span] = field(default_factory=tuple)
    late: bool = False


def timeline(
    id_: str, title: str, told: str, tracks: Sequence[Track], stops: Sequence[Span], now: datetime | None
) -> Markup:
    """Bars over time: a diamond where each is due, paler while it waits, dark stripes where work was suspended, a line now."""
    ends = [t.bar.ends for t in tracks] + [t.due for t in tracks] + ([now] if now else [])
    first, last = min(t.bar.starts for t in tracks), max(ends)
    whole = (last - first).total_seconds() or 1.0
    left, right = 34, 14

    def x(at: datetime) -> float:
        share = min(max((at - first).total_seconds() / whole, 0.0), 1.0)
        return left + (WIDTH - left - right) * share

    height = len(tracks) * ROW + 26
    drawn = [_STRIPES.format(id_)]
    for stop in stops:
        if stop.ends > first and stop.starts < last:
            begin = x(stop.starts)
            drawn.append(
                _rect("offday", begin, 0, max(x(stop.ends) - begin, 2), height - 22, f"url(#{id_}-stripes)")
            )
    for at, track in enumerate(tracks):
        y = at * ROW + 6
        begin = x(track.bar.starts)
        drawn.append(_text(left - 8, y + 12, track.label, "end"))
        drawn.append(
            _rect("mark late" if track.late else "mark", begin, y, max(x(track.bar.ends) - begin, 2), 14)
        )
        for wait in track.waits:
            drawn.append(_rect("wait", x(wait.starts), y + 2, max(x(wait.ends) - x(wait.starts), 2), 10))
        due = x(track.due)
        drawn.append(Markup('<path class="due" d="M{0:.1f} {1}l6 7l-6 7l-6 -7z"/>').format(due, y))
    if now is not None:
        drawn.append(Markup('<path class="now" d="M{0:.1f} 0V{1}"/>').format(x(now), height - 22))
    drawn += [
        _text(left, height - 6, first.date().isoformat()),
        _text(WIDTH - right, height - 6, last.date().isoformat(), "end"),
    ]
    return picture(id_, WIDTH, height, title, told, drawn)
