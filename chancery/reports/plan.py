"""The work plan beside the record: what officer and manager agreed for the period, and what the log holds of it.

Counts and lists, side by side, and nothing drawn from them: no share of a target, no word for reached or missed. What was
agreed is the edition in force at the end of the days that plan and report have in common; earlier ones are named.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from chancery import queries
from chancery.log.store import EventLog
from chancery.reports.subject import ENDS, Item
from chancery.streams import as_event, dossier_stream
from domain import dossier
from domain.calendar import Calendar
from domain.envelope import Event
from domain.kinds import instant
from domain.record import Asked, Background
from domain.workplan import WorkPlan

_DONE: Final = ("on_time", "reported_in_time", "late")
_RESTS: Final[Mapping[str, tuple[str, ...]]] = {
    "rota": ("rota", "swaps", "sittings", "refused_entry"),
    "regions": ("contacts",),
    "in_time": ENDS,
    "number": (*_DONE, "not_acted", "waived"),
    "training": ("training",),
}
"""Beside which figures an objective of each kind is laid."""

Figures = Mapping[str, Sequence[Item]]


async def plans(
    log: EventLog,
    missions: Sequence[tuple[Background, list[Event]]],
    asked: Asked,
    figures: Figures,
    position: int,
) -> list[Item]:
    """Every work plan of the person's postings that has days in the period, as known at the position; by first day, code.

    One that was never agreed by both is named without objectives beside the record: nobody is held to a draft.
    """
    found = await queries.dossiers(log, "workplan", parties=sorted(asked.mine))
    names = [dossier_stream("workplan", row["code"]) for row in found]
    zones = {b.mission.code: b.mission.clock for b, _ in missions}
    made = []
    for name, recorded in (await log.load_upto(names, position)).items():
        if not recorded:
            continue
        events = [as_event(one) for one in recorded]
        plan: WorkPlan = dossier.fold(name, events)
        first, last = (date.fromisoformat(day) for day in (plan.first, plan.last))
        if plan.posting in asked.mine and first <= asked.last and last >= asked.first:
            days = max(first, asked.first), min(last, asked.last)
            made.append(_plan(events, plan, days, zones[plan.mission], figures))
    return sorted(made, key=lambda plan: (plan["from"], plan["workplan"]))


def _plan(
    events: Sequence[Event], plan: WorkPlan, days: tuple[date, date], clock: Calendar, figures: Figures
) -> Item:
    """`days`: those that plan and report have in common."""
    until = [e for e in events if clock.day_of(e.happened) <= days[1]]
    then: WorkPlan | None = dossier.fold(events[0].stream, until) if until else None
    force = then.in_force if then is not None else None
    ended = next((e for e in until if e.type == "WorkPlanEnded"), None)

    def inside(item: Item) -> bool:
        text = item.get("at") or item.get("happened") or item["since"]
        return days[0] <= clock.day_of(instant(text)) <= days[1]

    return {
        "workplan": plan.code,
        "mission": plan.mission,
        "posting": plan.posting,
        "from": plan.first,
        "until": plan.last,
        "first": days[0].isoformat(),
        "last": days[1].isoformat(),
        "share_percent": plan.share_percent,
        "answers_for": list(plan.answers_for),
        "edition": force.number if force else None,
        "ended": ended.data["reason"] if ended else None,
        "editions": [
            {
                "edition": edition.number,
                "reason": edition.reason,
                "at": edition.at,
                "agreed_by": sorted(edition.agreed),
                "positions": sorted({edition.position, *edition.agreed.values()}),
            }
            for edition in (then.editions if then is not None else ())
        ],
        "objectives": [
            _objective(one, plan.mission, figures, inside) for one in (force.objectives if force else ())
        ],
        "positions": [e.position for e in until] or [events[0].position],
    }


def _objective(
    agreed: Mapping[str, Any], mission: str, figures: Figures, inside: Callable[[Item], bool]
) -> Item:
    """What was agreed, and beside it each figure that speaks of it: its number and the items behind it."""
    definitions, regions = set(agreed["definitions"]), set(agreed["regions"])

    def concerns(item: Item) -> bool:
        if item["mission"] != mission or (definitions and item["definition"] not in definitions):
            return False
        return not regions or item.get("occurrence") in regions

    record = []
    for name in _RESTS[agreed["kind"]]:
        items = [i for i in figures[name] if concerns(i) and inside(i)]
        record.append(
            {
                "figure": name,
                "count": len(items),
                "items": [{"about": i["about"], "positions": i["positions"]} for i in items],
            }
        )
    made = {name: agreed[name] for name in ("objective", "kind", "definitions", "regions", "count")}
    if regions:
        reached = {i["occurrence"] for i in figures["contacts"] if concerns(i) and inside(i)}
        made |= {"with_entry": sorted(reached), "without_entry": sorted(regions - reached)}
    return made | {"record": record}
