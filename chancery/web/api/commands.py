"""Commands: one address each, made from the command's own model, through the one door that pages and command line use.

Which there are is asked of the policy. What the office has to fill in itself has an operation of its own (`offices`), or
none; LEFT_OUT says why.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from fastapi import APIRouter, Response

from chancery.evidence import key_for, sealed_note, sealed_proofs
from chancery.log.pipeline import Statement
from chancery.office import send
from chancery.streams import Receipt
from chancery.web.api import shapes, versions
from chancery.web.api.bodies import Body, body_of
from chancery.web.api.door import At, Who
from chancery.web.api.once import Once
from chancery.web.api.problems import Problem
from chancery.web.api.versions import Seen
from chancery.web.house import House
from chancery.web.visitor import Visitor
from domain import commands as c
from domain.mission import Mission
from domain.obligation import Obligation
from domain.policy import ENGINE, RULES
from domain.refusals import Refused

router: Final = APIRouter(tags=["commands"])

OFFICE: Final = "An operation of its own fills in what the office must read for itself."
IMPORTED: Final = "It comes with a file: `chancery import`, or the page of adoption."
DOSSIER: Final = "Work plans, reviews and exports are drawn up by the office, for their parties: on the pages and the command line."
LEFT_OUT: Final[Mapping[str, str]] = {
    **{name: DOSSIER for name, kind in c.COMMANDS.items() if issubclass(kind, c.DossierCommand)},
    "DescribeJob": DOSSIER,
    "OpenObligation": OFFICE,
    "SwitchDuty": OFFICE,
    "SetDates": OFFICE,
    "SetLocalTerm": OFFICE,
    "AdoptInstrument": OFFICE,
    "SignHandover": OFFICE,
    "RecordSittingHeld": OFFICE,
    "RecordAbsence": OFFICE,
    "ProposeVitalInterest": OFFICE,
    "AnswerVitalInterest": OFFICE,
    "RecordDisclosure": OFFICE,
    "NoteCase": OFFICE,
    "AttachCase": OFFICE,
    "DetachCase": OFFICE,
    "LockVault": OFFICE,
    "UnlockVault": OFFICE,
    "ProposeShredding": OFFICE,
    "AnswerShredding": OFFICE,
    "SetGate": "What a defender agrees to is said in words that are sealed: see the operations on consent.",
    "SetGates": "What a defender agrees to is said in words that are sealed: see the operations on consent.",
    "AdoptMission": IMPORTED,
    "RecordPosts": IMPORTED,
    "RecordSittings": "Court lists are imported; a single sitting is set with its own operation.",
    "ReviseCalendar": "The names of holidays are published names, which the calendar's page and `chancery calendar` check.",
}
"""Commands that somebody may ask for, but not here, and why."""

_OURS: Final = frozenset({"note", "evidence", "marking"})

SENT: Final = tuple(
    name for name in c.COMMANDS if set(RULES.get(name, ())) - {ENGINE} and name not in LEFT_OUT
)
"""Commands that are sent as they are."""


async def prepared(
    at: House, who: Visitor, body: Body, seen: str | None
) -> tuple[Obligation | Mission, str | None, int | None]:
    """What a body is about, if it is there to see: its state, its task, and the version that was seen.

    Raises Problem `not-found`, `version-needed`; Moved.
    """
    task: str | None = getattr(body, "task", None)
    state: Obligation | Mission
    if hasattr(body, "obligation"):
        state = await at.here.desk.obligation(body.obligation)
        if not state.version or not who.may_see(state.mission) or (task and task not in state.tasks):
            raise Problem("not-found")
    else:
        code = getattr(body, "mission", "")
        state = await at.here.desk.mission(code)
        if not state.version or not who.may_see(code):
            raise Problem("not-found")
    return state, task, versions.expected(seen, state, task)


async def handed_in(
    at: House,
    who: Visitor,
    asked: c.Command,
    about: tuple[Obligation | Mission, str | None, int | None],
    sealed: list[Statement] | None = None,
) -> Receipt:
    """Give a command to the desk at the version that was seen. Raises Moved with the ETag of now, and what `send` raises."""
    state, task, expected = about
    try:
        return await send(at.here, asked, who.actor, sealed or [], expected=expected)
    except Refused as refusal:
        if refusal.code != "changed-since":
            raise
        fresh: Obligation | Mission
        if isinstance(state, Mission):
            fresh = await at.here.desk.mission(state.code)
        else:
            fresh = await at.here.desk.obligation(state.id)
        raise versions.Moved(fresh, task, expected or 0) from None


def told(receipt: Receipt, **made: str | None) -> dict[str, Any]:
    """A receipt as it is sent; `made`: codes of what it brought into being."""
    return {
        "position": receipt.position, "leaf": receipt.leaf, "stream": receipt.stream, "version": receipt.version,
        "events": list(receipt.events), "fresh": receipt.fresh, "made": made,
    }  # fmt: skip


@dataclass(slots=True)
class Filled:
    """What is put into a command beside its own fields, and what goes into the vault with it."""

    fields: dict[str, Any] = field(default_factory=dict)
    sealed: list[Statement] = field(default_factory=list)


async def _sealed(at: House, body: Body, state: Obligation | Mission, own: UUID) -> Filled:
    """The words and files of a body, sealed under the key of what it is about."""
    filled = Filled()
    note, evidence = getattr(body, "note", None), getattr(body, "evidence", ())
    if isinstance(state, Mission) or not (note or evidence):
        return filled
    key = await key_for(at.here, state)
    if evidence:
        proofs = [await asyncio.to_thread(one.proof) for one in evidence]
        made = await sealed_proofs(at.here, key, state.mission, own, proofs, body.marking)  # type: ignore[attr-defined]
        filled.fields["evidence"] = made.data
        filled.sealed += made.sealed
    words = sealed_note(at.here, key, own, note)
    if words.ref is not None:
        filled.fields["note"] = words.ref
        filled.sealed += words.sealed
    return filled


def _operation(name: str) -> Callable[..., Awaitable[Any]]:
    command = c.COMMANDS[name]

    async def operation(
        *, at: At, who: Who, key: Once, response: Response, body: Any, if_match: Seen = None
    ) -> Any:
        about = await prepared(at, who, body, if_match)
        state, task, _ = about
        own = await key.id()
        filled = await _sealed(at, body, state, own)
        fields = {n: getattr(body, n) for n in type(body).model_fields if n not in _OURS}
        if isinstance(state, Obligation):
            fields["mission"] = state.mission
        asked = command.model_validate(fields | filled.fields | {"command_id": own})
        receipt = await handed_in(at, who, asked, about, filled.sealed)
        after = await (
            at.here.desk.mission(state.code)
            if isinstance(state, Mission)
            else at.here.desk.obligation(state.id)
        )
        versions.give(response, after, task)
        return told(receipt)

    operation.__annotations__["body"] = body_of(command)
    operation.__name__ = name
    operation.__doc__ = command.__doc__
    return operation


for _name in SENT:
    router.post(
        f"/commands/{_name}",
        response_model=shapes.Receipt,
        operation_id=_name,
        summary=_name,
        description=c.COMMANDS[_name].__doc__,
    )(_operation(_name))
