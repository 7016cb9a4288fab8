"""What comes of a beginning, of people's coming and of their going: duties that no calendar brings round.

A mission without a strategy adopts one; a vacant focal point's post is filled; who leaves hands over; who arrives is
trained, and again later. The daily tick asks, as it asks `domain.cadence`: the answer depends on the day and on what the log
holds, so a missed tick heals itself and a second one opens nothing. Nothing is owed for the time before adoption. All
days are the mission's own; every term in days here is a product default (the Guidelines state none).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from domain.cadence import Past, add_months, identity
from domain.mission import Mission, Posting

ARISING: Final = frozenset({"LIS-ADOPT", "FP-APPOINT", "FP-HANDOVER", "TRAIN"})
"""The definitions that this module brings up."""

LIAISON: Final = ("focal_point", "focal_point_alternate")
"""The roles whose vacancy starts a clock, and whose holders hand over."""

ADOPT_MONTHS: Final = 6
HANDOVER_AHEAD: Final = 20
"""A hand-over opens so many working days before the end of the posting, once that is known."""
HANDOVER_AFTER: Final = 5
"""Somebody who left unannounced is handed over for within so many working days."""
SAME_END: Final = timedelta(days=30)
"""An end that moves by no more than this needs no second hand-over, and one longer past none at all."""
TRAIN_DAYS: Final = timedelta(days=60)
TRAIN_MONTHS: Final = 24
SHORTEST: Final = timedelta(days=14)
"""What is found out late is still given so long."""


@dataclass(frozen=True, slots=True)
class Arising:
    """An obligation to open; its id can be opened only once. `due_day`: where the term is a day known beforehand."""

    obligation: str
    accreditation: str
    definition: str
    period: str
    due_day: date | None


@dataclass(frozen=True, slots=True)
class Vacancy:
    """Nobody is in post in this role, since that local day."""

    role: str
    since: date


def posting_of(period: str) -> str:
    """The posting that a hand-over's or a training's period names; a posting's code has no dot."""
    return period.partition(".")[0]


def vacancies(mission: Mission, today: date) -> list[Vacancy]:
    """Where the mission lacks a focal point, or an alternate for whom it has a post.

    A vacancy begins on the day after the last holder's last; before adoption none is counted.
    """
    assert mission.adopted_on is not None
    found: list[Vacancy] = []
    for role in LIAISON:
        posts = {p.code for p in mission.posts.values() if p.role == role}
        held = [p for p in mission.postings.values() if p.post in posts]
        wanted = bool(posts) or (role == "focal_point" and bool(mission.posts))
        if not wanted or any(p.covers(today) for p in held):
            continue
        left = max((p.last for p in held if p.last < today), default=date.min)
        since = mission.adopted_on if left < mission.adopted_on else left + timedelta(days=1)
        found.append(Vacancy(role, since))
    return found


def departures(mission: Mission, today: date) -> list[tuple[str, date]]:
    """Focal points and alternates who leave within twenty working days, or have just left: posting and last day."""
    assert mission.adopted_on is not None
    ahead = mission.clock.add_working(today, HANDOVER_AHEAD)
    behind = max(mission.adopted_on, today - SAME_END)
    return sorted(
        (p.code, p.last)
        for p in mission.postings.values()
        if mission.posts[p.post].role in LIAISON and p.first <= today and behind <= p.last <= ahead
    )


def arising(
    mission: Mission, definitions: Collection[str], history: Sequence[Past], today: date
) -> list[Arising]:
    """Every such obligation that is owed on the local day `today` and not known yet.

    `definitions`: the codes that are at work in this mission today.
    """
    if mission.adopted_on is None or today < mission.adopted_on or not mission.accreditations:
        return []
    found: list[Arising] = []
    if "LIS-ADOPT" in definitions:
        found += _strategies(mission, history, today)
    if "FP-APPOINT" in definitions:
        found += _appointments(mission, history, today)
    if "FP-HANDOVER" in definitions:
        found += _handovers(mission, history, today)
    if "TRAIN" in definitions:
        found += _trainings(mission, history, today)
    known = {(p.accreditation, p.definition, p.period) for p in history}
    return [one for one in found if (one.accreditation, one.definition, one.period) not in known]


def counting_adoption(mission: Mission, history: Sequence[Past]) -> list[Past]:
    """The history in which a strategy's adoption counts as its last review: the next falls a year after it."""
    days = {(p.accreditation, p.done_on) for p in history if p.definition == "LIS-ADOPT" and p.done_on}
    before = mission.last_done.get("LIS-ADOPT")
    if before is not None:
        days |= {(accreditation, date.fromisoformat(before)) for accreditation in mission.accreditations}
    return [*history, *(Past(a, "LIS-REVIEW", day.isoformat(), day, "done") for a, day in sorted(days))]


def _one(mission: Mission, definition: str, period: str, due_day: date | None) -> Arising:
    """What concerns the mission as a whole stands under its first accreditation."""
    accreditation = min(mission.accreditations)
    return Arising(identity(accreditation, definition, period), accreditation, definition, period, due_day)


def _strategies(mission: Mission, history: Sequence[Past], today: date) -> Iterator[Arising]:
    assert mission.adopted_on is not None
    if {"LIS-ADOPT", "LIS-REVIEW"} & set(mission.last_done):
        return  # there is one, and it is reviewed
    due = max(add_months(mission.adopted_on, ADOPT_MONTHS), today + SHORTEST)
    for accreditation in sorted(mission.accreditations):
        id_ = identity(accreditation, "LIS-ADOPT", "first")
        yield Arising(id_, accreditation, "LIS-ADOPT", "first", due)


def _appointments(mission: Mission, history: Sequence[Past], today: date) -> Iterator[Arising]:
    """Once for each vacancy; where it could not be filled, again a month later while it lasts."""
    for vacancy in vacancies(mission, today):
        period = f"{vacancy.role}.{vacancy.since}"
        asked = [p for p in history if p.definition == "FP-APPOINT" and p.period.startswith(period)]
        if all(p.outcome == "blocked" for p in asked):
            if not asked:
                yield _one(mission, "FP-APPOINT", period, None)
            elif today >= add_months(vacancy.since, len(asked)):
                yield _one(mission, "FP-APPOINT", f"{period}.{len(asked) + 1}", None)


def _handovers(mission: Mission, history: Sequence[Past], today: date) -> Iterator[Arising]:
    begun = [p.period for p in history if p.definition == "FP-HANDOVER"]
    for posting, last in departures(mission, today):
        ends = [date.fromisoformat(p.partition(".")[2]) for p in begun if posting_of(p) == posting]
        if any(abs(end - last) <= SAME_END for end in ends):
            continue
        due = last if last >= today else mission.clock.add_working(today, HANDOVER_AFTER)
        yield _one(mission, "FP-HANDOVER", f"{posting}.{last}", due)


def _trainings(mission: Mission, history: Sequence[Past], today: date) -> Iterator[Arising]:
    """Whoever is away is asked on the day they are back; while one course is open, no second is asked for."""
    away = {a.posting for a in mission.absences.values() if a.first <= today <= a.last}
    for posting in sorted(mission.postings.values(), key=lambda p: p.code):
        if posting.code in away or not posting.covers(today):
            continue
        courses = [p for p in history if p.definition == "TRAIN" and posting_of(p.period) == posting.code]
        if all(p.outcome is not None for p in courses):
            period, due = _course(mission, posting, courses, today)
            due_day = max(due, today + SHORTEST)
            if today >= due - TRAIN_DAYS and due_day <= posting.last:
                yield _one(mission, "TRAIN", period, due_day)


def _course(mission: Mission, posting: Posting, courses: Sequence[Past], today: date) -> tuple[str, date]:
    """The next course of a posting: its period, and the day by which it is held."""
    assert mission.adopted_on is not None
    arrival = posting.first + TRAIN_DAYS
    if not courses and arrival >= mission.adopted_on:
        return posting.code, arrival
    due = add_months(max((p.done_on for p in courses if p.done_on), default=posting.first), TRAIN_MONTHS)
    while due < mission.adopted_on or today >= add_months(due, TRAIN_MONTHS) - TRAIN_DAYS:
        due = add_months(due, TRAIN_MONTHS)
    return f"{posting.code}.{due:%Y-%m}", due
