"""One obligation as data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chancery.telling import names
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
