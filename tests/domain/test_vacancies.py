"""What people's coming and going brings up, on any day, whatever yesterday's tick did."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest
from hypothesis import given as example
from hypothesis import settings
from hypothesis import strategies as st

from chancery.hostcalendar import seed
from domain.cadence import Past, waived_in_a_row
from domain.mission import Mission, Post, Posting
from domain.mission_parts import Absence
from domain.vacancies import (
    ARISING,
    SAME_END,
    Arising,
    arising,
    counting_adoption,
    departures,
    posting_of,
    vacancies,
)

CAIRO = seed("EG", "Africa/Cairo", range(2025, 2031))
FAR = date(9999, 12, 31)


def day(text: str) -> date:
    return date.fromisoformat(text)


def mission(*people: tuple[str, str, str | None], last: dict[str, str] | None = None) -> Mission:
    """Mission Q, adopted on 1 January 2026, with these people: role, first day, last day. Postings are p0, p1 and so on."""
    made = Mission(code="Q", version=1, adopted_on=day("2026-01-01"), accreditations={"Q-EG": "EG"})
    made.calendar, made.last_done = CAIRO, last or {}
    for n, (role, first, until) in enumerate(people):
        made.posts[f"post-{role}"] = Post(f"post-{role}", role, 20, role == "mission_support")
        made.postings[f"p{n}"] = Posting(f"p{n}", f"post-{role}", day(first), day(until) if until else FAR)
    return made


def asked(of: Mission, code: str, today: str, *history: Past) -> list[tuple[str, str | None]]:
    found = arising(of, {code}, history, day(today))
    return [(one.period, one.due_day.isoformat() if one.due_day else None) for one in found]


def past(code: str, period: str, done: str | None = None, outcome: str | None = None) -> Past:
    return Past("Q-EG", code, period, day(done) if done else None, outcome or ("done" if done else None))


STAFFED = (("focal_point", "2024-09-01", None), ("focal_point_alternate", "2024-09-01", None))


# ── vacancies ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_no_vacancy_while_somebody_is_in_post() -> None:
    assert vacancies(mission(*STAFFED), day("2026-03-01")) == []


@pytest.mark.parametrize(
    ("today", "since"),
    [("2026-07-31", None), ("2026-08-01", "2026-08-01"), ("2026-08-31", "2026-08-01"), ("2026-09-01", None)],
)
def test_a_vacancy_begins_the_day_after_the_last_and_ends_when_somebody_comes(
    today: str, since: str | None
) -> None:
    of = mission(("focal_point", "2024-09-01", "2026-07-31"), ("focal_point", "2026-09-01", None))
    assert [v.since.isoformat() for v in vacancies(of, day(today))] == ([since] if since else [])


def test_vacant_since_before_adoption_counts_from_adoption() -> None:
    of = mission(("focal_point", "2020-01-01", "2025-06-30"), ("head_of_mission", "2025-01-01", None))
    assert [(v.role, v.since) for v in vacancies(of, day("2026-02-01"))] == [
        ("focal_point", day("2026-01-01"))
    ]


def test_a_mission_with_no_post_for_an_alternate_lacks_none_and_with_one_it_does() -> None:
    without = mission(("focal_point", "2024-09-01", None))
    assert vacancies(without, day("2026-02-01")) == []
    with_one = mission(
        ("focal_point", "2024-09-01", None), ("focal_point_alternate", "2024-01-01", "2026-01-31")
    )
    assert [v.role for v in vacancies(with_one, day("2026-02-01"))] == ["focal_point_alternate"]


def test_a_mission_whose_staff_is_not_recorded_yet_is_asked_for_nobody() -> None:
    assert vacancies(mission(), day("2026-02-01")) == []


VACANT = (("focal_point", "2024-09-01", "2026-07-31"),)


def test_a_vacancy_is_asked_about_once() -> None:
    of = mission(*VACANT)
    assert asked(of, "FP-APPOINT", "2026-08-01") == [("focal_point.2026-08-01", None)]
    for ends in (None, "done", "not_appropriate", "waived"):
        known = past("FP-APPOINT", "focal_point.2026-08-01", outcome=ends)
        assert asked(of, "FP-APPOINT", "2027-08-01", known) == []


def test_a_vacancy_that_could_not_be_filled_is_asked_about_again_after_a_month() -> None:
    of, stuck = mission(*VACANT), past("FP-APPOINT", "focal_point.2026-08-01", outcome="blocked")
    assert asked(of, "FP-APPOINT", "2026-08-31", stuck) == []
    assert asked(of, "FP-APPOINT", "2026-09-01", stuck) == [("focal_point.2026-08-01.2", None)]
    again = past("FP-APPOINT", "focal_point.2026-08-01.2")
    assert asked(of, "FP-APPOINT", "2026-12-01", stuck, again) == []


# ── hand-over ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_hand_over_opens_twenty_working_days_ahead_and_is_due_on_the_last_day() -> None:
    of = mission(
        ("focal_point", "2024-09-01", "2026-05-21"), ("political_officer", "2024-09-01", "2026-05-21")
    )
    opens = day("2026-05-21")
    while CAIRO.add_working(opens, 20) > day("2026-05-21"):
        opens -= timedelta(days=1)
    assert asked(of, "FP-HANDOVER", (opens - timedelta(days=3)).isoformat()) == []
    assert asked(of, "FP-HANDOVER", opens.isoformat()) == [("p0.2026-05-21", "2026-05-21")]


def test_whoever_left_unannounced_is_handed_over_for_within_five_working_days() -> None:
    of = mission(("focal_point", "2024-09-01", "2026-05-05"))
    assert asked(of, "FP-HANDOVER", "2026-05-06") == [("p0.2026-05-05", "2026-05-13")]
    assert asked(of, "FP-HANDOVER", "2026-07-06") == []


def test_an_end_that_moves_a_little_needs_no_second_hand_over_and_one_that_moves_far_does() -> None:
    known = past("FP-HANDOVER", "p0.2026-05-21", "2026-05-20")
    for ends, expected in (("2026-06-04", []), ("2027-05-20", [("p0.2027-05-20", "2027-05-20")])):
        of = mission(("focal_point", "2024-09-01", ends))
        assert asked(of, "FP-HANDOVER", ends, known) == expected


def test_who_left_before_adoption_hands_over_nothing() -> None:
    of = mission(("focal_point", "2020-09-01", "2025-12-31"), ("focal_point", "2026-01-01", None))
    assert asked(of, "FP-HANDOVER", "2026-01-02") == []


# ── training ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_whoever_arrives_is_asked_once_and_has_sixty_days() -> None:
    of = mission(("mission_support", "2026-03-01", None))
    assert asked(of, "TRAIN", "2026-02-28") == []
    assert asked(of, "TRAIN", "2026-03-01") == [("p0", "2026-04-30")]
    assert asked(of, "TRAIN", "2026-04-25") == [("p0", "2026-05-09")], "found out late: still a fortnight"
    assert asked(of, "TRAIN", "2026-03-02", past("TRAIN", "p0")) == []


def test_a_refresher_is_due_two_years_after_the_course() -> None:
    of = mission(("focal_point", "2026-03-01", None))
    done = past("TRAIN", "p0", "2026-04-10")
    assert asked(of, "TRAIN", "2028-02-09", done) == []
    assert asked(of, "TRAIN", "2028-02-10", done) == [("p0.2028-04", "2028-04-10")]


def test_arrived_before_adoption_the_next_refresher_is_owed_and_nothing_earlier() -> None:
    of = mission(("mission_support", "2019-03-01", None))
    assert asked(of, "TRAIN", "2026-01-01") == []
    assert asked(of, "TRAIN", "2027-01-15") == [("p0.2027-03", "2027-03-01")]


def test_a_course_that_was_not_held_comes_round_again() -> None:
    of, missed = mission(("focal_point", "2026-03-01", None)), past("TRAIN", "p0", outcome="blocked")
    assert asked(of, "TRAIN", "2028-01-01", missed) == [("p0.2028-03", "2028-03-01")]


def test_whoever_is_away_is_asked_when_back_and_whoever_leaves_first_is_not_asked() -> None:
    of = mission(("focal_point", "2026-03-01", None))
    of.absences["a"] = Absence("a", "p0", day("2026-03-01"), day("2026-03-07"), None)
    assert asked(of, "TRAIN", "2026-03-07") == []
    assert asked(of, "TRAIN", "2026-03-08") == [("p0", "2026-04-30")]
    assert asked(mission(("focal_point", "2026-03-01", "2026-04-15")), "TRAIN", "2026-03-02") == []


# ── a strategy ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_mission_without_a_strategy_has_six_months_to_adopt_one() -> None:
    of = mission(*STAFFED)
    assert asked(of, "LIS-ADOPT", "2026-01-01") == [("first", "2026-07-01")]
    assert asked(of, "LIS-ADOPT", "2026-10-01", past("LIS-ADOPT", "first", outcome="blocked")) == []
    assert asked(of, "LIS-ADOPT", "2026-10-01") == [("first", "2026-10-15")], "switched on late"


@pytest.mark.parametrize("known", ["LIS-ADOPT", "LIS-REVIEW"])
def test_a_mission_that_has_a_strategy_adopts_none(known: str) -> None:
    assert asked(mission(*STAFFED, last={known: "2024-05-05"}), "LIS-ADOPT", "2026-01-01") == []


def test_the_adoption_counts_as_the_last_review() -> None:
    of = mission(*STAFFED, last={"LIS-ADOPT": "2025-05-05"})
    done = past("LIS-ADOPT", "first", "2026-06-10")
    review = [p.done_on for p in counting_adoption(of, [done]) if p.definition == "LIS-REVIEW"]
    assert review == [day("2025-05-05"), day("2026-06-10")]
    assert counting_adoption(mission(*STAFFED), [past("LIS-ADOPT", "first")]) == [past("LIS-ADOPT", "first")]


# ── all of it ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_duty_that_is_not_at_work_brings_up_nothing() -> None:
    of = mission(*VACANT, ("focal_point_alternate", "2026-07-20", "2026-08-10"))
    assert {one.definition for one in arising(of, ARISING, (), day("2026-08-01"))} == ARISING - {"TRAIN"}
    assert arising(of, {"MEET-ANNUAL", "TRIAL-OBS"}, (), day("2026-08-01")) == []


def test_nothing_is_owed_before_adoption() -> None:
    of = mission(*VACANT)
    assert arising(of, ARISING, (), day("2025-12-31")) == []


def test_waivers_in_a_row_are_counted_from_the_last_period_that_is_over() -> None:
    def row(*outcomes: str | None) -> int:
        history = [past("MEET-ANNUAL", str(2026 + n), outcome=o) for n, o in enumerate(outcomes)]
        return waived_in_a_row(
            [*history, past("COORD-LOCAL", "2026-01", outcome="waived")], "Q-EG", "MEET-ANNUAL"
        )

    assert [row(), row("done"), row("waived"), row("waived", "done"), row("done", "waived", "waived", None)] == [
        0, 0, 1, 0, 2,
    ]  # fmt: skip


def known(found: Iterable[Arising]) -> list[Past]:
    return [Past(one.accreditation, one.definition, one.period, None) for one in found]


days = st.dates(date(2025, 6, 1), date(2028, 6, 1))
people = st.lists(
    st.tuples(
        st.sampled_from(["focal_point", "focal_point_alternate", "mission_support", "head_of_mission"]),
        days,
        st.one_of(st.none(), st.integers(1, 900)),
    ),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@example(people, st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_a_second_tick_opens_nothing_and_what_is_due_lies_ahead(
    staff: list[tuple[str, date, int | None]], today: date
) -> None:
    of = mission(
        *(
            (role, first.isoformat(), (first + timedelta(days=n)).isoformat() if n else None)
            for role, first, n in staff
        )
    )
    found = arising(of, ARISING, (), today)
    assert len({one.obligation for one in found}) == len(found)
    assert arising(of, ARISING, known(found), today) == []
    assert all(one.due_day is None or one.due_day >= today for one in found)
    for one in found:
        if one.definition in ("TRAIN", "FP-HANDOVER"):
            held = of.postings[posting_of(one.period)]
            assert one.definition == "FP-HANDOVER" or held.covers(today)
            assert held.last >= today - SAME_END
    gone = {code for code, _ in departures(of, today)}
    assert {posting_of(o.period) for o in found if o.definition == "FP-HANDOVER"} == gone


@settings(max_examples=60, deadline=None)
@example(people, st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_ticking_every_day_opens_one_for_each_beginning(
    staff: list[tuple[str, date, int | None]], first: date
) -> None:
    """Sixty days of ticks: what a missed tick left is found by the next, under the same id."""
    of = mission(
        *(
            (role, start.isoformat(), (start + timedelta(days=n)).isoformat() if n else None)
            for role, start, n in staff
        )
    )
    daily: list[Past] = []
    seen: list[str] = []
    for n in range(60):
        found = arising(of, ARISING, daily, first + timedelta(days=n))
        seen += [one.obligation for one in found]
        daily += known(found)
    assert len(set(seen)) == len(seen)
    late = {one.obligation for one in arising(of, ARISING, (), first + timedelta(days=59))}
    assert late <= set(seen)
