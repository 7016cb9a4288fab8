"""What must be true of every log, whatever was asked and whoever asked it: read from the events alone.

`check(events, now)` gives what is not. `chancery log invariants` is the same for an installation; the tests of
rehearsals end with it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

from chancery.invariants import clocks, gates, order, owners, waits
from chancery.invariants.finding import Finding
from chancery.invariants.reading import Book
from chancery.log.store import EventLog
from chancery.streams import as_event
from domain.envelope import Event
from domain.kinds import instant_text

_PAGE: Final = 5_000
Progress = Callable[[int, int], None]
"""Told how many events are read, and of how many."""
Invariant = Callable[[Book, str, timedelta], Iterator[Finding]]

INVARIANTS: Final[Mapping[str, Invariant]] = {
    "contiguous": order.contiguous,
    "within-its-life": order.within_its_life,
    "owned": owners.owned,
    "timed": clocks.timed,
    "passed-once": clocks.passed_once,
    "noticed-once": clocks.noticed_once,
    "consented": gates.consented,
    "shared": gates.shared,
    "awaited": waits.awaited,
}
"""Name → what it looks for."""


def check(events: Iterable[Event], now: datetime, grace: timedelta = timedelta()) -> list[Finding]:
    """Everything in a log that must not be, by position. `events` are the whole log up to `now` (UTC), in order.

    `grace` is how late the engine may be: nothing in a rehearsal, which stands still until all is said; minutes in real use.
    """
    book = Book.of(events)
    at = instant_text(now.replace(microsecond=0))
    return sorted({found for rule in INVARIANTS.values() for found in rule(book, at, grace)})


async def check_log(
    log: EventLog, now: datetime, grace: timedelta, progress: Progress | None = None
) -> tuple[int, list[Finding]]:
    """The same of a whole log: its last position, and what must not be.

    Raises psycopg.OperationalError, LogDamaged at a missing position, UnknownSchema where a newer program wrote.
    """
    head = await log.head()
    events: list[Event] = []
    while len(events) < head and (page := await log.read(len(events), _PAGE, head)):
        events += [as_event(one) for one in page]
        if progress is not None:
            progress(len(events), head)
    return head, check(events, now, grace)


__all__ = ["INVARIANTS", "Book", "Finding", "check", "check_log"]
