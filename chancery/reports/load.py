"""Load over time: week by week, the tasks that were in the person's hands, beside the share of their posts.

A fact for reading beside the rest. Nothing is computed from it: no ratio, no mean, no line between too much and too little.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from chancery.reports.subject import Held, Item
from domain.calendar import DAY
from domain.record import Asked

_WEEK = timedelta(days=7)


def weeks(first: date, last: date) -> Iterator[tuple[str, date, date]]:
    """The ISO weeks (Monday to Sunday) that touch the days, cut to them: name, first day, last day."""
    monday = first - timedelta(days=first.weekday())
    while monday <= last:
        year, week, _ = monday.isocalendar()
        yield f"{year}-W{week:02d}", max(monday, first), min(monday + _WEEK - DAY, last)
        monday += _WEEK


def load(
    held: Sequence[Held], shares: Sequence[Callable[[date], int]], asked: Asked, today: date
) -> list[Item]:
    """Each week of the period up to `today` (the local day of the position): the tasks held on any day of it, with the list.

    `shares`: for each mission, the share of the posts held on a day; of a week the most on any of its days stands here.
    """
    found = []
    for name, first, last in weeks(asked.first, min(asked.last, today)):
        tasks = [h for h in held if h.first <= last and h.last >= first]
        found.append(
            {
                "week": name,
                "first": first.isoformat(),
                "last": last.isoformat(),
                "open": len(tasks),
                "share_percent": max(sum(share(day) for share in shares) for day in _days(first, last)),
                "items": [_line(h) for h in tasks],
                "positions": sorted({h.position for h in tasks}),
            }
        )
    return found


def _line(held: Held) -> dict[str, Any]:
    return held.item | {"about": held.position, "positions": [held.position]}


def _days(first: date, last: date) -> Iterable[date]:
    return (first + DAY * n for n in range((last - first).days + 1))
