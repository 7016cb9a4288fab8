"""What a mission's daily tick does, wherever it is asked for: by Temporal's Schedule, by a rehearsal, by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from chancery.desk import Desk
from chancery.instruments import also_satisfies, carried_by, taken_up
from chancery.queries import missions, past_of
from domain import cadence, dates, vacancies
from domain import commands as c
from domain.baton import command_id
from domain.cadence import Due, Past, waived_in_a_row
from domain.envelope import ENGINE_TICK
from domain.instrument import DefinitionData, InstrumentData, snapshot
from domain.mission import Mission
from domain.mission_parts import KnownDate
from domain.vacancies import Arising


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a tick would open on a local day, and by when it would be due, where that is known beforehand."""

    day: date
    instrument: str
    definition: str
    period: str
    due_day: date | None


async def open_due(desk: Desk, mission_code: str) -> list[str]:
    """Open every obligation whose period has begun, or that people's coming and going brings up, and that is not open yet;
    the ids newly opened.

    Raises what `Desk.submit` raises. A mission that is not adopted owes nothing.
    """
    mission = await desk.mission(mission_code)
    opened: list[str] = []
    for command in await _to_open(desk, mission):
        receipt = await desk.submit(command, ENGINE_TICK)
        if receipt.fresh:
            opened.append(command.obligation)
    return opened


async def due_now(desk: Desk, mission_code: str) -> list[str]:
    """The ids of what a tick would open now; nothing in a mission that is not adopted."""
    return [one.obligation for one in await _to_open(desk, await desk.mission(mission_code))]


async def _to_open(desk: Desk, mission: Mission) -> list[c.OpenObligation]:
    if not mission.version:
        return []
    today: date = mission.day(desk.clock.now())
    history = vacancies.counting_adoption(mission, await past_of(desk.log, mission))
    known_dates = await _dates(desk)
    commands: list[c.OpenObligation] = []
    for code in sorted(mission.instruments):
        instrument = taken_up(mission.instruments, code)
        if instrument is None:
            continue
        at_work = _at_work(mission, instrument, today)
        for due in _called(mission, at_work, known_dates, history, today):
            commands.append(
                c.OpenObligation(
                    command_id=command_id(due.obligation, "OpenObligation", due.period),
                    mission=mission.code,
                    obligation=due.obligation,
                    accreditation=due.accreditation,
                    instrument=code,
                    instrument_version=instrument["version"],
                    definition=due.definition,
                    definition_data=snapshot(at_work[due.definition]),
                    period=due.period,
                    due_day=due.due_day.isoformat() if due.due_day else None,
                    waived_before=waived_in_a_row(history, due.accreditation, due.definition),
                    also=also_satisfies(mission.instruments, code, due.definition),
                )
            )
    return commands


async def foreseen(desk: Desk, mission: Mission, days: int) -> list[Foreseen]:
    """What the ticks of today and so many days after it would open, if nothing else happens; the soonest first."""
    today = mission.day(desk.clock.now())
    history = vacancies.counting_adoption(mission, await past_of(desk.log, mission))
    known_dates = await _dates(desk)
    found: dict[str, Foreseen] = {}
    for day in (today + timedelta(days=n) for n in range(days + 1)):
        for code in sorted(mission.instruments):
            instrument = taken_up(mission.instruments, code)
            if instrument is None:
                continue
            for due in _called(mission, _at_work(mission, instrument, day), known_dates, history, day):
                found.setdefault(due.obligation, Foreseen(day, code, due.definition, due.period, due.due_day))
    return list(found.values())


def _called(
    mission: Mission,
    at_work: Mapping[str, DefinitionData],
    known_dates: list[KnownDate],
    history: list[Past],
    today: date,
) -> list[Due | Arising]:
    """What is called for on a day: by its cadence, by people's coming and going, by headquarters' calendar."""
    found: list[Due | Arising] = [*cadence.due(mission, at_work.values(), history, today)]
    found += vacancies.arising(mission, at_work, history, today)
    return found + dates.called_for(mission, known_dates, at_work, history, today)


async def _dates(desk: Desk) -> list[KnownDate]:
    """What stands in headquarters' calendar."""
    found: list[KnownDate] = []
    for row in await missions(desk.log, kind="headquarters"):
        found += (await desk.mission(row["code"])).dates.values()
    return found


def _at_work(mission: Mission, instrument: InstrumentData, today: date) -> Mapping[str, DefinitionData]:
    """The definitions that are this mission's to carry out today: of its kind, on, and not carried by another instrument's."""
    at_headquarters = mission.kind == "headquarters"
    return {
        d["code"]: d
        for d in instrument["definition"]
        if (d["scope"] == "headquarters") == at_headquarters
        and mission.duty_is_on(d["code"], today)
        and carried_by(mission.instruments, instrument["code"], d["code"]) is None
    }
