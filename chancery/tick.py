"""What a mission's daily tick does, wherever it is asked for: by Temporal's Schedule, by a rehearsal, by hand."""

from datetime import date

from chancery.desk import Desk
from chancery.instruments import shipped
from chancery.queries import past_of
from domain import cadence
from domain import commands as c
from domain.baton import command_id
from domain.envelope import ENGINE_TICK
from domain.instrument import snapshot


async def open_due(desk: Desk, mission_code: str) -> list[str]:
    """Open every recurring obligation whose period has begun and that is not open; the ids newly opened.

    Raises what `Desk.submit` raises. A mission that is not adopted owes nothing.
    """
    mission = await desk.mission(mission_code)
    if not mission.version:
        return []
    today: date = mission.day(desk.clock.now())
    opened: list[str] = []
    for code in sorted(mission.instruments):
        instrument = shipped().get(code)
        if instrument is None:
            continue
        history = await past_of(desk.log, mission)
        definitions = {d["code"]: d for d in instrument["definition"]}
        for due in cadence.due(mission, definitions.values(), history, today):
            command = c.OpenObligation(
                command_id=command_id(due.obligation, "OpenObligation", due.period),
                mission=mission_code,
                obligation=due.obligation,
                accreditation=due.accreditation,
                instrument=code,
                instrument_version=instrument["version"],
                definition=due.definition,
                definition_data=snapshot(definitions[due.definition]),
                period=due.period,
                due_day=due.due_day.isoformat(),
            )
            receipt = await desk.submit(command, ENGINE_TICK)
            if receipt.fresh:
                opened.append(due.obligation)
    return opened
