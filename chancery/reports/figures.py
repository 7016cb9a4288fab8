"""From stints to figures. Every figure is a list of items; its number is the length of the list and nothing else.

Items are plain JSON: codes, instants as RFC 3339 text (UTC), whole numbers. A case is numbered within the report, so that
neither its code nor the codes of its sittings leave the log.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from chancery.reports.corrections import corrected
from chancery.reports.subject import NAMES, Gathered, Item, Subject
from domain.accounts import Interval, OwnTime
from domain.course import Course, courses
from domain.envelope import Event
from domain.kinds import instant, instant_text
from domain.record import ME, OTHER, Stint, own_between, partition, stints
from domain.term import Term

_HOLDERS: Final = {ME: "own", OTHER: "another_officer"}


def gather(events: Sequence[Event], into: Gathered) -> None:
    """Add what one obligation's events say of the person. Obligations come in the order of their opening."""
    if not events or events[0].type != "ObligationOpened":
        return
    asked, background = into.asked, into.background
    starts, until = asked.bounds(background.mission.clock)
    found = courses(events, until)
    mine = {code: stints(course, asked, background) for code, course in found.items()}
    subject = Subject(events, into)
    for code, course in found.items():
        for stint in mine[code]:
            _add_stint(stint, subject, into.figures)
        if mine[code]:
            _add_own(mine[code][-1], subject, into.figures)
        else:
            _stood_in(course, subject, into)
        corrected(course, mine[code], subject, into)
    _deeds(found, events, subject, into, (starts, until))
    _sittings(found, events, subject, into, (starts, until))


def _add_stint(stint: Stint, subject: Subject, figures: dict[str, list[Item]]) -> None:
    base = subject.of(stint)
    if stint.carried_in:
        figures["carried_in"].append(base | {"since": _at(stint.began), "positions": [stint.began_position]})
    else:
        figures["assigned"].append(
            base | {"at": _at(stint.began), "why": stint.why, "positions": [stint.began_position]}
        )
    ended = base | _ended(stint)
    match stint.close:
        case "open":
            figures["carried_out"].append(ended)
        case "handed_on" | "waived" | "cancelled" | "not_acted":
            figures[stint.close].append(ended)
        case "done":
            assert stint.verdict is not None
            name = {"on time": "on_time", "late": "late"}.get(stint.verdict.timeliness, "reported_in_time")
            figures[name].append(ended)
    for wait in stint.waits:
        figures["waiting"].append(
            base
            | {
                "cause": wait.cause,
                "party": wait.party,
                "clock": "stopped" if wait.stops else "ran_on",
                "from": _at(wait.starts),
                "until": _at(wait.ends),
                "positions": list(wait.positions),
            }
        )


def _ended(stint: Stint) -> Item:
    """How a stint ended, and whose time it was: the same for every end, so that no end hides what another shows."""
    verdict = stint.verdict
    return {
        "at": _at(stint.closed),
        "outcome": stint.outcome or stint.close,
        "reason": stint.reason,
        "happened": _at(stint.happened) if stint.happened else None,
        "term": stint.deadline.term,
        "source": stint.opened.data["source"],
        "original_due": stint.opened.data["deadline"]["due_at"],
        "due": _at(stint.deadline.due_at),
        "zone": stint.deadline.zone,
        "provisional": stint.deadline.provisional,
        "timeliness": verdict.timeliness if verdict else None,
        "share": verdict.share if verdict else None,
        "missed": verdict.missed if verdict else None,
        "not_met": stint.not_met,
        "confirmed": stint.confirmed,
        "own": _time(stint.own),
        "intervals": [_interval(i) for i in stint.intervals],
        "positions": list(stint.positions),
    }


def _add_own(stint: Stint, subject: Subject, figures: dict[str, list[Item]]) -> None:
    """One line for each task, whatever the number of stints: the last one's accounts hold all before it."""
    figures["own_time"].append(
        subject.of(stint)
        | {
            "term": stint.deadline.term,
            "source": stint.opened.data["source"],
            "in_period": _time(stint.own_in_period),
            "in_all": _time(stint.own),
            "intervals": [_interval(i) for i in stint.intervals],
            "positions": list(stint.positions),
        }
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
    own = own_between(parts, term, calendar, asked)
    if own.amount:
        rests = background.rests_on({h.posting for h in course.held}, course.opened.happened, ended)
        positions = sorted({course.origin.position, *course.positions, *rests})
        into.figures["stood_in"].append(
            subject.of(course)
            | {"in_period": _time(own), "intervals": [_interval(i) for i in parts], "positions": positions}
        )


_ANSWERS: Final = frozenset(
    {
        "TaskAccepted",
        "TaskAssigned",
        "TaskCompleted",
        "TaskNotActed",
        "ClockPaused",
        "WaiverAnswered",
        "WaiverProposed",
    }
)


def _deeds(
    found: dict[str, Course],
    events: Sequence[Event],
    subject: Subject,
    into: Gathered,
    period: tuple[datetime, datetime],
) -> None:
    """Accepted, answered and done on behalf of somebody who was away."""
    mine = into.asked.mine
    for course in found.values():
        for event, holder in course.accepted:
            if holder in mine and period[0] <= event.happened < period[1]:
                into.figures["accepted"].append(
                    subject.of(course) | {"at": event.at, "positions": [event.position]}
                )
    for n, event in enumerate(events):
        code = event.data.get("task")
        if code not in found or not period[0] <= event.happened < period[1]:
            continue
        head = subject.of(found[code])
        if (
            event.type == "NoticeRecorded"
            and event.data["kind"] == "escalation"
            and mine & set(event.data["to"])
        ):
            answer = next(
                (
                    e
                    for e in events[n + 1 :]
                    if e.data.get("task") == code and e.type in _ANSWERS and e.by in mine
                ),
                None,
            )
            into.figures["escalations"].append(
                head
                | {
                    "at": event.at,
                    "answered": answer.at if answer else None,
                    "by": answer.type if answer else None,
                    "positions": [event.position, *([answer.position] if answer else [])],
                }
            )
        elif event.by in mine and event.actor.get("for") not in (None, *mine):
            into.figures["acted_for"].append(
                head | {"at": event.at, "what": event.type, "positions": [event.position]}
            )


def _sittings(
    found: dict[str, Course],
    events: Sequence[Event],
    subject: Subject,
    into: Gathered,
    period: tuple[datetime, datetime],
) -> None:
    """The rota, and sittings attended. Refused at the door counts as an observation attempted, so it stands as performed."""
    figures, people = into.figures, into.asked.mine
    support = {
        e.data["appointment"]: e
        for e in events
        if e.type == "ObserverAssigned" and e.data["support"] in people
    }
    for event in events:
        if not period[0] <= event.happened < period[1]:
            continue
        if event.type == "RotaOffered" and people & set(event.data["to"]):
            line = {"at": event.at, "answer": "offered", "reason": None, "positions": [event.position]}
        elif event.type == "RotaAnswered" and event.data["posting"] in people:
            answer, reason = event.data["answer"], event.data["reason"]
            line = {"at": event.at, "answer": answer, "reason": reason, "positions": [event.position]}
        else:
            continue
        figures["rota"].append(subject.item(None, event.data["appointment"]) | line)
    for course in found.values():
        end, appointment = course.end, course.opened.data["appointment"]
        if end is None or appointment is None or course.sitting is None:
            continue
        begins = instant(course.sitting.data["starts"])
        if not period[0] <= begins < period[1]:
            continue
        admitted = end.data.get("result", {}).get("admitted")
        if end.data.get("outcome") == "refused_by_authorities":
            admitted = "refused"
        if admitted is None:
            continue
        # Whoever held the task when the sitting began was there, or acted for who did; the report may be somebody else's.
        who = course.held_at(begins).posting
        acting = into.background.mission.substitute_for(who, begins, course.origin.data["definition"]["code"])
        observed = (acting or who) in people
        helped = support.get(appointment)
        if not observed and helped is None:
            continue
        rests = [subject.placed[appointment], *([helped.position] if helped else []), end.position]
        line = subject.of(course) | {
            "as": "observer" if observed else "support",
            "admitted": admitted,
            "at": course.sitting.data["starts"],
            "positions": rests,
        }
        figures["sittings"].append(line)
        if admitted == "refused":
            figures["refused_entry"].append(line)


def counted(items: Iterable[Item]) -> list[Item]:
    """How many of each definition and step."""
    found: dict[tuple[str, str], int] = {}
    for item in items:
        key = (item["definition"], item["step"])
        found[key] = found.get(key, 0) + 1
    return [{"definition": d, "step": s, "count": n} for (d, s), n in sorted(found.items())]


def _interval(part: Interval) -> Item:
    """Whose it was: the person's own, another officer's (never which), a vacancy, a suspension, a party outside."""
    account = _HOLDERS[part.who or OTHER] if part.kind == "holder" else part.kind
    item: Item = {"account": account, "from": _at(part.starts), "until": _at(part.ends)}
    if part.kind == "outside":
        item["party"] = part.who
    return item


def _time(own: OwnTime) -> Item:
    """Exact: working days, or seconds of a term in hours with the words that show them."""
    if own.unit == "working days":
        return {"working_days": own.amount}
    return {"seconds": own.amount, "hours_minutes": f"{own.amount // 3600}:{own.amount // 60 % 60:02d}"}


def _at(at: datetime) -> str:
    return instant_text(at.replace(microsecond=0))


__all__ = ["NAMES", "Gathered", "Item", "counted", "gather"]
