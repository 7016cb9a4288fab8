"""What the forms of an obligation ask for as a whole: its sittings, its rota, its gates, its end. Each becomes one command."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from chancery import sittings
from chancery.i18n import tr
from chancery.sittings import When
from chancery.web.faults import FormFault
from chancery.web.forms import Sent
from chancery.web.house import House
from domain import commands as c
from domain.mission import Mission
from domain.obligation import Obligation

OUTCOMES: Final[tuple[sittings.Outcome, ...]] = ("adjourned", "adjourned_without_day", "not_held", "verdict")


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that was sent about an obligation."""

    form: Sent
    state: Obligation
    mission: Mission

    @property
    def sitting(self) -> str:
        """Which sitting it is about. Raises FormFault if the obligation has no such one."""
        code = self.form.need("sitting")
        if code not in self.state.appointments:
            raise FormFault(sitting=tr("Choose one of the list."))
        return code

    def when(self, name: str) -> When | None:
        """A day with a time, or a whole day where no time was given; None if there is none. Raises FormFault."""
        day = self.form.day(f"{name}_day")
        if day is None:
            return None
        if not self.form.text(f"{name}_time"):
            return When(day=day)
        return When(at=self.form.moment(name, self.mission.clock.zone))


async def _held(at: House, asked: Asked) -> c.Command:
    outcome = next((one for one in OUTCOMES if one == asked.form.need("outcome")), None)
    if outcome is None:
        raise FormFault(outcome=tr("Choose one of the list."))
    following = asked.when("next")
    if outcome == "adjourned" and following is None:
        raise FormFault(next=tr("Say to which day, or choose “adjourned without a day”."))
    return await sittings.held(
        at.here.desk,
        asked.state.id,
        asked.sitting,
        outcome,
        asked.form.command_id,
        happened_at=asked.form.moment("happened", asked.mission.clock.zone),
        following=following,
    )


async def _appoint(at: House, asked: Asked) -> c.Command:
    when = asked.when("on")
    if when is None:
        raise FormFault(on=tr("This is needed."))
    moves = asked.sitting if asked.form.maybe("sitting") else None
    return await sittings.appointed(at.here.desk, asked.state.id, when, asked.form.command_id, moves)


async def _call_off(at: House, asked: Asked) -> c.Command:
    return await sittings.called_off(at.here.desk, asked.state.id, asked.sitting, asked.form.command_id)


async def _offer(at: House, asked: Asked) -> c.Command:
    return c.OfferRota(
        command_id=asked.form.command_id,
        mission=asked.mission.code,
        obligation=asked.state.id,
        appointment=asked.sitting,
    )


async def _claim(at: House, asked: Asked) -> c.Command:
    return _answer(asked, claim=True)


async def _decline(at: House, asked: Asked) -> c.Command:
    return _answer(asked, claim=False)


def _answer(asked: Asked, *, claim: bool) -> c.AnswerRota:
    return c.AnswerRota(
        command_id=asked.form.command_id,
        mission=asked.mission.code,
        obligation=asked.state.id,
        appointment=asked.sitting,
        claim=claim,
        reason=None if claim else asked.form.need("reason"),
    )


async def _end(at: House, asked: Asked) -> c.Command:
    return c.EndProceeding(
        command_id=asked.form.command_id,
        mission=asked.mission.code,
        obligation=asked.state.id,
        cause=asked.form.need("cause"),
    )


async def _gate(at: House, asked: Asked) -> c.Command:
    to = asked.form.need("to")
    if to not in ("open", "closed"):
        raise FormFault(to=tr("Choose one of the list."))
    return c.SetGate(
        command_id=asked.form.command_id,
        mission=asked.mission.code,
        obligation=asked.state.id,
        gate=asked.form.need("gate"),
        open=to == "open",
    )


VERBS: Final[Mapping[str, tuple[str, Callable[[House, Asked], Awaitable[c.Command]]]]] = {
    "held": ("RecordSittingHeld", _held),
    "appoint": ("RecordSittings", _appoint),
    "call-off": ("RecordSittings", _call_off),
    "offer": ("OfferRota", _offer),
    "claim": ("AnswerRota", _claim),
    "decline": ("AnswerRota", _decline),
    "end": ("EndProceeding", _end),
    "gate": ("SetGate", _gate),
}
"""Each verb of `/obligations/…/VERB`: the command that it becomes, and what reads its fields."""
