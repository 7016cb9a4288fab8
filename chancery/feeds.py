"""A calendar feed for a phone that may be seized: how many things are due on which day, and nothing of what they are.

Whole days only, no code, no kind, no court, no hour, no mission. What is overdue is gathered on today: a calendar forgets
the past. The events' names are random to whoever has not the token (RFC 5545; X-WR-TIMEZONE names the zone of the days).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from icalendar import Calendar, Event, Timezone, Todo

from chancery import inbox, queries
from chancery.i18n import tr
from chancery.log.store import EventLog
from domain.mission import Mission

AHEAD: Final = timedelta(days=92)
"""So far does a feed look: a quarter."""
FRESH: Final = timedelta(hours=1)
"""How often a calendar program is asked to come again."""
_DAY: Final = timedelta(days=1)


def feeds_allowed(mission: Mission) -> bool:
    """Whether officers of the mission may have calendar feeds: until the Head of Mission forbids them."""
    return mission.feeds_allowed


async def days_of(log: EventLog, mission: Mission, posting: str, now: datetime) -> dict[date, int]:
    """How many tasks are due on which local day of the mission, for a posting and those it stands in for now.

    What waits for somebody outside is left out; what is overdue counts for today.
    """
    whose = inbox.place(mission, posting, now)
    holders = [*whose.holders, *whose.stands_in]
    today = mission.day(now)
    found: Counter[date] = Counter()
    for row in await queries.tasks(log, postings_=holders):
        scope = whose.stands_in.get(row["posting"], ()) if row["posting"] not in whose.holders else ()
        if row["waiting"] or (scope and row["definition"] not in scope):
            continue
        day = max(today, mission.day(row["due"]))
        if day <= today + AHEAD:
            found[day] += 1
    return dict(sorted(found.items()))


def feed_of(days: Mapping[date, int], zone: str, token: UUID, today: date) -> bytes:
    """The feed as a calendar file, in the language that is spoken; the same days on the same day give the same bytes."""
    feed = Calendar()
    feed.add("version", "2.0")
    feed.add("prodid", "-//calendar//EN")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", tr("Things due"))
    feed.add("x-wr-timezone", zone)
    feed.add("refresh-interval", FRESH, parameters={"value": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    years = date(today.year, 1, 1), date((today + AHEAD).year, 12, 31)
    feed.add_component(Timezone.from_tzid(zone, first_date=years[0], last_date=years[1]))
    stamp = datetime.combine(today, time(), UTC)
    for day, number in days.items():
        summary = tr("1 thing due") if number == 1 else tr("{n} things due", n=number)
        event, todo = Event(), Todo()
        for part, kind in ((event, "event"), (todo, "todo")):
            part.add("uid", _uid(token, day, kind))
            part.add("dtstamp", stamp)
            part.add("summary", summary)
            part.add("class", "PRIVATE")
        event.add("dtstart", day)
        event.add("dtend", day + _DAY)
        event.add("transp", "TRANSPARENT")
        todo.add("due", day)
        todo.add("status", "NEEDS-ACTION")
        feed.add_component(event)
        feed.add_component(todo)
    written: bytes = feed.to_ical()
    return written


def _uid(token: UUID, day: date, kind: str) -> str:
    """Stable, and nothing can be read from it: the token's id is random and stands nowhere else outside."""
    return sha256(f"{token}:{day.isoformat()}:{kind}".encode()).hexdigest()[:40]
