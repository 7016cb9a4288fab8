"""Cases: taken down, noted, agreed to, shared, locked and destroyed. The words are sealed here and come back to nobody.

A case's code stands in the body, never in an address. Whoever may not touch a case is told that there is none. What is
sealed is read on the pages and the command line, where a person says why.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter
from pydantic import AwareDatetime, Field, StringConstraints

from chancery.cases import check_case, consent, intake, lock, proceedings, record, sharing, shred, vital
from chancery.cases.entries import By, Channel
from chancery.cases.refusals import CaseRefused
from chancery.web.api import shapes
from chancery.web.api.bodies import Body, Words
from chancery.web.api.commands import told
from chancery.web.api.door import At, Who
from chancery.web.api.once import Once
from chancery.web.api.problems import Problem
from chancery.web.house import House
from chancery.web.visitor import Visitor
from domain.commands import Entry
from domain.kinds import Code
from domain.refusals import Refused

router: Final = APIRouter(tags=["cases"])

Case = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{1,44}$"), Field(examples=["c-7kq2mz4xha"])
]
Kinds = Annotated[tuple[Code, ...], Field(min_length=1, max_length=20)]
Maybe = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)]


class ReceiveCaseBody(Body):
    """An alert, as it came in. Whatever is known is enough."""

    mission: Code
    words: Words
    urgent: bool = False
    when: AwareDatetime | None = None
    channel: Channel | None = None


class NoteCaseBody(Body):
    """Something is written down of a case: an entry of a kind, as its form has it."""

    case: Case
    entry: Entry
    content: dict[str, Any]


class AgreeBody(Body):
    """What is agreed to, each kind until an instant, or until it is taken back (null)."""

    case: Case
    kinds: Annotated[dict[Code, AwareDatetime | None], Field(min_length=1, max_length=20)]
    by: By
    channel: Channel
    words: Maybe = ""
    explained: tuple[Literal["action", "publicity", "sharing", "reprisals", "withdrawal"], ...] = ()


class WithdrawBody(Body):
    """What is refused, or agreed to no more."""

    case: Case
    kinds: Kinds
    by: By
    channel: Channel
    words: Maybe = ""


class DiscloseBody(Body):
    """What is shared with a partner, under which arrangement, behind which kind of consent."""

    case: Case
    kind: Code
    to: Code
    arrangement: Code
    content: Words


class ProposeVitalInterestBody(Body):
    """To act without consent, because a life is at stake or nobody can be reached."""

    case: Case
    kind: Code
    basis: Literal["unreachable", "life_at_risk"]
    words: Maybe = ""


class AnswerVitalInterestBody(Body):
    """A second person's answer; `obligation` is the consultation."""

    obligation: Code
    kind: Code
    approved: bool


class AttachBody(Body):
    """A case and the proceeding that it belongs to."""

    case: Case
    obligation: Code


class VaultBody(Body):
    """A mission's vault, and why."""

    mission: Code
    reason: Code


class ProposeShreddingBody(Body):
    """That a case's content be destroyed, on which legal basis."""

    case: Case
    basis: Code


class AnswerShreddingBody(Body):
    """A second person's answer. Approved, it is done at once and for ever."""

    mission: Code
    request: Code
    approved: bool


def _sees(who: Visitor, mission: str) -> None:
    if not who.may_see(mission):
        raise Problem("not-found")


async def _own(at: House, who: Visitor, case: str) -> None:
    """Pass a case of a mission that the caller may see. Raises CaseRefused `no-such-case`, BadInput, VaultError."""
    found = await record.known(at.here, check_case(case))
    if not who.may_see(found.mission.code):
        raise CaseRefused("no-such-case", mission="-", case=case)


@router.post("/cases", operation_id="ReceiveCase", response_model=dict[str, str])
async def receive(*, at: At, who: Who, key: Once, body: ReceiveCaseBody) -> Any:
    """Take an alert down. Gives the case's code, and the obligation that its intake is."""
    _sees(who, body.mission)
    said = {k: v for k, v in body.model_dump(exclude={"mission", "urgent"}).items() if v is not None}
    case, obligation = await intake.receive(
        at.here, who.actor, body.mission, urgent=body.urgent, record=said, request=await key.id()
    )
    return {"case": case, "obligation": obligation}


@router.post("/commands/NoteCase", operation_id="NoteCase", response_model=shapes.Receipt)
async def note(*, at: At, who: Who, key: Once, body: NoteCaseBody) -> Any:
    """Write something down of a case."""
    await _own(at, who, body.case)
    return told(await record.note(at.here, who.actor, body.case, body.entry, body.content, await key.id()))


@router.post("/commands/RecordConsent", operation_id="RecordConsent", response_model=list[shapes.Receipt])
async def agree(*, at: At, who: Who, key: Once, body: AgreeBody) -> Any:
    """Record what is agreed to. One receipt for each end that was said."""
    await _own(at, who, body.case)
    wish = consent.Wish(body.by, body.channel, body.words, body.explained)
    made = await consent.agree(at.here, who.actor, body.case, body.kinds, wish, await key.id())
    return [told(one) for one in made]


@router.post("/commands/WithdrawConsent", operation_id="WithdrawConsent", response_model=shapes.Receipt)
async def withdraw(*, at: At, who: Who, key: Once, body: WithdrawBody) -> Any:
    """Record what is refused or taken back: what is pending behind it falls at once."""
    await _own(at, who, body.case)
    wish = consent.Wish(body.by, body.channel, body.words)
    return told(await consent.withdraw(at.here, who.actor, body.case, body.kinds, wish, await key.id()))


@router.post("/commands/RecordDisclosure", operation_id="RecordDisclosure", response_model=shapes.Receipt)
async def disclose(*, at: At, who: Who, key: Once, body: DiscloseBody) -> Any:
    """Record that something of a case is shared; `made.code` is what the partner knows it by."""
    await _own(at, who, body.case)
    receipt, code = await sharing.disclose(
        at.here, who.actor, body.case, body.kind, to=body.to, arrangement=body.arrangement,
        content=body.content, request=await key.id(),
    )  # fmt: skip
    return told(receipt, code=code)


@router.post(
    "/commands/ProposeVitalInterest", operation_id="ProposeVitalInterest", response_model=shapes.Receipt
)
async def propose_vital(*, at: At, who: Who, key: Once, body: ProposeVitalInterestBody) -> Any:
    """Ask to act without consent; `made.obligation` is the consultation, by which a second person answers."""
    await _own(at, who, body.case)
    receipt, consultation = await vital.ask(
        at.here, who.actor, body.case, body.kind, body.basis, words=body.words, request=await key.id()
    )
    return told(receipt, obligation=consultation)


@router.post(
    "/commands/AnswerVitalInterest", operation_id="AnswerVitalInterest", response_model=shapes.Receipt
)
async def answer_vital(*, at: At, who: Who, key: Once, body: AnswerVitalInterestBody) -> Any:
    """Answer for acting without consent, as a second person."""
    state = await at.here.desk.obligation(body.obligation)
    if not state.version or not state.case_bound:
        raise Problem("not-found")
    _sees(who, state.mission)
    return told(
        await vital.answer(
            at.here, who.actor, body.obligation, body.kind, approved=body.approved, request=await key.id()
        )
    )


@router.post("/commands/AttachCase", operation_id="AttachCase", response_model=shapes.Receipt)
async def attach(*, at: At, who: Who, key: Once, body: AttachBody) -> Any:
    """Attach a case to a proceeding that was opened for another."""
    await _own(at, who, body.case)
    return told(await proceedings.attach(at.here, who.actor, body.case, body.obligation, await key.id()))


@router.post("/commands/DetachCase", operation_id="DetachCase", response_model=shapes.Receipt)
async def detach(*, at: At, who: Who, key: Once, body: AttachBody) -> Any:
    """Take a case out of a proceeding."""
    await _own(at, who, body.case)
    return told(await proceedings.detach(at.here, who.actor, body.case, body.obligation, await key.id()))


@router.post("/commands/LockVault", operation_id="LockVault", response_model=shapes.Receipt)
async def lock_vault(*, at: At, who: Who, key: Once, body: VaultBody) -> Any:
    """Close a mission's vault at once. Tasks go on by their codes."""
    _sees(who, body.mission)
    return told(await lock.lock(at.here, who.actor, body.mission, body.reason, await key.id()))


@router.post("/commands/UnlockVault", operation_id="UnlockVault", response_model=shapes.Receipt)
async def unlock_vault(*, at: At, who: Who, key: Once, body: VaultBody) -> Any:
    """Open a mission's vault again."""
    _sees(who, body.mission)
    return told(await lock.unlock(at.here, who.actor, body.mission, body.reason, await key.id()))


@router.post("/commands/ProposeShredding", operation_id="ProposeShredding", response_model=dict[str, str])
async def propose_shredding(*, at: At, who: Who, key: Once, body: ProposeShreddingBody) -> Any:
    """Ask that a case's content be destroyed. Gives the request's code."""
    await _own(at, who, body.case)
    return {"request": await shred.propose(at.here, who.actor, body.case, body.basis, await key.id())}


@router.post("/commands/AnswerShredding", operation_id="AnswerShredding", response_model=dict[str, bool])
async def answer_shredding(*, at: At, who: Who, key: Once, body: AnswerShreddingBody) -> Any:
    """Approve or refuse it, as a second person. Says whether the content is gone."""
    _sees(who, body.mission)
    state = await at.here.desk.mission(body.mission)
    if body.request not in state.shreddings:
        raise Refused("no-such-shredding", request=body.request, mission=body.mission)
    done = await shred.answer(
        at.here, who.actor, body.mission, body.request, approved=body.approved, request=await key.id()
    )
    return {"shredded": done is not None}
