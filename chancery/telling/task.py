"""One task as data: what is asked, its clock step by step, who held it, what happened, what may be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from chancery.i18n import word
from chancery.telling import clocks, names
from chancery.telling.explaining import explained
from chancery.telling.history import sentence
from domain.deciding.waivers import REVIEW
from domain.envelope import Event
from domain.kinds import instant
from domain.mission import Mission
from domain.obligation import Obligation
from domain.task import notice_key


def people(events: Sequence[Event]) -> set[str]:
    """Every posting that these events name."""
    found = {e.by for e in events}
    for event in events:
        found |= {str(event.data[k]) for k in ("posting", "approver", "requester") if k in event.data}
        found |= {str(p) for p in event.data.get("to", ())} | {str(event.actor.get("for", ""))}
    return found - {""}


def instead(events: Sequence[Event]) -> dict[str, str]:
    """What each task that a waiver brought is for: the waiver says it, in the order of their numbers."""
    asked: dict[str, Event] = {}
    found: list[str] = []
    for event in events:
        if event.type == "WaiverProposed":
            asked[event.data["task"]] = event
        elif event.type == "WaiverAnswered" and event.data["approved"]:
            said = asked[event.data["task"]].data
            found += [one["what"] for one in said.get("alternatives", ())]
            found += [REVIEW] if said["review_on"] else []
    return {f"alternative.{n}": what for n, what in enumerate(found, start=1)}


def data_of(
    obligation: Obligation,
    mission: Mission,
    task: str,
    *,
    events: Sequence[Event],
    instead_of: Mapping[str, str],
    held: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    """Everything that is said of a task, from its own `events`; words in the language that is spoken.

    `held`: posting → officer; `instead_of`: what :func:`instead` gives; `now` (UTC) is what time left is counted from.
    """
    t = obligation.tasks[task]
    step = obligation.step(t.step) or {}
    titles = names.line_titles(obligation.instrument, obligation.code, t.step)
    row = {
        "term": t.deadline["term"], "due": instant(t.due), "opened": instant(t.opened), "status": t.status,
        "outcome": t.outcome, "timing": t.timing, "accepted": t.accepted, "not_met": t.not_met,
        "waiting": t.wait.party if t.wait else None,
    }  # fmt: skip
    position_of = {e.id: e.position for e in events}
    explanation = [
        {"date": line["date"], "counted": line["counted"], "reason": explained(line["reason"])}
        for line in t.deadline["explanation"]
    ]
    title = names.step_title(obligation.instrument, obligation.code, t.step)
    what = instead_of.get(task)
    return {
        "id": f"{obligation.id}/{task}",
        "title": f"{title}: {word(what)}" if what else title,
        "instead": what,
        "definition": obligation.code,
        "paragraph": obligation.definition.get("paragraph"),
        "paragraph_confirmed": obligation.definition.get("paragraph_confirmed"),
        "mission": obligation.mission,
        "zone": t.deadline["zone"],
        "state": clocks.status_words(row, now),
        "status": t.status,
        "outcome": t.outcome,
        "reason": t.reason,
        "timing": t.timing,
        "confirmed": t.confirmed,
        "not_met": t.not_met,
        "revision": t.revision,
        "owner_role": t.owner_role,
        "posting": t.posting,
        "officer": held.get(t.posting, t.posting),
        "accepted": t.accepted,
        "opened": t.opened,
        "starts": t.starts,
        "original_due": t.original_due,
        "due": t.due,
        "term": t.deadline["term"],
        "source": t.source,
        "provisional": t.deadline["provisional"],
        "left": clocks.left(row, mission.clock, now) if t.is_open and not t.wait else None,
        "explanation": explanation,
        "notices": [
            {"kind": n["kind"], "n": n["n"], "at": n["at"], "to": list(n["to"]),
             "sent": notice_key(n["kind"], n["n"], t.due) in t.sent}
            for n in t.notices
        ],
        "holders": [
            {"posting": h.posting, "officer": held.get(h.posting, h.posting), "why": h.why, "since": h.since,
             "accepted": h.accepted, "position": h.position}
            for h in t.holdings
        ],
        "waits": [
            {"cause": w.cause, "party": w.party, "stops": w.stops, "starts": w.starts, "ends": w.ends, "lapses": w.lapses}
            for w in t.waits
        ],
        "checklist": [
            {"code": line["code"], "must": line["must"], "title": titles.get(line["code"], line["code"])}
            for line in step.get("checklist", ())
        ],
        "evidence": list(step.get("evidence", ())),
        "results": {k: list(v) for k, v in step.get("results", {}).items()},
        "outcomes": list(step.get("outcomes", ())),
        "reasons": list(step.get("reasons", ())),
        "waiver": None if t.waiver is None else {
            "proposer": held.get(t.waiver.proposer, t.waiver.proposer), "reason": t.waiver.reason,
            "alternatives": [dict(one) for one in t.waiver.alternatives], "review_on": t.waiver.review_on,
        },
        "corrections_asked": [
            {"position": position_of.get(a.id), "of": position_of.get(a.of), "field": a.field, "value": a.value,
             "reason": a.reason, "requester": held.get(a.requester, a.requester)}
            for a in t.asked.values()
        ],
        "history": [
            {"position": e.position, "at": e.at, "type": e.type, "sentence": sentence(e, t.deadline["zone"], held)}
            for e in events
        ],
    }  # fmt: skip
