"""The pause arithmetic, by property: this is where such systems have failed."""

# ruff: noqa: PLR0917 - Hypothesis hands its values over by position

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.calendar import Calendar, Holiday, Suspension, Wait
from domain.deadline import Deadline, compute, recompute
from domain.events.shapes import DeadlineData
from domain.term import Term

ZONES = ["Africa/Cairo", "Europe/Brussels", "America/Havana", "Asia/Tehran", "Pacific/Apia", "Asia/Brunei"]
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 6, 30, tzinfo=UTC)

days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
instants = st.integers(0, int((LAST - FIRST).total_seconds())).map(lambda s: FIRST + timedelta(seconds=s))
lengths = st.integers(1, 40 * 86_400).map(lambda s: timedelta(seconds=s))
calendars = st.builds(
    Calendar,
    zone=st.sampled_from(ZONES),
    weekend=st.frozensets(st.integers(0, 6), max_size=6),
    holidays=st.dictionaries(days, st.builds(Holiday, st.just("Eid"), st.booleans()), max_size=20),
    working_days=st.frozensets(days, max_size=6),
    years=st.frozensets(st.sampled_from([2026, 2027, 2028])),
)
suspensions = st.builds(lambda s, n: Suspension("s", s, s + n), instants, lengths)
waits = st.builds(lambda s, n: Wait("adjourned", "court", s, s + n), instants, lengths)
wd = st.integers(1, 30).map(lambda n: Term("wd", n))
periods = st.one_of(
    st.integers(1, 400).map(lambda n: Term("d", n)),
    st.integers(1, 14).map(lambda n: Term("mo", n)),
    st.integers(1, 2).map(lambda n: Term("y", n)),
)
others = st.one_of(
    st.integers(1, 200).map(lambda n: Term("h", n)),
    st.dates(date(2024, 1, 1), date(2024, 12, 31)).map(lambda d: Term("by", 0, d.month, d.day)),
    st.just(Term("at")),
    st.integers(1, 20).map(lambda n: Term("before", n)),
)
terms = st.one_of(wd, periods, others)
stops = st.lists(suspensions, max_size=3)


@given(terms, instants, calendars, stops, st.lists(waits, max_size=2), suspensions, instants)
def test_one_more_suspension_never_brings_a_deadline_forward(
    term: Term,
    start: datetime,
    calendar: Calendar,
    some: list[Suspension],
    waiting: list[Wait],
    more: Suspension,
    hearing: datetime,
) -> None:
    def due(stopped: list[Suspension]) -> datetime:
        return compute(term, start, calendar, suspensions=stopped, waits=waiting, appointment=hearing).due_at

    assert due([*some, more]) >= due(some)
    if term.kind in ("h", "by", "at", "before"):
        assert due([*some, more]) == due(some)


@given(terms, instants, calendars, suspensions, st.floats(0.01, 0.99), instants)
def test_two_adjacent_suspensions_are_one(
    term: Term, start: datetime, calendar: Calendar, whole: Suspension, share: float, hearing: datetime
) -> None:
    middle = whole.starts + timedelta(seconds=int((whole.ends - whole.starts).total_seconds() * share))
    parts = [whole]
    if whole.starts < middle < whole.ends:
        parts = [Suspension("a", whole.starts, middle), Suspension("b", middle, whole.ends)]
    one = compute(term, start, calendar, suspensions=[whole], appointment=hearing)
    two = compute(term, start, calendar, suspensions=parts, appointment=hearing)
    assert (one.due_at, one.provisional) == (two.due_at, two.provisional)
    assert set(one.flags) == set(two.flags)


@given(st.one_of(wd, periods), instants, calendars, stops)
def test_a_term_ends_on_a_working_day_that_nothing_stops(
    term: Term, start: datetime, calendar: Calendar, stopped: list[Suspension]
) -> None:
    found = compute(term, start, calendar, suspensions=stopped)
    assert calendar.is_working(found.local_date)
    assert not any(s.touches(calendar, found.local_date) for s in stopped)
    assert found.due_at == calendar.end_of(found.local_date)
    assert found.due_at > start


@given(wd, instants, calendars, stops, st.lists(waits, max_size=2))
def test_n_working_days_have_n_counted_lines_and_replay(
    term: Term, start: datetime, calendar: Calendar, stopped: list[Suspension], waiting: list[Wait]
) -> None:
    found = compute(term, start, calendar, suspensions=stopped, waits=waiting)
    dates = [line.date for line in found.explanation]
    length = (found.local_date - calendar.day_of(start)).days
    assert dates == [calendar.day_of(start) + timedelta(days=n) for n in range(length + 1)]
    counted = [line.date for line in found.explanation if line.counted]
    assert len(counted) == term.n
    assert calendar.end_of(counted[-1]) == found.due_at
    for line in found.explanation[1:]:
        touched = any(s.touches(calendar, line.date) for s in stopped)
        waited = any(
            Suspension("w", w.starts, w.until(calendar)).touches(calendar, line.date) for w in waiting
        )
        assert line.counted == (calendar.is_working(line.date) and not touched and not waited)


@given(terms, instants, calendars, stops, st.lists(waits, max_size=2), instants)
def test_the_last_line_is_the_due_day_and_data_come_back(
    term: Term,
    start: datetime,
    calendar: Calendar,
    stopped: list[Suspension],
    waiting: list[Wait],
    hearing: datetime,
) -> None:
    found = compute(term, start, calendar, suspensions=stopped, waits=waiting, appointment=hearing)
    assert found.explanation[-1].date == found.local_date == calendar.day_of(found.due_at)
    assert Term.parse(found.term) == term
    assert found.due_at <= hearing
    data = json.loads(json.dumps(found.to_data()))
    assert Deadline.from_data(data) == found
    TypeAdapter(DeadlineData).validate_python(data)  # what an event may hold


@given(st.integers(1, 500), instants, calendars, stops)
def test_hours_are_exact_over_every_change_of_clocks(
    n: int, start: datetime, calendar: Calendar, stopped: list[Suspension]
) -> None:
    found = compute(Term("h", n), start, calendar, suspensions=stopped)
    assert found.due_at - start.replace(second=0) == timedelta(hours=n)
    assert not found.provisional


@given(
    terms,
    instants,
    calendars,
    stops,
    stops,
    instants,
    st.one_of(st.none(), instants),
    st.one_of(st.none(), instants),
)
def test_no_recomputation_comes_nearer_than_two_working_days(
    term: Term,
    start: datetime,
    calendar: Calendar,
    was: list[Suspension],
    now: list[Suspension],
    recorded: datetime,
    old: datetime | None,
    new: datetime | None,
) -> None:
    needed = term.needs_appointment
    old, new = (old or LAST, new or LAST) if needed else (old, new)
    before = compute(term, start, calendar, suspensions=was, appointment=old)
    bare = compute(term, start, calendar, suspensions=now, appointment=new)
    after = recompute(
        before, start, calendar, recorded=recorded, cause="test", suspensions=now, appointment=new
    )
    floor = calendar.end_of(calendar.add_working(calendar.day_of(recorded), 2))
    assert after.due_at >= bare.due_at
    if term.kind in ("h", "by", "at"):
        assert after.due_at == bare.due_at
    else:
        limits = [before.due_at, floor] + ([new] if new else [])
        assert after.due_at >= min(limits)
    assert after.due_at <= max(bare.due_at, before.due_at)
    assert ("floor" in after.flags) == (after.due_at > bare.due_at)
    assert after.explanation[-1].date == after.local_date
    TypeAdapter(DeadlineData).validate_python(after.to_data())
