"""One obligation as data and as a page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from chancery.cli import names
from chancery.cli.definition_list import paragraph_of
from chancery.cli.output import Block, Table, local
from chancery.i18n import tr, word

if TYPE_CHECKING:
    from domain.mission import Mission
    from domain.obligation import Appointment, Obligation


def data_of(state: Obligation, mission: Mission, held: Mapping[str, str]) -> dict[str, Any]:
    """Everything that the command line says of an obligation."""
    return {
        "id": state.id,
        "title": names.definition_title(state.instrument, state.code),
        "definition": state.code,
        "instrument": state.instrument,
        "instrument_version": state.instrument_version,
        "procedure": state.procedure,
        "paragraph": state.definition.get("paragraph"),
        "paragraph_confirmed": bool(state.definition.get("paragraph_confirmed")),
        "workflow": state.definition.get("workflow"),
        "also": list(state.also),
        "mission": state.mission,
        "accreditation": state.accreditation,
        "zone": mission.clock.zone,
        "period": state.period,
        "due_by": state.due_by,
        "case_bound": state.case_bound,
        "opened": state.opened,
        "closed": state.closed,
        "outcome": state.outcome,
        "gates": dict(state.gates),
        "ended_cause": state.ended_cause,
        "waived_before": state.waived_before,
        "not_met": any(t.not_met for t in state.tasks.values()),
        "tasks": [
            {
                "id": f"{state.id}/{t.id}",
                "title": names.step_title(state.instrument, state.code, t.step),
                "posting": t.posting,
                "officer": held.get(t.posting, t.posting),
                "due": t.due,
                "status": t.status,
                "outcome": t.outcome,
                "timing": t.timing,
                "not_met": t.not_met,
            }
            for t in state.tasks.values()
        ],
        "sittings": [_sitting(a, held) for a in state.sittings()],
    }


def _sitting(a: Appointment, held: Mapping[str, str]) -> dict[str, Any]:
    return {
        "appointment": a.id,
        "starts": a.starts,
        "day": a.day,
        "whole_day": a.whole_day,
        "status": a.status,
        "outcome": a.outcome,
        "offered": list(a.offered),
        "answers": dict(a.answers),
        "observer": a.observer and held.get(a.observer, a.observer),
        "backup": a.backup and held.get(a.backup, a.backup),
        "support": a.support and held.get(a.support, a.support),
    }


def page_of(data: Mapping[str, Any]) -> list[Block]:
    """The page of an obligation."""
    tasks = Table(
        ("Task", "What", "Due (local)", "State", "Held by"), title="Tasks", empty="It has no task yet."
    )
    for t in data["tasks"]:
        ended = word(t["outcome"]) if t["outcome"] else tr("open")
        if t["not_met"]:
            ended = f"{ended} ({tr('not met')})"
        holder = names.who(t["posting"], {t["posting"]: t["officer"]})
        tasks.rows.append((t["id"], t["title"], local(t["due"], data["zone"]), ended, holder))
    head = tr(
        "Obligation {id}: {definition} of {instrument}, paragraph {paragraph}; mission {mission}, {state}.",
        id=data["id"],
        definition=data["definition"],
        instrument=data["instrument"],
        paragraph=paragraph_of(data["paragraph"], confirmed=data["paragraph_confirmed"]),
        mission=data["mission"],
        state=word(data["outcome"]) if data["outcome"] else tr("open"),
    )
    blocks: list[Block] = [data["title"], head]
    if data["due_by"]:
        blocks.append(tr("Its period ends {due}.", due=local(data["due_by"], data["zone"])))
    if data["also"]:
        blocks.append(tr("What is done here counts for {others} too.", others=", ".join(data["also"])))
    for gate, is_open in data["gates"].items():
        blocks.append(tr("Gate {gate}: {state}.", gate=gate, state=tr("open") if is_open else tr("closed")))
    return [*blocks, tasks, *([sittings_of(data)] if data["sittings"] else [])]


def sittings_of(data: Mapping[str, Any]) -> Table:
    """The sittings as a table."""
    table = Table(
        ("Sitting", "When (local)", "State", "Observer", "Stands in", "Support"),
        title="Sittings",
        empty="No sitting is known.",
    )
    for s in data["sittings"]:
        when = s["day"] if s["whole_day"] else local(s["starts"], data["zone"])
        state = word(s["outcome"] or s["status"])
        table.rows.append(
            (s["appointment"], when, state, s["observer"] or "", s["backup"] or "", s["support"] or "")
        )
    return table
