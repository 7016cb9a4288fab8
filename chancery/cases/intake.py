"""A case begins: an alert is taken down at once, under a random code and a key of its own.

A killing opens under a new code that nothing links to the old one: what is then said in public must lead nobody to the living
(OBLIGATIONS.md, KILLING).
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

from chancery.cases.codes import case_of_request, check_case, open_case, ref
from chancery.cases.entries import parsed
from chancery.cases.opening import INSTRUMENT, open_for
from chancery.cases.reading import identified
from chancery.cases.record import seal_note
from chancery.instruments import definition
from chancery.office import Office, send
from domain import commands as c
from domain import policy
from domain.envelope import Actor
from domain.mission import Mission
from domain.refusals import Refused

INTAKE: Final = "CASE-INTAKE"
URGENT: Final = "URGENT"
KILLING: Final = "KILLING"


async def receive(
    office: Office,
    actor: Actor,
    mission: str,
    *,
    urgent: bool,
    record: Mapping[str, Any],
    request: UUID | None = None,
    case: str | None = None,
) -> tuple[str, str]:
    """Take an alert down: make the case's code and key, open its intake, seal what was said. Returns (case, obligation).

    `urgent`: urgent action begins with it, so that its hours count from now and not from when somebody has read the alert.
    `record`: the words as a `Note` (`words`, `when`, `channel`). `request`: the same id gives the same case, once. `case`: a
    code made before (`chancery case new`). Raises CaseRefused, Refused, BadInput, VaultError, Unavailable, Unknown.
    """
    asked = request or uuid4()
    words = {"urgent": urgent} | dict(record)
    named, intake = await _begin(office, actor, mission, INTAKE, record=words, asked=asked, case=case)
    if urgent:
        state = await office.desk.mission(mission)
        await open_for(office, actor, state, named, URGENT, uuid5(asked, "urgent"), parent=intake)
    return named, intake


async def unlinked(
    office: Office, actor: Actor, mission: str, *, record: Mapping[str, Any], request: UUID | None = None
) -> tuple[str, str]:
    """Open the procedure after a killing, under a new code. Returns (case, obligation). Raises as `receive` does.

    It takes no other case's code, so that nothing sealed or recorded can hold one.
    """
    return await _begin(office, actor, mission, KILLING, record=record, asked=request or uuid4(), case=None)


async def _begin(
    office: Office,
    actor: Actor,
    mission: str,
    code: str,
    *,
    record: Mapping[str, Any],
    asked: UUID,
    case: str | None,
) -> tuple[str, str]:
    words = parsed("note", {"kind": "alert"} | dict(record)).model_dump(mode="json")
    state = await office.desk.mission(mission)
    if not state.version:
        raise Refused("no-such-mission", mission=mission)
    await _may_open(office, actor, state)
    if definition(INSTRUMENT, code, state.instruments.get(INSTRUMENT, "")) is None:
        raise Refused("no-such-definition", mission=mission, definition=code)
    named = case_of_request(office.vault, mission, asked) if case is None else check_case(case)
    open_case(office.keys, mission, named)
    obligation, _ = await open_for(office, actor, state, named, code, uuid5(asked, "open"))
    own = uuid5(asked, "alert")
    sealed = seal_note(office, named, "note", words, own)
    taken = c.NoteCase(
        command_id=own, mission=mission, obligation=obligation, entry="note", record=ref(sealed)
    )
    await send(office, taken, actor, [office.vault.statement([sealed])])
    return named, obligation


async def _may_open(office: Office, actor: Actor, state: Mission) -> None:
    """Ask the policy before a key is made: who may not open a case leaves nothing behind. Raises Refused."""
    who = await identified(office, actor)
    any_id = UUID(int=0)
    opening = c.OpenObligation(
        command_id=any_id, mission=state.code, obligation="o", accreditation="a", instrument="i", definition="d",
        definition_data={}, instrument_version="v",
    )  # fmt: skip
    nothing = {"ref": str(any_id), "commit": "0" * 64}
    noting = c.NoteCase.model_validate(
        {"command_id": any_id, "mission": state.code, "obligation": "o", "entry": "note", "record": nothing}
    )
    for command in (opening, noting):
        policy.check(command, who, None, state)
