"""`task show`: what is asked, the clock step by step, who held it, what happened, what may be done next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chancery.cli.knowing import AsOf, known, stamp
from chancery.cli.output import Block
from chancery.cli.shared import Table, installed, local, show, verb, words
from chancery.cli.task.noun import Where, Which, app, target
from chancery.i18n import tr, word
from chancery.telling import clocks, names
from chancery.telling.task import data_of, instead, people


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
        held = await names.officers(here, people(own))
        told = data_of(
            at.state, at.mission, at.task, events=own, instead_of=instead(events), held=held, now=seen.at
        )
        data = told | stamp(seen)
        show("task", data, lambda: _page(data, held))


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
        first.append(tr("Time left: {left}.", left=clocks.left_words(data["left"])))
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
