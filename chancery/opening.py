"""Put a definition to work by hand: what command line and page ask, read into the one command."""

from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from chancery import queries
from chancery.desk import Desk
from chancery.i18n import language
from chancery.instruments import also_satisfies, carried_by, find
from chancery.instruments import definition as shipped
from domain import commands as c
from domain.cadence import identity, waived_in_a_row
from domain.instrument import DefinitionData, snapshot
from domain.mission import Mission
from domain.refusals import Refused, Told

IMMEDIATE: Final = "immediate"
"""The occurrence under which what is asked for by the hour is opened (`workflows/recommendation.py`)."""


class CannotOpen(Told):
    """What was asked for does not say enough, or is carried by something else."""

    sentences: ClassVar = {
        "carried-by-another": (
            "In mission {mission} the task of {carrier} satisfies {definition} too; open that one.",
            "Dans la mission {mission}, la tâche de {carrier} satisfait aussi {definition} ; ouvrez celle-là.",
        ),
        "which-accreditation": (
            "Mission {mission} has several accreditations: {codes}. Say which.",
            "La mission {mission} a plusieurs accréditations : {codes}. Dites laquelle.",
        ),
    }

    @property
    def message(self) -> str:
        """The sentence in the language that is spoken."""
        return self.sentence(language())


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be opened. `accreditation` None: the only one; `due` is a local day; `id` None: its own, or a random one."""

    mission: str
    definition: str
    instrument: str = "eu-hrd"
    accreditation: str | None = None
    period: str | None = None
    due: str | None = None
    id: str | None = None
    occurrence: str = "1"


async def opening(desk: Desk, wish: Wish, command_id: UUID) -> c.OpenObligation:
    """The command that opens it, by the text that the mission has taken up. Nothing is written.

    Raises Refused (`no-such-mission`, `no-such-definition`), CannotOpen (`carried-by-another`, `which-accreditation`).
    """
    mission = await desk.mission(wish.mission)
    if not mission.version:
        raise Refused("no-such-mission", mission=wish.mission)
    version = mission.instruments.get(wish.instrument, "")
    chosen = shipped(wish.instrument, wish.definition, version)
    if chosen is None:
        raise Refused("no-such-definition", mission=wish.mission, definition=wish.definition)
    if (carrier := carried_by(mission.instruments, wish.instrument, wish.definition)) is not None:
        raise CannotOpen(
            "carried-by-another", mission=wish.mission, carrier=carrier, definition=wish.definition
        )
    place = wish.accreditation
    if place is None:
        if len(mission.accreditations) != 1:
            codes = ", ".join(sorted(mission.accreditations))
            raise CannotOpen("which-accreditation", mission=wish.mission, codes=codes)
        place = next(iter(mission.accreditations))
    past = await queries.past_of(desk.log, mission)
    # A recurring duty is known by what and when, so that the daily tick does not open it again beside this one.
    own = identity(place, wish.definition, wish.period) if wish.period else f"o-{command_id.hex[:12]}"
    return c.OpenObligation(
        command_id=command_id,
        mission=wish.mission,
        obligation=wish.id or own,
        accreditation=place,
        instrument=wish.instrument,
        instrument_version=version,
        definition=wish.definition,
        definition_data=snapshot(chosen),
        period=wish.period,
        due_day=wish.due,
        waived_before=waived_in_a_row(past, place, wish.definition) if wish.period else 0,
        also=also_satisfies(mission.instruments, wish.instrument, wish.definition),
        occurrence=wish.occurrence,
    )


def on_offer(mission: Mission) -> list[tuple[str, DefinitionData]]:
    """What can be opened in a mission: (instrument, definition) of each text taken up, but what another's task satisfies."""
    headquarters = mission.kind == "headquarters"
    found = []
    for instrument, version in sorted(mission.instruments.items()):
        known = find(instrument, version)
        for one in known["definition"] if known else ():
            fits = (one["scope"] == "headquarters") == headquarters
            if fits and carried_by(mission.instruments, instrument, one["code"]) is None:
                found.append((instrument, one))
    return found
