"""What a mission changes for itself, checked against the instrument: terms of steps, duties on and off, versions of a text.

The rules know no file. So what they must be told of the instrument (a duty's group, where a term comes from) is read here,
in the version that the mission has taken up, and never taken from whoever asks.
"""

from typing import Final, Literal
from uuid import UUID

from chancery import instruments
from chancery.desk import Desk
from domain import commands as c
from domain.instant import BadInput, quoted
from domain.instrument import DefinitionData, find_step
from domain.mission import Mission
from domain.refusals import Refused

Source = Literal["local_strategy", "hq_instruction"]
SOURCES: Final = ("local_strategy", "hq_instruction")


async def switching(
    desk: Desk,
    mission: str,
    definition: str,
    *,
    on: bool,
    authority: str,
    reason: str,
    until: str,
    command_id: UUID,
) -> c.SwitchDuty:
    """The command that switches a duty. Raises Refused `no-such-mission`, `no-such-definition`."""
    found = _definition(await _mission(desk, mission), definition)
    return c.SwitchDuty(
        command_id=command_id,
        mission=mission,
        definition=definition,
        group=found["group"],
        on=on,
        authority=authority,
        reason=reason,
        until=until,
    )


async def local_term(
    desk: Desk,
    mission: str,
    definition: str,
    step: str,
    *,
    term: str,
    source: Source,
    authority: str,
    reason: str,
    until: str,
    command_id: UUID,
) -> c.SetLocalTerm:
    """The command that sets a step's term. Raises Refused `no-such-mission`, `no-such-definition`, `no-such-step`."""
    found = find_step(_definition(await _mission(desk, mission), definition), step)
    if found is None:
        raise Refused("no-such-step", definition=definition, step=step)
    return c.SetLocalTerm(
        command_id=command_id,
        mission=mission,
        definition=definition,
        step=step,
        replaces=found["source"],
        bound=found["bound"],
        term=term.replace(" ", ""),
        source=source,
        authority=authority,
        reason=reason,
        until=until,
    )


async def taking_up(
    desk: Desk, mission: str, instrument: str, version: str | None, command_id: UUID
) -> c.AdoptInstrument:
    """The command with which a mission takes up an instrument: in that version, or the newest that is shipped.

    Raises Refused `no-such-mission`, BadInput `unknown-instrument`.
    """
    await _mission(desk, mission)
    known = instruments.library().get(instrument)
    if known is None:
        names = ", ".join(sorted(instruments.library()))
        raise BadInput(
            "unknown-instrument",
            f"{quoted(instrument)} is not an instrument known here; one of these is: {names}.",
        )
    chosen = known[list(known)[-1]] if version is None else known.get(version)
    if chosen is None:
        raise BadInput(
            "unknown-instrument",
            f"{quoted(version or '')} is no version of {instrument} known here; one of these is: {', '.join(known)}.",
        )
    return c.AdoptInstrument(
        command_id=command_id,
        mission=mission,
        instrument=instrument,
        version=chosen.data["version"],
        checksum=chosen.checksum,
    )


async def _mission(desk: Desk, code: str) -> Mission:
    found = await desk.mission(code)
    if not found.version:
        raise Refused("no-such-mission", mission=code)
    return found


def _definition(mission: Mission, code: str) -> DefinitionData:
    """The definition in the version of its instrument that the mission has taken up. Raises Refused."""
    for instrument, version in mission.instruments.items():
        found = instruments.definition(instrument, code, version)
        if found is not None:
            return found
    raise Refused("no-such-definition", mission=mission.code, definition=code)
