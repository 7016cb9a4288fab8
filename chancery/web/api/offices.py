"""Commands whose fields the office reads for itself, in the instrument or the mission: one operation each.

Each calls what the command line and the pages call.
"""

from typing import Annotated, Any, Final, Literal, Self

from fastapi import APIRouter, Response
from pydantic import AwareDatetime, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from chancery import dates, handover, local_rules, opening, sittings
from chancery.absences import check_scope
from chancery.streams import Receipt
from chancery.web.api import shapes, versions
from chancery.web.api.bodies import Body
from chancery.web.api.commands import handed_in, prepared, told
from chancery.web.api.door import At, Who
from chancery.web.api.once import Once
from chancery.web.api.problems import Problem
from chancery.web.api.versions import Seen
from chancery.web.house import House
from domain import commands as c
from domain.kinds import Code, DateText
from domain.mission import Mission
from domain.obligation import Obligation

router: Final = APIRouter(tags=["commands"])
Period = Annotated[str, StringConstraints(pattern=r"^20[0-9]{2}(-(0[1-9]|1[0-2]))?$")]
"""A year or a month, as the pages take it: a code typed freely could be a name, and the log keeps it for ever."""
Source = Literal["local_strategy", "hq_instruction"]


class OpenObligationBody(Body):
    """A definition goes to work. Without `period` it is opened once, under a random id."""

    mission: Code
    definition: Code
    instrument: Code = "eu-hrd"
    accreditation: Code | None = Field(
        default=None, description="For which country, if the mission has several."
    )
    period: Period | None = Field(default=None, examples=["2026", "2026-05"])
    due_day: DateText | None = None
    occurrence: Literal["1", "immediate"] = "1"


class SwitchDutyBody(Body):
    """A duty is switched off or on in a mission, until a day. Core duties stay on."""

    mission: Code
    definition: Code
    on: bool
    authority: Code
    reason: Code
    until: DateText


class SetLocalTermBody(Body):
    """A step's term is changed in a mission, until a day."""

    mission: Code
    definition: Code
    step: Code
    term: Code = Field(examples=["3wd", "24h"])
    source: Source
    authority: Code
    reason: Code
    until: DateText


class AdoptInstrumentBody(Body):
    """A mission takes up an instrument, or another version of one; the newest if none is named."""

    mission: Code
    instrument: Code
    version: Code | None = None


class SetDatesBody(Body):
    """Dates of headquarters' calendar, all of them or none."""

    mission: Code
    dates: tuple[c.DateLine, ...] = Field(min_length=1, max_length=500)


class RecordAbsenceBody(Body):
    """An officer is away, with or without a substitute. No kind is asked."""

    mission: Code
    posting: Code
    from_day: DateText
    until: DateText
    substitute: Code | None = None
    scope: tuple[Code, ...] = ()


class SignHandoverBody(Body):
    """One side signs for what whoever leaves hands over; who comes may query some of it."""

    mission: Code
    leaver: Code
    side: handover.Side
    queried: tuple[Code, ...] = ()


class Day(Body):
    """When something takes place: an instant, or a whole local day."""

    at: AwareDatetime | None = None
    day: DateText | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.at is None) == (self.day is None):
            raise PydanticCustomError("at_or_day", "Send at, or day.")
        return self

    def when(self) -> sittings.When:
        """It as the office takes it."""
        return sittings.When(self.at, self.day)


class SetSittingBody(Body):
    """A sitting, a visit or a round is set, or moved (`moves`)."""

    obligation: Code
    when: Day
    moves: Code | None = None


class CallOffSittingBody(Body):
    """A sitting does not take place."""

    obligation: Code
    appointment: Code


class SittingHeldBody(Body):
    """What became of a sitting. An adjournment names the next one."""

    obligation: Code
    appointment: Code
    outcome: sittings.Outcome
    happened_at: AwareDatetime | None = None
    next: Day | None = None


@router.post("/commands/OpenObligation", response_model=shapes.Receipt, operation_id="OpenObligation")
async def open_obligation(*, at: At, who: Who, key: Once, body: OpenObligationBody) -> Any:
    """Put a definition to work. It needs no If-Match: what it opens is new."""
    about, _, _ = await prepared(at, who, body, "*")
    own = await key.id()
    wish = opening.Wish(
        body.mission, body.definition, body.instrument, body.accreditation, body.period, body.due_day,
        occurrence=body.occurrence,
    )  # fmt: skip
    asked = await opening.opening(at.here.desk, wish, own)
    again = await _opened_before(at, asked)
    receipt = again or await handed_in(at, who, asked, (about, None, None))
    return told(receipt, obligation=asked.obligation)


async def _opened_before(at: House, asked: c.OpenObligation) -> Receipt | None:
    """The receipt of the very same request: what was waived since would make it look like another."""
    stream = f"obligation/{asked.obligation}"
    seen = await at.here.log.event_of_command(stream, asked.command_id)
    if seen is None:
        return None
    return Receipt(seen.position, seen.leaf.hex(), (seen.event["type"],), stream, seen.version, False)


@router.post("/commands/SwitchDuty", response_model=shapes.Receipt, operation_id="SwitchDuty")
async def switch_duty(
    *, at: At, who: Who, key: Once, response: Response, body: SwitchDutyBody, if_match: Seen = None
) -> Any:
    """Switch a duty on or off in a mission."""
    about = await prepared(at, who, body, if_match)
    asked = await local_rules.switching(at.here.desk, **body.model_dump(), command_id=await key.id())
    return await _sent(at, who, asked, about, response)


@router.post("/commands/SetLocalTerm", response_model=shapes.Receipt, operation_id="SetLocalTerm")
async def set_local_term(
    *, at: At, who: Who, key: Once, response: Response, body: SetLocalTermBody, if_match: Seen = None
) -> Any:
    """Change a step's term in a mission."""
    about = await prepared(at, who, body, if_match)
    asked = await local_rules.local_term(at.here.desk, **body.model_dump(), command_id=await key.id())
    return await _sent(at, who, asked, about, response)


@router.post("/commands/AdoptInstrument", response_model=shapes.Receipt, operation_id="AdoptInstrument")
async def adopt_instrument(
    *, at: At, who: Who, key: Once, response: Response, body: AdoptInstrumentBody, if_match: Seen = None
) -> Any:
    """Take up an instrument in a mission."""
    about = await prepared(at, who, body, if_match)
    asked = await local_rules.taking_up(
        at.here.desk, body.mission, body.instrument, body.version, await key.id()
    )
    return await _sent(at, who, asked, about, response)


@router.post("/commands/SetDates", response_model=shapes.Receipt, operation_id="SetDates")
async def set_dates(
    *, at: At, who: Who, key: Once, response: Response, body: SetDatesBody, if_match: Seen = None
) -> Any:
    """Set dates in headquarters' calendar. Each opens a definition of a text that is shipped."""
    about = await prepared(at, who, body, if_match)
    dates.check(body.dates)
    return await _sent(at, who, dates.setting(await key.id(), body.mission, body.dates), about, response)


@router.post("/commands/RecordAbsence", response_model=shapes.Receipt, operation_id="RecordAbsence")
async def record_absence(
    *, at: At, who: Who, key: Once, response: Response, body: RecordAbsenceBody, if_match: Seen = None
) -> Any:
    """Record that an officer is away; `made.absence` is its code."""
    about = await prepared(at, who, body, if_match)
    assert isinstance(about[0], Mission)
    check_scope(about[0], body.scope)
    asked = c.RecordAbsence(command_id=await key.id(), **body.model_dump())
    made = await _sent(at, who, asked, about, response)
    return made | {"made": {"absence": f"a-{asked.command_id.hex[:12]}"}}


@router.post("/commands/SignHandover", response_model=shapes.Receipt, operation_id="SignHandover")
async def sign_handover(
    *, at: At, who: Who, key: Once, response: Response, body: SignHandoverBody, if_match: Seen = None
) -> Any:
    """Sign a hand-over. If-Match is the mission's: what is handed over is looked up when it is signed."""
    await prepared(at, who, body, if_match)
    leaver = handover.Officers(body.mission, body.leaver)
    asked = await handover.signature(at.here.desk, leaver, body.side, body.queried, await key.id())
    return await _sent(
        at, who, asked, (await at.here.desk.obligation(asked.obligation), None, None), response
    )


@router.post("/commands/SetSitting", response_model=shapes.Receipt, operation_id="SetSitting")
async def set_sitting(
    *, at: At, who: Who, key: Once, response: Response, body: SetSittingBody, if_match: Seen = None
) -> Any:
    """Set a sitting, or move one; `made.appointment` is its code."""
    about = await prepared(at, who, body, if_match)
    asked = await sittings.appointed(
        at.here.desk, body.obligation, body.when.when(), await key.id(), body.moves
    )
    made = await _sent(at, who, asked, about, response)
    return made | {"made": {"appointment": asked.sittings[0].appointment}}


@router.post("/commands/CallOffSitting", response_model=shapes.Receipt, operation_id="CallOffSitting")
async def call_off_sitting(
    *, at: At, who: Who, key: Once, response: Response, body: CallOffSittingBody, if_match: Seen = None
) -> Any:
    """Say that a sitting does not take place."""
    about = await prepared(at, who, body, if_match)
    asked = await sittings.called_off(at.here.desk, body.obligation, body.appointment, await key.id())
    return await _sent(at, who, asked, about, response)


@router.post("/commands/RecordSittingHeld", response_model=shapes.Receipt, operation_id="RecordSittingHeld")
async def record_sitting_held(
    *, at: At, who: Who, key: Once, response: Response, body: SittingHeldBody, if_match: Seen = None
) -> Any:
    """Say what became of a sitting; `made.next` is the code of the one that an adjournment sets."""
    about = await prepared(at, who, body, if_match)
    asked = await sittings.held(
        at.here.desk, body.obligation, body.appointment, body.outcome, await key.id(),
        happened_at=body.happened_at, following=None if body.next is None else body.next.when(),
    )  # fmt: skip
    made = await _sent(at, who, asked, about, response)
    return made | {"made": {"next": asked.next.appointment if asked.next else None}}


async def _sent(
    at: House, who: Who, asked: c.Command, about: tuple[Obligation | Mission, str | None, int | None],
    response: Response,
) -> dict[str, Any]:  # fmt: skip
    receipt = await handed_in(at, who, asked, about)
    state = about[0]
    after: Obligation | Mission
    if isinstance(state, Mission):
        after = await at.here.desk.mission(state.code)
    else:
        after = await at.here.desk.obligation(state.id)
    if not after.version:
        raise Problem("not-found")
    versions.give(response, after)
    return told(receipt)
