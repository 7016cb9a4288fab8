"""Instants: timezone-aware UTC in memory, RFC 3339 with ``Z`` and whole seconds in data.

A local (civil) time is resolved here, in one place, because two of its values a year are traps: the hour that
does not exist and the hour that exists twice.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)

# Before 1973 some zones still had offsets of odd seconds, which RFC 3339 cannot write; after 2199 no term of this
# product can matter, and arithmetic near the year 9999 would overflow.
FIRST_YEAR, LAST_YEAR = 1973, 2199

_RFC3339_UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class BadInput(ValueError):
    """A value that the rules refuse: a stable ``code`` and one sentence that says what would be right."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def quoted(value: object) -> str:
    """``value`` as one short printable line, for the sentence of an error."""
    text = str(value)
    return ascii(text if len(text) <= 60 else text[:57] + "...")


def check_year(day: date) -> None:
    """Refuse a day outside the years that the clock answers for (``year_out_of_range``)."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadInput("year_out_of_range", f"{day.year} is outside the years {FIRST_YEAR} to {LAST_YEAR}.")


def as_instant(value: datetime) -> datetime:
    """``value`` in UTC, cut to the whole second. Refuses a naive datetime (``naive_instant``)."""
    if value.utcoffset() is None:
        raise BadInput("naive_instant", f"{value.isoformat()} has no offset; an instant needs one.")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise BadInput("year_out_of_range", f"{value.year} is outside the years {FIRST_YEAR} to {LAST_YEAR}.")
    return value.astimezone(UTC).replace(microsecond=0)


def to_text(value: datetime) -> str:
    """The instant as RFC 3339 in UTC with ``Z`` and whole seconds."""
    return as_instant(value).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_text(text: object) -> datetime:
    """The instant that :func:`to_text` wrote. Refuses every other form (``bad_instant``)."""
    if isinstance(text, str) and _RFC3339_UTC.fullmatch(text):
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            pass  # the form is right and the date is not: the same refusal
    raise BadInput("bad_instant", f"{quoted(text)} is not an instant such as 2026-05-05T06:10:00Z.")


def date_from_text(text: object) -> date:
    """A day written ``YYYY-MM-DD``. Refuses every other form (``bad_date``)."""
    if isinstance(text, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass  # the form is right and the date is not: the same refusal
    raise BadInput("bad_date", f"{quoted(text)} is not a date such as 2026-05-31.")


@lru_cache(maxsize=512)
def zone_info(zone: str) -> ZoneInfo:
    """The rules of an IANA zone, from the pinned ``tzdata`` package. Refuses an unknown name (``unknown_zone``).

    Entry points call ``zoneinfo.reset_tzpath(to=())`` first, so that the system's files are never read.
    """
    try:
        return ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        message = f"{quoted(zone)} is not a time zone; write an IANA name such as Africa/Cairo."
        raise BadInput("unknown_zone", message) from error


@lru_cache(maxsize=16_384)  # a report asks for the same midnights thousands of times
def resolve(day: date, clock: time, zone: str) -> datetime:
    """The UTC instant at which ``zone`` shows ``clock`` on ``day``.

    A local time that does not exist is the moment at which the clocks jump over it; one that exists twice is the
    first of the two. Civil appointments keep day, clock and zone and come here again when ``tzdata`` changes.
    """
    rules = zone_info(zone)
    check_year(day)
    wall = datetime.combine(day, clock.replace(tzinfo=None, microsecond=0, fold=0), tzinfo=rules)
    first = wall.astimezone(UTC)
    if first.astimezone(rules).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return first
    # In a gap fold=0 reads the clock by the offset of before (an instant after the jump) and fold=1 by the offset of
    # after (an instant before the jump); the jump lies between the two.
    before, after = wall.replace(fold=1).astimezone(UTC), first
    old_offset = before.astimezone(rules).utcoffset()
    while after - before > SECOND:
        middle = before + timedelta(seconds=int((after - before).total_seconds()) // 2)
        if middle.astimezone(rules).utcoffset() == old_offset:
            before = middle
        else:
            after = middle
    return after
