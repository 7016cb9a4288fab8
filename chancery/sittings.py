"""Sittings, visits and rounds set by hand: what command line and page ask, read into the one command. Nothing is written here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from chancery.desk import Desk
from domain import commands as c
from domain.deciding.procedure import start_of_day
from domain.instant import date_from_text
from domain.mission import Mission
from domain.obligation import Obligation
from domain.refusals import Refused

Outcome = Literal["adjourned", "adjourned_without_day", "not_held", "verdict"]


@dataclass(frozen=True, slots=True)
class When:
    """When something takes place: an instant (aware), or a whole local day `YYYY-MM-DD`."""

    at: datetime | None = None
    day: str | None = None

    def sitting(self, mission: Mission, appointment: str) -> c.Sitting:
        """It as a sitting of a mission. Raises BadInput for a day that is none."""
        starts = self.at or start_of_day(mission, date_from_text(self.day or "").isoformat())
        return c.Sitting(
            appointment=appointment,
            starts=starts,
            day=mission.day(starts).isoformat(),
            whole_day=self.at is None,
        )


def new_code(command_id: UUID) -> str:
    """A sitting's random code; the same for the same command."""
    return f"ap-{command_id.hex[:12]}"


async def known(desk: Desk, obligation: str) -> tuple[Obligation, Mission]:
    """An obligation and its mission. Raises Refused `no-such-obligation`."""
    state = await desk.obligation(obligation)
    if not state.version:
        raise Refused("no-such-obligation", obligation=obligation)
    return state, await desk.mission(state.mission)


async def appointed(
    desk: Desk, obligation: str, when: When, command_id: UUID, moves: str | None = None
) -> c.RecordSittings:
    """Set a day, or move one (`moves`). Raises Refused `no-such-obligation`, `no-such-appointment`; BadInput."""
    state, mission = await known(desk, obligation)
    if moves is not None and moves not in state.appointments:
        raise Refused("no-such-appointment", obligation=obligation, appointment=moves)
    sitting = when.sitting(mission, moves or new_code(command_id))
    return c.RecordSittings(
        command_id=command_id, mission=mission.code, obligation=obligation, sittings=(sitting,)
    )


async def called_off(desk: Desk, obligation: str, appointment: str, command_id: UUID) -> c.RecordSittings:
    """Say that one does not take place. Raises Refused `no-such-obligation`, `no-such-appointment`."""
    state, _ = await known(desk, obligation)
    one = state.appointments.get(appointment)
    if one is None:
        raise Refused("no-such-appointment", obligation=obligation, appointment=appointment)
    off = c.Sitting.model_validate(
        {
            "appointment": appointment,
            "starts": one.starts,
            "day": one.day,
            "whole_day": one.whole_day,
            "match": one.match,
            "cancelled": True,
        }
    )
    return c.RecordSittings(
        command_id=command_id, mission=state.mission, obligation=obligation, sittings=(off,)
    )


async def held(
    desk: Desk,
    obligation: str,
    appointment: str,
    outcome: Outcome,
    command_id: UUID,
    *,
    happened_at: datetime | None = None,
    following: When | None = None,
) -> c.RecordSittingHeld:
    """What became of a sitting; an adjournment sets the next one. Raises Refused `no-such-obligation`, BadInput."""
    _, mission = await known(desk, obligation)
    following_one = None if following is None else following.sitting(mission, new_code(command_id))
    return c.RecordSittingHeld(
        command_id=command_id,
        mission=mission.code,
        obligation=obligation,
        appointment=appointment,
        outcome=outcome,
        happened_at=happened_at,
        next=following_one,
    )
