"""`task show`: what is asked, the clock step by step, who held it, what happened, what may be done next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from chancery.cli import clockwork, names
from chancery.cli.explaining import explained
from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.output import Block
from chancery.cli.shared import Table, installed, local, show, verb, words
from chancery.cli.task.history import sentence
from chancery.cli.task.noun import Target, Where, Which, app, target
from chancery.i18n import tr, word
from domain.envelope import Event

if TYPE_CHECKING:
    from datetime import datetime


@verb(
    app,
    "show",
    examples=(
        "chancery task show Q-EG:COORD-LOCAL:2026-05/hold.1",
        "chancery task show Q-EG:COORD-LOCAL:2026-05 hold.1 --as-of 4210 --json",
    ),
)
async def show_(where: Where, task: Which = None, as_of: AsOf = None) -> None:
    """Show one task: its clock explained step by step, its holders and its history."""
    async with installed() as here:
        seen = await known(here, as_of)
        at = await target(seen, where, task)
        events = await seen.events(at.obligation)
        own = [e for e in events if e.data.get("task") == at.task]
        held = await names.officers(here, _people(own))
        data = _data(at, own, _instead(events), held, seen.at) | stamp(seen)
        show("task", data, lambda: _page(data, held))


def _people(events: Sequence[Event]) -> set[str]:
    found = {e.by for e in events}
    for event in events:
        found |= {str(event.data[k]) for k in ("posting", "approver", "requester") if k in event.data}
        found |= {str(p) for p in event.data.get("to", ())} | {str(event.actor.get("for", ""))}
    return found - {""}


def _instead(events: Sequence[Event]) -> dict[str, str]:
    """What each task that a waiver brought is for: the waiver says it, in the order of their numbers."""
    from domain.deciding.waivers import REVIEW

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


def _data(
    at: Target,
    events: Sequence[Event],
    instead: Mapping[str, str],
    held: Mapping[str, str],
    now: datetime,
) -> dict[str, Any]:
    from domain.kinds import instant
    from domain.task import notice_key

    t = at.state.tasks[at.task]
    step = at.state.step(t.step) or {}
    titles = names.line_titles(at.state.instrument, at.state.code, t.step)
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
    title = names.step_title(at.state.instrument, at.state.code, t.step)
    what = instead.get(at.task)
    return {
        "id": f"{at.obligation}/{at.task}",
        "title": f"{title}: {word(what)}" if what else title,
        "instead": what,
        "definition": at.state.code,
        "paragraph": at.state.definition.get("paragraph"),
        "paragraph_confirmed": at.state.definition.get("paragraph_confirmed"),
        "mission": at.state.mission,
        "zone": t.deadline["zone"],
        "state": clockwork.status_words(row, now),
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
        "left": clockwork.left(row, at.mission.clock, now) if t.is_open and not t.wait else None,
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


def _page(data: dict[str, Any], held: Mapping[str, str]) -> list[Block]:
    zone = data["zone"]
    first: list[Block] = [
        f"{data['title']}",
        tr(
            "Task {id}, revision {revision}: {state}.",
            id=data["id"],
            revision=data["revision"],
            state=data["state"],
        ),
        tr(
            "{definition}, paragraph {paragraph}{unconfirmed}; mission {mission}.",
            definition=data["definition"],
            paragraph=data["paragraph"],
            unconfirmed="" if data["paragraph_confirmed"] else f" ({tr('not yet confirmed')})",
            mission=data["mission"],
        ),
        tr(
            "Held by {who} since {since}.",
            who=names.who(data["posting"], held),
            since=local(data["holders"][-1]["since"], zone),
        ),
        _due(data, zone),
    ]
    if data["not_met"]:
        first.append(
            tr(
                "Not met: the time that the Guidelines state had passed. The day on which it ends is this product's."
            )
        )
    if data["corrections_asked"]:
        first.append(tr("A correction waits for an answer: `task correction answer`."))
    if data["waiver"]:
        first.append(tr("A waiver waits for an answer: `task waive approve`."))
    if data["left"] is not None:
        first.append(tr("Time left: {left}.", left=clockwork.left_words(data["left"])))
    return [*first, *_tables(data, zone), *_todo(data)]


def _due(data: dict[str, Any], zone: str) -> str:
    due = tr(
        "Due {due} ({zone}); term {term}, from {source}.",
        due=local(data["due"], zone),
        zone=zone,
        term=data["term"],
        source=word(data["source"]),
    )
    if data["original_due"] != data["due"]:
        due += " " + tr("Originally due {due}.", due=local(data["original_due"], zone))
    if data["provisional"]:
        due += " " + tr("Provisional: a holiday on the way is only estimated.")
    return due


def _tables(data: dict[str, Any], zone: str) -> list[Block]:
    counted = {True: tr("yes"), False: tr("no")}
    return [
        Table(
            ("Day", "Counts", "Why"),
            [(line["date"], counted[line["counted"]], line["reason"]) for line in data["explanation"]],
            title="How the deadline was reckoned",
        ),
        Table(
            ("Notice", "Planned", "Sent", "To"),
            [
                (f"{word(n['kind'])} {n['n']}", local(n["at"], zone), counted[n["sent"]], words(n["to"]))
                for n in data["notices"]
            ],
            title="Notices",
            empty="No notice is planned.",
        ),
        Table(
            ("Holder", "By", "Since", "Accepted"),
            [
                (names.who(h["posting"], {h["posting"]: h["officer"]}), word(h["why"]), local(h["since"], zone),
                 local(h["accepted"], zone))
                for h in data["holders"]
            ],
            title="Who held it",
        ),
        Table(
            ("Position", "When", "What happened"),
            [(str(h["position"]), local(h["at"], zone), h["sentence"]) for h in data["history"]],
            title="History",
        ),
    ]  # fmt: skip


def _todo(data: dict[str, Any]) -> list[Block]:
    if data["status"] != "open":
        return []
    lines = [
        (line["code"], tr("yes") if line["must"] else tr("no"), line["title"]) for line in data["checklist"]
    ]
    blocks: list[Block] = [
        Table(("Line", "Needed", "What"), lines, title="Checklist", empty="There is no checklist.")
    ]
    if data["evidence"]:
        blocks.append(tr("Evidence needed: {kinds}.", kinds=", ".join(data["evidence"])))
    for name, allowed in data["results"].items():
        blocks.append(tr("Result {name}: {allowed}.", name=name, allowed=", ".join(allowed)))
    if data["outcomes"]:
        blocks.append(
            tr(
                "Deciding not to act: {outcomes}; reasons: {reasons}.",
                outcomes=", ".join(data["outcomes"]),
                reasons=", ".join(data["reasons"]),
            )
        )
    return blocks
