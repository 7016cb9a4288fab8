"""An obligation over time, as a picture: its tasks from opening to end, their dues, waits, and where work was suspended."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from markupsafe import Markup

from chancery.i18n import tr
from chancery.web import charts
from chancery.web.charts import Span, Track
from domain.kinds import instant
from domain.mission import Mission
from domain.obligation import Obligation

MOST: Final = 60
"""So many tasks are drawn, the latest; the table beside has all of them."""


def of(state: Obligation, mission: Mission, titles: Mapping[str, str], now: datetime | None) -> Markup | None:
    """The picture, or None while there is no task. `now` (UTC) is drawn while the obligation is at work."""
    tracks = []
    until = now or instant(state.closed or state.opened)
    for number, task in enumerate(state.tasks.values(), start=1):
        starts = instant(task.opened)
        ends = instant(task.ended) if task.ended else max(until, starts)
        due = instant(task.due)
        waits = [Span(instant(w.starts), instant(w.ends) if w.ends else ends) for w in task.waits]
        tracks.append(Track(str(number), Span(starts, ends), due, waits, late=ends > due))
    if not tracks:
        return None
    return charts.timeline(
        "course-picture",
        tr("The tasks over time"),
        tr(
            "Each numbered bar is a task of the table below, from its opening to its end or to now; a diamond marks when it is due, "
            "a paler part a wait, dark stripes a suspension, the upright line now."
        ),
        tracks[-MOST:],
        [Span(s, e) for s, e in suspensions(state, mission, until)],
        now,
    )


def suspensions(state: Obligation, mission: Mission, until: datetime) -> list[tuple[datetime, datetime]]:
    """The suspensions of the mission's work that touch the obligation's time, or are still to come in it."""
    first = instant(state.opened)
    last = max([until, *(instant(t.due) for t in state.tasks.values())])
    if state.closed is not None:
        last = instant(state.closed)
    return [(s.starts, s.ends) for s in mission.all_suspensions() if s.ends > first and s.starts < last]
