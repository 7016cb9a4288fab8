"""Whose time it was: every sentence of that section, and the partition by property."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.accounts import (
    Absence,
    Interval,
    Span,
    apportion,
    confirm_by,
    own_time,
    route,
    timeliness,
    verdict,
    working_days,
)
from domain.calendar import Calendar, Suspension, Wait
from domain.deadline import compute
from domain.instant import BadInput
from domain.term import Term

BARE = Calendar("Europe/Brussels", frozenset({5, 6}), years=frozenset(range(2020, 2040)))
WD, H = Term.parse("5wd"), Term.parse("24h")


def at(text: str) -> datetime:
    """A local time in May 2026 (the 4th is a Monday), written ``04T10:00``."""
    wall = datetime.fromisoformat(f"2026-05-{text}")
    return BARE.at(wall.date(), wall.time())


def accounts(
    spans: list[Span], opened: str, ended: str, term: Term = WD, **stops: object
) -> tuple[Interval, ...]:
    return apportion(at(opened), at(ended), term, spans, BARE, **stops)  # type: ignore[arg-type]


def kinds(intervals: tuple[Interval, ...]) -> list[str]:
    shown = [(i, BARE.local(i.starts), BARE.local(i.ends)) for i in intervals]
    return [f"{s:%dT%H:%M} {e:%dT%H:%M} {i.kind} {i.who or ''}".strip() for i, s, e in shown]


def days(intervals: tuple[Interval, ...]) -> list[tuple[int, str]]:
    return [(day.day, i.who or i.kind) for day, i in working_days(intervals, BARE)]


# -- a working day belongs to whoever held the task when that day began ------------------------------------------------


def test_the_day_on_which_it_comes_to_somebody_is_never_theirs() -> None:
    found = accounts([Span("a", at("04T10:00")), Span("b", at("06T00:01"))], "04T10:00", "08T12:00")
    assert days(found) == [(5, "a"), (6, "a"), (7, "b"), (8, "b")]
    assert own_time(found, "a", WD, BARE).amount == 2
    assert own_time(found, "b", WD, BARE).amount == 2
    assert own_time(found, "c", WD, BARE).amount == 0


def test_a_hand_over_at_the_start_of_a_named_day_gives_that_day() -> None:
    found = accounts([Span("a", at("04T10:00")), Span("b", at("06T00:00"))], "04T10:00", "08T12:00")
    assert days(found) == [(5, "a"), (6, "b"), (7, "b"), (8, "b")]


def test_weekends_and_the_day_of_the_opening_are_nobody_s() -> None:
    assert days(accounts([Span("a", at("08T00:00"))], "08T00:00", "11T00:01")) == [(11, "a")]
    assert days(accounts([Span("a", at("08T10:00"))], "08T10:00", "11T00:00")) == []


def test_nobody_has_accepted_and_it_is_still_the_holder_s_working_day() -> None:
    assert days(accounts([Span("a", at("04T10:00"))], "04T10:00", "05T12:00")) == [(5, "a")]


def test_before_the_first_span_and_in_a_vacancy_it_is_the_structure_s() -> None:
    found = accounts([Span("a", at("05T10:00")), Span(None, at("06T10:00"))], "04T10:00", "08T12:00")
    assert kinds(found) == [
        "04T10:00 05T10:00 vacancy",
        "05T10:00 06T10:00 holder a",
        "06T10:00 08T12:00 vacancy",
    ]
    assert days(found) == [(5, "vacancy"), (6, "a"), (7, "vacancy"), (8, "vacancy")]


# -- fallback and leave -----------------------------------------------------------------------------------------------


def test_a_fallback_is_the_vacancy_s_until_accepted() -> None:
    spans = [Span("a", at("04T10:00")), Span("b", at("05T10:00"), accepted_at=at("06T15:00"), fallback=True)]
    found = accounts(spans, "04T10:00", "08T12:00")
    assert days(found) == [(5, "a"), (6, "vacancy"), (7, "b"), (8, "b")]
    never = [spans[0], Span("b", at("05T10:00"), fallback=True)]
    assert days(accounts(never, "04T10:00", "08T12:00"))[1:] == [
        (6, "vacancy"),
        (7, "vacancy"),
        (8, "vacancy"),
    ]
    plain = [spans[0], Span("b", at("05T10:00"))]  # control: an ordinary hand-over
    assert days(accounts(plain, "04T10:00", "08T12:00"))[1:] == [(6, "b"), (7, "b"), (8, "b")]


@pytest.mark.parametrize(("substitute", "whose"), [("s", "s"), (None, "vacancy")])
def test_leave_moves_the_time(substitute: str | None, whose: str) -> None:
    away = Absence(at("06T00:00"), at("08T00:00"), substitute)
    found = accounts([Span("a", at("04T10:00"), absences=(away,))], "04T10:00", "08T12:00")
    assert days(found) == [(5, "a"), (6, whose), (7, whose), (8, "a")]


def test_coming_back_at_noon_leaves_that_day_with_the_structure() -> None:
    away = Absence(at("05T12:00"), at("06T12:00"))
    found = accounts([Span("a", at("04T10:00"), absences=(away,))], "04T10:00", "08T12:00")
    assert days(found) == [(5, "a"), (6, "vacancy"), (7, "a"), (8, "a")]


# -- suspensions and waits --------------------------------------------------------------------------------------------


def test_stops_take_their_time_and_the_days_that_they_touch() -> None:
    stop = Suspension("s", at("05T12:00"), at("05T18:00"))
    wait = Wait("adjourned", "court", at("06T12:00"), at("07T09:00"))
    found = accounts([Span("a", at("04T10:00"))], "04T10:00", "08T12:00", suspensions=[stop], waits=[wait])
    assert kinds(found) == [
        "04T10:00 05T12:00 holder a",
        "05T12:00 05T18:00 suspension",
        "05T18:00 06T12:00 holder a",
        "06T12:00 07T09:00 outside court",
        "07T09:00 08T12:00 holder a",
    ]
    assert days(found) == [(5, "suspension"), (6, "court"), (7, "court"), (8, "a")]


def test_headquarters_has_an_account_and_a_suspension_goes_first() -> None:
    wait = Wait("clearance", "headquarters", at("05T12:00"), None)
    stop = Suspension("s", at("06T12:00"), at("06T18:00"))
    found = accounts([Span("a", at("04T10:00"))], "04T10:00", "08T12:00", suspensions=[stop], waits=[wait])
    assert [i.kind for i in found] == ["holder", "headquarters", "suspension", "headquarters"]


def test_an_open_wait_lapses_back_to_the_holder() -> None:
    bare = Term.parse("30wd")
    opened, ended = at("04T10:00"), at("31T10:00") + timedelta(days=10)
    found = apportion(
        opened, ended, bare, [Span("a", opened)], BARE, waits=[Wait("x", "court", at("05T10:00"))]
    )
    assert [i.kind for i in found] == ["holder", "outside", "holder"]
    assert found[2].starts == BARE.start_of(BARE.day_of(at("31T10:00")) + timedelta(days=3))  # 3 June


# -- hours ------------------------------------------------------------------------------------------------------------


def test_hours_belong_to_whoever_had_acknowledged() -> None:
    spans = [Span("a", at("04T10:00"), at("04T10:20")), Span("b", at("04T12:00"), at("04T12:30"))]
    found = accounts(spans, "04T10:00", "04T14:00", H)
    assert kinds(found) == [
        "04T10:00 04T10:20 vacancy",
        "04T10:20 04T12:30 holder a",
        "04T12:30 04T14:00 holder b",
    ]
    assert (own_time(found, "a", H, BARE).unit, own_time(found, "a", H, BARE).amount) == ("seconds", 7_800)
    assert own_time(found, "b", H, BARE).amount == 5_400


def test_a_vacancy_ends_an_acknowledgement() -> None:
    spans = [Span("a", at("04T10:00"), at("04T10:00")), Span(None, at("04T11:00")), Span("b", at("04T12:00"))]
    assert kinds(accounts(spans, "04T10:00", "04T14:00", H))[1:] == ["04T11:00 04T14:00 vacancy"]


def test_leave_of_whoever_had_acknowledged() -> None:
    away = Absence(at("04T12:00"), at("04T13:00"), "s")
    spans = [Span("a", at("04T10:00"), at("04T10:00"), absences=(away,))]
    assert own_time(accounts(spans, "04T10:00", "04T14:00", H), "s", H, BARE).amount == 3_600


def test_hours_pass_to_the_fallback_in_a_suspension() -> None:
    stop = [Suspension("s", at("04T11:00"), at("04T20:00"))]
    inside = Span("a", at("04T10:00"), at("04T10:00"))
    passed = Span("eud", at("04T11:00"), at("04T11:30"), fallback=True)
    assert kinds(accounts([inside, passed], "04T10:00", "04T14:00", H, suspensions=stop)) == [
        "04T10:00 04T11:00 holder a",
        "04T11:00 04T11:30 vacancy",
        "04T11:30 04T14:00 holder eud",
    ]
    assert kinds(accounts([inside], "04T10:00", "04T14:00", H, suspensions=stop))[1:] == [
        "04T11:00 04T14:00 suspension"
    ]


def test_only_what_has_passed_on_since_runs_in_a_suspension() -> None:
    stop = [Suspension("s", at("04T11:00"), at("04T20:00"))]
    since_before = Span(
        "b", at("04T10:00"), at("04T10:30"), fallback=True
    )  # a fallback inside the closed mission
    found = accounts([since_before], "04T10:00", "04T14:00", H, suspensions=stop)
    assert kinds(found)[-1] == "04T11:00 04T14:00 suspension"
    passed = Span("b", at("04T12:00"), at("04T12:00"), fallback=True)
    working = accounts([Span("a", at("04T10:00")), passed], "04T10:00", "04T14:00", WD, suspensions=stop)
    assert kinds(working) == ["04T10:00 04T11:00 holder a", "04T11:00 04T14:00 suspension"]


# -- verdicts ---------------------------------------------------------------------------------------------------------

FIVE = compute(WD, at("04T10:00"), BARE)  # due Monday 11 May, 23:59:59


def judged(spans: list[Span], ended: str, who: str = "a", **stops: object) -> str | None:
    found = accounts(spans, "04T10:00", ended, WD, **stops)
    return verdict(FIVE, found, who, BARE, source="product_default").share


def test_late_in_my_hands_only_if_my_own_time_is_longer_than_the_term() -> None:
    alone = [Span("a", at("04T10:00"))]
    assert judged(alone, "11T23:59:59") is None
    assert judged(alone, "12T00:00:30") == "late in my hands"
    shared = [Span("b", at("04T10:00")), Span("a", at("05T10:00"))]
    assert judged(shared, "12T12:00") == "late, shared"  # five days, as long as the term: not longer
    assert judged(shared, "13T12:00") == "late in my hands"  # six
    assert judged(shared, "13T12:00", who="b") == "late, shared"


def test_waiting_is_taken_out_of_own_time() -> None:
    wait = Wait("clearance", "headquarters", at("12T08:00"), at("15T18:00"))
    assert judged([Span("a", at("04T10:00"))], "17T12:00", waits=[wait]) == "late, shared"
    assert judged([Span("a", at("04T10:00"))], "18T12:00", waits=[wait]) == "late in my hands"


def test_an_end_on_the_weekend_after_the_due_day() -> None:
    friday = compute(Term.parse("4wd"), at("04T10:00"), BARE)
    spans = [Span("a", at("04T10:00")), Span("b", at("08T23:00"))]
    alone, handed = accounts(spans[:1], "04T10:00", "09T12:00"), accounts(spans, "04T10:00", "09T12:00")
    assert verdict(friday, alone, "a", BARE, source="guideline").share == "late in my hands"
    assert verdict(friday, handed, "a", BARE, source="guideline").share == "late, shared"
    assert verdict(friday, handed, "b", BARE, source="guideline").share == "late, shared"


def test_hours_are_judged_by_the_second() -> None:
    deadline = compute(H, at("04T10:00"), BARE)
    whole = accounts([Span("a", at("04T10:00"), at("04T10:00"))], "04T10:00", "05T10:00:01", H)
    part = accounts([Span("a", at("04T10:00"), at("04T10:01"))], "04T10:00", "05T10:00:01", H)
    assert verdict(deadline, whole, "a", BARE, source="product_default").share == "late in my hands"
    assert verdict(deadline, part, "a", BARE, source="product_default").share == "late, shared"
    equal = accounts([Span("a", at("04T10:00"), at("04T10:00:01"))], "04T10:00", "05T10:00:01", H)
    assert own_time(equal, "a", H, BARE).amount == 86_400
    assert verdict(deadline, equal, "a", BARE, source="product_default").share == "late, shared"
    in_time = accounts([Span("a", at("04T10:00"), at("04T10:00"))], "04T10:00", "05T10:00", H)
    assert verdict(deadline, in_time, "a", BARE, source="product_default").words == "on time"


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("product_default", "after the default date: late in my hands"),
        ("guideline", "after the guideline's date: late in my hands"),
        ("local_strategy", "after the local strategy's date: late in my hands"),
        ("hq_instruction", "after the instruction's date: late in my hands"),
    ],
)
def test_what_was_missed_is_named_and_never_breached(source: str, words: str) -> None:
    found = accounts([Span("a", at("04T10:00"))], "04T10:00", "13T12:00")
    judged_so = verdict(FIVE, found, "a", BARE, source=source)  # type: ignore[arg-type]
    assert judged_so.words == words
    assert "breach" not in judged_so.words


# -- late entry -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("happened", "recorded", "confirmed", "expected"),
    [
        ("11T23:59:59", "11T23:59:59", None, "on time"),
        ("11T10:00", "12T10:00", None, "reported in time, unconfirmed"),
        ("11T10:00", "12T10:00", "19T23:59:59", "on time"),
        ("11T10:00", "12T10:00", "20T00:00:00", "reported in time, unconfirmed"),
        ("12T00:00", "12T00:00", None, "late"),
        ("12T00:00", "12T10:00", "12T11:00", "late"),
    ],
)
def test_late_entries(happened: str, recorded: str, confirmed: str | None, expected: str) -> None:
    found = timeliness(
        FIVE,
        BARE,
        happened_at=at(happened),
        recorded_at=at(recorded),
        confirmed_at=None if confirmed is None else at(confirmed),
    )
    assert found == expected


def test_an_unconfirmed_entry_is_no_lateness() -> None:
    found = accounts([Span("a", at("04T10:00"))], "04T10:00", "11T12:00")
    entry = {"source": "product_default", "recorded_at": at("12T12:00")}
    assert verdict(FIVE, found, "a", BARE, **entry).words == "reported in time, unconfirmed"  # type: ignore[arg-type]
    confirmed = verdict(FIVE, found, "a", BARE, **entry, confirmed_at=at("13T12:00"))  # type: ignore[arg-type]
    assert confirmed.words == "on time"
    assert confirm_by(at("12T12:00"), BARE) == at("19T23:59:59")


# -- routing, refusals, the partition ---------------------------------------------------------------------------------


def test_no_task_is_without_an_owner() -> None:
    assert route({"alternate", "deputy_head_of_mission"}) == "alternate"
    assert route({"deputy_head_of_mission", "head_of_mission"}) == "deputy_head_of_mission"
    assert route({"head_of_mission"}) == "head_of_mission"
    assert route(set()) == "head_of_mission"


def test_disorder_is_refused() -> None:
    with pytest.raises(BadInput, match="ends after it opens"):
        accounts([], "05T10:00", "04T10:00")
    with pytest.raises(BadInput, match="order of their starts"):
        accounts([Span("a", at("06T10:00")), Span("b", at("05T10:00"))], "04T10:00", "08T10:00")
    assert accounts([], "04T10:00", "04T10:00") == ()
    assert working_days((), BARE) == ()


moments = st.integers(0, 60 * 24 * 40).map(lambda n: at("01T00:00") + timedelta(minutes=n))
lengths = st.integers(1, 60 * 24 * 10).map(lambda n: timedelta(minutes=n))
postings = st.sampled_from(["a", "b", "c"])
absences = st.builds(lambda s, n, who: Absence(s, s + n, who), moments, lengths, st.none() | postings)
spans = st.lists(
    st.builds(
        Span,
        st.none() | postings,
        moments,
        st.none() | moments,
        st.booleans(),
        st.lists(absences, max_size=2).map(tuple),
    ),
    max_size=4,
).map(lambda many: sorted(many, key=lambda span: span.starts))
suspensions = st.lists(st.builds(lambda s, n: Suspension("s", s, s + n), moments, lengths), max_size=2)
waits = st.lists(
    st.builds(
        lambda s, n, party, ends: Wait("x", party, s, s + n if ends else None),
        moments,
        lengths,
        st.sampled_from(["court", "headquarters"]),
        st.booleans(),
    ),
    max_size=2,
)
terms = st.sampled_from([Term.parse(text) for text in ("5wd", "24h", "30d", "by:12-31")])


@given(moments, lengths, terms, spans, suspensions, waits)
def test_every_instant_belongs_to_exactly_one_account(
    opened: datetime,
    length: timedelta,
    term: Term,
    held: list[Span],
    stops: list[Suspension],
    waiting: list[Wait],
) -> None:
    ended = opened + length
    found = apportion(opened, ended, term, held, BARE, suspensions=stops, waits=waiting)
    assert (found[0].starts, found[-1].ends) == (opened, ended)
    for before, after in pairwise(found):
        assert before.ends == after.starts
        assert (before.kind, before.who) != (after.kind, after.who)
    assert all(i.starts < i.ends for i in found)
    assert sum((i.ends - i.starts for i in found), timedelta(0)) == length
    assert all((i.who is None) == (i.kind in ("vacancy", "suspension", "headquarters")) for i in found)


@given(moments, lengths, spans, suspensions, waits)
def test_working_days_are_shared_out_whole(
    opened: datetime, length: timedelta, held: list[Span], stops: list[Suspension], waiting: list[Wait]
) -> None:
    ended = opened + length
    found = apportion(opened, ended, WD, held, BARE, suspensions=stops, waits=waiting)
    owned = working_days(found, BARE)
    last = BARE.day_of(ended - timedelta(seconds=1))
    assert len(owned) == BARE.count_working(BARE.day_of(opened), last)
    own = sum(own_time(found, who, WD, BARE).amount for who in ("a", "b", "c"))
    others = sum(1 for _, i in owned if i.kind != "holder")
    assert own + others == len(owned)
    deadline = compute(WD, opened, BARE, suspensions=stops, waits=waiting)
    if ended > deadline.due_at + timedelta(seconds=1) and all(w.ends for w in waiting):
        counted = [day for day, i in owned if i.kind in ("holder", "vacancy") and day <= deadline.local_date]
        assert counted == [line.date for line in deadline.explanation if line.counted]


@given(moments, lengths, spans, suspensions, waits)
def test_at_most_one_person_is_late_in_their_hands_unless_it_ran_twice_the_term(
    opened: datetime, length: timedelta, held: list[Span], stops: list[Suspension], waiting: list[Wait]
) -> None:
    found = apportion(opened, opened + length, WD, held, BARE, suspensions=stops, waits=waiting)
    deadline = compute(WD, opened, BARE, suspensions=stops, waits=waiting)
    shares = [verdict(deadline, found, who, BARE, source="product_default").share for who in ("a", "b", "c")]
    if sum(1 for _, i in working_days(found, BARE) if i.kind == "holder") < 2 * WD.n + 2:
        assert shares.count("late in my hands") <= 1
