"""From stints to figures. Every figure is a list of items; its number is the length of the list and nothing else.

Items are plain JSON: codes, instants as RFC 3339 text (UTC), whole numbers. A case is numbered within the report, so that
neither its code nor the codes of its sittings leave the log. `about` is the position of the entry that an item is chiefly about.
"""

from collections.abc import Iterable, Sequence

from chancery.reports.corrections import corrected
from chancery.reports.deeds import deeds, entries
from chancery.reports.moments import amount, at_text, interval, touched
from chancery.reports.proofs import proofs
from chancery.reports.sittings import sittings
from chancery.reports.subject import ENDS, NAMES, Gathered, Held, Item, Subject
from domain.accounts import OwnTime
from domain.course import Course, courses
from domain.envelope import Event
from domain.record import Stint, Waited, own_between, partition, stints, waits
from domain.term import Term


def gather(events: Sequence[Event], into: Gathered) -> None:
    """Add what one obligation's events say of the person. Obligations come in the order of their opening."""
    if not events or events[0].type != "ObligationOpened":
        return
    asked, background = into.asked, into.background
    period = asked.bounds(background.mission.clock)
    found = courses(events, period[1])
    subject = Subject(events, into)
    for course in found.values():
        mine = stints(course, asked, background)
        for stint in mine:
            _add_stint(stint, course, subject, into)
        if mine:
            _add_own(mine[-1], subject, into)
            proofs(course, mine[-1], subject, into)
        else:
            _stood_in(course, subject, into)
        _pauses(course, subject, into)
        corrected(course, mine, subject, into)
    deeds(found, events, subject, into, period)
    entries(found, events, subject, into, period)
    sittings(found, events, subject, into, period)


def _add_stint(stint: Stint, course: Course, subject: Subject, into: Gathered) -> None:
    base, about = subject.of(stint), stint.began_position
    if stint.carried_in:
        into.add("carried_in", about, base, since=at_text(stint.began), positions=[about])
    else:
        into.add("assigned", about, base, at=at_text(stint.began), why=stint.why, positions=[about])
    match stint.close:
        case "open":
            name = "carried_out"
        case "done":
            assert stint.verdict is not None
            name = {"on time": "on_time", "late": "late"}.get(stint.verdict.timeliness, "reported_in_time")
        case other:
            name = other
    into.add(name, about, base, **_ended(stint, course, into))
    for wait in stint.waits:
        into.add("waiting", wait.positions[0], base, **_wait(wait, into), positions=list(wait.positions))
    clock = into.background.mission.clock
    into.held.append(Held(clock.day_of(stint.began), clock.day_of(stint.closed), base, about))


def _ended(stint: Stint, course: Course, into: Gathered) -> Item:
    """How a stint ended, and whose time it was: the same for every end, so that no end hides what another shows."""
    verdict = stint.verdict
    end = course.end if stint.close not in ("open", "handed_on") else None
    asked_by = course.waiver if stint.close == "waived" else None
    return {
        "at": at_text(stint.closed),
        "outcome": stint.outcome or stint.close,
        "reason": stint.reason,
        "happened": at_text(stint.happened) if stint.happened else None,
        "recorded": at_text(end.recorded) if end else None,
        "term": stint.deadline.term,
        "source": stint.opened.data["source"],
        "original_due": stint.opened.data["deadline"]["due_at"],
        "due": at_text(stint.deadline.due_at),
        "zone": stint.deadline.zone,
        "provisional": stint.deadline.provisional,
        "timeliness": verdict.timeliness if verdict else None,
        "share": verdict.share if verdict else None,
        "missed": verdict.missed if verdict else None,
        "not_met": stint.not_met,
        "entered_by": into.person(end) if end else None,
        "asked_by": into.person(asked_by) if asked_by else None,
        "confirmed": stint.confirmed,
        "confirmed_by": into.person(course.confirmed) if course.confirmed and end else None,
        "own": amount(stint.own),
        "intervals": [interval(i) for i in stint.intervals],
        "positions": list(stint.positions),
    }


def _wait(wait: Waited, into: Gathered) -> Item:
    """A wait: for whom and how long, who declared it, and who let it go on."""
    declared, *later = wait.events
    return {
        "cause": wait.cause,
        "party": wait.party,
        "clock": "stopped" if wait.stops else "ran_on",
        "from": at_text(wait.starts),
        "until": at_text(wait.ends),
        "working_days": touched(into.background.mission.clock, wait.starts, wait.ends),
        "declared_by": into.person(declared),
        "renewed_by": [into.person(e) for e in later if e.type == "WaitRenewed"],
    }


def _pauses(course: Course, subject: Subject, into: Gathered) -> None:
    """Clocks that the person stopped, or let stand still, in the period; a task's own holder may not (domain.deciding.pausing)."""
    asked = into.asked
    starts, until = asked.bounds(into.background.mission.clock)
    for wait in waits(course, min(until, max(asked.seen, starts))):
        own = [e for e in wait.events if e.type != "ClockResumed" and e.by in asked.mine]
        if any(starts <= e.happened < until for e in own):
            holder = into.somebody(course.held_at(wait.starts).posting)
            said = _wait(wait, into) | {"holder": holder, "positions": list(wait.positions)}
            into.add("pauses", wait.positions[0], subject.of(course), **said)


def _add_own(stint: Stint, subject: Subject, into: Gathered) -> None:
    """One line for each task, whatever the number of stints: the last one's accounts hold all before it."""
    into.add(
        "own_time",
        stint.opened.position,
        subject.of(stint),
        term=stint.deadline.term,
        source=stint.opened.data["source"],
        in_period=amount(stint.own_in_period),
        in_all=amount(stint.own),
        intervals=[interval(i) for i in stint.intervals],
        positions=list(stint.positions),
    )


def _stood_in(course: Course, subject: Subject, into: Gathered) -> None:
    """Time that leave moved to the person as a named substitute, on a task that they never held themselves."""
    asked, background = into.asked, into.background
    away = {a.posting for a in background.mission.absences.values() if a.substitute in asked.mine}
    if not away & {h.posting for h in course.held}:
        return
    calendar = background.calendar(course.end.position if course.end else background.calendars[-1][0])
    _, until = asked.bounds(background.mission.clock)
    ended = course.end.happened if course.end else min(until, asked.seen)
    parts = partition(course, asked, background, calendar, ended)
    term = Term.parse(course.opened.data["deadline"]["term"])
    own: OwnTime = own_between(parts, term, calendar, asked)
    if own.amount:
        rests = background.rests_on({h.posting for h in course.held}, course.opened.happened, ended)
        into.add(
            "stood_in",
            course.opened.position,
            subject.of(course),
            in_period=amount(own),
            intervals=[interval(i) for i in parts],
            positions=sorted({course.origin.position, *course.positions, *rests}),
        )


def counted(items: Iterable[Item]) -> list[Item]:
    """How many of each definition and step."""
    found: dict[tuple[str, str], int] = {}
    for item in items:
        key = (item["definition"], item["step"])
        found[key] = found.get(key, 0) + 1
    return [{"definition": d, "step": s, "count": n} for (d, s), n in sorted(found.items())]


def by_source(figures: dict[str, list[Item]]) -> list[Item]:
    """How many ends of each kind, by whose term it was; the items are those of the figures, found by `positions`."""
    made: dict[str, Item] = {}
    for name in ENDS:
        for item in figures[name]:
            line = made.setdefault(
                item["source"], {"source": item["source"], "ends": dict.fromkeys(ENDS, 0), "positions": []}
            )
            line["ends"][name] += 1
            line["positions"].append(item["about"])
    for line in made.values():
        line["count"] = sum(line["ends"].values())
        line["positions"] = sorted(set(line["positions"]))
    return [made[source] for source in sorted(made)]


__all__ = ["ENDS", "NAMES", "Gathered", "Item", "by_source", "counted", "gather"]
